"""Leases on a camera's pictures: five seconds each, the largest request wins."""

from __future__ import annotations

import threading

from watchpost.base.clock import NS_PER_S, SYSTEM_CLOCK, Clock
from watchpost.protocol.cameras import TileRequest

LEASE_S = 5.0


class TileLeases:
    """Who wants pictures of one camera, how large and how often. Thread-safe."""

    def __init__(self, clock: Clock = SYSTEM_CLOCK) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._ends_ns: dict[tuple[int, int, float], int] = {}

    def lease(self, request: TileRequest) -> TileRequest:
        """Add or prolong a lease; return what is to be delivered now."""
        with self._lock:
            key = (request.width, request.height, request.fps)
            ends_ns = self._clock.monotonic_ns() + int(LEASE_S * NS_PER_S)
            self._ends_ns[key] = ends_ns
            wanted = self._wanted()
        assert wanted is not None
        return wanted

    def wanted(self) -> TileRequest | None:
        """Return what is to be delivered, or None when nobody looks any more."""
        with self._lock:
            return self._wanted()

    def _wanted(self) -> TileRequest | None:
        now_ns = self._clock.monotonic_ns()
        self._ends_ns = {k: end for k, end in self._ends_ns.items() if end > now_ns}
        if not self._ends_ns:
            return None
        width, height, _ = max(self._ends_ns, key=lambda key: key[0] * key[1])
        return TileRequest(
            width=width, height=height, fps=max(key[2] for key in self._ends_ns)
        )
