"""Figures of a moment gathered into longer steps, and spread over a chart's points."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

Values = tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """A figure over one step.

    Attributes:
        at_ns: Beginning of the step, UTC nanoseconds.
        mean, low, high: Of the samples within it.
    """

    at_ns: int
    mean: float
    low: float
    high: float


class Rollup:
    """Gathers the samples of one step."""

    def __init__(self, start_ns: int, value: float) -> None:
        self.start_ns = start_ns
        self._sum = self._low = self._high = value
        self._count = 1

    def add(self, value: float) -> None:
        """Take in one more sample."""
        self._sum += value
        self._count += 1
        self._low = min(self._low, value)
        self._high = max(self._high, value)

    def point(self) -> Point:
        """Return what the samples so far amount to."""
        return Point(self.start_ns, self._sum / self._count, self._low, self._high)


class _Slot:
    __slots__ = ("count", "high", "low", "total")

    def __init__(self) -> None:
        self.total = 0.0
        self.count = 0
        self.low = math.inf
        self.high = -math.inf

    def add(self, point: Point) -> None:
        self.total += point.mean
        self.count += 1
        self.low = min(self.low, point.low)
        self.high = max(self.high, point.high)


def spread(
    found: Iterable[tuple[int, Point]], from_ns: int, to_ns: int, width_ns: int
) -> tuple[tuple[int, ...], Values, Values, Values]:
    """Lay points over a chart's slots.

    Args:
        found: Points, each with how long it holds, nanoseconds.
        from_ns: Where the chart begins, UTC nanoseconds.
        to_ns: Where it ends.
        width_ns: Of a slot.

    Returns:
        Beginnings of the slots, and mean, lowest and highest of each, None where no
        point holds.
    """
    count = -(-(to_ns - from_ns) // width_ns)
    slots = [_Slot() for _ in range(count)]
    for holds_ns, point in found:
        first = (point.at_ns - from_ns) // width_ns
        last = (point.at_ns + holds_ns - 1 - from_ns) // width_ns
        if holds_ns <= width_ns:
            # A point of a slot's own width lies in one, wherever the slots begin.
            first = last = max(first, 0)
        for index in range(max(first, 0), min(last, count - 1) + 1):
            slots[index].add(point)
    times = tuple(from_ns + index * width_ns for index in range(count))
    values = tuple(s.total / s.count if s.count else None for s in slots)
    low = tuple(s.low if s.count else None for s in slots)
    high = tuple(s.high if s.count else None for s in slots)
    return times, values, low, high
