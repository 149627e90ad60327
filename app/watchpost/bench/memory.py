"""Memory of edge and console over time: it may not grow."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from watchpost.bench.conditions import Conditions
from watchpost.bench.load import Load
from watchpost.bench.report import Row, row
from watchpost.bench.site import moving_cameras, running_site, wait_s
from watchpost.bench.window import open_window

_CAMERAS = 4
_SECONDS = 60.0
_EVERY_S = 1.0
# Pools, caches and pages fill up in the first seconds.
_SETTLE_S = 15.0
_MOST_GROWTH = 0.02


def measure(conditions: Conditions) -> list[Row]:
    """Return memory of all processes and how much of it grew.

    Raises:
        WatchpostError: No model, or edge or console do not come up.
    """
    info = conditions.detector()
    seconds = conditions.lasting(_SECONDS)
    edge: list[float] = []
    console: list[float] = []
    threads: list[float] = []
    with (
        running_site(info, moving_cameras(_CAMERAS)) as site,
        open_window(site.folder.root, tiles=_CAMERAS) as window,
    ):
        window.rest()
        wait_s(min(_SETTLE_S, seconds))
        of_edge, of_console = Load([site.pid]), Load([window.pid])
        for _ in range(max(4, round(seconds / _EVERY_S))):
            wait_s(_EVERY_S)
            edge.append(of_edge.memory_mib())
            console.append(of_console.memory_mib())
            threads.append(of_edge.threads() + of_console.threads())
    return rows(edge, console, threads, seconds)


def rows(
    edge: Sequence[float],
    console: Sequence[float],
    threads: Sequence[float],
    seconds: float,
) -> list[Row]:
    """Return the rows of samples taken evenly over time, at least four."""
    total = [a + b for a, b in zip(edge, console, strict=True)]
    return [
        row("memory.edge", "MiB", [statistics.median(edge)], note="all its processes"),
        row("memory.console", "MiB", [statistics.median(console)]),
        row(
            "memory.growth",
            "share",
            [growth(total)],
            target=_MOST_GROWTH,
            note=f"second to last quarter of {seconds:.0f} s",
        ),
        row("memory.growth.edge", "share", [growth(edge)], target=_MOST_GROWTH),
        row("memory.growth.console", "share", [growth(console)], target=_MOST_GROWTH),
        row("memory.threads", "threads", [_change(threads)], target=2.0, note="more"),
    ]


def growth(samples: Sequence[float]) -> float:
    """Return by which share the last quarter's median is above the second quarter's."""
    return _change(samples) / _quarter(samples, 1)


def _change(samples: Sequence[float]) -> float:
    return _quarter(samples, 3) - _quarter(samples, 1)


def _quarter(samples: Sequence[float], number: int) -> float:
    size = len(samples) // 4
    return statistics.median(samples[number * size : (number + 1) * size])
