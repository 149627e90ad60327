"""The console's event loop while four cameras run: how long a click would have to wait."""

from __future__ import annotations

from watchpost.bench.conditions import Conditions
from watchpost.bench.load import Load
from watchpost.bench.report import Row, percentile, row
from watchpost.bench.site import FPS, moving_cameras, running_site, wait_s
from watchpost.bench.window import WindowFigures, open_window

_CAMERAS = 4
_SECONDS = 21.0
_ROUNDS = 3
# Pages load their libraries in the first seconds.
_SETTLE_S = 8.0
_FPS_SHARE = 0.95


def measure(conditions: Conditions) -> list[Row]:
    """Return lag, drawn pictures and load of a console on a busy edge.

    Raises:
        WatchpostError: No model, or edge or console do not come up.
    """
    info = conditions.detector()
    seconds = conditions.lasting(_SECONDS) / _ROUNDS
    rounds: list[WindowFigures] = []
    console, edge = [], []
    with (
        running_site(info, moving_cameras(_CAMERAS)) as site,
        open_window(site.folder.root, tiles=_CAMERAS) as window,
    ):
        wait_s(_SETTLE_S)
        for _ in range(_ROUNDS):
            loads = Load([window.pid]), Load([site.pid])
            rounds.append(window.watch(seconds))
            console.append(loads[0].cores())
            edge.append(loads[1].cores())
    return rows(rounds, console, edge)


def rows(
    rounds: list[WindowFigures], console: list[float], edge: list[float]
) -> list[Row]:
    """Return the rows of some rounds of figures and of the cores that were busy."""
    late = [r.late_ms for r in rounds]
    return [
        row("lag.p50", "ms", [percentile(r, 50) for r in late], target=5.0),
        row(
            "lag.p99",
            "ms",
            [percentile(r, 99) for r in late],
            target=50.0,
            note="event loop of the console, 4 cameras at 15 fps",
        ),
        row("lag.most", "ms", [max(r, default=0.0) for r in late]),
        row(
            "lag.fps",
            "1/s",
            [min(r.fps, default=0.0) for r in rounds],
            target=FPS * _FPS_SHARE,
            better="more",
            note="pictures drawn, the slowest tile",
        ),
        row("lag.console", "cores", console, note="drawn without a graphics card"),
        row("lag.edge", "cores", edge, note="drawing the simulated scenes included"),
    ]
