"""Verdicts of inspection stations."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from watchpost.api.auth import Anybody, ServicesOf
from watchpost.domain.verdicts import Outcome
from watchpost.protocol.inspection import VerdictPage

router = APIRouter(tags=["inspection"])
Name = Annotated[str | None, Query(max_length=80)]
Nanoseconds = Annotated[int | None, Query(ge=0, lt=2**63)]


@router.get("/verdicts")
def verdicts(
    services: ServicesOf,
    _caller: Anybody,
    camera: Name = None,
    station: Name = None,
    outcome: Outcome | None = None,
    from_ns: Nanoseconds = None,
    to_ns: Nanoseconds = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> VerdictPage:
    """Return a page of verdicts on parts, newest first."""
    return services.inspection.verdicts(
        camera_id=camera,
        station_id=station,
        outcome=outcome,
        from_ns=from_ns,
        to_ns=to_ns,
        cursor=cursor,
        limit=limit,
    )


@router.get("/verdicts.csv", response_class=Response)
def verdicts_csv(
    services: ServicesOf,
    _caller: Anybody,
    from_ns: Annotated[int, Query(ge=0, lt=2**63)],
    to_ns: Annotated[int, Query(ge=0, lt=2**63)],
    tz: Annotated[str, Query(max_length=64)] = "UTC",
) -> Response:
    """Return all verdicts on parts last seen in a stretch of time as CSV."""
    csv = services.inspection.verdicts_csv(from_ns=from_ns, to_ns=to_ns, timezone=tz)
    return Response(csv, media_type="text/csv; charset=utf-8")
