"""The HTTP application: routes, errors, limits.

There are two of it in an edge that listens to the network: one on loopback for consoles
of the same OS user, one behind TLS for everybody else. They differ in what a caller may
map (tiles are files on this computer) and in that pairing happens behind TLS only.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI

from watchpost import __version__
from watchpost.api import problems
from watchpost.api.auth import Anybody
from watchpost.api.limits import BodyLimit
from watchpost.api.routes import (
    alarms,
    cameras,
    clips,
    counts,
    diagnostics,
    disputes,
    edge,
    events,
    health,
    inspection,
    live,
    models,
    packets,
    pairing,
    settings,
    values,
)
from watchpost.api.services import Services
from watchpost.protocol.wire import Problem

PREFIX = "/api/v1"
_RESOURCES = (
    edge,
    settings,
    pairing,
    diagnostics,
    cameras,
    packets,
    alarms,
    counts,
    values,
    events,
    inspection,
    clips,
    disputes,
    health,
    models,
    live,
)


def create_app(services: Services, *, remote: bool) -> FastAPI:
    """Build the application.

    Args:
        services: What the routes talk to.
        remote: It serves the network, behind TLS, rather than this computer.
    """
    app = FastAPI(
        title="Watchpost edge",
        version=__version__,
        # No pages that load scripts from elsewhere; the description needs a token.
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        responses={"4XX": {"model": Problem}, "5XX": {"model": Problem}},
    )
    app.state.services = services
    app.state.remote = remote
    problems.install(app)
    app.add_middleware(BodyLimit)
    api = APIRouter(prefix=PREFIX)
    for resource in _RESOURCES:
        api.include_router(resource.router)
    app.include_router(api)

    @app.get("/healthz", tags=["edge"])
    async def healthz() -> dict[str, str]:
        """Say that the edge answers; the one call without a token."""
        return {"status": "ok"}

    @app.get("/openapi.json", include_in_schema=False)
    async def openapi(_caller: Anybody) -> dict[str, Any]:
        return app.openapi()

    return app
