"""Keeps recordings within their quota: the oldest go first."""

from __future__ import annotations

from watchpost.base.clock import NS_PER_S, SYSTEM_CLOCK, Clock
from watchpost.base.errors import StoreError
from watchpost.base.log import get_logger
from watchpost.protocol.edge import EdgeSettings
from watchpost.store.segments import SegmentIndex

_GIB = 1 << 30
_DAY_NS = 86_400 * NS_PER_S
# Before that much was recorded, its pace says nothing about days.
_MIN_SPAN_NS = 600 * NS_PER_S

_log = get_logger(__name__)


class Retention:
    """Prunes recordings. One thread at a time."""

    def __init__(self, segments: SegmentIndex, clock: Clock = SYSTEM_CLOCK) -> None:
        self._segments = segments
        self._clock = clock
        self._failing = False

    def prune(self, settings: EdgeSettings) -> int:
        """Delete what is over the quota or under the free space; return bytes freed."""
        try:
            pruned = self._segments.prune(
                int(settings.recording_quota_gib * _GIB),
                int(settings.min_free_gib * _GIB),
            )
        except (StoreError, OSError) as error:
            if not self._failing:
                _log.error("recordings not pruned", error=str(error))
            self._failing = True
            return 0
        self._failing = False
        if pruned.disputed:
            _log.warning("disputed recordings pruned", segments=pruned.disputed)
        return pruned.bytes

    def days_left(self, settings: EdgeSettings) -> float | None:
        """Return for how many days recordings are kept at the pace so far, or None."""
        oldest_ns = self._segments.oldest_ns()
        if oldest_ns is None:
            return None
        span_ns = self._clock.utc_ns() - oldest_ns
        taken = self._segments.total_bytes()
        if span_ns < _MIN_SPAN_NS or taken == 0:
            return None
        return settings.recording_quota_gib * _GIB / taken * span_ns / _DAY_NS
