"""A picture on which counting lines are drawn, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from watchpost.console.theme import Theme
from watchpost.console.widgets.player.overlay import OverlayPainter
from watchpost.console.widgets.player.scene import FrameScene, LineMark

_GRAB_PX = 12.0
_NUDGE_KEYS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
Ends = tuple[float, float, float, float]


class LineCanvas(QWidget):
    """Shows a picture letterboxed, with lines; one is selected, an end can be dragged.

    By keyboard: arrows nudge the selected line's active end by a pixel of the picture,
    with Shift by ten; Tab leaves; Ctrl+Space changes the active end.

    Signals:
        drawn: ``ax, ay, bx, by`` of a new line, fractions.
        moved: ``index, (ax, ay, bx, by)`` of a line whose end was dragged or nudged.
        chosen: Index of a line that was clicked, -1 for none.
    """

    drawn = Signal(float, float, float, float)
    moved = Signal(int, object)
    chosen = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._overlay = OverlayPainter(theme)
        self._image = QImage()
        self._lines: tuple[LineMark, ...] = ()
        self._selected = -1
        self._active_end = 1
        self._drawing = False
        self._start: QPointF | None = None
        self._drag: tuple[int, int] | None = None
        self._message = ""
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Picture with counting lines"))

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

    def show_lines(self, lines: Sequence[LineMark], selected: int) -> None:
        """Show these lines."""
        if (tuple(lines), selected) != (self._lines, self._selected):
            self._lines, self._selected = tuple(lines), selected
            self.update()

    def set_drawing(self, on: bool) -> None:
        """Let the next two points be a new line."""
        self._drawing, self._start = on, None
        self.setCursor(Qt.CursorShape.CrossCursor if on else Qt.CursorShape.ArrowCursor)
        self.update()

    @property
    def picture_size(self) -> tuple[int, int]:
        """Pixels of the picture, (0, 0) without one."""
        return self._image.width(), self._image.height()

    # Geometry

    def picture_rect(self) -> QRectF:
        """Return where the picture lies in the widget."""
        width, height = self._image.width() or 16, self._image.height() or 9
        scale = min(self.width() / width, self.height() / height)
        w, h = width * scale, height * scale
        return QRectF((self.width() - w) / 2, (self.height() - h) / 2, w, h)

    def _fractions(self, point: QPointF) -> tuple[float, float]:
        rect = self.picture_rect()
        x = (point.x() - rect.left()) / rect.width()
        y = (point.y() - rect.top()) / rect.height()
        return min(1.0, max(0.0, x)), min(1.0, max(0.0, y))

    def _pixel(self, x: float, y: float) -> QPointF:
        rect = self.picture_rect()
        return QPointF(rect.left() + x * rect.width(), rect.top() + y * rect.height())

    def _end_at(self, point: QPointF) -> tuple[int, int] | None:
        """Return (line, end) of the nearest end within reach."""
        best, best_distance = None, _GRAB_PX
        for index, line in enumerate(self._lines):
            for end, (x, y) in enumerate(((line.ax, line.ay), (line.bx, line.by))):
                apart = point - self._pixel(x, y)
                distance = (apart.x() ** 2 + apart.y() ** 2) ** 0.5
                if distance < best_distance:
                    best, best_distance = (index, end), distance
        return best

    def _line_at(self, point: QPointF) -> int:
        for index, line in enumerate(self._lines):
            a, b = self._pixel(line.ax, line.ay), self._pixel(line.bx, line.by)
            along = b - a
            length2 = along.x() ** 2 + along.y() ** 2 or 1.0
            off = point - a
            share = min(
                1.0, max(0.0, (off.x() * along.x() + off.y() * along.y()) / length2)
            )
            rest = off - along * share
            if (rest.x() ** 2 + rest.y() ** 2) ** 0.5 < _GRAB_PX:
                return index
        return -1

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a line, grab an end or select."""
        if event.button() is not Qt.MouseButton.LeftButton or self._image.isNull():
            return
        point = event.position()
        if self._drawing:
            if self._start is None:
                self._start = point
            else:
                self._finish(point)
            return
        self._drag = self._end_at(point)
        index = self._drag[0] if self._drag is not None else self._line_at(point)
        if self._drag is not None:
            self._active_end = self._drag[1]
        self.chosen.emit(index)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Stretch the line or drag the end."""
        if self._drag is not None and event.buttons() & Qt.MouseButton.LeftButton:
            index, end = self._drag
            self._move_end(index, end, *self._fractions(event.position()))
        elif self._drawing and self._start is not None:
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Finish a line that was dragged rather than clicked."""
        self._drag = None
        if self._drawing and self._start is not None:
            apart = event.position() - self._start
            if abs(apart.x()) + abs(apart.y()) > 2 * _GRAB_PX:
                self._finish(event.position())

    def _finish(self, point: QPointF) -> None:
        assert self._start is not None
        start, self._start = self._start, None
        self.drawn.emit(*self._fractions(start), *self._fractions(point))

    def _move_end(self, index: int, end: int, x: float, y: float) -> None:
        line = self._lines[index]
        ends: Ends = (x, y, line.bx, line.by) if end == 0 else (line.ax, line.ay, x, y)
        self.moved.emit(index, ends)

    # Keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Nudge the active end of the selected line."""
        step = _NUDGE_KEYS.get(Qt.Key(event.key()))
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if control and event.key() == Qt.Key.Key_Space:
            self._active_end = 1 - self._active_end
            self.update()
        elif step is not None and 0 <= self._selected < len(self._lines):
            pixels = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            width, height = self.picture_size
            line, end = self._lines[self._selected], self._active_end
            x, y = (line.ax, line.ay) if end == 0 else (line.bx, line.by)
            x += step[0] * pixels / max(1, width)
            y += step[1] * pixels / max(1, height)
            self._move_end(
                self._selected, end, min(1.0, max(0.0, x)), min(1.0, max(0.0, y))
            )
        else:
            super().keyPressEvent(event)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the picture, the lines, the selection and the line being drawn."""
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
        self._overlay.paint(painter, FrameScene(0, lines=self._lines), rect)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=True)
        if 0 <= self._selected < len(self._lines):
            self._paint_selection(painter, self._lines[self._selected])
        if self._drawing and self._start is not None:
            painter.setPen(QPen(colours.accent, 2, Qt.PenStyle.DashLine))
            cursor = self.mapFromGlobal(self.cursor().pos())
            painter.drawLine(self._start, QPointF(cursor))
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colours.accent, 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def _paint_selection(self, painter: QPainter, line: LineMark) -> None:
        colours = self._theme.colours
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for end, (x, y) in enumerate(((line.ax, line.ay), (line.bx, line.by))):
            painter.setPen(QPen(colours.accent, 3 if end == self._active_end else 2))
            painter.drawEllipse(self._pixel(x, y), 9, 9)
