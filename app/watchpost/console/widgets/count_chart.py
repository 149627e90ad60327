"""Bars of in and out by hour or day, what was missing, and who is inside."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from watchpost.console.theme import Theme

BarKnown = Literal["complete", "partly", "no_data", "future"]
_AXIS_WIDTH = 44
_RIGHT = 14
_TOP = 22
_LABELS = 24
_INSIDE = 54
_BETWEEN = 20
_MAX_BAR = 26
_STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class CountBar:
    """One hour or day.

    Attributes:
        label: Under the axis.
        words: What a tool tip and a screen reader say.
        count_in, count_out: Corrected numbers.
        reported_in, reported_out: As first counted.
        before_in, before_out: A week before, or None.
        inside: At its end.
        known: How much is known; ``no_data`` is hatched, zero is a 0.
        running: Not over yet.
        flagged: A claim stands against it.
    """

    label: str
    words: str
    count_in: int = 0
    count_out: int = 0
    reported_in: int = 0
    reported_out: int = 0
    before_in: int | None = None
    before_out: int | None = None
    inside: int = 0
    known: BarKnown = "complete"
    running: bool = False
    flagged: bool = False


class CountChart(QWidget):
    """Shows bars and lets one be chosen, by mouse or by arrow keys.

    Signals:
        chosen: Index of the hour or day.
        opened: Index of the one that was double-clicked, or Enter was pressed on.
    """

    chosen = Signal(int)
    opened = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._bars: tuple[CountBar, ...] = ()
        self._selected = -1
        self._limit = 1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Counts"))
        theme.changed.connect(self.update)

    def set_bars(self, bars: Sequence[CountBar]) -> None:
        """Show other hours or days."""
        self._bars = tuple(bars)
        most = max(
            (
                value or 0
                for bar in bars
                for value in (
                    bar.count_in,
                    bar.count_out,
                    bar.reported_in,
                    bar.reported_out,
                    bar.before_in,
                    bar.before_out,
                )
            ),
            default=1,
        )
        self._limit = max(1, most)
        self._describe()
        self.update()

    def set_selected(self, index: int) -> None:
        """Mark an hour or day."""
        if index != self._selected:
            self._selected = index
            self._describe()
            self.update()

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(self._theme.px(720), self._theme.px(300))

    def minimumSizeHint(self) -> QSize:
        """Return the smallest useful size."""
        return QSize(self._theme.px(400), self._theme.px(170))

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the bars over a horizontal grid, and the people inside below."""
        painter = QPainter(self)
        if self._bars:
            plot = self._plot()
            self._paint_selection(painter, plot)
            self._paint_grid(painter, plot)
            for index, bar in enumerate(self._bars):
                self._paint_bar(painter, bar, self._band(index, plot), plot)
            self._paint_labels(painter, plot)
            self._paint_inside(painter, plot)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
            painter.setPen(QPen(self._theme.colours.accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def _paint_selection(self, painter: QPainter, plot: QRectF) -> None:
        if not 0 <= self._selected < len(self._bars):
            return
        band = self._band(self._selected, plot)
        whole = QRectF(band.left(), 2, band.width(), self.height() - 4)
        painter.fillRect(whole, self._theme.colours.accent_bg)
        accent = QRectF(band.left(), self.height() - 5, band.width(), 3)
        painter.fillRect(accent, self._theme.colours.accent)

    def _paint_grid(self, painter: QPainter, plot: QRectF) -> None:
        colours = self._theme.colours
        painter.setFont(self._theme.font(12, 500))
        for value in _ticks(self._limit, int(plot.height() // self._theme.px(34))):
            y = round(self._y(value, plot))
            painter.setPen(colours.line)
            painter.drawLine(int(plot.left()), y, int(plot.right()), y)
            painter.setPen(colours.lo)
            place = QRectF(0, y - 10, plot.left() - 8, 20)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | _MIDDLE, str(value))

    def _paint_bar(
        self, painter: QPainter, bar: CountBar, band: QRectF, plot: QRectF
    ) -> None:
        colours = self._theme.colours
        if bar.known == "future":
            return
        if bar.known == "no_data":
            self._paint_no_data(painter, band)
            return
        if bar.known == "partly":
            painter.fillRect(
                band.adjusted(2, 0, -2, 0), QBrush(_faded(colours.nodata, 60), _HATCH)
            )
        in_rect, out_rect = self._pair(band)
        self._paint_one(
            painter,
            in_rect,
            bar.count_in,
            bar.reported_in,
            bar.before_in,
            plot,
            filled=True,
        )
        self._paint_one(
            painter,
            out_rect,
            bar.count_out,
            bar.reported_out,
            bar.before_out,
            plot,
            filled=False,
        )
        if bar.known == "partly":
            self._paint_sign(painter, band, "?", colours.nodata)
        if bar.flagged:
            self._paint_flag(painter, band)

    def _paint_one(
        self,
        painter: QPainter,
        column: QRectF,
        count: int,
        reported: int,
        before: int | None,
        plot: QRectF,
        *,
        filled: bool,
    ) -> None:
        colours = self._theme.colours
        top = self._y(count, plot)
        rect = QRectF(column.left(), top, column.width(), plot.bottom() - top)
        if count:
            if filled:
                painter.fillRect(rect, colours.text)
            else:
                painter.fillRect(rect, _faded(colours.edge, 90))
                painter.setPen(QPen(colours.text, 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(rect.adjusted(0.5, 0.5, -0.5, 0))
        self._paint_number(
            painter,
            column,
            count,
            self._number_bottom(count, reported, before, plot),
            outwards=_RIGHTWARDS if not filled else _LEFTWARDS,
        )
        if reported != count:
            y = self._y(reported, plot)
            ghost = QRectF(column.left(), min(y, top), column.width(), abs(y - top))
            pen = QPen(colours.hi, 1, Qt.PenStyle.DashLine)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(ghost.adjusted(0.5, 0.5, -0.5, -0.5))
        if before is not None:
            y = round(self._y(before, plot))
            painter.fillRect(
                QRectF(column.left() - 2, y - 2, column.width() + 4, 4), colours.panel
            )
            painter.fillRect(
                QRectF(column.left() - 1, y - 1, column.width() + 2, 2), colours.lo
            )

    def _number_bottom(
        self, count: int, reported: int, before: int | None, plot: QRectF
    ) -> float:
        """Return where a number stands so that no mark strikes it through."""
        top = min(self._y(count, plot), self._y(reported, plot))
        if before is not None:
            mark = self._y(before, plot)
            if top - self._theme.px(18) < mark <= top:
                return mark - 3
        return top

    def _paint_number(
        self,
        painter: QPainter,
        column: QRectF,
        count: int,
        top: float,
        *,
        outwards: Qt.AlignmentFlag,
    ) -> None:
        """Write a number over its bar; a wide one grows away from its neighbour."""
        colours = self._theme.colours
        text = str(count)
        width = self._theme.metrics(12, 500).horizontalAdvance(text)
        if width > column.width() + 8:
            return
        painter.setFont(self._theme.font(12, 500))
        painter.setPen(colours.hi if count else colours.lo)
        place = QRectF(column.center().x() - 30, top - 17, 60, 16)
        if width > column.width():
            place = QRectF(column.left() - 30, top - 17, column.width() + 30, 16)
            if outwards == _RIGHTWARDS:
                place.translate(30, 0)
            painter.drawText(place, outwards | _MIDDLE, text)
        else:
            painter.drawText(place, Qt.AlignmentFlag.AlignHCenter | _MIDDLE, text)

    def _paint_no_data(self, painter: QPainter, band: QRectF) -> None:
        colours = self._theme.colours
        inner = band.adjusted(2, 0, -2, 0)
        painter.fillRect(inner, _faded(colours.ndbg, 160))
        painter.fillRect(inner, QBrush(_faded(colours.nodata, 90), _HATCH))
        words = self.tr("No data")
        painter.save()
        painter.setFont(self._theme.font(12, 500))
        metrics = self._theme.metrics(12, 500)
        width, height = metrics.horizontalAdvance(words) + 10, metrics.height() + 2
        painter.translate(inner.center())
        if width > inner.width():
            painter.rotate(-90)
        tag = QRectF(-width / 2, -height / 2, width, height)
        painter.fillRect(tag, colours.panel)
        painter.setPen(colours.nodata)
        painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, words)
        painter.restore()

    def _paint_sign(
        self, painter: QPainter, band: QRectF, sign: str, colour: QColor
    ) -> None:
        painter.setFont(self._theme.font(12, 600))
        painter.setPen(colour)
        place = QRectF(band.left(), 2, band.width(), self._theme.px(_TOP) - 4)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, sign)

    def _paint_flag(self, painter: QPainter, band: QRectF) -> None:
        size = 14
        pixmap = self._theme.icons.pixmap("flag", self._theme.colours.hi, size)
        left = round(band.center().x() - size / 2)
        painter.drawPixmap(left, 4, pixmap)

    def _paint_labels(self, painter: QPainter, plot: QRectF) -> None:
        colours = self._theme.colours
        painter.setFont(self._theme.font(12, 500))
        metrics = self._theme.metrics(12, 500)
        widest = max(metrics.horizontalAdvance(bar.label) for bar in self._bars)
        every = max(1, math.ceil((widest + 8) / max(1.0, self._band(0, plot).width())))
        for index, bar in enumerate(self._bars):
            if index % every:
                continue
            band = self._band(index, plot)
            place = QRectF(
                band.center().x() - 50,
                plot.bottom() + 3,
                100,
                self._theme.px(_LABELS) - 6,
            )
            future = bar.known == "future"
            painter.setPen(colours.dis if future else colours.lo)
            if index == self._selected:
                painter.setPen(colours.hi)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, bar.label)

    def _paint_inside(self, painter: QPainter, plot: QRectF) -> None:
        """Draw who is inside as steps on an axis of its own; gaps stay gaps."""
        colours, px = self._theme.colours, self._theme.px
        bottom = self.height() - px(8)
        strip = QRectF(plot.left(), bottom - px(_INSIDE), plot.width(), px(_INSIDE))
        seen = [b.inside for b in self._bars if b.known not in ("future", "no_data")]
        low, high = min([0, *seen]), max([1, *seen])

        def y(value: int) -> float:
            return strip.bottom() - (value - low) / (high - low) * strip.height()

        painter.setFont(self._theme.font(12, 500))
        painter.setPen(colours.line)
        painter.drawLine(QPointF(strip.left(), y(0)), QPointF(strip.right(), y(0)))
        painter.setPen(colours.lo)
        for value in {0, high}:
            place = QRectF(0, y(value) - 10, strip.left() - 8, 20)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | _MIDDLE, str(value))
        name = QRectF(strip.left() + 4, strip.top() - px(16), 120, px(16))
        painter.drawText(name, Qt.AlignmentFlag.AlignLeft | _MIDDLE, self.tr("Inside"))
        painter.setPen(QPen(colours.text, 1.5))
        for steps in self._inside_steps(plot):
            points = [QPointF(x, y(value)) for x, value in steps]
            painter.drawPolyline(QPolygonF(points))

    def _inside_steps(self, plot: QRectF) -> list[list[tuple[float, int]]]:
        stretches: list[list[tuple[float, int]]] = [[]]
        for index, bar in enumerate(self._bars):
            if bar.known in ("future", "no_data"):
                if stretches[-1]:
                    stretches.append([])
                continue
            band = self._band(index, plot)
            stretches[-1] += [(band.left(), bar.inside), (band.right(), bar.inside)]
        return [steps for steps in stretches if steps]

    # Places

    def _plot(self) -> QRectF:
        px = self._theme.px
        below = px(_LABELS) + px(_BETWEEN) + px(_INSIDE) + px(8)
        return QRectF(
            px(_AXIS_WIDTH),
            px(_TOP),
            max(1, self.width() - px(_AXIS_WIDTH) - px(_RIGHT)),
            max(1, self.height() - px(_TOP) - below),
        )

    def _band(self, index: int, plot: QRectF) -> QRectF:
        width = plot.width() / max(1, len(self._bars))
        return QRectF(plot.left() + index * width, plot.top(), width, plot.height())

    def _pair(self, band: QRectF) -> tuple[QRectF, QRectF]:
        """Return the columns of in and out within a band."""
        width = min(self._theme.px(_MAX_BAR), max(3.0, math.floor(band.width() * 0.36)))
        gap = max(1.0, math.floor(width * 0.14))
        left = math.floor(band.center().x() - width - gap / 2)
        one = QRectF(left, band.top(), width, band.height())
        return one, one.translated(width + gap, 0)

    def _y(self, value: int, plot: QRectF) -> float:
        # Room above the tallest bar for its number.
        share = value / self._limit
        return plot.bottom() - share * (plot.height() - self._theme.px(16))

    def _index_at(self, x: float) -> int:
        plot = self._plot()
        index = int((x - plot.left()) / plot.width() * max(1, len(self._bars)))
        inside = plot.left() <= x < plot.right() and 0 <= index < len(self._bars)
        return index if inside else -1

    # Events

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the hour or day under the pointer."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._choose(self._index_at(event.position().x()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the hour or day under the pointer."""
        index = self._index_at(event.position().x())
        if index >= 0:
            self.opened.emit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose with the arrows, Home and End; open with Enter."""
        last = len(self._bars) - 1
        here = self._selected
        match event.key():
            case Qt.Key.Key_Left:
                self._choose(max(0, here - 1) if here >= 0 else last)
            case Qt.Key.Key_Right:
                self._choose(min(last, here + 1))
            case Qt.Key.Key_Home:
                self._choose(0)
            case Qt.Key.Key_End:
                self._choose(last)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if here >= 0:
                self.opened.emit(here)
            case _:
                super().keyPressEvent(event)

    def _choose(self, index: int) -> None:
        if 0 <= index < len(self._bars) and self._bars[index].known != "future":
            self.chosen.emit(index)

    def event(self, event: QEvent) -> bool:
        """Say what is under the pointer."""
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self._index_at(event.pos().x())
            if index >= 0:
                QToolTip.showText(event.globalPos(), self._bars[index].words, self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def _describe(self) -> None:
        """Say in words what is chosen, or all of it, for screen readers."""
        if 0 <= self._selected < len(self._bars):
            self.setAccessibleDescription(self._bars[self._selected].words)
        else:
            self.setAccessibleDescription("; ".join(b.words for b in self._bars))


_HATCH = Qt.BrushStyle.BDiagPattern
_MIDDLE = Qt.AlignmentFlag.AlignVCenter
# A number that begins at its bar's left edge grows to the right, and the other way.
_RIGHTWARDS = Qt.AlignmentFlag.AlignLeft
_LEFTWARDS = Qt.AlignmentFlag.AlignRight


def _faded(colour: QColor, alpha: int) -> QColor:
    faded = QColor(colour)
    faded.setAlpha(alpha)
    return faded


def _ticks(limit: int, most: int) -> list[int]:
    """Return round values from 0 to the limit, about as many as there is room for."""
    most = max(2, min(6, most))
    scale = 1
    while True:
        for step in _STEPS:
            if limit / (step * scale) <= most:
                width = step * scale
                return list(range(0, limit + 1, width))
        scale *= 10


class ChartKey(QWidget):
    """Explains the chart's signs in one line."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.before = self.tr("a week before")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def set_before(self, words: str) -> None:
        """Name the day that is compared with."""
        self.before = words
        self.updateGeometry()
        self.update()

    def _parts(self) -> tuple[tuple[str, str], ...]:
        return (
            ("in", self.tr("In")),
            ("out", self.tr("Out")),
            ("reported", self.tr("first counted")),
            ("before", self.before),
            ("no_data", self.tr("no data")),
        )

    def sizeHint(self) -> QSize:
        """Return room for all parts."""
        metrics = self._theme.metrics(12, 500)
        width = sum(metrics.horizontalAdvance(w) + 34 for _, w in self._parts())
        return QSize(width, self._theme.px(20))

    def minimumSizeHint(self) -> QSize:
        """Return next to nothing: the key gives way."""
        return QSize(0, self._theme.px(20))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw each sign with its word, as far as they fit, from the right."""
        painter = QPainter(self)
        painter.setFont(self._theme.font(12, 500))
        metrics = self._theme.metrics(12, 500)
        right = self.width()
        for sign, words in reversed(self._parts()):
            width = metrics.horizontalAdvance(words)
            left = right - width - 18
            if left < 0:
                return
            self._paint_sign(
                painter, sign, QRect(left, (self.height() - 12) // 2, 12, 12)
            )
            painter.setPen(self._theme.colours.lo)
            place = QRect(left + 18, 0, width + 2, self.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, words)
            right = left - 16

    def _paint_sign(self, painter: QPainter, sign: str, box: QRect) -> None:
        colours = self._theme.colours
        painter.setBrush(Qt.BrushStyle.NoBrush)
        match sign:
            case "in":
                painter.fillRect(box, colours.text)
            case "out":
                painter.fillRect(box, _faded(colours.edge, 90))
                painter.setPen(colours.text)
                painter.drawRect(box.adjusted(0, 0, -1, -1))
            case "reported":
                painter.setPen(QPen(colours.hi, 1, Qt.PenStyle.DashLine))
                painter.drawRect(box.adjusted(0, 0, -1, -1))
            case "before":
                painter.fillRect(
                    QRect(box.left() - 1, box.center().y(), 14, 2), colours.lo
                )
            case _:
                painter.fillRect(box, _faded(colours.ndbg, 160))
                painter.fillRect(box, QBrush(_faded(colours.nodata, 140), _HATCH))
