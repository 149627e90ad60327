from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from watchpost.console.theme import Theme
from watchpost.console.widgets.metric_plot import CurveState, MetricPlot, PlotState

STATE = PlotState(
    "Latency",
    "12",
    "ms",
    curves=(CurveState("p95", (10**9, 2 * 10**9), (5.0, 7.0)),),
    limit=80.0,
    to_ns=3 * 10**9,
)


@pytest.fixture
def plot(qtbot: QtBot) -> MetricPlot:
    made = MetricPlot(Theme())
    qtbot.addWidget(made)
    return made


def test_curves_are_drawn_when_told_and_only_if_they_changed(plot: MetricPlot) -> None:
    plot.show_state(STATE)
    assert plot.draw()
    assert not plot.draw()
    # The head alone changes: nothing is drawn again.
    plot.show_state(replace(STATE, value="13", comparison="of 80"))
    assert "13 ms of 80" in plot.accessibleName()
    assert not plot.draw()
    plot.show_state(replace(STATE, to_ns=4 * 10**9))
    assert plot.draw()


def test_what_was_never_measured_is_not_drawn(plot: MetricPlot) -> None:
    nothing = CurveState("p95", (10**9,), (None,))
    plot.show_state(replace(STATE, curves=(nothing,), empty_text="No sensor."))
    assert not plot.draw()
