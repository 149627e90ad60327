"""Who the edge is."""

from __future__ import annotations

from fastapi import APIRouter

from watchpost.api.auth import Anybody, ServicesOf
from watchpost.protocol.edge import EdgeInfo

router = APIRouter(prefix="/edge", tags=["edge"])


@router.get("")
def info(services: ServicesOf, caller: Anybody) -> EdgeInfo:
    """Return who the edge is and who the caller is to it."""
    return services.site.info(caller)
