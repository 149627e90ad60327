"""A clip's timeline: tracks, crossings, gaps, marks and the playhead."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from watchpost.console.theme import Theme, ThemeName, class_token, load_colours
from watchpost.console.widgets.player.scene import (
    CrossingMark,
    GapMark,
    TimelineScene,
    TrackSpan,
)

MAX_TRACKS = 3
_AXIS = 24
_ROW = 22
_BAR = 12
_LABEL = 100
_MARGIN = 16
_STEPS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120)
_TICK_SPACE = 62
_DIAMOND = 7


@dataclass(frozen=True, slots=True)
class _Scale:
    """From seconds to pixels."""

    first_s: float
    last_s: float
    left: int
    width: int

    def x(self, seconds: float) -> float:
        span = max(1e-6, self.last_s - self.first_s)
        return self.left + (seconds - self.first_s) / span * self.width

    def seconds(self, x: float) -> float:
        share = (x - self.left) / max(1, self.width)
        return self.first_s + share * (self.last_s - self.first_s)


class Timeline(QWidget):
    """Shows where in the clip things happen; a click or drag goes there.

    Signals:
        seek_requested: Index of the frame that was pointed at.
        track_picked: Key of the track whose bar or crossing was clicked.
    """

    seek_requested = Signal(int)
    track_picked = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._data = load_colours(ThemeName.DARK)
        self._scene = TimelineScene()
        self._index = 0
        self._selected = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Timeline"))
        theme.changed.connect(self._on_theme)

    def set_scene(self, scene: TimelineScene) -> None:
        """Show another clip, or the same with other decisions."""
        self._scene = scene
        self._describe()
        self.updateGeometry()
        self.update()

    def set_index(self, index: int) -> None:
        """Move the playhead."""
        if index != self._index:
            self._index = index
            self.update()

    def set_selected(self, key: str) -> None:
        """Mark the track that keys act on."""
        if key != self._selected:
            self._selected = key
            self.update()

    def sizeHint(self) -> QSize:
        """Return room for the axis, the tracks and the crossings."""
        rows = 1 + max(2, min(MAX_TRACKS, len(self._scene.tracks)))
        height = self._theme.px(_AXIS + rows * _ROW + 4)
        return QSize(self._theme.px(600), height)

    def minimumSizeHint(self) -> QSize:
        """Return the smallest useful size."""
        return QSize(self._theme.px(360), self.sizeHint().height())

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw axis, rows, gaps and playhead."""
        painter = QPainter(self)
        scale = self._scale()
        colours = self._theme.colours
        if self._scene.seconds:
            self._paint_axis(painter, scale)
            self._paint_marks(painter, scale)
            for row, span in enumerate(self._shown_tracks()):
                self._paint_track(painter, scale, span, self._row_top(row))
            self._paint_gaps(painter, scale)
            self._paint_crossings(painter, scale)
            self._paint_playhead(painter, scale)
        if self.hasFocus():
            painter.setPen(QPen(colours.accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def _paint_axis(self, painter: QPainter, scale: _Scale) -> None:
        px, colours = self._theme.px, self._theme.colours
        painter.setFont(self._theme.font(12, 500))
        step = _step(scale)
        first = math.ceil(scale.first_s / step)
        last = math.floor(scale.last_s / step)
        bottom = self._row_top(self._rows() - 1) + px(_ROW)
        for number in range(first, last + 1):
            x = round(scale.x(number * step))
            painter.setPen(colours.line)
            painter.drawLine(x, px(_AXIS), x, bottom)
            painter.setPen(colours.lo)
            place = QRect(x - px(40), 0, px(80), px(_AXIS) - 4)
            painter.drawText(
                place, Qt.AlignmentFlag.AlignCenter, _seconds_text(number * step, step)
            )

    def _paint_marks(self, painter: QPainter, scale: _Scale) -> None:
        """Draw the marked range as a bar on the axis."""
        start, stop = self._scene.mark_in, self._scene.mark_out
        if start is None and stop is None:
            return
        seconds = self._scene.seconds
        left = scale.x(seconds[start] if start is not None else seconds[0])
        right = scale.x(seconds[stop] if stop is not None else seconds[-1])
        top = self._theme.px(_AXIS) - 4
        bar = QRectF(left, top, max(2.0, right - left), 4)
        painter.fillRect(bar, self._theme.colours.accent)

    def _paint_track(
        self, painter: QPainter, scale: _Scale, span: TrackSpan, top: int
    ) -> None:
        px, colours = self._theme.px, self._theme.colours
        chosen = span.key == self._selected
        self._paint_label(painter, span.label, top, strong=chosen)
        back = self._bar(scale, scale.first_s, scale.last_s, top)
        painter.fillRect(back, colours.raised)
        colour = self._data.of(class_token(span.class_name))
        for first, last in span.stretches:
            bar = self._bar(
                scale, self._scene.seconds[first], self._scene.seconds[last], top
            )
            bar.setWidth(max(bar.width(), 3.0))
            if span.rejected:
                painter.fillRect(bar, QBrush(_faded(colour, 150), _HATCH))
                painter.setPen(QPen(colour, 1, Qt.PenStyle.DashLine))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(bar.adjusted(0, 0, -1, -1))
            else:
                painter.fillRect(bar, _faded(colour, 255 if chosen else 165))
            if chosen:
                painter.setPen(QPen(colours.hi, 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(bar.adjusted(-1, -1, 0, 0))
        hidden = len(self._scene.tracks) - MAX_TRACKS
        if hidden > 0 and top == self._row_top(MAX_TRACKS - 1):
            painter.setFont(self._theme.font(12, 500))
            painter.setPen(colours.lo)
            place = QRect(0, top, self.width() - px(_MARGIN) - 4, px(_ROW))
            text = self.tr("and {n} more tracks").format(n=hidden)
            painter.drawText(
                place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text
            )

    def _paint_label(
        self, painter: QPainter, text: str, top: int, *, strong: bool
    ) -> None:
        px, colours = self._theme.px, self._theme.colours
        painter.setFont(self._theme.font(13, 600 if strong else 400))
        painter.setPen(colours.hi if strong else colours.text)
        place = QRect(px(12), top, px(_LABEL) - px(16), px(_ROW))
        metrics = painter.fontMetrics()
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, shown)

    def _paint_gaps(self, painter: QPainter, scale: _Scale) -> None:
        colours = self._theme.colours
        painter.setFont(self._theme.font(12, 500))
        for gap in self._scene.gaps:
            place = self._gap_rect(scale, gap)
            painter.fillRect(place, _faded(colours.ndbg, 200))
            painter.fillRect(place, QBrush(_faded(colours.nodata, 110), _HATCH))
            metrics = painter.fontMetrics()
            words = gap.sentence
            width = metrics.horizontalAdvance(words) + 12
            if width <= place.width():
                tag = QRectF(0, 0, width, metrics.height() + 4)
                tag.moveCenter(place.center())
                painter.fillRect(tag, colours.panel)
                painter.setPen(colours.nodata)
                painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, words)

    def _paint_crossings(self, painter: QPainter, scale: _Scale) -> None:
        px, colours = self._theme.px, self._theme.colours
        top = self._row_top(self._rows() - 1)
        self._paint_label(painter, self.tr("Crossings"), top, strong=False)
        painter.fillRect(
            self._bar(scale, scale.first_s, scale.last_s, top), colours.raised
        )
        painter.setFont(self._theme.font(13, 500))
        metrics = painter.fontMetrics()
        free_from = -1.0e9
        for crossing in self._scene.crossings:
            x = scale.x(self._scene.seconds[crossing.index])
            middle = QPointF(x, top + px(_ROW) / 2)
            self._paint_diamond(painter, middle, crossing)
            width = metrics.horizontalAdvance(crossing.label)
            left = x + px(_DIAMOND) + 4
            if left < free_from or left + width > self.width() - 4:
                continue
            painter.setPen(colours.lo if crossing.rejected else colours.hi)
            place = QRectF(left, top, width + 2, px(_ROW))
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, crossing.label)
            free_from = left + width + 8

    def _paint_diamond(
        self, painter: QPainter, middle: QPointF, crossing: CrossingMark
    ) -> None:
        colours, reach = self._theme.colours, float(self._theme.px(_DIAMOND))
        shape = QPolygonF(
            [
                middle + QPointF(0, -reach),
                middle + QPointF(reach, 0),
                middle + QPointF(0, reach),
                middle + QPointF(-reach, 0),
            ]
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=True)
        if crossing.rejected:
            painter.setBrush(colours.panel)
            painter.setPen(QPen(colours.hi, 1.5, Qt.PenStyle.DashLine))
        else:
            painter.setBrush(colours.hi)
            painter.setPen(Qt.PenStyle.NoPen)
        painter.drawPolygon(shape)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)

    def _paint_playhead(self, painter: QPainter, scale: _Scale) -> None:
        if self._index >= len(self._scene.seconds):
            return
        accent, top = self._theme.colours.accent, self._theme.px(_AXIS)
        x = round(scale.x(self._scene.seconds[self._index]))
        painter.setPen(QPen(accent, 2))
        painter.drawLine(x, top - 4, x, self._row_top(self._rows()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=True)
        painter.setBrush(accent)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawPolygon(
            QPolygonF(
                [
                    QPointF(x - 6, top - 9),
                    QPointF(x + 6, top - 9),
                    QPointF(x, top + 1),
                ]
            )
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)

    # Places

    def _scale(self) -> _Scale:
        px, seconds = self._theme.px, self._scene.seconds
        left = px(_LABEL)
        width = max(1, self.width() - left - px(_MARGIN))
        first, last = (seconds[0], seconds[-1]) if seconds else (0.0, 1.0)
        return _Scale(first, max(last, first + 0.04), left, width)

    def _shown_tracks(self) -> tuple[TrackSpan, ...]:
        return self._scene.tracks[:MAX_TRACKS]

    def _rows(self) -> int:
        return len(self._shown_tracks()) + 1

    def _row_top(self, row: int) -> int:
        return self._theme.px(_AXIS) + row * self._theme.px(_ROW)

    def _bar(self, scale: _Scale, first_s: float, last_s: float, top: int) -> QRectF:
        height = self._theme.px(_BAR)
        above = (self._theme.px(_ROW) - height) / 2
        left, right = scale.x(first_s), scale.x(last_s)
        return QRectF(left, top + above, right - left, height)

    def _gap_rect(self, scale: _Scale, gap: GapMark) -> QRectF:
        left = scale.x(self._scene.seconds[gap.first])
        right = scale.x(self._scene.seconds[gap.last])
        top = self._row_top(0)
        height = max(1, self._rows() - 1) * self._theme.px(_ROW)
        return QRectF(left, top, max(2.0, right - left), height)

    # Events

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the place, and choose the track under the pointer."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._pick(event.position())
            self._seek(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the playhead."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._seek(event.position().x())

    def event(self, event: QEvent) -> bool:
        """Explain a gap or crossing under the pointer."""
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            words = self._words_at(QPointF(event.pos()))
            if words:
                QToolTip.showText(event.globalPos(), words, self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def _words_at(self, where: QPointF) -> str:
        scale = self._scale()
        for gap in self._scene.gaps:
            if self._gap_rect(scale, gap).contains(where):
                return gap.sentence
        for crossing in self._scene.crossings:
            x = scale.x(self._scene.seconds[crossing.index])
            if abs(where.x() - x) < self._theme.px(_DIAMOND):
                return crossing.label
        return ""

    def _pick(self, where: QPointF) -> None:
        row = int((where.y() - self._row_top(0)) // self._theme.px(_ROW))
        tracks = self._shown_tracks()
        if 0 <= row < len(tracks):
            self.track_picked.emit(tracks[row].key)

    def _seek(self, x: float) -> None:
        seconds = self._scene.seconds
        if not seconds or x < self._theme.px(_LABEL) - self._theme.px(_MARGIN):
            return
        wanted = self._scale().seconds(x)
        after = bisect_left(seconds, wanted)
        around = [i for i in (after - 1, after) if 0 <= i < len(seconds)]
        self.seek_requested.emit(min(around, key=lambda i: abs(seconds[i] - wanted)))

    def _describe(self) -> None:
        """Say in words what is drawn, for screen readers."""
        words = [
            *(track.label for track in self._scene.tracks),
            *(crossing.label for crossing in self._scene.crossings),
            *(gap.sentence for gap in self._scene.gaps),
        ]
        self.setAccessibleDescription(", ".join(words))

    def _on_theme(self) -> None:
        self.updateGeometry()
        self.update()


_HATCH = Qt.BrushStyle.BDiagPattern


def _faded(colour: QColor, alpha: int) -> QColor:
    faded = QColor(colour)
    faded.setAlpha(alpha)
    return faded


def _step(scale: _Scale) -> float:
    """Return the spacing of the axis labels in seconds."""
    per_pixel = (scale.last_s - scale.first_s) / max(1, scale.width)
    return next((s for s in _STEPS_S if s >= _TICK_SPACE * per_pixel), _STEPS_S[-1])


def _seconds_text(seconds: float, step: float) -> str:
    digits = 1 if step < 1 else 0
    if abs(seconds) < step / 2:
        return "0 s"
    sign = "+" if seconds > 0 else "−"
    return f"{sign}{abs(seconds):.{digits}f} s"
