"""What a player's canvas and timeline draw: plain records, made by a presenter.

All geometry is fractions of the picture, 0..1, x to the right and y down.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from watchpost.console.widgets.rule_shapes import RuleShape

BoxKind = Literal["measured", "between", "added"]
"""Measured on this very frame, placed between two measured ones, or drawn by hand."""


@dataclass(frozen=True, slots=True)
class BoxMark:
    """One box on one frame.

    Attributes:
        key: Names the object within the clip; the same on every frame of one track.
        number: Row in the table beside the picture, from 1; 0 when not measured here.
        track_id: 0 without a track.
        class_name: As the model or the person calls it.
        score: 0..1; None for a box drawn by a person.
        kind: See :data:`BoxKind`.
        rejected: A person says that this is nothing.
    """

    key: str
    number: int
    track_id: int
    class_name: str
    score: float | None
    left: float
    top: float
    right: float
    bottom: float
    kind: BoxKind = "measured"
    rejected: bool = False


@dataclass(frozen=True, slots=True)
class RuleMark:
    """A rule and what its tag says: its name, and quieter what it measures.

    An old value is one of which nobody can tell whether it still holds.
    """

    words: str
    shape: RuleShape
    value: str = ""
    value_is_old: bool = False


@dataclass(frozen=True, slots=True)
class Trail:
    """Where an object's counting point was, oldest first."""

    class_name: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class FrameScene:
    """Everything drawn over one frame."""

    index: int
    analysed: bool = True
    boxes: tuple[BoxMark, ...] = ()
    rules: tuple[RuleMark, ...] = ()
    trails: tuple[Trail, ...] = ()
    selected: str = ""

    def box(self, key: str) -> BoxMark | None:
        """Return the box with this key, or None."""
        return next((box for box in self.boxes if box.key == key), None)


@dataclass(frozen=True, slots=True)
class TrackSpan:
    """A track on the timeline: the stretches of frames in which it was seen."""

    key: str
    label: str
    class_name: str
    stretches: tuple[tuple[int, int], ...]
    """First and last frame of each stretch."""
    rejected: bool = False


@dataclass(frozen=True, slots=True)
class CrossingMark:
    """A counted crossing on the timeline."""

    event_id: str
    key: str
    index: int
    label: str
    rejected: bool = False


@dataclass(frozen=True, slots=True)
class GapMark:
    """Frames that were not analysed, or that never came, with the words for it."""

    first: int
    last: int
    sentence: str


@dataclass(frozen=True, slots=True)
class TimelineScene:
    """Everything on a clip's timeline.

    Attributes:
        seconds: Time of every frame in seconds from the event's own frame.
        event_index: The frame at 0 s.
    """

    seconds: tuple[float, ...] = ()
    event_index: int = 0
    tracks: tuple[TrackSpan, ...] = ()
    crossings: tuple[CrossingMark, ...] = ()
    gaps: tuple[GapMark, ...] = ()
    mark_in: int | None = None
    mark_out: int | None = None
