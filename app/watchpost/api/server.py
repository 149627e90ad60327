"""Runs an application on a socket, on a thread and event loop of its own."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from watchpost.base.clock import NS_PER_S, SYSTEM_CLOCK, Clock
from watchpost.base.errors import ConfigError

_MAX_SOCKET_MESSAGE_BYTES = 64 << 10
_START_S = 15.0
_STOP_S = 5.0


class ApiServer:
    """One uvicorn server in this process.

    Args:
        app: What it serves.
        listening: A listening socket; the server owns it from now on.
        certificate: PEM file with certificate and key, for TLS; None for plain HTTP.
        clock: For tests.
    """

    def __init__(
        self,
        app: FastAPI,
        listening: socket.socket,
        *,
        certificate: Path | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self.port: int = listening.getsockname()[1]
        self._socket = listening
        self._clock = clock
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                lifespan="off",
                ws="websockets-sansio",
                ws_max_size=_MAX_SOCKET_MESSAGE_BYTES,
                ws_per_message_deflate=False,
                timeout_graceful_shutdown=1,
                ssl_certfile=certificate,
            )
        )
        self._thread = threading.Thread(
            target=self._server.run,
            kwargs={"sockets": [listening]},
            name=f"api {self.port}",
            daemon=True,
        )

    def start(self) -> None:
        """Start and wait until it answers.

        Raises:
            ConfigError: It did not come up.
        """
        self._thread.start()
        deadline_ns = self._clock.monotonic_ns() + int(_START_S * NS_PER_S)
        while not self._server.started:
            late = self._clock.monotonic_ns() > deadline_ns
            if late or not self._thread.is_alive():
                raise ConfigError(
                    f"The server on port {self.port} did not start.",
                    todo="Look into the log.",
                    code="listen.start",
                )
            self._clock.sleep(0.005)

    def stop(self) -> None:
        """Close connections and end the thread; harmless when not started."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(_STOP_S)
        self._socket.close()
