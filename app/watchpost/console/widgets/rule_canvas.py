"""A picture on which rules are drawn, by mouse and by keyboard."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from watchpost.console.theme import Theme
from watchpost.console.widgets.player.overlay import OverlayPainter
from watchpost.console.widgets.player.scene import FrameScene, RuleMark
from watchpost.console.widgets.rule_shapes import (
    POLYGONS,
    Point,
    RuleKind,
    RuleShape,
    at,
    distance_px,
    encloses,
)

_GRAB_PX = 12.0
_HANDLE_PX = 9.0
_PEN_PX = 11.0
_SAME_PX = 3.0
_MOST_CORNERS = 40
_NUDGE_KEYS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_POINTS = {RuleKind.LINE: 2, RuleKind.GATE: 4, RuleKind.SHELF: 2}
"""How many points make one; corners of a closed border end where they began."""


class RuleCanvas(QWidget):
    """Shows a picture letterboxed, with rules; one is selected, a point can be dragged.

    With a tool, points are set one after the other, by clicks or with the keyboard: the
    arrows move a pen by a pixel of the picture, with Shift by ten. Without one, the
    arrows nudge the selected rule's active point.

    Signals:
        drawn: ``kind, points`` of a new rule, or of one more place of a shelf.
        moved: ``index, points`` of a rule that was changed.
        grabbed, released: A point is dragged from here on; no longer.
        chosen: Index of a rule that was clicked, -1 for none.
        draft_changed: The new rule has one point more or fewer.
    """

    drawn = Signal(object, object)
    moved = Signal(int, object)
    grabbed = Signal()
    released = Signal()
    chosen = Signal(int)
    draft_changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._overlay = OverlayPainter(theme)
        self._image = QImage()
        self._rules: tuple[RuleMark, ...] = ()
        self._selected = -1
        self._active = 1
        self._tool: RuleKind | None = None
        self._draft: list[Point] = []
        self._pen: Point = (0.5, 0.5)
        self._pressed: QPointF | None = None
        self._drag: tuple[int, int] | None = None
        self._message = ""
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Picture with rules"))

    def minimumSizeHint(self) -> QSize:
        """Ask for little."""
        return QSize(240, 160)

    def show_picture(self, jpeg: bytes) -> None:
        """Take a JPEG; empty clears."""
        self._image = QImage.fromData(jpeg) if jpeg else QImage()
        self.update()

    def show_message(self, text: str) -> None:
        """Say why there is no picture."""
        if text != self._message:
            self._message = text
            self.update()

    def show_rules(self, rules: Sequence[RuleMark], selected: int) -> None:
        """Show these rules."""
        if (tuple(rules), selected) == (self._rules, self._selected):
            return
        others = _outline(rules) != _outline(self._rules)
        if selected != self._selected:
            self._active = 1
        self._rules, self._selected = tuple(rules), selected
        if (shape := self._shape()) is not None:
            self._active = min(self._active, len(shape.points) - 1)
        if others:
            # What is held may be gone, or another rule in its place.
            self.let_go()
        self.update()

    def set_tool(self, tool: RuleKind | None) -> None:
        """Let the next points be a new rule; None: points are moved."""
        self._tool = tool
        cursor = (
            Qt.CursorShape.ArrowCursor if tool is None else Qt.CursorShape.CrossCursor
        )
        self.setCursor(cursor)
        self._set_draft([])

    @property
    def draft_points(self) -> int:
        """How many points of the new rule are set."""
        return len(self._draft)

    @property
    def picture_size(self) -> tuple[int, int]:
        """Pixels of the picture, (0, 0) without one."""
        return self._image.width(), self._image.height()

    @property
    def dragging(self) -> bool:
        """Whether a point is held with the mouse."""
        return self._drag is not None

    # What keys ask for

    def let_go(self) -> None:
        """Leave the dragged point where it is."""
        if self._drag is not None:
            self._drag = None
            self.released.emit()

    def set_point(self) -> None:
        """Set a point where the pen is; on the last one again, close the new border."""
        if self._tool is None or self._image.isNull():
            return
        last = self._draft[-1] if self._draft else None
        if (
            last is None
            or _apart(self._pixel(last), self._pixel(self._pen)) >= _SAME_PX
        ):
            self._put(self._pen)
        elif len(self._draft) > 2:
            self.finish()

    def draw_on(self, points: Sequence[Point]) -> None:
        """Take up a rule that was refused, less the point that would end it again."""
        assert self._tool is not None
        self._set_draft(list(points[: _POINTS.get(self._tool, _MOST_CORNERS) - 1]))

    def finish(self) -> None:
        """Close the new border."""
        if self._tool in POLYGONS and self._draft:
            self._done()

    def add_point(self) -> None:
        """Add a corner to the selected border, in the middle after the active one."""
        shape = self._shape()
        if shape is None or shape.kind not in POLYGONS:
            return
        if len(shape.points) < _MOST_CORNERS:
            here = shape.points[self._active]
            after = shape.points[(self._active + 1) % len(shape.points)]
            middle = ((here[0] + after[0]) / 2, (here[1] + after[1]) / 2)
            self._insert(self._active + 1, middle)

    def remove_point(self) -> None:
        """Take back the new rule's last point, or remove the active corner or place."""
        if self._tool is not None:
            self._set_draft(self._draft[:-1])
            return
        shape = self._shape()
        if shape is None or shape.kind in _POINTS.keys() - {RuleKind.SHELF}:
            return
        first, last = self._active, self._active + 1
        if shape.kind is RuleKind.SHELF:
            first -= first % 2
            last = first + 2
        self._active = max(0, first - 1)
        self.moved.emit(self._selected, shape.points[:first] + shape.points[last:])

    def next_point(self) -> None:
        """Make the next point of the selected rule the active one."""
        if (shape := self._shape()) is not None:
            self._active = (self._active + 1) % len(shape.points)
            self.update()

    # Geometry

    def picture_rect(self) -> QRectF:
        """Return where the picture lies in the widget."""
        width, height = self._image.width() or 16, self._image.height() or 9
        scale = min(self.width() / width, self.height() / height)
        w, h = width * scale, height * scale
        return QRectF((self.width() - w) / 2, (self.height() - h) / 2, w, h)

    def _fractions(self, point: QPointF) -> Point:
        rect = self.picture_rect()
        x = (point.x() - rect.left()) / rect.width()
        y = (point.y() - rect.top()) / rect.height()
        return min(1.0, max(0.0, x)), min(1.0, max(0.0, y))

    def _pixel(self, point: Point) -> QPointF:
        return at(self.picture_rect(), point)

    def _shape(self) -> RuleShape | None:
        known = 0 <= self._selected < len(self._rules)
        return self._rules[self._selected].shape if known else None

    def _point_at(self, pixel: QPointF) -> tuple[int, int] | None:
        """Return (rule, point) of the nearest point within reach; the selected first."""
        best, best_distance = None, _GRAB_PX
        for index, rule in enumerate(self._rules):
            for number, point in enumerate(rule.shape.points):
                distance = _apart(self._pixel(point), pixel)
                distance -= 1.0 if index == self._selected else 0.0
                if distance < best_distance:
                    best, best_distance = (index, number), distance
        return best

    def _rule_at(self, pixel: QPointF) -> int:
        picture = self.picture_rect()
        near = [
            (distance_px(rule.shape, picture, pixel), index)
            for index, rule in enumerate(self._rules)
        ]
        distance, index = min(near, default=(math.inf, -1))
        if distance < _GRAB_PX:
            return index
        inside = (
            index
            for index, rule in enumerate(self._rules)
            if encloses(rule.shape, picture, pixel)
        )
        return next(inside, -1)

    # Drawing

    def _set_draft(self, points: list[Point]) -> None:
        self._draft, self._pressed = points, None
        self.draft_changed.emit()
        self.update()

    def _put(self, point: Point) -> None:
        if self._tool in POLYGONS and len(self._draft) > 2 and self._is_first(point):
            self._done()
            return
        self._set_draft([*self._draft, point])
        assert self._tool is not None
        if len(self._draft) >= _POINTS.get(self._tool, _MOST_CORNERS):
            self._done()

    def _is_first(self, point: Point) -> bool:
        return _apart(self._pixel(point), self._pixel(self._draft[0])) < _GRAB_PX

    def _done(self) -> None:
        points, tool = tuple(self._draft), self._tool
        if tool is RuleKind.SHELF:
            xs, ys = zip(*points, strict=True)
            points = ((min(xs), min(ys)), (max(xs), max(ys)))
        self._set_draft([])
        self.drawn.emit(tool, points)

    def _move_point(self, index: int, number: int, point: Point) -> None:
        points = list(self._rules[index].shape.points)
        points[number] = point
        self.moved.emit(index, tuple(points))

    def _insert(self, number: int, point: Point) -> None:
        shape = self._shape()
        assert shape is not None
        self._active = number
        points = (*shape.points[:number], point, *shape.points[number:])
        self.moved.emit(self._selected, points)

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Set a point, grab one or select."""
        if event.button() is not Qt.MouseButton.LeftButton or self._image.isNull():
            return
        pixel = event.position()
        if self._tool is not None:
            self._pen = self._fractions(pixel)
            self._put(self._pen)
            self._pressed = pixel if self._draft else None
            return
        self._drag = self._point_at(pixel)
        index = self._drag[0] if self._drag is not None else self._rule_at(pixel)
        self.chosen.emit(index)
        if self._drag is not None:
            self._active = self._drag[1]
            self.grabbed.emit()
            self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Add a corner where the selected border was double-clicked."""
        shape, pixel = self._shape(), event.position()
        if self._tool is not None:
            self.mousePressEvent(event)
        elif (
            shape is not None
            and shape.kind in POLYGONS
            and len(shape.points) < _MOST_CORNERS
            and self._point_at(pixel) is None
        ):
            self._insert_on_border(shape, pixel)

    def _insert_on_border(self, shape: RuleShape, pixel: QPointF) -> None:
        picture = self.picture_rect()
        sides = [
            RuleShape(RuleKind.LINE, (here, after))
            for here, after in zip(
                shape.points, (*shape.points[1:], shape.points[0]), strict=True
            )
        ]
        near = [distance_px(side, picture, pixel) for side in sides]
        nearest = min(range(len(sides)), key=near.__getitem__)
        if near[nearest] < _GRAB_PX:
            self._insert(nearest + 1, self._fractions(pixel))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Stretch what is drawn or drag the point."""
        if self._drag is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self._move_point(*self._drag, self._fractions(event.position()))
        elif self._tool is not None and not self._image.isNull():
            self._pen = self._fractions(event.position())
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Set the other point of what was dragged rather than clicked."""
        self.let_go()
        pressed, self._pressed = self._pressed, None
        if pressed is not None and _apart(event.position(), pressed) > 2 * _GRAB_PX:
            self._put(self._fractions(event.position()))

    # Keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the pen, or nudge the active point of the selected rule."""
        step = _NUDGE_KEYS.get(Qt.Key(event.key()))
        shape = self._shape()
        if step is None or self._image.isNull():
            super().keyPressEvent(event)
        elif self._tool is not None:
            self._pen = self._nudged(self._pen, step, event)
            self.update()
        elif shape is not None:
            point = self._nudged(shape.points[self._active], step, event)
            self._move_point(self._selected, self._active, point)
        else:
            super().keyPressEvent(event)

    def _nudged(self, point: Point, step: tuple[int, int], event: QKeyEvent) -> Point:
        pixels = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        width, height = self.picture_size
        x = point[0] + step[0] * pixels / width
        y = point[1] + step[1] * pixels / height
        return min(1.0, max(0.0, x)), min(1.0, max(0.0, y))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that it is elsewhere."""
        super().focusOutEvent(event)
        self.update()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the picture, the rules, the selection and the rule being drawn."""
        del event
        colours = self._theme.colours
        painter = QPainter(self)
        painter.fillRect(self.rect(), colours.void)
        rect = self.picture_rect()
        if self._image.isNull():
            painter.setPen(colours.lo)
            painter.setFont(self._theme.font(14))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            inner = self.rect().adjusted(24, 24, -24, -24)
            painter.drawText(inner, int(flags), self._message)
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(rect, self._image)
        self._overlay.paint(painter, FrameScene(0, rules=self._rules), rect)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=True)
        if (shape := self._shape()) is not None and self._tool is None:
            self._paint_handles(painter, shape)
        if self._tool is not None and not self._image.isNull():
            self._paint_draft(painter)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colours.accent, 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def _paint_handles(self, painter: QPainter, shape: RuleShape) -> None:
        colours = self._theme.colours
        painter.setBrush(Qt.BrushStyle.NoBrush)
        # Places stand close together.
        radius = _HANDLE_PX / 2 if shape.kind is RuleKind.SHELF else _HANDLE_PX
        for number, point in enumerate(shape.points):
            painter.setPen(QPen(colours.accent, 3 if number == self._active else 2))
            painter.drawEllipse(self._pixel(point), radius, radius)

    def _paint_draft(self, painter: QPainter) -> None:
        colours, pen = self._theme.colours, self._pixel(self._pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colours.accent, 2, Qt.PenStyle.DashLine))
        pixels = [self._pixel(point) for point in self._draft]
        if self._tool is RuleKind.SHELF:
            if pixels:
                painter.drawRect(QRectF(pixels[0], pen).normalized())
        elif self._tool is RuleKind.GATE and len(pixels) > 1:
            painter.drawLine(pixels[0], pixels[1])
            painter.drawPolyline(QPolygonF([*pixels[2:], pen]))
        else:
            painter.drawPolyline(QPolygonF([*pixels, pen]))
        painter.setPen(QPen(colours.accent, 2))
        for pixel in pixels:
            painter.drawEllipse(pixel, _HANDLE_PX / 2, _HANDLE_PX / 2)
        if self._tool in POLYGONS and len(pixels) > 2:
            painter.drawEllipse(pixels[0], _GRAB_PX, _GRAB_PX)
        reach = QPointF(_PEN_PX, 0), QPointF(0, _PEN_PX)
        for arm in reach:
            painter.drawLine(pen - arm, pen + arm)


def _outline(rules: Sequence[RuleMark]) -> list[tuple[RuleKind, int]]:
    """Return what a drag of a point leaves as it is: kinds and how many points."""
    return [(rule.shape.kind, len(rule.shape.points)) for rule in rules]


def _apart(one: QPointF, other: QPointF) -> float:
    return math.hypot(one.x() - other.x(), one.y() - other.y())
