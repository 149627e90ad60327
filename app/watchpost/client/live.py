"""The live stream of one edge: connected for as long as it is wanted.

The edge sends its health once a second, so silence means something: after
``SILENT_AFTER_S`` the listener is told, after ``RECONNECT_AFTER_S`` the connection is
given up and opened anew.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import ValidationError
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from watchpost.base.clock import NS_PER_S, SYSTEM_CLOCK, Clock
from watchpost.base.errors import EdgeError
from watchpost.base.log import get_logger
from watchpost.client.edge import EdgeAddress
from watchpost.client.websocket import open_websocket
from watchpost.protocol.live import LIVE_MESSAGE, LiveMessage

SILENT_AFTER_S = 2.5
RECONNECT_AFTER_S = 8.0
_FIRST_RETRY_S = 0.25
_LAST_RETRY_S = 2.0
_POLL_S = 0.2

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LiveState:
    """Whether what is shown is current.

    Attributes:
        connected: Messages come.
        sentence: What is wrong and what to do; empty while connected.
        code: Machine-readable cause, such as ``edge.unreachable``; empty while connected.
    """

    connected: bool
    sentence: str = ""
    code: str = ""


class LiveStream:
    """Receives an edge's live messages on a thread of its own, reconnecting for ever.

    Args:
        address: The edge.
        on_message: Called with every message, on the stream's thread. It must be quick:
            the edge leaves messages out (and says so) for a listener that is slow.
        on_state: Called when the state changes, on the same thread. After each return
            to ``connected`` everything shown should be read anew.
        clock: For tests.
    """

    def __init__(
        self,
        address: EdgeAddress,
        *,
        on_message: Callable[[LiveMessage], None],
        on_state: Callable[[LiveState], None],
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self.address = address
        self._on_message = on_message
        self._on_state = on_state
        self._clock = clock
        self._stop = threading.Event()
        self._state: LiveState | None = None
        self._thread = threading.Thread(
            target=self._run, name=f"live {address.url}", daemon=True
        )

    def start(self) -> None:
        """Begin to listen; returns at once."""
        self._thread.start()

    def stop(self, timeout_s: float = 3.0) -> None:
        """Stop listening; no callback comes after this returned."""
        self._stop.set()
        if self._thread is not threading.current_thread() and self._thread.ident:
            self._thread.join(timeout_s)

    def _run(self) -> None:
        retry_s = _FIRST_RETRY_S
        while not self._stop.is_set():
            try:
                with open_websocket(self.address, "/live") as connection:
                    retry_s = _FIRST_RETRY_S
                    self._listen(connection)
            except EdgeError as error:
                self._tell(LiveState(False, str(error), error.code))
            except ConnectionClosed:
                self._tell(
                    LiveState(
                        False,
                        f"The connection to the edge at {self.address.url} broke. "
                        "It is being opened again.",
                        "edge.disconnected",
                    )
                )
            self._stop.wait(retry_s)
            retry_s = min(_LAST_RETRY_S, retry_s * 2)

    def _listen(self, connection: ClientConnection) -> None:
        heard_ns = self._clock.monotonic_ns()
        while not self._stop.is_set():
            try:
                text = connection.recv(timeout=_POLL_S)
            except TimeoutError:
                silent_s = (self._clock.monotonic_ns() - heard_ns) / NS_PER_S
                if silent_s >= RECONNECT_AFTER_S:
                    return
                if silent_s >= SILENT_AFTER_S:
                    self._tell(
                        LiveState(
                            False,
                            f"The edge at {self.address.url} has gone silent. "
                            "Check its computer if this stays.",
                            "edge.silent",
                        )
                    )
                continue
            heard_ns = self._clock.monotonic_ns()
            self._tell(LiveState(True))
            try:
                message = LIVE_MESSAGE.validate_json(text)
            except ValidationError:
                # A newer edge may say more than this console knows.
                _log.debug("live message not understood", text=str(text)[:200])
                continue
            if not self._stop.is_set():
                self._on_message(message)

    def _tell(self, state: LiveState) -> None:
        if state == self._state or self._stop.is_set():
            return
        self._state = state
        _log.info(
            "live stream",
            edge=self.address.url,
            connected=state.connected,
            code=state.code,
        )
        self._on_state(state)
