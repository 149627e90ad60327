"""The edge's settings."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from watchpost.api.auth import Anybody, ServicesOf, allow
from watchpost.api.identity import ADMINS, Identity
from watchpost.protocol.edge import EdgeSettings

router = APIRouter(prefix="/settings", tags=["edge"])


@router.get("")
def settings(services: ServicesOf, _caller: Anybody) -> EdgeSettings:
    """Return the settings in force."""
    return services.site.settings()


@router.put("")
def save_settings(
    body: EdgeSettings,
    services: ServicesOf,
    caller: Annotated[Identity, Depends(allow(ADMINS))],
) -> EdgeSettings:
    """Replace the settings; applied at once."""
    return services.site.save_settings(body, caller)
