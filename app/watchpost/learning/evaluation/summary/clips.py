"""What the counts of the counted videos say, direction by direction.

Each video is counted twice: at every frame, and as live with five looks a second and the
motion gate. Both must say the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from watchpost.learning.evaluation.counted_file import CountedFile
from watchpost.learning.evaluation.intervals import Share, share_of
from watchpost.learning.evaluation.windows import Accuracy, accuracy, window_counts

WINDOW_S = 10.0
"""Length of a window of which the count accuracy is taken, seconds."""


class ClipState(StrEnum):
    """What became of a video."""

    COUNTED = "counted"
    NOT_COUNTED = "not counted"
    NOT_KNOWN = "not known to this model"
    FAILED = "could not be measured"


@dataclass(frozen=True, slots=True)
class DirectionPass:
    """One direction of one pass through a video.

    Attributes:
        counted: Crossings that count; optional ones are left out.
        told: All that were counted, optional ones too.
        missed: True crossings without a count.
        false: Counts without a true crossing.
        late: Counts whose time is off by more than the truth's tolerance.
        agrees: Whether the total is the true one, as far as the truth is sure.
        accuracy: Over windows; None where nothing crossed or was counted.
    """

    counted: int
    told: int
    missed: int
    false: int
    late: int
    agrees: bool
    accuracy: Accuracy | None


@dataclass(frozen=True, slots=True)
class DirectionResult:
    """One direction of a video.

    Attributes:
        direction: As the truth file calls it.
        true: Crossings; optional ones are left out.
        optional: Crossings that may be counted or not.
        allowed: How far counted and true may differ.
        every, live: At every frame, and as live.
    """

    direction: str
    true: int
    optional: int
    allowed: int
    every: DirectionPass
    live: DirectionPass

    @property
    def difference(self) -> int:
        """How many more were counted as live than at every frame; zero is promised."""
        return self.live.told - self.every.told

    @property
    def agrees(self) -> bool:
        """Whether both passes agree with the truth."""
        return self.every.agrees and self.live.agrees


@dataclass(frozen=True, slots=True)
class ClipResult:
    """One video of the data folder.

    Attributes:
        video: The file's name.
        state: What became of it.
        reason: Why it was not counted; empty where it was.
        classes: What crosses its line.
        unknown: Of these, what the model does not know.
        learnt: Whether the model learnt from its frames; None where it has no card.
        every, live: Counted at every frame, and as live; None where it was not.
    """

    video: str
    state: ClipState
    reason: str = ""
    classes: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    learnt: bool | None = None
    every: CountedFile | None = None
    live: CountedFile | None = None

    @property
    def is_certain(self) -> bool:
        """Whether who counted by hand was sure of the totals."""
        truth = self.every.truth if self.every else None
        return truth is None or truth.certain

    @property
    def directions(self) -> tuple[DirectionResult, ...]:
        """Both directions over the line; empty where nothing was counted."""
        if self.every is None or self.live is None or self.every.truth is None:
            return ()
        truth, end_s = self.every.truth, self._end_s()
        passes = [_passes(one, end_s) for one in (self.every, self.live)]
        until_s = float("inf") if truth.until_s is None else truth.until_s
        scored = [c for c in truth.crossings if c.t_s <= until_s]
        return tuple(
            DirectionResult(
                name,
                sum(c.direction == name and not c.optional for c in scored),
                sum(c.direction == name and c.optional for c in scored),
                truth.doubt,
                passes[0][name],
                passes[1][name],
            )
            for name in (truth.in_name, truth.out_name)
        )

    def disagreements(self) -> list[str]:
        """Return, in words, what is certain and does not agree."""
        if self.every is None or self.live is None:
            return []
        said = [
            f"{self.video}, {words(d.direction)}: counted {d.every.counted} at every "
            f"frame and {d.live.counted} as live, true {d.true}"
            for d in self.directions
            if self.is_certain and not d.agrees
        ]
        said += [
            f"{self.video}, {words(d.direction)}: {d.difference:+d} as live beside every "
            "frame"
            for d in self.directions
            if d.difference
        ]
        said += [
            f"{self.video}, {v.truth.quantity} {name}: {v.right.count} of "
            f"{v.right.total} seconds right"
            for name, one in (("at every frame", self.every), ("as live", self.live))
            for v in one.values
            if not v.agrees
        ]
        return said

    def record(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        return {
            "video": self.video,
            "state": self.state.value,
            "reason": self.reason,
            "classes": self.classes,
            "unknown_classes": self.unknown,
            "learnt_from": self.learnt,
            "certain": self.is_certain,
            "directions": [
                asdict(d) | {"difference": d.difference, "agrees": d.agrees}
                for d in self.directions
            ],
            "every_frame": self.every.record() if self.every else None,
            "live": self.live.record() if self.live else None,
        }

    def _end_s(self) -> float:
        # As live nobody looks at a still end, and a crossing there is missed all the same.
        assert self.every is not None
        assert self.every.truth is not None
        times = [c.t_s for c in self.every.truth.crossings]
        return max([self.every.seconds, *times])


def _passes(one: CountedFile, end_s: float) -> dict[str, DirectionPass]:
    assert one.truth is not None
    assert one.crossings is not None
    optional = {(c.t_s, c.direction) for c in one.truth.crossings if c.optional}
    cells = window_counts(one.truth, one.crossings, window_s=WINDOW_S, end_s=end_s)
    found = {}
    for item in one.crossings.directions:
        pairs = [p for p in one.crossings.pairs if p[2] == item.direction]
        found[item.direction] = DirectionPass(
            counted=item.counted,
            told=sum(counted is not None for _, counted, _ in pairs),
            missed=sum(
                counted is None and (true, name) not in optional
                for true, counted, name in pairs
            ),
            false=sum(true is None for true, _, _ in pairs),
            late=item.late,
            agrees=item.agrees,
            accuracy=accuracy([c for c in cells if c.direction == item.direction]),
        )
    return found


@dataclass(frozen=True, slots=True)
class Found:
    """Crossings of several videos together.

    Attributes:
        every, live: How many of the true ones were counted, at every frame and as live.
        false_every, false_live: Counts without a true crossing.
    """

    every: Share
    live: Share
    false_every: int
    false_live: int


def found_in(clips: Iterable[ClipResult]) -> Found:
    """Return how many of all true crossings were counted."""
    rows = [d for clip in clips for d in clip.directions]
    true = sum(d.true for d in rows)
    return Found(
        share_of(true - sum(d.every.missed for d in rows), true),
        share_of(true - sum(d.live.missed for d in rows), true),
        sum(d.every.false for d in rows),
        sum(d.live.false for d in rows),
    )


def words(direction: str) -> str:
    """Return a direction of a truth file for people."""
    return direction.replace("_", " ")
