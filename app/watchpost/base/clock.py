"""Time: monotonic for ages and deadlines, UTC nanoseconds for records.

Nothing else in the package asks the system for the time; a test walks the code for it.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol

NS_PER_S = 1_000_000_000
NS_PER_MS = 1_000_000


class Clock(Protocol):
    """A source of time; the system's, or a test's."""

    def monotonic_ns(self) -> int:
        """Return nanoseconds that never go back; only differences mean anything."""
        ...

    def utc_ns(self) -> int:
        """Return nanoseconds since 1970-01-01 UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The computer's clocks. Safe on any thread."""

    def monotonic_ns(self) -> int:
        """Return nanoseconds that never go back; only differences mean anything."""
        return time.monotonic_ns()

    def utc_ns(self) -> int:
        """Return nanoseconds since 1970-01-01 UTC, as the system believes it."""
        return time.time_ns()

    def sleep(self, seconds: float) -> None:
        """Wait; negative means not at all."""
        if seconds > 0:
            time.sleep(seconds)


SYSTEM_CLOCK = SystemClock()


class SteadyUtc:
    """UTC that keeps a steady pace when the system clock jumps.

    Arrival stamps advance with the monotonic clock. A jump of the wall clock is noticed
    (``jump_ns``) and adopted only by :meth:`adopt`, so that one stream of frames never
    runs backwards within an epoch.
    """

    def __init__(self, clock: Clock = SYSTEM_CLOCK) -> None:
        self._clock = clock
        self._offset_ns = clock.utc_ns() - clock.monotonic_ns()

    def now_ns(self) -> int:
        """Return UTC nanoseconds, advancing with the monotonic clock."""
        return self._clock.monotonic_ns() + self._offset_ns

    def jump_ns(self) -> int:
        """Return how far the wall clock has moved away from ours; 0 when in step."""
        return self._clock.utc_ns() - self.now_ns()

    def adopt(self) -> None:
        """Take the wall clock as it is now."""
        self._offset_ns += self.jump_ns()


def datetime_from_ns(utc_ns: int) -> datetime:
    """Return an aware UTC datetime; precision is cut to microseconds."""
    seconds, rest = divmod(utc_ns, NS_PER_S)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest // 1000)


def ns_from_datetime(moment: datetime) -> int:
    """Return UTC nanoseconds of an aware datetime, exactly."""
    whole = int(moment.replace(microsecond=0).timestamp())
    return whole * NS_PER_S + moment.microsecond * 1000
