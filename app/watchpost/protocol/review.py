"""Counted events, their clips, disputes and corrections."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from watchpost.domain.quality import QualityTrouble
from watchpost.domain.rules import Anchor, Direction
from watchpost.protocol.live import Box
from watchpost.protocol.wire import Answer, Request

CorrectionReason = Literal[
    "false_detection",
    "counted_twice",
    "missed",
    "wrong_direction",
    "staff",
    "child",
    "object",
    "turned_back",
    "other",
]


class Event(Answer):
    """One count in the ledger. ``GET /events`` pages newest first."""

    id: str
    camera_id: str
    camera_name: str
    line_id: str
    line_name: str
    direction: Direction
    class_name: str
    score: float
    track_id: int
    at_ns: int
    epoch: int
    sequence: int
    model: str
    rules_version: int
    why: str
    """Such as "Track 12 was left of the line at 13:41:06.9 and right of it at 13:41:07.1"."""
    has_clip: bool
    clip_note: str = ""
    """Why there is no clip, when there is none."""
    corrected: bool = False
    dispute_id: str | None = None
    picture: tuple[QualityTrouble, ...] = ()
    """What was wrong with the picture at that moment; empty when it can be trusted."""


class EventPage(Answer):
    """Events and the cursor of the next, older page (None at the end)."""

    events: tuple[Event, ...]
    next_cursor: str | None = None


class ClipFrame(Answer):
    """What is known of one frame of a clip, in the clip's own order of frames."""

    index: int
    epoch: int
    sequence: int
    at_ns: int
    pts_ns: int
    analysed: bool
    boxes: tuple[Box, ...] = ()


class ClipInfo(Answer):
    """``GET /events/{id}/clip`` and ``GET /cameras/{id}/clip?at_ns=..&before_s=&after_s=``.

    The video itself is at ``video_path`` (relative to ``/api/v1``): Matroska, packets as
    the camera sent them, beginning with a key frame. ``frames[i]`` describes the i-th
    frame that a decoder yields.
    """

    camera_id: str
    camera_name: str
    from_ns: int
    to_ns: int
    width: int
    height: int
    fps: float
    event_index: int
    """Index of the event's own frame, or of the frame nearest to ``at_ns``."""
    frames: tuple[ClipFrame, ...]
    events: tuple[Event, ...]
    """All crossings within the clip."""
    lines: tuple[ClipLine, ...] = ()
    video_path: str
    sha256: str


class ClipLine(Answer):
    """A line as it was when the clip was counted."""

    id: str
    name: str
    ax: float
    ay: float
    bx: float
    by: float
    anchor: Anchor = Anchor.CENTRE
    """The point of a box that had to cross; where a trail is drawn."""


class BoxEdit(Request):
    """One box that a person rejected, added, moved or renamed."""

    epoch: int
    sequence: int
    action: Literal["keep", "reject", "add", "move", "rename"]
    track_id: int = 0
    class_name: str = Field("", max_length=80)
    left: float = 0.0
    top: float = 0.0
    right: float = 0.0
    bottom: float = 0.0


class CorrectionRequest(Request):
    """``POST /events/{id}/corrections`` or ``POST /disputes/{id}/corrections``.

    ``change_in`` and ``change_out`` are added to the line's corrected totals; a
    correction adds a row to the ledger and never edits one. ``idempotency_key`` makes a
    repeated request harmless.
    """

    change_in: int = Field(0, ge=-100, le=100)
    change_out: int = Field(0, ge=-100, le=100)
    reason: CorrectionReason
    note: str = Field("", max_length=2000)
    boxes: tuple[BoxEdit, ...] = Field((), max_length=2000)
    idempotency_key: str = Field(min_length=8, max_length=80)


class Correction(Answer):
    """One correction as it stands in the ledger."""

    id: str
    event_id: str | None
    dispute_id: str | None
    line_id: str
    change_in: int
    change_out: int
    reason: str
    note: str
    by: str
    at_ns: int
    boxes: tuple[BoxEdit, ...] = ()


class DisputeRequest(Request):
    """``POST /disputes``: somebody says that a count is wrong."""

    event_id: str | None = None
    line_id: str | None = None
    from_ns: int | None = None
    to_ns: int | None = None
    """With ``line_id``: an hour or day flagged on the counts page."""
    claim: str = Field(min_length=1, max_length=500)
    claimed_in: int | None = None
    claimed_out: int | None = None
    due_ns: int | None = None


class AuditLine(Answer):
    """One step in the life of a dispute."""

    at_ns: int
    by: str
    text: str


class Dispute(Answer):
    """``GET /disputes`` (``?state=open|closed|all``) and ``GET /disputes/{id}``."""

    id: str
    number: int
    """Shown as D-4817."""
    state: Literal["new", "in_review", "corrected", "rejected"]
    claim: str
    event_id: str | None
    camera_id: str
    camera_name: str
    line_id: str
    line_name: str
    at_ns: int
    from_ns: int | None = None
    to_ns: int | None = None
    """The hour or day that was flagged, when the claim is not about one count."""
    claimed_in: int | None = None
    claimed_out: int | None = None
    opened_ns: int
    opened_by: str
    due_ns: int | None
    corrections: tuple[Correction, ...]
    audit: tuple[AuditLine, ...]


class DecisionRequest(Request):
    """``POST /disputes/{id}:reject``: the system was right."""

    note: str = Field("", max_length=2000)
