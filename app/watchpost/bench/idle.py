"""What is used where nothing moves: four still cameras, a window that is or is not seen."""

from __future__ import annotations

import tempfile
from pathlib import Path

from watchpost.bench.clip import FPS, write_still
from watchpost.bench.conditions import Conditions
from watchpost.bench.load import Load
from watchpost.bench.report import Row, row
from watchpost.bench.site import running_site, wait_s
from watchpost.bench.window import open_window
from watchpost.domain.cameras import SourceKind
from watchpost.protocol.cameras import SourceSpec

_CAMERAS = 4
_SECONDS = 24.0
_ROUNDS = 3
_CLIP_S = 60.0
# Tile leases run out five seconds after nobody asked for them.
_SETTLE_S = 8.0


def measure(conditions: Conditions) -> list[Row]:
    """Return the cores that edge and console use.

    Raises:
        WatchpostError: No model, or edge or console do not come up.
    """
    info = conditions.detector()
    seconds = conditions.lasting(_SECONDS) / (2 * _ROUNDS)
    with tempfile.TemporaryDirectory(prefix="watchpost-bench-") as place:
        video = write_still(Path(place), _CLIP_S)
        still = SourceSpec(kind=SourceKind.FILE, address=str(video), fps=FPS)
        with (
            running_site(info, [still] * _CAMERAS) as site,
            open_window(site.folder.root, tiles=_CAMERAS) as window,
        ):
            window.rest()
            wait_s(_SETTLE_S)
            shown = _rounds(site.pid, window.pid, seconds)
            window.minimise()
            wait_s(_SETTLE_S)
            hidden = _rounds(site.pid, window.pid, seconds)
    return [
        row("idle.edge.shown", "cores", [e for e, _ in shown]),
        row("idle.console.shown", "cores", [c for _, c in shown]),
        row("idle.edge", "cores", [e for e, _ in hidden], note="window minimised"),
        row("idle.console", "cores", [c for _, c in hidden], note="window minimised"),
        row(
            "idle",
            "cores",
            [e + c for e, c in hidden],
            target=0.08,
            note="4 cameras at 15 fps, received, decoded and recorded; minimised",
        ),
    ]


def _rounds(edge: int, console: int, seconds: float) -> list[tuple[float, float]]:
    found = []
    for _ in range(_ROUNDS):
        loads = Load([edge]), Load([console])
        wait_s(seconds)
        found.append((loads[0].cores(), loads[1].cores()))
    return found
