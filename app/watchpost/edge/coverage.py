"""Keeps what was looked at and what was not, camera by camera."""

from __future__ import annotations

import threading

from watchpost.base.errors import StoreError
from watchpost.base.log import get_logger
from watchpost.domain.coverage import CoverageGap
from watchpost.store.coverage import CoverageRepository

_log = get_logger(__name__)


class CoverageTrack:
    """Turns the scheduler's gaps and newest looks into stored stretches. Thread-safe."""

    def __init__(self, store: CoverageRepository) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._since_ns: dict[str, int] = {}
        self._failing = False

    def gap(self, gap: CoverageGap) -> None:
        """Take note of a stretch that nobody looked at."""
        with self._lock:
            since_ns = self._since_ns.get(gap.camera_id)
            self._since_ns[gap.camera_id] = gap.to_ns
        if since_ns is not None and gap.from_ns > since_ns:
            self._keep_looked(gap.camera_id, since_ns, gap.from_ns)
        try:
            self._store.add_gap(gap)
        except StoreError as error:
            self._note_failure(error)

    def looked(self, camera_id: str, until_ns: int) -> None:
        """Take note that a camera was looked at without a gap until then."""
        with self._lock:
            since_ns = self._since_ns.setdefault(camera_id, until_ns)
            if until_ns <= since_ns:
                return
            self._since_ns[camera_id] = until_ns
        self._keep_looked(camera_id, since_ns, until_ns)

    def forget(self, camera_id: str) -> None:
        """Drop a camera that was removed."""
        with self._lock:
            self._since_ns.pop(camera_id, None)

    def _keep_looked(self, camera_id: str, from_ns: int, to_ns: int) -> None:
        try:
            self._store.add_looked(camera_id, from_ns, to_ns)
        except StoreError as error:
            self._note_failure(error)
        else:
            self._failing = False

    def _note_failure(self, error: StoreError) -> None:
        # A full disk is an alarm of its own; here it is logged once.
        if not self._failing:
            _log.error("coverage not stored", code=error.code)
        self._failing = True
