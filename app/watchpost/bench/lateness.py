"""How long an event loop lets wait what is due."""

from __future__ import annotations

from watchpost.base.clock import NS_PER_MS

EVERY_MS = 10


class Lateness:
    """Takes in when a timer of 10 ms fired; gives back how late each tick was due.

    A loop that was busy for 100 ms makes its timer fire once, not ten times. The nine
    ticks that were left out would have waited too, the first longest; they are counted
    as if something had been due at each of them (so that one long block is not one
    sample among thousands).
    """

    def __init__(self) -> None:
        self.samples_ms: list[float] = []
        self._due_ns: int | None = None

    def tick(self, now_ns: int) -> None:
        """The timer fired."""
        every_ns = EVERY_MS * NS_PER_MS
        if self._due_ns is not None:
            late_ns = max(0, now_ns - self._due_ns)
            while True:
                self.samples_ms.append(late_ns / NS_PER_MS)
                if late_ns < every_ns:
                    break
                late_ns -= every_ns
        self._due_ns = now_ns + every_ns
