"""What a page can be asked to show: every object has one address."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ShowCamera:
    """A camera; the cameras page opens it, the wall selects it."""

    camera_id: str


@dataclass(frozen=True, slots=True)
class AddCamera:
    """Begin to add a camera; ``kind`` is a value of ``SourceKind`` or empty."""

    kind: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class ShowEvent:
    """One count's clip, on its frame."""

    event_id: str


@dataclass(frozen=True, slots=True)
class ShowMoment:
    """A camera's recording around a moment (UTC ns), paused on it."""

    camera_id: str
    at_ns: int
    before_s: float = 5.0
    after_s: float = 5.0
    play: bool = False


@dataclass(frozen=True, slots=True)
class ShowDispute:
    """A dispute in the review queue."""

    dispute_id: str


@dataclass(frozen=True, slots=True)
class ShowLine:
    """A line's counts."""

    camera_id: str
    line_id: str


@dataclass(frozen=True, slots=True)
class ShowCounted:
    """What was counted at a line in a span of time (UTC ns), one by one."""

    line_id: str
    from_ns: int
    to_ns: int


Target = (
    ShowCamera
    | AddCamera
    | ShowEvent
    | ShowMoment
    | ShowDispute
    | ShowLine
    | ShowCounted
)
