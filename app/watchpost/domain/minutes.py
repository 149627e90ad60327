"""What zones and shelves measured, minute by minute, weighed by how long it held.

A value holds from the frame in which it was told until the next one. Where the next look
comes too late, or nothing could be told, nobody knows what was there: that time is left
out, and a minute says how many seconds of it were looked at. Not looked is never zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from watchpost.base.clock import NS_PER_S

MINUTE_NS = 60 * NS_PER_S
# A still scene is looked at every two seconds.
HOLD_NS = 5 * NS_PER_S // 2


class Measure(StrEnum):
    """What is measured: of a zone who is in it and who waits, of a shelf what is filled."""

    OCCUPANCY = "occupancy"
    WAITING = "waiting"
    FILLED = "filled"


Measured = tuple[str, Measure]
"""Identifier of the zone or shelf, and what of it."""


@dataclass(frozen=True, slots=True)
class MinuteValue:
    """One measure over one minute, or the part of it that was looked at in one go.

    Attributes:
        of_id: The zone or shelf.
        measure: What of it.
        from_ns: First moment that counts, UTC nanoseconds; its minute is the value's.
        looked_ns: For how long the value was known.
        low, high: Extremes.
        mean: Weighed by time.
    """

    of_id: str
    measure: Measure
    from_ns: int
    looked_ns: int
    low: int
    mean: float
    high: int


@dataclass(slots=True)
class _Open:
    from_ns: int
    looked_ns: int
    weighed: int
    low: int
    high: int


class MinuteTally:
    """Adds up one camera's values. Not thread-safe."""

    def __init__(self) -> None:
        self._held: dict[Measured, int] = {}
        self._held_ns = 0
        self._open: dict[Measured, _Open] = {}

    def add(
        self, at_ns: int, values: Mapping[Measured, int | None]
    ) -> list[MinuteValue]:
        """Take in what one frame told and return the minutes that are over.

        Args:
            at_ns: Arrival of the frame, UTC nanoseconds. A clock that was set back
                costs the time until it is where it was.
            values: Everything that is measured now; None: cannot be told.
        """
        done: list[MinuteValue] = []
        if 0 < at_ns - self._held_ns <= HOLD_NS:
            for measured, value in self._held.items():
                done += self._credit(measured, value, self._held_ns, at_ns)
        minute_ns = at_ns - at_ns % MINUTE_NS
        for measured in [m for m, o in self._open.items() if o.from_ns < minute_ns]:
            done.append(_closed(measured, self._open.pop(measured)))
        if at_ns > self._held_ns:
            self._held_ns = at_ns
            self._held = {m: v for m, v in values.items() if v is not None}
        return done

    def finish(self) -> list[MinuteValue]:
        """Return what is still open; the next frame begins anew."""
        done = [_closed(measured, part) for measured, part in self._open.items()]
        self._open.clear()
        self._held.clear()
        return done

    def _credit(
        self, measured: Measured, value: int, from_ns: int, to_ns: int
    ) -> list[MinuteValue]:
        done = []
        while from_ns < to_ns:
            minute_ns = from_ns - from_ns % MINUTE_NS
            part_ns = min(to_ns, minute_ns + MINUTE_NS) - from_ns
            part = self._open.get(measured)
            if part is not None and part.from_ns < minute_ns:
                done.append(_closed(measured, self._open.pop(measured)))
                part = None
            if part is None:
                part = self._open[measured] = _Open(from_ns, 0, 0, value, value)
            part.looked_ns += part_ns
            part.weighed += value * part_ns
            part.low, part.high = min(part.low, value), max(part.high, value)
            from_ns += part_ns
        return done


def _closed(measured: Measured, part: _Open) -> MinuteValue:
    return MinuteValue(
        *measured,
        part.from_ns,
        part.looked_ns,
        part.low,
        part.weighed / part.looked_ns,
        part.high,
    )
