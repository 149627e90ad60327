"""One metric over time: a big value, its limit with its meaning, curves without a legend."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame

from watchpost.base.clock import NS_PER_S
from watchpost.console.moments import day_text
from watchpost.console.theme import Theme
from watchpost.console.times import short_clock_text
from watchpost.console.widgets.marks import Mark, MarkFill, MarkKind, priority_mark
from watchpost.console.widgets.parts import ElidedLabel, column, label, panel, row


@dataclass(frozen=True, slots=True)
class CurveState:
    """One curve, in the colour of a token.

    None stands where nothing was measured; no line is drawn across it.
    """

    name: str
    times_ns: tuple[int, ...]
    values: tuple[float | None, ...]
    colour: str = "text"


@dataclass(frozen=True, slots=True)
class PlotState:
    """What a plot shows.

    Attributes:
        title: What and of whom.
        value: The newest value as text, "-" where it is not known.
        unit: Behind the value.
        comparison: Such as "over budget 80 ms".
        priority: 0 normal, else the alarm priority of the value; None: no data.
        curves: On one axis.
        limit: A dashed line, or None.
        limit_text: Its meaning, such as "Frame budget 80 ms at 12.5 fps".
        over_is_bad: Which side of the limit takes the priority's colour.
        slack: Share of the limit that is borne before the colour changes.
        from_ns, to_ns: The time axis.
        empty_text: Said in the middle when there is nothing to draw.
    """

    title: str
    value: str
    unit: str
    comparison: str = ""
    priority: int | None = 0
    curves: tuple[CurveState, ...] = ()
    limit: float | None = None
    limit_text: str = ""
    over_is_bad: bool = True
    slack: float = 0.0
    from_ns: int = 0
    to_ns: int = 1
    empty_text: str = ""


class _TimeAxis(pg.AxisItem):  # type: ignore[misc]
    """Seconds since 1970 as the workstation's clock, days from two days on."""

    def tickStrings(
        self, values: Sequence[float], scale: float, spacing: float
    ) -> list[str]:
        """Return one text a tick."""
        del scale
        text = day_text if spacing >= 86_400 else short_clock_text
        return [text(int(value) * NS_PER_S) for value in values]

    def tickSpacing(  # noqa: N802 - pyqtgraph's name
        self, minimum: float, maximum: float, size: float
    ) -> list[tuple[float, float]]:
        """Choose round steps of minutes, hours or days."""
        steps = (60, 180, 300, 900, 1800, 3600, 14_400, 21_600, 86_400, 432_000)
        wanted = (maximum - minimum) / max(2.0, size / 90)
        step = next((s for s in steps if s >= wanted), steps[-1])
        return [(float(step), 0.0)]


class MetricPlot(QFrame):
    """A plot with its head.

    :meth:`show_state` changes the head at once; :meth:`draw` the curves, when it is told
    to: several plots drawn in one turn of the event loop would hold up keys and video.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._state: PlotState | None = None
        self._drawn: object = None
        self._title = ElidedLabel(look="strong")
        self._mark = Mark(theme, priority_mark(2), 16)
        self._value = label("-", "value")
        self._unit = label(look="unit")
        self._comparison = label(look="unit")
        head = row(
            self._title,
            self._mark,
            self._value,
            self._unit,
            self._comparison,
            gap=6,
        )
        head.setStretch(0, 1)
        self._axis = _TimeAxis("bottom")
        self._plot = pg.PlotWidget(axisItems={"bottom": self._axis}, background=None)
        self._plot.setMenuEnabled(False)
        self._plot.setMouseEnabled(False, False)
        self._plot.hideButtons()
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.setFrameShape(QFrame.Shape.NoFrame)
        self._plot.setMinimumHeight(80)
        self._items: list[Any] = []
        self._empty = label(look="label", wrap=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        inner = column(head, self._plot, self._empty, gap=2)
        inner.setContentsMargins(12, 6, 8, 4)
        inner.setStretch(1, 1)
        inner.setStretch(2, 1)
        frame = panel()
        frame.setLayout(inner)
        self.setLayout(column(frame, gap=0))
        self._empty.hide()
        theme.changed.connect(self._restyle)
        self._restyle()

    def show_state(self, state: PlotState) -> None:
        """Show this in the head; the curves follow with :meth:`draw`."""
        if state == self._state:
            return
        self._state = state
        self._title.setText(state.title)
        self._value.setText(state.value)
        self._unit.setText(state.unit)
        self._comparison.setText(state.comparison)
        self._comparison.setVisible(bool(state.comparison))
        self._show_priority(state.priority)
        known = any(v is not None for c in state.curves for v in c.values)
        self._plot.setVisible(known)
        self._empty.setVisible(not known)
        self._empty.setText(state.empty_text)
        words = f"{state.title}: {state.value} {state.unit} {state.comparison}".strip()
        self.setAccessibleName(words)

    def draw(self) -> bool:
        """Draw the curves if they changed; say whether there was anything to do."""
        state = self._state
        if state is None or not self._plot.isVisibleTo(self):
            return False
        drawing = _drawing(state)
        if drawing == self._drawn:
            return False
        self._drawn = drawing
        self._draw(state)
        return True

    def _show_priority(self, priority: int | None) -> None:
        looks = {0: "value", 1: "p1-value", 2: "p2-value", 3: "p3-value"}
        look = "nodata-value" if priority is None else looks[priority]
        if priority is None and self._value.text() != "-":
            # An old figure keeps its value, grey; only one that is missing is a state.
            look = "quiet-value"
        if self._value.property("look") != look:
            self._value.setProperty("look", look)
            self._value.style().unpolish(self._value)
            self._value.style().polish(self._value)
        self._mark.setVisible(priority != 0)
        if priority is None:
            self._mark.show_as(MarkKind.NO_DATA, MarkFill.FILLED)
        elif priority:
            self._mark.show_as(priority_mark(priority), MarkFill.FILLED)

    def _restyle(self) -> None:
        colours = self._theme.colours
        for name in ("bottom", "left"):
            axis = self._plot.getAxis(name)
            axis.setPen(_pen(colours.line))
            axis.setTextPen(_pen(colours.lo))
            axis.setTickFont(self._theme.font(12))
            # Fixed sizes: an axis that grows while it is painted asks for the next paint.
            axis.setStyle(
                tickLength=0, hideOverlappingLabels=True, autoExpandTextSpace=False
            )
        self._plot.setBackground(colours.panel)
        self._plot.getAxis("left").setWidth(self._theme.px(38))
        self._plot.getAxis("bottom").setHeight(self._theme.px(20))
        self._plot.showGrid(x=False, y=True, alpha=0.10)
        state, self._state, self._drawn = self._state, None, None
        if state is not None:
            self.show_state(state)
            self.draw()

    def _draw(self, state: PlotState) -> None:
        for item in self._items:
            self._plot.removeItem(item)
        self._items = []
        self._show_times(state)
        self._plot.setYRange(*_span(state), padding=0)
        if state.limit is not None:
            self._draw_limit(state)
        for curve in state.curves:
            self._draw_curve(state, curve)

    def _show_times(self, state: PlotState) -> None:
        start, end = state.from_ns / NS_PER_S, state.to_ns / NS_PER_S
        room = (end - start) * self._room_for_names(state)
        self._plot.setXRange(start, end + room, padding=0)

    def _room_for_names(self, state: PlotState) -> float:
        """Return the room right of the curves as a share of the time axis."""
        if len(state.curves) < 2:
            return 0.02
        metrics = self._theme.metrics(12, 500)
        names = max(metrics.horizontalAdvance(c.name) for c in state.curves) + 12
        width = self._plot.width() - self._theme.px(38)
        return min(0.4, float(names / max(1, width - names)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the names of the curves inside."""
        super().resizeEvent(event)
        # Only the range: a new layout here would ask for the next resize, for ever.
        if self._state is not None and event.size().width() != event.oldSize().width():
            self._show_times(self._state)

    def _draw_limit(self, state: PlotState) -> None:
        colours = self._theme.colours
        pen = _pen(colours.lo, Qt.PenStyle.DashLine)
        line = pg.InfiniteLine(pos=state.limit, angle=0, pen=pen)
        side = 0 if _begins_above_limit(state) else 1
        words = pg.TextItem(state.limit_text, color=colours.lo, anchor=(0, side))
        words.setFont(self._theme.font(12))
        words.setPos(state.from_ns / NS_PER_S, state.limit or 0.0)
        self._add(line, words)

    def _draw_curve(self, state: PlotState, curve: CurveState) -> None:
        times = np.array(curve.times_ns, np.float64) / NS_PER_S
        values = np.array([math.nan if v is None else v for v in curve.values])
        colour = self._theme.colours.of(curve.colour)
        self._add(_line(times, values, colour))
        if state.limit is not None and len(state.curves) == 1:
            over, under = 1.0 + state.slack, 1.0 - state.slack
            bad = (
                values > state.limit * over
                if state.over_is_bad
                else values < state.limit * under
            )
            beyond = np.where(bad, values, math.nan)
            if bad.any():
                self._add(_line(times, beyond, self._theme.colours.p2))
        known = np.nonzero(np.isfinite(values))[0]
        if len(state.curves) > 1 and len(known):
            words = pg.TextItem(curve.name, color=colour, anchor=(0, 0.5))
            words.setFont(self._theme.font(12, 500))
            words.setPos(times[known[-1]], values[known[-1]])
            self._add(words)

    def _add(self, *items: Any) -> None:
        for item in items:
            self._plot.addItem(item, ignoreBounds=True)
            self._items.append(item)


def _drawing(state: PlotState) -> object:
    """Return what of a state is below the head."""
    nothing = PlotState("", "", "", curves=state.curves)
    kept = ("limit", "limit_text", "over_is_bad", "slack", "from_ns", "to_ns")
    return replace(nothing, **{name: getattr(state, name) for name in kept})


def _line(times: Any, values: Any, colour: QColor) -> Any:
    return pg.PlotDataItem(times, values, pen=_pen(colour), connect="finite")


def _pen(colour: QColor, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    # Width 1 and no smoothing: a wider pen costs ten times as much to paint. Cosmetic:
    # a pixel, not a unit of the axes.
    pen = QPen(colour, 1, style)
    pen.setCosmetic(True)
    return pen


def _begins_above_limit(state: PlotState) -> bool:
    """Say on which side of its line the limit's meaning would cover the curve."""
    first = [v for c in state.curves for v in c.values[: len(c.values) // 3]]
    known = [v for v in first if v is not None]
    middle = sum(known) / len(known) if known else 0.0
    return state.limit is not None and middle > state.limit


def _span(state: PlotState) -> tuple[float, float]:
    values = [v for c in state.curves for v in c.values if v is not None]
    if state.limit is not None:
        values.append(state.limit)
    low, high = min(values), max(values)
    span = max(high - low, abs(high) * 0.1, 1.0)
    bottom = low - 0.15 * span
    # Above a limit there must be room for its words.
    top = high + (0.3 if state.limit is not None else 0.15) * span
    return (0.0 if low >= 0 and bottom < high * 0.35 else bottom), top
