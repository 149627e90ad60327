"""Listening sockets, bound before anything else starts, so that a taken port is said.

What differs by platform about sockets stands here and nowhere else.
"""

from __future__ import annotations

import socket
import sys

from watchpost.base.errors import ConfigError

_BACKLOG = 128


def listen(host: str, port: int) -> socket.socket:
    """Return a listening TCP socket.

    Args:
        host: Name or address of an interface of this computer.
        port: Port, or 0 for any free one.

    Raises:
        ConfigError: The port is in use or reserved, or the address is not ours.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise ConfigError(
            f"{host!r} is no address of this computer.",
            todo="Name one of its addresses, or 0.0.0.0 for all of them.",
            code="listen.address",
        ) from error
    found = socket.socket(family, kind, protocol)
    try:
        if sys.platform == "win32":
            # There, REUSEADDR would let two programs share the port.
            found.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            # A restarted edge gets its port back at once.
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(address)
        found.listen(_BACKLOG)
    except OSError as error:
        found.close()
        raise ConfigError(
            f"Port {port} on {host} cannot be used ({error.strerror or error}).",
            todo="Stop the program that uses it, or choose another port.",
            code="listen.port",
        ) from error
    return found
