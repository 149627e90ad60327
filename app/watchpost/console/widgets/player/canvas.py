"""The picture of a player: one frame with its overlays, zoom, selection and drawing."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from watchpost.console.theme import Theme
from watchpost.console.widgets.player.overlay import (
    HANDLE,
    OverlayPainter,
    box_rect,
    handle_points,
)
from watchpost.console.widgets.player.scene import BoxMark, FrameScene
from watchpost.console.widgets.player.view import STEP, View

_GRIP = HANDLE + 4
_NUDGE = 0.01
_START = QRectF(0.4, 0.3, 0.2, 0.4)
_ARROWS = {
    Qt.Key.Key_Left: QPointF(-_NUDGE, 0),
    Qt.Key.Key_Right: QPointF(_NUDGE, 0),
    Qt.Key.Key_Up: QPointF(0, -_NUDGE),
    Qt.Key.Key_Down: QPointF(0, _NUDGE),
}
_DONE = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
Rect = tuple[float, float, float, float]


class FrameCanvas(QWidget):
    """Shows a frame; a box is drawn with the mouse, or moved and sized with the arrows.

    Signals:
        box_picked: Key of the box that was clicked; empty beside all boxes.
        box_drawn: Left, top, right, bottom (fractions) of a new box.
        box_changed: Key and new edges of a box that was dragged.
        drawing_changed: Whether a new box is being drawn.
    """

    box_picked = Signal(str)
    box_drawn = Signal(tuple)
    box_changed = Signal(str, tuple)
    drawing_changed = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._overlay = OverlayPainter(theme)
        self._image = QImage()
        self._scene = FrameScene(0)
        self._view = View()
        self._overlays_on = True
        self._smooth = True
        self._draft: QRectF | None = None
        self._drawing = False
        self._grabbed: tuple[str, str, QRectF] | None = None
        self._pressed_at = QPointF()
        self._panning = False
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    # What is shown

    def set_frame(self, image: QImage) -> None:
        """Show a decoded frame; the caller keeps its pixels alive."""
        self._image = image
        self.update()

    def set_scene(self, scene: FrameScene) -> None:
        """Show what belongs to the frame."""
        self._scene = scene
        self._describe()
        self.update()

    def set_overlays(self, on: bool) -> None:
        """Show or hide everything over the picture."""
        self._overlays_on = on
        self.update()

    def set_smooth(self, on: bool) -> None:
        """Scale smoothly; while playing speed matters more."""
        if on != self._smooth:
            self._smooth = on
            self.update()

    def clear(self) -> None:
        """Show nothing."""
        self._image = QImage()
        self._scene = FrameScene(0)
        self._view = View()
        self.cancel_drawing()
        self._describe()
        self.update()

    @property
    def has_frame(self) -> bool:
        """Whether a picture is shown."""
        return not self._image.isNull()

    @property
    def zoom(self) -> float:
        """1 when the picture is fitted."""
        return self._view.zoom

    def sizeHint(self) -> QSize:
        """Return a 16:9 size."""
        return QSize(self._theme.px(768), self._theme.px(432))

    def minimumSizeHint(self) -> QSize:
        """Return the smallest useful size."""
        return QSize(self._theme.px(320), self._theme.px(160))

    # Zoom

    def fit(self) -> None:
        """Show the whole picture."""
        self._view = View()
        self.update()

    def zoom_by(self, steps: float, at: QPointF | None = None) -> None:
        """Zoom in (positive) or out about a point; by default about the middle."""
        where = QPointF(self.rect().center()) if at is None else at
        self._view = self._view.zoomed(
            STEP**steps, where, QSizeF(self.size()), self._picture_size()
        )
        self.update()

    def _picture_size(self) -> QSizeF:
        return QSizeF(self._image.size())

    def _picture(self) -> QRectF:
        target = self._view.target(QSizeF(self.size()), self._picture_size())
        return QRectF(target.toAlignedRect()) if target.isValid() else target

    # Drawing a new box

    @property
    def is_drawing(self) -> bool:
        """Whether a new box is being drawn."""
        return self._drawing

    def begin_drawing(self) -> None:
        """Let the next drag be a new box; the arrows move a box that starts mid-way."""
        if not self.has_frame or self._drawing:
            return
        self._drawing = True
        self._draft = QRectF(_START)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.drawing_changed.emit(True)
        self.update()

    def cancel_drawing(self) -> None:
        """Draw no new box after all."""
        if not self._drawing:
            return
        self._drawing = False
        self._draft = None
        self.unsetCursor()
        self.drawing_changed.emit(False)
        self.update()

    def _finish_drawing(self) -> None:
        draft = self._draft
        self.cancel_drawing()
        if draft is not None and draft.width() > 0 and draft.height() > 0:
            self.box_drawn.emit(_edges(draft))

    # Events

    def event(self, event: QEvent) -> bool:
        """Keep the arrows, Enter and Esc for the box that is being drawn."""
        if (
            self._drawing
            and event.type() is QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and (event.key() in _ARROWS or event.key() in (*_DONE, Qt.Key.Key_Escape))
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the new box, with Shift size it; Enter takes it, Esc drops it."""
        key = event.key()
        if not self._drawing or self._draft is None:
            super().keyPressEvent(event)
        elif key in _ARROWS:
            step = _ARROWS[Qt.Key(key)]
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self._draft = self._draft.adjusted(0, 0, step.x(), step.y())
            else:
                self._draft = self._draft.translated(step)
            self._draft = _kept_inside(self._draft)
            self.update()
        elif key in _DONE:
            self._finish_drawing()
        elif key == Qt.Key.Key_Escape:
            self.cancel_drawing()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a new box, grab a handle, pick a box or drag the zoomed picture."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if event.button() is Qt.MouseButton.MiddleButton:
            self._panning = True
        if event.button() is not Qt.MouseButton.LeftButton or not self.has_frame:
            return
        where = event.position()
        self._pressed_at = where
        if self._drawing:
            self._draft = QRectF(self._fraction(where), QSizeF(0, 0))
            return
        grabbed = self._handle_at(where)
        if grabbed is not None:
            self._grabbed = grabbed
            return
        box = self._box_at(where)
        self.box_picked.emit(box.key if box is not None else "")
        self._panning = box is None and self._view.zoom > 1.0

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Size the box, drag the picture, or show what a press would do."""
        where = event.position()
        pressed = bool(event.buttons())
        if self._panning and pressed:
            by = where - self._pressed_at
            self._pressed_at = where
            self._view = self._view.moved(by, QSizeF(self.size()), self._picture_size())
            self.update()
        elif self._drawing and pressed and self._draft is not None:
            start = self._fraction(self._pressed_at)
            self._draft = QRectF(start, self._fraction(where)).normalized()
            self.update()
        elif self._grabbed is not None:
            _, name, rect = self._grabbed
            self._draft = _dragged(rect, name, self._fraction(where))
            self.update()
        elif not self._drawing:
            self._show_cursor(where)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Take the new or changed box."""
        self._panning = False
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        if self._grabbed is not None:
            key = self._grabbed[0]
            draft, self._draft, self._grabbed = self._draft, None, None
            if draft is not None:
                self.box_changed.emit(key, _edges(draft))
            self.update()
        elif self._drawing and self._draft is not None:
            big = self._draft.width() > _NUDGE / 2 and self._draft.height() > _NUDGE / 2
            if big:
                self._finish_drawing()
            else:
                self._draft = QRectF(_START)
                self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer while Ctrl is held."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(event.angleDelta().y() / 120, event.position())
            event.accept()
        else:
            event.ignore()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the frame and what belongs to it."""
        painter = QPainter(self)
        colours = self._theme.colours
        painter.fillRect(self.rect(), colours.void)
        picture = self._picture()
        if self.has_frame:
            painter.setRenderHint(
                QPainter.RenderHint.SmoothPixmapTransform, on=self._smooth
            )
            painter.drawImage(picture, self._image)
            if self._overlays_on:
                painter.setClipRect(picture.intersected(QRectF(self.rect())))
                self._overlay.paint(painter, self._scene, picture)
                painter.setClipping(False)
            if self._draft is not None:
                self._overlay.draft(painter, self._on_widget(self._draft, picture))
            if self._drawing:
                self._paint_hint(painter)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colours.accent, 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def _paint_hint(self, painter: QPainter) -> None:
        """Say how a box is drawn, with the mouse and without."""
        words = self.tr(
            "Drag a box. Or move it with the arrows, size it with Shift; "
            "Enter takes it, Esc drops it."
        )
        colours, metrics = self._theme.colours, self._theme.metrics(13, 500)
        width = min(self.width() - 16, metrics.horizontalAdvance(words) + 24)
        place = QRectF(0, 0, width, metrics.height() + 12)
        place.moveCenter(QPointF(self.width() / 2, self.height() - place.height()))
        painter.fillRect(place, colours.void)
        painter.setFont(self._theme.font(13, 500))
        painter.setPen(colours.hi)
        shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, int(width) - 16)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, shown)

    # Places

    def _fraction(self, where: QPointF) -> QPointF:
        picture = self._picture()
        x = (where.x() - picture.left()) / max(1.0, picture.width())
        y = (where.y() - picture.top()) / max(1.0, picture.height())
        return QPointF(min(1.0, max(0.0, x)), min(1.0, max(0.0, y)))

    def _on_widget(self, rect: QRectF, picture: QRectF) -> QRectF:
        return QRectF(
            picture.left() + rect.left() * picture.width(),
            picture.top() + rect.top() * picture.height(),
            rect.width() * picture.width(),
            rect.height() * picture.height(),
        )

    def _box_at(self, where: QPointF) -> BoxMark | None:
        """Return the smallest box under the pointer, so that none hides another."""
        picture = self._picture()
        hits = [
            box
            for box in self._scene.boxes
            if box.kind != "between" and box_rect(box, picture).contains(where)
        ]
        return min(
            hits,
            key=lambda box: (box.right - box.left) * (box.bottom - box.top),
            default=None,
        )

    def _handle_at(self, where: QPointF) -> tuple[str, str, QRectF] | None:
        box = self._scene.box(self._scene.selected)
        if box is None or box.kind == "between" or not self._overlays_on:
            return None
        reach = QRectF(-_GRIP / 2, -_GRIP / 2, _GRIP, _GRIP)
        for name, point in handle_points(box_rect(box, self._picture())):
            if reach.translated(point).contains(where):
                edges = QRectF(
                    QPointF(box.left, box.top), QPointF(box.right, box.bottom)
                )
                return box.key, name, edges
        return None

    def _show_cursor(self, where: QPointF) -> None:
        grabbed = self._handle_at(where)
        if grabbed is None:
            self.unsetCursor()
        else:
            self.setCursor(_CURSORS[grabbed[1]])

    def _describe(self) -> None:
        """Say in words what is shown, for screen readers."""
        measured = [box for box in self._scene.boxes if box.kind != "between"]
        self.setAccessibleName(self.tr("Frame {n}").format(n=self._scene.index + 1))
        if not self.has_frame:
            self.setAccessibleDescription(self.tr("No picture"))
        elif measured:
            words = (
                f"{box.class_name} {box.score:.2f}"
                if box.score is not None
                else box.class_name
                for box in measured
            )
            self.setAccessibleDescription(", ".join(words))
        else:
            self.setAccessibleDescription(self.tr("No detections"))


_CURSORS = {
    "l": Qt.CursorShape.SizeHorCursor,
    "r": Qt.CursorShape.SizeHorCursor,
    "t": Qt.CursorShape.SizeVerCursor,
    "b": Qt.CursorShape.SizeVerCursor,
    "lt": Qt.CursorShape.SizeFDiagCursor,
    "rb": Qt.CursorShape.SizeFDiagCursor,
    "rt": Qt.CursorShape.SizeBDiagCursor,
    "lb": Qt.CursorShape.SizeBDiagCursor,
}


def _dragged(rect: QRectF, handle: str, to: QPointF) -> QRectF:
    changed = QRectF(rect)
    if "l" in handle:
        changed.setLeft(to.x())
    if "r" in handle:
        changed.setRight(to.x())
    if "t" in handle:
        changed.setTop(to.y())
    if "b" in handle:
        changed.setBottom(to.y())
    return changed.normalized()


def _kept_inside(rect: QRectF) -> QRectF:
    width = min(1.0, max(_NUDGE, rect.width()))
    height = min(1.0, max(_NUDGE, rect.height()))
    return QRectF(
        min(max(0.0, rect.left()), 1 - width),
        min(max(0.0, rect.top()), 1 - height),
        width,
        height,
    )


def _edges(rect: QRectF) -> Rect:
    return rect.left(), rect.top(), rect.right(), rect.bottom()
