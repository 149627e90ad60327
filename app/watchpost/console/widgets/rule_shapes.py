"""Rules as shapes on a picture: what is painted, grabbed and drawn. No widgets.

Points are fractions of the picture, x to the right and y down.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from watchpost.domain.facings import FacingState
from watchpost.protocol.cameras import LineSpec, ShelfSpec, StationSpec, ZoneSpec

Point = tuple[float, float]
Points = tuple[Point, ...]
RuleSpec = LineSpec | ZoneSpec | ShelfSpec | StationSpec

_FILL_ALPHA = 28
_ARROW_PX = (14.0, 30.0)
_ARROW_SHARE = 0.16
_HEAD_PX = 9.0
_END_PX = 3.5


class RuleKind(Enum):
    """What a rule is to the eye."""

    LINE = "line"
    GATE = "gate"
    ZONE = "zone"
    SHELF = "shelf"
    STATION = "station"


POLYGONS: Final = (RuleKind.ZONE, RuleKind.STATION)
"""Kinds with one closed border."""


@dataclass(frozen=True, slots=True)
class RuleShape:
    """A rule's geometry.

    Attributes:
        kind: What it is.
        points: A line's two ends; a gate's four, line after line; a zone's or station's
            corners in order; the left top and right bottom of each place of a shelf.
        facings: What is known of each place of a shelf; empty: nothing. A place that
            cannot be told is ``UNKNOWN``.
    """

    kind: RuleKind
    points: Points
    facings: tuple[FacingState, ...] = ()

    def borders(self) -> Iterator[tuple[Point, ...]]:
        """Yield what is drawn in one go; a closed border ends where it began."""
        if self.kind in POLYGONS:
            yield (*self.points, *self.points[:1])
        elif self.kind is RuleKind.SHELF:
            for left, top, right, bottom in self.places():
                yield (
                    (left, top), (right, top), (right, bottom), (left, bottom),
                    (left, top),
                )  # fmt: skip
        else:
            for at in range(0, len(self.points), 2):
                yield self.points[at : at + 2]

    def places(self) -> Iterator[tuple[float, float, float, float]]:
        """Yield a shelf's places: left, top, right, bottom."""
        for (ax, ay), (bx, by) in zip(
            self.points[::2], self.points[1::2], strict=False
        ):
            yield ax, ay, bx, by


def kind_of(rule: RuleSpec) -> RuleKind:
    """Return what a rule is."""
    if isinstance(rule, ZoneSpec):
        return RuleKind.ZONE
    if isinstance(rule, ShelfSpec):
        return RuleKind.SHELF
    if isinstance(rule, StationSpec):
        return RuleKind.STATION
    return RuleKind.LINE if rule.gate is None else RuleKind.GATE


def shape_of(rule: RuleSpec, facings: Sequence[FacingState] = ()) -> RuleShape:
    """Return a rule's shape."""
    if isinstance(rule, ZoneSpec | StationSpec):
        return RuleShape(kind_of(rule), rule.points)
    if isinstance(rule, ShelfSpec):
        corners = tuple(
            corner
            for left, top, right, bottom in rule.facings
            for corner in ((left, top), (right, bottom))
        )
        return RuleShape(RuleKind.SHELF, corners, tuple(facings))
    points: Points = ((rule.ax, rule.ay), (rule.bx, rule.by))
    if rule.gate is not None:
        ax, ay, bx, by = rule.gate
        points = (*points, (ax, ay), (bx, by))
    return RuleShape(kind_of(rule), points)


def with_points(rule: RuleSpec, points: Points) -> RuleSpec:
    """Return a rule of the same kind with these points (:attr:`RuleShape.points`)."""
    if isinstance(rule, ZoneSpec | StationSpec):
        return rule.model_copy(update={"points": points})
    if isinstance(rule, ShelfSpec):
        places = tuple(RuleShape(RuleKind.SHELF, points).places())
        return rule.model_copy(update={"facings": places})
    (ax, ay), (bx, by) = points[:2]
    gate = (*points[2], *points[3]) if len(points) == 4 else None
    return rule.model_copy(
        update={"ax": ax, "ay": ay, "bx": bx, "by": by, "gate": gate}
    )


def at(picture: QRectF, point: Point) -> QPointF:
    """Return the pixel of a point where the picture lies at ``picture``."""
    return QPointF(
        picture.left() + point[0] * picture.width(),
        picture.top() + point[1] * picture.height(),
    )


def paint_shape(
    painter: QPainter, shape: RuleShape, picture: QRectF, colour: QColor, halo: QColor
) -> None:
    """Paint a shape over the picture that lies at ``picture``, in pixels."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=True)
    if shape.kind in (RuleKind.LINE, RuleKind.GATE):
        for a, b in shape.borders():
            _paint_line(painter, at(picture, a), at(picture, b), colour, halo)
    elif shape.kind in POLYGONS:
        _paint_border(painter, shape, picture, colour, halo)
    else:
        for number, place in enumerate(shape.places()):
            state = FacingState.FILLED
            if shape.facings:
                state = shape.facings[number]
            _paint_place(painter, place, state, picture, colour, halo)


def tag_place(shape: RuleShape, picture: QRectF) -> QPointF:
    """Return the highest point of a shape in pixels: its tag stands beside it."""
    corners = [at(picture, p) for border in shape.borders() for p in border]
    return min(corners, key=lambda p: (p.y(), p.x()))


def distance_px(shape: RuleShape, picture: QRectF, point: QPointF) -> float:
    """Return how far a pixel is from a shape's nearest border, in pixels."""
    nearest = math.inf
    for border in shape.borders():
        for a, b in pairwise(at(picture, p) for p in border):
            nearest = min(nearest, _distance(point, a, b))
    return nearest


def encloses(shape: RuleShape, picture: QRectF, point: QPointF) -> bool:
    """Return whether a pixel lies inside a closed shape."""
    if shape.kind in (RuleKind.LINE, RuleKind.GATE):
        return False
    return any(
        QPolygonF([at(picture, p) for p in border]).containsPoint(
            point, Qt.FillRule.OddEvenFill
        )
        for border in shape.borders()
    )


def _distance(point: QPointF, a: QPointF, b: QPointF) -> float:
    along, off = b - a, point - a
    length2 = along.x() ** 2 + along.y() ** 2 or 1.0
    share = (off.x() * along.x() + off.y() * along.y()) / length2
    rest = off - along * min(1.0, max(0.0, share))
    return math.hypot(rest.x(), rest.y())


def _paint_line(
    painter: QPainter, a: QPointF, b: QPointF, colour: QColor, halo: QColor
) -> None:
    arrow = _arrow(a, b)
    for ink, width, grow in ((halo, 5.0, 1.5), (colour, 2.0, 0.0)):
        painter.setPen(_pen(ink, width))
        painter.drawLine(a, b)
        painter.drawLine(arrow)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawPolygon(_head(arrow, _HEAD_PX + grow))
        painter.drawEllipse(a, _END_PX + grow, _END_PX + grow)
        painter.drawEllipse(b, _END_PX + grow, _END_PX + grow)


def _paint_border(
    painter: QPainter, shape: RuleShape, picture: QRectF, colour: QColor, halo: QColor
) -> None:
    border = QPolygonF([at(picture, p) for p in shape.points])
    fill = QColor(colour)
    fill.setAlpha(_FILL_ALPHA)
    painter.setBrush(fill)
    painter.setPen(_pen(halo, 5.0))
    painter.drawPolygon(border)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(_pen(colour, 2.0))
    painter.drawPolygon(border)
    for ink, radius in ((halo, _END_PX + 1.5), (colour, _END_PX)):
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        for corner in border.toList():
            painter.drawEllipse(corner, radius, radius)


def _paint_place(
    painter: QPainter,
    place: tuple[float, float, float, float],
    state: FacingState,
    picture: QRectF,
    colour: QColor,
    halo: QColor,
) -> None:
    """Paint one place: filled has a whole border, empty is crossed, unknown is dotted."""
    rect = QRectF(at(picture, place[:2]), at(picture, place[2:]))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for ink, width in ((halo, 4.0), (colour, 1.6)):
        pen = _pen(ink, width)
        if state is FacingState.UNKNOWN:
            pen.setDashPattern([1, 3])
        painter.setPen(pen)
        painter.drawRect(rect)
        if state in (FacingState.EMPTY, FacingState.PICKED):
            painter.drawLine(rect.topLeft(), rect.bottomRight())
            painter.drawLine(rect.topRight(), rect.bottomLeft())


def _pen(colour: QColor, width: float) -> QPen:
    pen = QPen(colour, width)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    return pen


def _arrow(a: QPointF, b: QPointF) -> QLineF:
    """Return the arrow that points to "in": right of somebody looking from a to b."""
    along = b - a
    length = math.hypot(along.x(), along.y()) or 1.0
    shortest, longest = _ARROW_PX
    reach = min(longest, max(shortest, _ARROW_SHARE * length))
    normal = QPointF(-along.y() / length, along.x() / length)
    middle = (a + b) / 2
    return QLineF(middle, middle + normal * reach)


def _head(arrow: QLineF, size: float) -> QPolygonF:
    unit = arrow.unitVector()
    way = unit.p2() - unit.p1()
    side = QPointF(-way.y(), way.x())
    tip = arrow.p2() + way * (size * 0.4)
    base = tip - way * size
    return QPolygonF([tip, base + side * (size * 0.5), base - side * (size * 0.5)])
