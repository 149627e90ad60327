"""Draws boxes, tags, lines and trails over a frame.

Lines are 2 px (3 when selected) over a dark halo, so that any picture keeps contrast.
Tags avoid each other and are drawn last. Looks on video are those of the dark theme in
every theme.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from watchpost.console.theme import Theme, ThemeName, class_token, load_colours
from watchpost.console.widgets.player.scene import BoxMark, FrameScene, RuleMark, Trail
from watchpost.console.widgets.rule_shapes import at, paint_shape, tag_place

HANDLE = 8.0
_TAG_ALPHA = 224
_HALO_ALPHA = 170


class OverlayPainter:
    """Paints scenes; keeps fonts, pens and colours. GUI thread."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._colours = load_colours(ThemeName.DARK)
        self._tag_back = QColor(self._colours.void)
        self._tag_back.setAlpha(_TAG_ALPHA)
        self._halo = QColor(self._colours.void)
        self._halo.setAlpha(_HALO_ALPHA)

    def paint(self, painter: QPainter, scene: FrameScene, picture: QRectF) -> None:
        """Draw a scene over the picture that lies at ``picture``, in widget pixels."""
        for trail in scene.trails:
            self._trail(painter, trail, picture)
        for rule in scene.rules:
            paint_shape(painter, rule.shape, picture, self._colours.hi, self._halo)
        plain = [box for box in scene.boxes if box.key != scene.selected]
        chosen = [box for box in scene.boxes if box.key == scene.selected]
        for box in plain:
            self._box(painter, box, box_rect(box, picture), selected=False)
        for box in chosen:
            self._box(painter, box, box_rect(box, picture), selected=True)
        self._tags(painter, [*chosen, *plain], scene.rules, picture)

    def draft(self, painter: QPainter, rect: QRectF) -> None:
        """Draw a box that is being drawn."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._halo, 5))
        painter.drawRect(rect)
        painter.setPen(QPen(self._colours.accent, 2, Qt.PenStyle.DashLine))
        painter.drawRect(rect)

    def _box(
        self, painter: QPainter, box: BoxMark, rect: QRectF, *, selected: bool
    ) -> None:
        colour = self._colours.of(class_token(box.class_name))
        width = 3.0 if selected else 2.0
        if box.kind == "between":
            width = 1.0
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(_pen(self._halo, width + 2.5))
        painter.drawRect(rect)
        pen = _pen(colour, width)
        if box.rejected:
            pen.setDashPattern([4, 2.5])
        painter.setPen(pen)
        painter.drawRect(rect)
        if box.rejected:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=True)
            painter.setPen(_pen(self._halo, 3.5))
            painter.drawLine(rect.topLeft(), rect.bottomRight())
            thin = _pen(colour, 1.2)
            thin.setDashPattern([4, 2.5])
            painter.setPen(thin)
            painter.drawLine(rect.topLeft(), rect.bottomRight())
        if selected and box.kind != "between":
            self._handles(painter, rect)

    def _handles(self, painter: QPainter, rect: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        painter.setPen(_pen(self._colours.void, 1))
        painter.setBrush(self._colours.hi)
        for _, point in handle_points(rect):
            painter.drawRect(
                QRectF(point.x() - HANDLE / 2, point.y() - HANDLE / 2, HANDLE, HANDLE)
            )

    def _trail(self, painter: QPainter, trail: Trail, picture: QRectF) -> None:
        points = QPolygonF([at(picture, point) for point in trail.points])
        colour = self._colours.of(class_token(trail.class_name))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=True)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(_round_pen(self._halo, 3.5))
        painter.drawPolyline(points)
        painter.setPen(_round_pen(colour, 1.5))
        painter.drawPolyline(points)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        for point in points.toList()[::3]:
            painter.drawEllipse(point, 2.2, 2.2)

    def _tags(
        self,
        painter: QPainter,
        boxes: Sequence[BoxMark],
        rules: Sequence[RuleMark],
        picture: QRectF,
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        taken: list[QRectF] = []
        bounds = picture.intersected(QRectF(painter.viewport()))
        for box in boxes:
            if box.kind == "between":
                continue
            colour = self._colours.of(class_token(box.class_name))
            rect = box_rect(box, picture)
            taken.append(self._tag(painter, tag_text(box), colour, rect, bounds, taken))
        for rule in rules:
            top = tag_place(rule.shape, picture)
            beside = QRectF(top.x() + 8, top.y() - 4, 0, 12)
            taken.append(self._rule_tag(painter, rule, beside, bounds, taken))

    def _rule_tag(
        self,
        painter: QPainter,
        rule: RuleMark,
        beside: QRectF,
        bounds: QRectF,
        taken: Sequence[QRectF],
    ) -> QRectF:
        """Draw a rule's name, and behind it what it measures in lighter letters."""
        room = 0.0
        if rule.value:
            room = self._theme.metrics(13, 400).horizontalAdvance(rule.value) + 8.0
        colours = self._colours
        place = self._tag(
            painter, rule.words, colours.hi, beside, bounds, taken, room=room
        )
        if rule.value:
            painter.setPen(colours.lo if rule.value_is_old else colours.text)
            painter.setFont(self._theme.font(13, 400))
            painter.drawText(
                place.adjusted(8, 0, -6, 0),
                Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight,
                rule.value,
            )
        return place

    def _tag(
        self,
        painter: QPainter,
        text: str,
        colour: QColor,
        rect: QRectF,
        bounds: QRectF,
        taken: Sequence[QRectF],
        *,
        room: float = 0.0,
    ) -> QRectF:
        metrics = self._theme.metrics(13, 600)
        size_w, size_h = metrics.horizontalAdvance(text) + 14.0, metrics.height() + 4.0
        size_w += room
        place = _free_place(rect, size_w, size_h, bounds, taken)
        painter.fillRect(place, self._tag_back)
        painter.fillRect(QRectF(place.left(), place.top(), 3, place.height()), colour)
        painter.setPen(self._colours.hi)
        painter.setFont(self._theme.font(13, 600))
        painter.drawText(
            place.adjusted(8, 0, -4, 0),
            Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft,
            text,
        )
        return place


def tag_text(box: BoxMark) -> str:
    """Return the words on a box's tag, such as "1  Person 0.91  #212"."""
    words = [str(box.number)] if box.number else []
    name = box.class_name[:1].upper() + box.class_name[1:]
    if box.rejected:
        words.append(_tr("Rejected"))
    elif box.kind == "added":
        words.append(_tr("{name} (new)").format(name=name))
    elif box.score is None:
        words.append(name)
    else:
        words.append(f"{name} {box.score:.2f}")
    if box.track_id:
        words.append(f"#{box.track_id}")
    return "  ".join(words)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Player", text)


def box_rect(box: BoxMark, picture: QRectF) -> QRectF:
    """Return a box in widget pixels, on whole pixels so that its edges are sharp."""
    one = at(picture, (box.left, box.top))
    two = at(picture, (box.right, box.bottom))
    return QRectF(
        round(one.x()),
        round(one.y()),
        round(two.x()) - round(one.x()),
        round(two.y()) - round(one.y()),
    )


def handle_points(rect: QRectF) -> tuple[tuple[str, QPointF], ...]:
    """Return the eight handles of a box; the name says which edges each one moves."""
    x = (rect.left(), rect.center().x(), rect.right())
    y = (rect.top(), rect.center().y(), rect.bottom())
    return (
        ("lt", QPointF(x[0], y[0])),
        ("t", QPointF(x[1], y[0])),
        ("rt", QPointF(x[2], y[0])),
        ("r", QPointF(x[2], y[1])),
        ("rb", QPointF(x[2], y[2])),
        ("b", QPointF(x[1], y[2])),
        ("lb", QPointF(x[0], y[2])),
        ("l", QPointF(x[0], y[1])),
    )


def _pen(colour: QColor, width: float) -> QPen:
    pen = QPen(colour, width)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


def _round_pen(colour: QColor, width: float) -> QPen:
    pen = QPen(colour, width)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    return pen


def _free_place(
    rect: QRectF,
    width: float,
    height: float,
    bounds: QRectF,
    taken: Sequence[QRectF],
) -> QRectF:
    """Return where a tag fits: above the box, inside it, below it, then further down."""
    tops = [rect.top() - height, rect.top() + 2, rect.bottom() + 1]
    tops += [rect.top() + 2 + n * (height + 2) for n in range(1, 6)]
    lefts = [rect.left(), rect.right() - width]
    fallback: QRectF | None = None
    for top in tops:
        for left in lefts:
            place = QRectF(round(left), round(top), width, height)
            place = _pushed_in(place, bounds)
            if fallback is None:
                fallback = place
            if abs(place.top() - round(top)) > 1:
                continue
            if not any(place.intersects(other) for other in taken):
                return place
    assert fallback is not None
    return fallback


def _pushed_in(place: QRectF, bounds: QRectF) -> QRectF:
    left = min(max(place.left(), bounds.left()), bounds.right() - place.width())
    top = min(max(place.top(), bounds.top()), bounds.bottom() - place.height())
    return QRectF(left, top, place.width(), place.height())
