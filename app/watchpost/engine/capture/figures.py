"""Counts what arrives, for the figures of the last second and minute."""

from __future__ import annotations

import threading
from collections import deque

from watchpost.base.clock import NS_PER_MS, NS_PER_S
from watchpost.engine.capture.events import CaptureStats

_MINUTE = 60
_MOST_MISSED = 100


class Figures:
    """Safe on any thread; :meth:`take` once a second."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._packets = self._bytes = self._decoded = self._decode_ns = 0
        self._missed = 0
        self._not_decoded = 0
        self._last_frame_ns: int | None = None
        self._last_pts_ns: int | None = None
        self._interval_ns = 0.0
        self._minute: deque[tuple[int, int]] = deque(maxlen=_MINUTE)
        self._taken_ns: int | None = None

    def arrived(self, size: int) -> None:
        """Count a packet."""
        with self._lock:
            self._packets += 1
            self._bytes += size

    def decoded(self, pts_ns: int, at_ns: int, took_ns: int) -> None:
        """Count a picture; a gap in the stream's own time is pictures that never came."""
        with self._lock:
            self._decoded += 1
            self._decode_ns += took_ns
            self._last_frame_ns = at_ns
            last, self._last_pts_ns = self._last_pts_ns, pts_ns
            if last is None or pts_ns <= last:
                return
            gap_ns = pts_ns - last
            if self._interval_ns and gap_ns > 1.6 * self._interval_ns:
                missed = round(gap_ns / self._interval_ns) - 1
                self._missed += min(missed, _MOST_MISSED)
            share = 0.1 if gap_ns < 3 * self._interval_ns else 0.02
            self._interval_ns += (
                share * (gap_ns - self._interval_ns) if self._interval_ns else gap_ns
            )

    def skipped(self, count: int) -> None:
        """Count packets that were not decoded for lack of time."""
        with self._lock:
            self._not_decoded += count

    def new_epoch(self) -> None:
        """Forget the stream's time."""
        with self._lock:
            self._last_pts_ns = None

    def take(self, now_ns: int) -> CaptureStats:
        """Return the figures since the last call.

        Args:
            now_ns: Monotonic nanoseconds.
        """
        with self._lock:
            before, self._taken_ns = self._taken_ns, now_ns
            seconds = (now_ns - before) / NS_PER_S if before is not None else 0.0
            packets, size = self._packets, self._bytes
            decoded, decode_ns, missed = self._decoded, self._decode_ns, self._missed
            self._packets = self._bytes = self._decoded = self._decode_ns = 0
            self._missed = 0
            self._minute.append((decoded, missed))
            came = sum(c for c, _ in self._minute)
            lost = sum(m for _, m in self._minute)
            known = bool(packets) and seconds > 0
            return CaptureStats(
                fps=packets / seconds if known else None,
                bits_per_s=8 * size / seconds if known else None,
                lost_share=lost / (came + lost) if came + lost else None,
                decode_ms=decode_ns / decoded / NS_PER_MS if decoded else None,
                last_frame_ns=self._last_frame_ns,
                not_decoded=self._not_decoded,
            )
