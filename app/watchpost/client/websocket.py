"""Opens an edge's WebSockets: its address, its token, its one certificate."""

from __future__ import annotations

from typing import NoReturn

from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.sync.client import ClientConnection, connect

from watchpost.base.errors import EdgeError
from watchpost.client.edge import EdgeAddress, refusal

_MAX_MESSAGE_BYTES = 16 << 20


def open_websocket(address: EdgeAddress, path: str) -> ClientConnection:
    """Connect to ``/api/v1`` + path.

    Raises:
        EdgeError: The edge refuses (``edge.signed_out`` on a bad token) or is not there.
    """
    base = address.url.replace("http", "ws", 1)
    try:
        return connect(
            f"{base}/api/v1{path}",
            additional_headers={"Authorization": f"Bearer {address.token}"},
            ssl=address.ssl_context(),
            compression=None,
            open_timeout=5.0,
            ping_interval=10.0,
            ping_timeout=10.0,
            close_timeout=1.0,
            max_size=_MAX_MESSAGE_BYTES,
            proxy=None,
        )
    except InvalidStatus as error:
        _raise_refusal(error)
    except (OSError, TimeoutError, WebSocketException) as error:
        raise EdgeError(
            f"The edge at {address.url} cannot be reached.",
            todo="Check that it runs and that the network is up.",
            code="edge.unreachable",
        ) from error


def _raise_refusal(error: InvalidStatus) -> NoReturn:
    response = error.response
    raise refusal(bytes(response.body or b""), response.status_code) from error
