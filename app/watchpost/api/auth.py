"""Lets callers in by their bearer token, and to what their role allows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, WebSocket
from starlette.requests import HTTPConnection

from watchpost.api.identity import EVERYBODY, Identity
from watchpost.api.problems import error_response
from watchpost.api.services import Services
from watchpost.base.errors import EdgeError
from watchpost.protocol.edge import Role

_SCHEME = "bearer"


async def services_of(connection: HTTPConnection) -> Services:
    """Return the services behind the app that serves this connection."""
    return _services(connection)


def identify(connection: HTTPConnection) -> Identity:
    """Return who calls.

    Raises:
        EdgeError: ``edge.signed_out``: no token, or one that the edge does not know.
    """
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    remote: bool = connection.app.state.remote
    found = None
    if scheme.lower() == _SCHEME and token:
        found = _services(connection).access.authenticate(token, remote=remote)
    if found is None:
        raise EdgeError(
            "The edge does not know this console.",
            todo="Pair the console with the edge again.",
            code="edge.signed_out",
        )
    return found


def allow(roles: frozenset[Role]) -> Callable[[HTTPConnection], Awaitable[Identity]]:
    """Return a dependency that lets these roles in.

    The dependency raises ``edge.forbidden`` for the others.
    """

    async def check(connection: HTTPConnection) -> Identity:
        caller = identify(connection)
        if caller.role not in roles:
            raise EdgeError(
                f"The role {caller.role} may not do this.",
                todo="Ask somebody who is " + " or ".join(sorted(roles)) + ".",
                code="edge.forbidden",
            )
        return caller

    return check


ServicesOf = Annotated[Services, Depends(services_of)]
Anybody = Annotated[Identity, Depends(allow(EVERYBODY))]


def _services(connection: HTTPConnection) -> Services:
    services: Services = connection.app.state.services
    return services


async def identify_socket(websocket: WebSocket) -> Identity | None:
    """Return who opens a WebSocket, or refuse it with a problem body and return None."""
    try:
        return identify(websocket)
    except EdgeError as error:
        await websocket.send_denial_response(error_response(error))
        return None
