"""Counts by hour and day."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from watchpost.api.auth import Anybody, ServicesOf
from watchpost.protocol.counts import Bucket, LineCounts

router = APIRouter(tags=["counts"])
Nanoseconds = Annotated[int, Query(ge=0, lt=2**63)]
Timezone = Annotated[str, Query(max_length=64)]


@router.get("/counts")
def counts(
    services: ServicesOf,
    _caller: Anybody,
    line: Annotated[str, Query(max_length=80)],
    from_ns: Nanoseconds,
    to_ns: Nanoseconds,
    bucket: Bucket = "hour",
    tz: Timezone = "UTC",
) -> LineCounts:
    """Return a line's counts, one bucket an hour or day of that time zone."""
    return services.review.counts(
        line, from_ns=from_ns, to_ns=to_ns, bucket=bucket, timezone=tz
    )


@router.get("/counts.csv", response_class=Response)
def counts_csv(
    services: ServicesOf,
    _caller: Anybody,
    from_ns: Nanoseconds,
    to_ns: Nanoseconds,
    bucket: Bucket = "hour",
    tz: Timezone = "UTC",
) -> Response:
    """Return all lines' counts as CSV (UTF-8, ISO 8601 with offset)."""
    csv = services.review.counts_csv(
        from_ns=from_ns, to_ns=to_ns, bucket=bucket, timezone=tz
    )
    return Response(csv, media_type="text/csv; charset=utf-8")
