"""What support needs, without secrets."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from watchpost.api.auth import ServicesOf, allow
from watchpost.api.identity import INSTALLERS, Identity

router = APIRouter(tags=["edge"])


@router.get("/diagnostics.zip", response_class=Response)
def diagnostics(
    services: ServicesOf, _caller: Annotated[Identity, Depends(allow(INSTALLERS))]
) -> Response:
    """Return a zip of logs, versions and settings."""
    return Response(services.site.diagnostics(), media_type="application/zip")
