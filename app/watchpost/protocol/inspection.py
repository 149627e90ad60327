"""Verdicts of inspection stations."""

from __future__ import annotations

from watchpost.domain.quality import QualityTrouble
from watchpost.domain.verdicts import NotInspected, Outcome
from watchpost.protocol.wire import Answer


class DefectRecord(Answer):
    """One class of defect that was seen on a part, over all looks."""

    class_name: str
    score: float
    """The highest confidence, 0..1."""
    box: tuple[float, float, float, float]
    """Where it was then: left, top, right, bottom, fractions of the part's own box."""
    looks: int
    """How many looks saw it."""
    epoch: int
    sequence: int
    """The frame that shows it best."""


class VerdictRecord(Answer):
    """One part that went through a station. ``GET /verdicts`` pages newest first."""

    id: str
    camera_id: str
    camera_name: str
    station_id: str
    station_name: str
    outcome: Outcome
    reason: NotInspected | None
    """Why it was not inspected; null for a pass or a fail."""
    defects: tuple[DefectRecord, ...]
    """What was seen, the most often seen first: why it failed; of a pass, what was
    seen too seldom to be believed."""
    looks: int
    """Looks that counted."""
    defect_looks: int
    """How many of them saw a defect."""
    from_ns: int
    to_ns: int
    """First and last sight of it in the station, UTC."""
    track_id: int
    epoch: int
    sequence: int
    """The frame that shows it best: its surest defect, else its last sight."""
    model: str
    rules_version: int
    picture: tuple[QualityTrouble, ...] = ()
    """What was wrong with the picture meanwhile; empty when it can be trusted."""


class VerdictPage(Answer):
    """Verdicts and the cursor of the next, older page (None at the end)."""

    verdicts: tuple[VerdictRecord, ...]
    next_cursor: str | None = None
