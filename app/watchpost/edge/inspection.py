"""Inspection stations of an edge: verdicts kept and told, today's totals at hand."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from functools import partial

from watchpost.api.hub import LiveHub
from watchpost.base.clock import SYSTEM_CLOCK, Clock
from watchpost.base.errors import StoreError
from watchpost.base.log import get_logger
from watchpost.domain.stations import StationReading
from watchpost.domain.verdicts import Outcome, Verdict
from watchpost.edge.models import Serving
from watchpost.edge.totals import local_day
from watchpost.protocol.cameras import StationStatus
from watchpost.protocol.inspection import VerdictPage
from watchpost.protocol.live import Judged
from watchpost.store.verdicts import StationTotals, StoredVerdict, VerdictRepository
from watchpost.store.verdicts_csv import verdicts_csv

_log = get_logger(__name__)


class TodayVerdicts:
    """Parts of the computer's own day, by station. Thread-safe.

    Read from the ledger when a station is first asked for and when a day began; in
    between every durable verdict is added.
    """

    def __init__(self, store: VerdictRepository, clock: Clock = SYSTEM_CLOCK) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._day = (0, 0)
        self._totals: dict[str, StationTotals] = {}

    def of(self, station_id: str) -> StationTotals:
        """Return a station's totals of today."""
        with self._lock:
            self._begin_day()
            return self._get(station_id)

    def judged(self, station_id: str, outcome: Outcome, at_ns: int) -> StationTotals:
        """Take in a verdict that is durable; return the station's totals."""
        with self._lock:
            known = station_id in self._totals and not self._begin_day()
            totals = self._get(station_id)
            # A fresh reading of the ledger has this verdict already.
            if known and self._day[0] <= at_ns < self._day[1]:
                totals = self._totals[station_id] = totals.with_one(outcome)
            return totals

    def _get(self, station_id: str) -> StationTotals:
        if station_id not in self._totals:
            found = self._store.totals([station_id], *self._day)
            self._totals[station_id] = found.get(station_id, StationTotals())
        return self._totals[station_id]

    def _begin_day(self) -> bool:
        now_ns = self._clock.utc_ns()
        if self._day[0] <= now_ns < self._day[1]:
            return False
        self._day = local_day(now_ns)
        self._totals.clear()
        return True


class VerdictKeeper:
    """Keeps one camera's verdicts and tells them once they are durable. Thread-safe."""

    def __init__(
        self,
        camera_id: str,
        store: VerdictRepository,
        today: TodayVerdicts,
        hub: LiveHub,
    ) -> None:
        self._camera_id = camera_id
        self._store = store
        self._today = today
        self._hub = hub

    def keep(
        self, verdicts: Iterable[Verdict], rules_version: int, model: Serving
    ) -> None:
        """Write verdicts; does not wait."""
        for verdict in verdicts:
            stored = StoredVerdict.of(
                self._camera_id,
                verdict,
                rules_version=rules_version,
                model=model.name,
                model_sha256=model.info.sha256,
            )
            try:
                self._store.append(stored, partial(self._tell, stored))
            except StoreError as error:
                _log.error("verdict lost", camera=self._camera_id, code=error.code)

    def _tell(self, stored: StoredVerdict, new: bool) -> None:
        """Tell a verdict once it is durable; runs on the ledger's writer thread."""
        if not new:
            return
        verdict, judged = stored.verdict, stored.verdict.judgement
        totals = self._today.judged(verdict.station_id, judged.outcome, verdict.to_ns)
        self._hub.publish(
            Judged(
                verdict_id=stored.id,
                camera_id=self._camera_id,
                station_id=verdict.station_id,
                outcome=judged.outcome,
                reason=judged.reason,
                defects=tuple(defect.class_name for defect in judged.defects),
                at_ns=verdict.to_ns,
                passed=totals.passed,
                failed=totals.failed,
                not_inspected=totals.not_inspected,
            )
        )


class Inspection:
    """Answers what the API asks of verdicts. Thread-safe."""

    def __init__(self, store: VerdictRepository) -> None:
        self._store = store

    def verdicts(
        self,
        *,
        camera_id: str | None,
        station_id: str | None,
        outcome: Outcome | None,
        from_ns: int | None,
        to_ns: int | None,
        cursor: str | None,
        limit: int,
    ) -> VerdictPage:
        """Return a page of verdicts, newest first."""
        return self._store.page(
            camera_id=camera_id,
            station_id=station_id,
            outcome=outcome,
            from_ns=from_ns,
            to_ns=to_ns,
            cursor=cursor,
            limit=limit,
        )

    def verdicts_csv(self, *, from_ns: int, to_ns: int, timezone: str) -> bytes:
        """Return every verdict of a stretch of time as CSV."""
        return verdicts_csv(self._store, from_ns, to_ns, timezone)


def station_status(
    station_id: str,
    totals: StationTotals,
    readings: Sequence[StationReading] | None,
) -> StationStatus:
    """Return a station as the API tells it.

    Args:
        station_id: The station.
        totals: Its totals of today.
        readings: Of the newest analysed frame; None while nothing is analysed.
    """
    reading = next((r for r in readings or () if r.station_id == station_id), None)
    inspected = totals.passed + totals.failed
    return StationStatus(
        station_id=station_id,
        passed=totals.passed,
        failed=totals.failed,
        not_inspected=totals.not_inspected,
        reject_rate=totals.failed / inspected if inspected else None,
        inside=reading.inside if reading is not None else None,
        unknown=reading.unknown if reading is not None else (),
    )
