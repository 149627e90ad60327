"""Alarms on the wire."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from watchpost.domain.alarms import AlarmKind
from watchpost.protocol.wire import Answer, Request


class AlarmRecord(Answer):
    """One alarm; ``GET /alarms`` lists active, returned and shelved ones."""

    id: str
    kind: AlarmKind
    priority: Literal[1, 2, 3]
    subject_id: str
    subject_name: str
    text: str
    response: str
    raised_ns: int
    cleared_ns: int | None = None
    acknowledged_ns: int | None = None
    acknowledged_by: str | None = None
    shelved_until_ns: int | None = None
    shelved_by: str | None = None
    shelf_reason: str | None = None
    clip_event_id: str | None = None
    clip_camera_id: str | None = None
    """With ``raised_ns``: what "Show clip" opens."""


class ShelveRequest(Request):
    """``POST /alarms/{id}:shelve``; P1 needs a supervisor."""

    minutes: int = Field(ge=1, le=720)
    reason: str = Field(min_length=1, max_length=500)
