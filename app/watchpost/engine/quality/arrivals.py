"""Pictures that are missing between those that arrive, told by the stream's own times.

A stream's times come from whoever sends it, so what the network or a busy camera lost
shows as steps of several times the usual one, while a network that only delivers in
bursts shows nothing.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from watchpost.base.clock import NS_PER_S

_WINDOW_NS = 10 * NS_PER_S
_FEWEST = 20
# Half of all steps may be this much apart, in usual steps, where a rate can be told.
_EVEN = 0.5


class Arrivals:
    """The times of one camera's last pictures. One thread at a time."""

    def __init__(self) -> None:
        self._times: deque[int] = deque()

    def add(self, pts_ns: int) -> None:
        """Take in a picture's time; one that falls begins anew."""
        times = self._times
        if times and pts_ns < times[-1]:
            times.clear()
        times.append(pts_ns)
        while pts_ns - times[0] > _WINDOW_NS:
            times.popleft()

    def missing(self) -> float | None:
        """Return the share of pictures that did not arrive, 0..1, over ten seconds.

        None where it cannot be told: too few pictures, or a source without an even rate.
        """
        if len(self._times) <= _FEWEST:
            return None
        steps = np.diff(np.array(self._times, np.int64))
        low, usual, high = np.percentile(steps, (25, 50, 75))
        if usual <= 0 or high - low > _EVEN * usual:
            return None
        lost = float(np.maximum(np.rint(steps / usual) - 1, 0).sum())
        return lost / (lost + len(steps))
