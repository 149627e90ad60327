"""What a source of packets is, and how it waits."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any, Protocol

from watchpost.base.clock import NS_PER_S, SYSTEM_CLOCK, Clock, SteadyUtc
from watchpost.engine.video.stream import CodedPacket, StreamFormat


class PacketSource(Protocol):
    """One opened source; used by one thread."""

    @property
    def form(self) -> StreamFormat:
        """What a decoder needs; width and height are known."""
        ...

    @property
    def template(self) -> Any:
        """FFmpeg's stream with these parameters; valid until :meth:`close`."""
        ...

    @property
    def is_live(self) -> bool:
        """The end of the packets is a disconnect, not the end of a file."""
        ...

    def packets(self) -> Iterator[CodedPacket]:
        """Yield packets as they arrive, waiting for each; ends at a file's end.

        Raises:
            CaptureError: It broke.
            av.error.FFmpegError: It broke.
        """
        ...

    def close(self) -> None:
        """Free it."""
        ...


class Waiting:
    """Waits that end at once when the process is asked to stop."""

    def __init__(self, stop: threading.Event, clock: Clock = SYSTEM_CLOCK) -> None:
        self.clock = clock
        self._stop = stop

    @property
    def stopped(self) -> bool:
        """Whether to stop."""
        return self._stop.is_set()

    def until(self, monotonic_ns: int) -> bool:
        """Wait until then; False when asked to stop."""
        wait_s = (monotonic_ns - self.clock.monotonic_ns()) / NS_PER_S
        return not (self._stop.wait(wait_s) if wait_s > 0 else self._stop.is_set())


class Pace:
    """Turns stream time into real time: like a camera, or as fast as wanted (lockstep).

    Args:
        waiting: How to wait.
        begin_at_ns: Arrival of the first packet, UTC nanoseconds, in lockstep.
        lockstep: Never wait; arrivals follow the stream's time.
    """

    _LATEST_NS = 2 * NS_PER_S

    def __init__(self, waiting: Waiting, begin_at_ns: int, *, lockstep: bool) -> None:
        self._waiting = waiting
        self._lockstep = lockstep
        self._begin_at_ns = begin_at_ns
        self._start_ns = waiting.clock.monotonic_ns()
        self._utc = SteadyUtc(waiting.clock)

    def wait(self, stream_ns: int) -> int | None:
        """Wait for a moment of the stream; return its arrival, or None to stop."""
        if self._lockstep:
            return None if self._waiting.stopped else self._begin_at_ns + stream_ns
        due_ns = self._start_ns + stream_ns
        late_ns = self._waiting.clock.monotonic_ns() - due_ns
        if late_ns > self._LATEST_NS:
            # The computer slept or was stopped: go on from here, do not race after it.
            self._start_ns += late_ns
        if not self._waiting.until(due_ns):
            return None
        return self._utc.now_ns()

    def passed_ns(self) -> int:
        """Return how much of the stream should have been played by now."""
        return self._waiting.clock.monotonic_ns() - self._start_ns
