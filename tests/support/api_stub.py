"""An API with ports that a test fills as far as it needs them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, get_args

import structlog

from watchpost.api.application import create_app
from watchpost.api.hub import LiveHub
from watchpost.api.identity import Identity
from watchpost.api.server import ApiServer
from watchpost.api.services import Services
from watchpost.base import log
from watchpost.base.sockets import listen
from watchpost.protocol.edge import Role


class RoleTokens:
    """Every role's name is a good token."""

    def authenticate(self, token: str, *, remote: bool) -> Identity | None:
        if token not in get_args(Role):
            return None
        return Identity(f"the {token}", token, remote)  # type: ignore[arg-type]


class NotThere:
    """A port that a test does not expect to be asked."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, call: str) -> Any:
        raise AssertionError(f"{self._name}.{call} was not to be called")


def services(**ports: Any) -> Services:
    """Return services with these ports; the others must not be called."""
    names = ("site", "pairing", "cameras", "alarms", "review", "clips", "health")
    filled: dict[str, Any] = {
        name: NotThere(name)
        for name in (*names, "models", "catalogue", "values", "inspection")
    }
    filled["access"] = RoleTokens()
    filled["live"] = LiveHub()
    return Services(**{**filled, **ports})


@contextmanager
def serving(
    found: Services, *, remote: bool = False, certificate: Path | None = None
) -> Iterator[str]:
    """Serve on a free port of loopback; yields the URL."""
    if not structlog.is_configured():
        # Unconfigured, it takes seconds to print a traceback with all its values.
        log.configure()
    server = ApiServer(
        create_app(found, remote=remote),
        listen("127.0.0.1", 0),
        certificate=certificate,
    )
    server.start()
    try:
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{server.port}"
    finally:
        server.stop()
