"""Relays one camera's packets, as they came, to viewers on other computers.

A viewer begins at a key frame: the packets since the last one are kept while anybody
looks, so a second viewer sees a picture at once. A viewer that is too slow loses whole
groups of pictures, never single packets, and begins again at a key frame.
"""

from __future__ import annotations

import asyncio
import base64
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from watchpost.protocol.live import PACKET_HEADER, StreamHeader

_MAX_WAITING_BYTES = 4 << 20
_MAX_GROUP_BYTES = 8 << 20
_NO_PTS = -(2**63)


@dataclass(frozen=True, slots=True)
class Stream:
    """What a decoder needs to know of one epoch."""

    epoch: int
    codec: str
    width: int
    height: int
    extradata: bytes

    def header(self, first_frame_sequence: int) -> str:
        """Return the header that comes before the packet with this sequence."""
        return StreamHeader(
            epoch=self.epoch,
            codec=self.codec,
            width=self.width,
            height=self.height,
            extradata_base64=base64.b64encode(self.extradata).decode(),
            first_frame_sequence=first_frame_sequence,
        ).model_dump_json()


class Viewer:
    """One viewer's bounded queue. Fed from any thread, emptied on its event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._lock = threading.Lock()
        self._waiting: deque[str | bytes] = deque()
        self._bytes = 0
        self._wake = asyncio.Event()
        self.needs_key = True
        """It must begin (again) at a key frame, behind a header."""

    def put(self, messages: list[str | bytes]) -> None:
        """Queue; when the viewer is too far behind, forget all and begin anew."""
        with self._lock:
            if self._bytes > _MAX_WAITING_BYTES:
                self._waiting.clear()
                self._bytes = 0
                self.needs_key = True
                return
            self._waiting.extend(messages)
            self._bytes += sum(map(len, messages))
        try:
            self._loop.call_soon_threadsafe(self._wake.set)
        except RuntimeError:
            # The server is gone; so is the viewer.
            return

    async def take(self) -> list[str | bytes]:
        """Wait for messages and return all of them, oldest first."""
        while True:
            with self._lock:
                messages = list(self._waiting)
                self._waiting.clear()
                self._bytes = 0
                if not messages:
                    self._wake.clear()
            if messages:
                return messages
            await self._wake.wait()


class PacketRelay:
    """One camera's packets, for any number of viewers. Safe on any thread.

    Args:
        on_demand: Called with True when the first viewer comes, False when the last left.
    """

    def __init__(self, on_demand: Callable[[bool], None]) -> None:
        self._on_demand = on_demand
        self._lock = threading.Lock()
        self._viewers: tuple[Viewer, ...] = ()
        self._stream: Stream | None = None
        self._group: list[str | bytes] = []
        self._group_bytes = 0

    @property
    def wanted(self) -> bool:
        """Whether anybody looks."""
        return bool(self._viewers)

    def opened(self, stream: Stream) -> None:
        """Take note of a new epoch."""
        with self._lock:
            self._stream = stream
            self._group, self._group_bytes = [], 0
            for viewer in self._viewers:
                viewer.needs_key = True

    def packet(
        self,
        *,
        epoch: int,
        sequence: int,
        pts_ns: int | None,
        at_ns: int,
        is_key: bool,
        payload: bytes,
    ) -> None:
        """Pass a packet on."""
        with self._lock:
            stream = self._stream
            if stream is None or stream.epoch != epoch:
                return
            pts = _NO_PTS if pts_ns is None else pts_ns
            head = PACKET_HEADER.pack(epoch, sequence, pts, at_ns, int(is_key))
            message = head + payload
            if is_key:
                self._group, self._group_bytes = [stream.header(sequence)], 0
            if self._group and self._group_bytes <= _MAX_GROUP_BYTES:
                self._group.append(message)
                self._group_bytes += len(message)
            for viewer in self._viewers:
                if viewer.needs_key and is_key:
                    viewer.needs_key = False
                    viewer.put([stream.header(sequence), message])
                elif not viewer.needs_key:
                    viewer.put([message])

    def join(self) -> Viewer:
        """Add a viewer; call on its event loop."""
        viewer = Viewer(asyncio.get_running_loop())
        with self._lock:
            first = not self._viewers
            if first:
                self._group, self._group_bytes = [], 0
            elif self._group and self._group_bytes <= _MAX_GROUP_BYTES:
                viewer.needs_key = False
                viewer.put(list(self._group))
            self._viewers = (*self._viewers, viewer)
        if first:
            self._on_demand(True)
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """Remove a viewer; harmless when it left before."""
        with self._lock:
            before = len(self._viewers)
            self._viewers = tuple(x for x in self._viewers if x is not viewer)
            last = bool(before) and not self._viewers
            if last:
                self._group, self._group_bytes = [], 0
        if last:
            self._on_demand(False)
