"""Latency and pace of one camera over the last seconds."""

from __future__ import annotations

import threading
from collections import deque
from statistics import median

from watchpost.base.clock import NS_PER_S, SYSTEM_CLOCK, Clock

WINDOW_S = 10.0
_FEWEST_FOR_PACE = 2
_P95 = 0.95
# A latency beyond this is a step of the wall clock, not a latency.
_MAX_LATENCY_MS = 60_000.0


class CameraFigures:
    """A sliding window of analysed frames. Thread-safe."""

    def __init__(self, clock: Clock = SYSTEM_CLOCK) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._frames: deque[tuple[int, float | None]] = deque()

    def analysed(self, latency_ms: float) -> None:
        """Take in one frame: received to boxes out, milliseconds."""
        sane = latency_ms if 0.0 <= latency_ms <= _MAX_LATENCY_MS else None
        with self._lock:
            self._frames.append((self._clock.monotonic_ns(), sane))
            self._drop_old()

    def forget(self) -> None:
        """Begin anew, as after a reconnect: old figures say nothing of now."""
        with self._lock:
            self._frames.clear()

    def latency_ms(self) -> tuple[float | None, float | None]:
        """Return median and 95th percentile, None when nothing was analysed."""
        with self._lock:
            self._drop_old()
            known = sorted(ms for _, ms in self._frames if ms is not None)
        if not known:
            return None, None
        return median(known), known[min(len(known) - 1, int(len(known) * _P95))]

    def per_second(self) -> float | None:
        """Return analysed frames a second, None when it cannot be said."""
        with self._lock:
            self._drop_old()
            if len(self._frames) < _FEWEST_FOR_PACE:
                return None
            span_ns = self._frames[-1][0] - self._frames[0][0]
            return (len(self._frames) - 1) * NS_PER_S / span_ns if span_ns else None

    def _drop_old(self) -> None:
        oldest_ns = self._clock.monotonic_ns() - int(WINDOW_S * NS_PER_S)
        while self._frames and self._frames[0][0] < oldest_ns:
            self._frames.popleft()
