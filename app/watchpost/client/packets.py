"""A camera's own packets from an edge, as a decoder needs them."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import ValidationError
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from watchpost.base.errors import EdgeError
from watchpost.base.log import get_logger
from watchpost.client.edge import EdgeAddress
from watchpost.client.live import LiveState
from watchpost.client.websocket import open_websocket
from watchpost.protocol.live import PACKET_HEADER, StreamHeader

_FIRST_RETRY_S = 0.25
_LAST_RETRY_S = 2.0
_POLL_S = 0.2
_NO_PTS = -(2**63)

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RelayedPacket:
    """One packet as the camera sent it.

    Attributes:
        epoch: Connection of the camera.
        sequence: Number of the packet within the epoch.
        pts_ns: The camera's time stamp, or None.
        at_ns: Arrival at the edge, UTC nanoseconds.
        is_key: A decoder can begin here.
        payload: The packet's bytes.
    """

    epoch: int
    sequence: int
    pts_ns: int | None
    at_ns: int
    is_key: bool
    payload: bytes


def unpack(message: bytes) -> RelayedPacket:
    """Read one binary message of ``/cameras/{id}/packets``.

    Raises:
        EdgeError: It is shorter than its header.
    """
    if len(message) < PACKET_HEADER.size:
        raise EdgeError(
            "The edge sent a packet without its header.",
            todo="Bring edge and console to the same version.",
            code="edge.protocol",
        )
    epoch, sequence, pts_ns, at_ns, flags = PACKET_HEADER.unpack_from(message)
    return RelayedPacket(
        epoch,
        sequence,
        None if pts_ns == _NO_PTS else pts_ns,
        at_ns,
        bool(flags & 1),
        message[PACKET_HEADER.size :],
    )


class PacketStream:
    """Receives one camera's packets on a thread of its own, reconnecting for ever.

    ``on_header(header, extradata)`` comes first and again whenever a decoder must begin
    anew (another epoch, or packets were left out for a slow listener); the packet after
    it is a key frame. All callbacks run on the stream's thread.
    """

    def __init__(
        self,
        address: EdgeAddress,
        camera_id: str,
        *,
        on_header: Callable[[StreamHeader, bytes], None],
        on_packet: Callable[[RelayedPacket], None],
        on_state: Callable[[LiveState], None],
    ) -> None:
        self.camera_id = camera_id
        self._address = address
        self._on_header = on_header
        self._on_packet = on_packet
        self._on_state = on_state
        self._stop = threading.Event()
        self._state: LiveState | None = None
        self._thread = threading.Thread(
            target=self._run, name=f"packets {camera_id}", daemon=True
        )

    def start(self) -> None:
        """Begin to receive; returns at once."""
        self._thread.start()

    def stop(self, timeout_s: float = 3.0) -> None:
        """Stop receiving; no callback comes after this returned."""
        self._stop.set()
        if self._thread is not threading.current_thread() and self._thread.ident:
            self._thread.join(timeout_s)

    def _run(self) -> None:
        retry_s = _FIRST_RETRY_S
        path = f"/cameras/{self.camera_id}/packets"
        while not self._stop.is_set():
            try:
                with open_websocket(self._address, path) as connection:
                    retry_s = _FIRST_RETRY_S
                    self._receive(connection)
            except EdgeError as error:
                self._tell(LiveState(False, str(error), error.code))
            except ConnectionClosed:
                self._tell(
                    LiveState(
                        False,
                        "The picture's connection to the edge broke. "
                        "It is being opened again.",
                        "edge.disconnected",
                    )
                )
            self._stop.wait(retry_s)
            retry_s = min(_LAST_RETRY_S, retry_s * 2)

    def _receive(self, connection: ClientConnection) -> None:
        while not self._stop.is_set():
            try:
                message = connection.recv(timeout=_POLL_S)
            except TimeoutError:
                continue
            if self._stop.is_set():
                return
            self._tell(LiveState(True))
            if isinstance(message, bytes):
                self._on_packet(unpack(message))
                continue
            try:
                header = StreamHeader.model_validate_json(message)
                extradata = base64.b64decode(header.extradata_base64)
            except (ValidationError, ValueError) as error:
                raise EdgeError(
                    "The edge described a camera's stream in an unknown way.",
                    todo="Bring edge and console to the same version.",
                    code="edge.protocol",
                ) from error
            self._on_header(header, extradata)

    def _tell(self, state: LiveState) -> None:
        if state == self._state or self._stop.is_set():
            return
        self._state = state
        _log.info(
            "packet stream",
            camera=self.camera_id,
            connected=state.connected,
            code=state.code,
        )
        self._on_state(state)
