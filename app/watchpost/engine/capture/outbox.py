"""What the capture process has to tell, kept away from what it has to do."""

from __future__ import annotations

import threading
from collections import deque

from watchpost.base.channel import Channel, ChannelClosedError, Message
from watchpost.engine.capture.events import CaptureEvent, FrameReady, PacketArrived
from watchpost.engine.capture.messages import encode

_MOST_WAITING = 64
_MOST_WAITING_BYTES = 8 << 20


class Outbox:
    """Sends events on a thread of its own, so that a slow edge never holds up recording.

    Pictures and relayed packets are left out when the edge does not keep up; everything
    else waits. After a packet was left out, none follows until the next key frame.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._change = threading.Condition()
        self._waiting: deque[tuple[Message, bytes]] = deque()
        self._bytes = 0
        self._packets_broken = False
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)
        self._thread.start()

    def put(self, event: CaptureEvent, *, must: bool = False) -> None:
        """Queue an event; returns at once.

        Args:
            event: What happened.
            must: Never leave it out (lockstep's pictures).
        """
        with self._change:
            if not must and self._is_left_out(event):
                return
            message, payload = encode(event)
            self._waiting.append((message, payload))
            self._bytes += len(payload)
            self._change.notify()

    def close(self, timeout_s: float = 1.0) -> None:
        """Send what waits, then end."""
        with self._change:
            self._closing = True
            self._change.notify()
        self._thread.join(timeout_s)

    def _is_left_out(self, event: CaptureEvent) -> bool:
        full = len(self._waiting) > _MOST_WAITING or self._bytes > _MOST_WAITING_BYTES
        if isinstance(event, FrameReady):
            return full
        if isinstance(event, PacketArrived):
            self._packets_broken = full or (self._packets_broken and not event.is_key)
            return self._packets_broken
        return False

    def _run(self) -> None:
        while True:
            with self._change:
                while not self._waiting and not self._closing:
                    self._change.wait()
                if not self._waiting:
                    return
                message, payload = self._waiting.popleft()
                self._bytes -= len(payload)
            try:
                self._channel.send(message, payload)
            except ChannelClosedError:
                return
