"""Alarms: what needs a person to act in time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Priority(IntEnum):
    """How soon: P1 within a minute, P2 within ten, P3 this shift."""

    P1 = 1
    P2 = 2
    P3 = 3


class AlarmKind(StrEnum):
    """Causes that can raise an alarm; one alarm per cause and subject until cleared."""

    NO_VIDEO = "no_video"
    NOT_ANALYSED = "not_analysed"
    RECORDING_STOPPED = "recording_stopped"
    DISK_FULL = "disk_full"
    LATENCY = "latency"
    TEMPERATURE = "temperature"
    MODEL_QUARANTINED = "model_quarantined"
    STORAGE = "storage"
    PICTURE = "picture"


@dataclass(frozen=True, slots=True)
class AlarmRule:
    """When a condition becomes an alarm, and what to do about it.

    Attributes:
        kind: The cause.
        priority: How soon.
        on_delay_s: The condition must hold this long before it rings.
        off_delay_s: It must be gone this long before the alarm clears.
        response: What the operator should do, one sentence.
    """

    kind: AlarmKind
    priority: Priority
    on_delay_s: float
    off_delay_s: float
    response: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm.

    States: active and not acknowledged; active and acknowledged; returned (cleared before
    it was acknowledged); gone. Only the condition clears it.

    Attributes:
        id: Identifier.
        kind: The cause.
        priority: How soon.
        subject_id: Camera id, or the edge's id.
        text: What is so, with numbers and their limit.
        response: What to do.
        raised_ns: UTC nanoseconds.
        cleared_ns: UTC nanoseconds, or None while the condition holds.
        acknowledged_ns, acknowledged_by: When and by whom, or None.
        shelved_until_ns, shelved_by, shelf_reason: Out of the list until then, or None.
    """

    id: str
    kind: AlarmKind
    priority: Priority
    subject_id: str
    text: str
    response: str
    raised_ns: int
    cleared_ns: int | None = None
    acknowledged_ns: int | None = None
    acknowledged_by: str | None = None
    shelved_until_ns: int | None = None
    shelved_by: str | None = None
    shelf_reason: str | None = None
