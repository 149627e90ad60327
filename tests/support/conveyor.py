"""The simulated conveyor's own story: which parts leave a station, and which are faulty."""

from __future__ import annotations

from watchpost.domain.rules import Line, Station
from watchpost.engine.capture.simulator.conveyor import Conveyor
from watchpost.engine.capture.simulator.story import TrueCrossing

SIZE = (768, 432)
ENTRY, EXIT = 0.3, 0.7
STATION = Station(
    "station",
    "Belt",
    ((ENTRY, 0.2), (EXIT, 0.2), (EXIT, 0.8), (ENTRY, 0.8)),
    ("part",),
    ("burn", "crack"),
)


class _ToExit(Conveyor):
    lines = (Line("exit", "Exit", EXIT, 0.85, EXIT, 0.15, classes=("part", "defect")),)


def parts_leaving(seed: int, from_s: float, to_s: float) -> list[TrueCrossing]:
    """Return the parts that leave the station between two moments, by time.

    Their ``class_name`` is ``part`` or ``defect``.
    """
    story = _ToExit(seed, SIZE)
    last = int(to_s // story.part_s)
    found = [c for part in range(last + 1) for c in story.crossings(part)]
    return sorted(
        (c for c in found if from_s <= c.at_s < to_s),
        key=lambda crossing: crossing.at_s,
    )
