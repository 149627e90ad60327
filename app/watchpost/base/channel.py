"""Messages between a process and its children, over a socket pair.

A socket rather than a multiprocessing queue: a killed peer is an end of file, never a
lock that stays taken for ever, and both ends can wait with ``select``.
Each message is a small JSON object and an optional run of bytes behind it.
"""

from __future__ import annotations

import contextlib
import json
import select
import socket
import struct
import threading
from typing import Any

_HEADER = struct.Struct("!II")
MAX_MESSAGE_BYTES = 64 * 1024 * 1024

Message = dict[str, Any]


class ChannelClosedError(Exception):
    """The peer is gone: it exited, was killed, or closed its end."""


class Channel:
    """One end of a two-way stream of messages.

    Sending is safe from several threads; receiving belongs to one thread.
    """

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._send_lock = threading.Lock()
        end.setblocking(True)

    @staticmethod
    def pair() -> tuple[Channel, Channel]:
        """Return two connected ends."""
        left, right = socket.socketpair()
        return Channel(left), Channel(right)

    @property
    def socket(self) -> socket.socket:
        """The socket itself, to hand to a child process or to ``select``."""
        return self._socket

    def send(self, message: Message, payload: bytes | memoryview = b"") -> None:
        """Send one message; blocks while the peer's buffer is full.

        Raises:
            ChannelClosedError: The peer is gone.
        """
        body = json.dumps(message, separators=(",", ":")).encode()
        try:
            with self._send_lock:
                self._socket.sendall(_HEADER.pack(len(body), len(payload)) + body)
                if payload:
                    self._socket.sendall(payload)
        except OSError as error:
            raise ChannelClosedError from error

    def receive(self, timeout_s: float | None = None) -> tuple[Message, bytes] | None:
        """Return the next message, or None when none began within the time-out.

        Raises:
            ChannelClosedError: The peer is gone.
        """
        try:
            if timeout_s is not None:
                ready, _, _ = select.select([self._socket], [], [], max(0.0, timeout_s))
                if not ready:
                    return None
            body_bytes, payload_bytes = _HEADER.unpack(self._read(_HEADER.size))
            if body_bytes + payload_bytes > MAX_MESSAGE_BYTES:
                raise ChannelClosedError
            message: Message = json.loads(self._read(body_bytes))
            return message, self._read(payload_bytes) if payload_bytes else b""
        except (OSError, ValueError) as error:
            raise ChannelClosedError from error

    def close(self) -> None:
        """Close this end; the peer sees an end of file."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _read(self, count: int) -> bytes:
        buffer = bytearray(count)
        view = memoryview(buffer)
        while view:
            got = self._socket.recv_into(view)
            if got == 0:
                raise ChannelClosedError
            view = view[got:]
        return bytes(buffer)
