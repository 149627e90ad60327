"""Hardware and latency figures."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from watchpost.api.auth import Anybody, ServicesOf
from watchpost.protocol.health import HealthSample, Series

router = APIRouter(prefix="/health", tags=["health"])
Nanoseconds = Annotated[int, Query(ge=0, lt=2**63)]


@router.get("")
def newest(services: ServicesOf, _caller: Anybody) -> HealthSample:
    """Return the edge's newest figures."""
    return services.health.newest()


@router.get("/history")
def history(
    services: ServicesOf,
    _caller: Anybody,
    metric: Annotated[str, Query(max_length=40)],
    from_ns: Nanoseconds,
    to_ns: Nanoseconds,
    camera: Annotated[str | None, Query(max_length=80)] = None,
    points: Annotated[int, Query(ge=2, le=5000)] = 600,
) -> Series:
    """Return one figure over time, down-sampled to at most ``points``."""
    return services.health.history(
        metric, camera_id=camera, from_ns=from_ns, to_ns=to_ns, points=points
    )
