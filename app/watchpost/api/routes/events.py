"""Counted events and their corrections."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from watchpost.api.auth import Anybody, ServicesOf, allow
from watchpost.api.identity import REVIEWERS, Identity
from watchpost.protocol.review import Correction, CorrectionRequest, Event, EventPage

router = APIRouter(prefix="/events", tags=["review"])
Name = Annotated[str | None, Query(max_length=80)]
Nanoseconds = Annotated[int | None, Query(ge=0, lt=2**63)]


@router.get("")
def events(
    services: ServicesOf,
    _caller: Anybody,
    camera: Name = None,
    line: Name = None,
    from_ns: Nanoseconds = None,
    to_ns: Nanoseconds = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> EventPage:
    """Return a page of counted events, newest first."""
    return services.review.events(
        camera_id=camera,
        line_id=line,
        from_ns=from_ns,
        to_ns=to_ns,
        cursor=cursor,
        limit=limit,
    )


@router.get("/{event_id}")
def event(event_id: str, services: ServicesOf, _caller: Anybody) -> Event:
    """Return one counted event."""
    return services.review.event(event_id)


@router.post("/{event_id}/corrections", status_code=201)
def correct(
    event_id: str,
    body: CorrectionRequest,
    services: ServicesOf,
    caller: Annotated[Identity, Depends(allow(REVIEWERS))],
) -> Correction:
    """Add a correction of one count to the ledger."""
    return services.review.correct_event(event_id, body, caller)
