"""What zones and shelves measured: minutes and visits."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from watchpost.api.auth import Anybody, ServicesOf
from watchpost.domain.minutes import Measure
from watchpost.protocol.values import MinutePage, VisitPage

router = APIRouter(tags=["values"])
Name = Annotated[str | None, Query(max_length=80)]
Nanoseconds = Annotated[int, Query(ge=0, lt=2**63)]
MaybeNanoseconds = Annotated[int | None, Query(ge=0, lt=2**63)]
Cursor = Annotated[str | None, Query(max_length=200)]
Timezone = Annotated[str, Query(max_length=64)]


@router.get("/values")
def minutes(
    services: ServicesOf,
    _caller: Anybody,
    of: Annotated[str, Query(max_length=80)],
    measure: Measure,
    from_ns: MaybeNanoseconds = None,
    to_ns: MaybeNanoseconds = None,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=1500)] = 60,
) -> MinutePage:
    """Return a page of minutes of a zone or shelf, newest first."""
    return services.values.minutes(
        of, measure, from_ns=from_ns, to_ns=to_ns, cursor=cursor, limit=limit
    )


@router.get("/values.csv", response_class=Response)
def minutes_csv(
    services: ServicesOf,
    _caller: Anybody,
    from_ns: Nanoseconds,
    to_ns: Nanoseconds,
    tz: Timezone = "UTC",
) -> Response:
    """Return all minutes of all zones and shelves as CSV; seven days at most."""
    csv = services.values.minutes_csv(from_ns=from_ns, to_ns=to_ns, timezone=tz)
    return Response(csv, media_type="text/csv; charset=utf-8")


@router.get("/visits")
def visits(
    services: ServicesOf,
    _caller: Anybody,
    camera: Name = None,
    zone: Name = None,
    from_ns: MaybeNanoseconds = None,
    to_ns: MaybeNanoseconds = None,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> VisitPage:
    """Return a page of visits to zones, the last to end first."""
    return services.values.visits(
        camera_id=camera,
        zone_id=zone,
        from_ns=from_ns,
        to_ns=to_ns,
        cursor=cursor,
        limit=limit,
    )


@router.get("/visits.csv", response_class=Response)
def visits_csv(
    services: ServicesOf,
    _caller: Anybody,
    from_ns: Nanoseconds,
    to_ns: Nanoseconds,
    tz: Timezone = "UTC",
) -> Response:
    """Return all visits that ended in a stretch of time as CSV."""
    csv = services.values.visits_csv(from_ns=from_ns, to_ns=to_ns, timezone=tz)
    return Response(csv, media_type="text/csv; charset=utf-8")
