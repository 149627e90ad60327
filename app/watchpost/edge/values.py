"""What zones and shelves measure: kept as it comes, read as the API asks."""

from __future__ import annotations

from watchpost.base.errors import StoreError
from watchpost.base.log import get_logger
from watchpost.domain.facings import FacingReading, FacingState
from watchpost.domain.minutes import Measure, Measured, MinuteTally, MinuteValue
from watchpost.domain.rules import RuleSet
from watchpost.domain.zones import Visit, ZoneReading
from watchpost.edge.stores import Stores
from watchpost.engine.pipeline import PipelineOutput
from watchpost.protocol.values import MinutePage, VisitPage
from watchpost.store.values import StoredVisit, ValueRepository
from watchpost.store.values_csv import minutes_csv, visits_csv

_log = get_logger(__name__)


class ValueKeeper:
    """Keeps what one camera's zones and shelves measure. One thread at a time."""

    def __init__(self, camera_id: str, store: ValueRepository) -> None:
        self._camera_id = camera_id
        self._store = store
        self._tally = MinuteTally()

    def take(self, at_ns: int, rules: RuleSet, output: PipelineOutput) -> None:
        """Take in one analysed frame.

        Args:
            at_ns: Its arrival, UTC nanoseconds.
            rules: Those it was looked at by.
            output: What it brought.
        """
        values = _of_zones(output.zones)
        for shelf, facings in zip(rules.shelves, output.shelves, strict=True):
            values[shelf.id, Measure.FILLED] = _filled(facings)
        self._keep(self._tally.add(at_ns, values), output.visits, rules.version)

    def finish(self, visits: list[Visit], rules_version: int) -> None:
        """Keep what is open and the visits that were cut: the camera stops."""
        self._keep(self._tally.finish(), visits, rules_version)

    def _keep(
        self,
        minutes: list[MinuteValue],
        visits: list[Visit] | tuple[Visit, ...],
        rules_version: int,
    ) -> None:
        try:
            for minute in minutes:
                self._store.add_minute(minute)
            for visit in visits:
                self._store.add_visit(
                    StoredVisit(self._camera_id, visit, rules_version)
                )
        except StoreError as error:
            _log.error("values lost", camera=self._camera_id, code=error.code)


class Values:
    """Answers what the API asks of values. Thread-safe."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    def minutes(
        self,
        of_id: str,
        measure: Measure,
        *,
        from_ns: int | None,
        to_ns: int | None,
        cursor: str | None,
        limit: int,
    ) -> MinutePage:
        """Return a page of minutes, newest first."""
        return self._stores.values.minutes(
            of_id, measure, from_ns=from_ns, to_ns=to_ns, cursor=cursor, limit=limit
        )

    def minutes_csv(self, *, from_ns: int, to_ns: int, timezone: str) -> bytes:
        """Return all minutes as CSV."""
        return minutes_csv(self._stores.database, from_ns, to_ns, timezone)

    def visits(
        self,
        *,
        camera_id: str | None,
        zone_id: str | None,
        from_ns: int | None,
        to_ns: int | None,
        cursor: str | None,
        limit: int,
    ) -> VisitPage:
        """Return a page of visits, the last to end first."""
        return self._stores.values.visits(
            camera_id=camera_id,
            zone_id=zone_id,
            from_ns=from_ns,
            to_ns=to_ns,
            cursor=cursor,
            limit=limit,
        )

    def visits_csv(self, *, from_ns: int, to_ns: int, timezone: str) -> bytes:
        """Return all visits as CSV."""
        return visits_csv(self._stores.values, from_ns, to_ns, timezone)


def _of_zones(readings: tuple[ZoneReading, ...]) -> dict[Measured, int | None]:
    values: dict[Measured, int | None] = {}
    for reading in readings:
        values[reading.zone_id, Measure.OCCUPANCY] = reading.occupancy
        values[reading.zone_id, Measure.WAITING] = reading.waiting
    return values


def _filled(facings: tuple[FacingReading, ...]) -> int | None:
    """Return how many places are filled; None while one of them cannot be told."""
    if not all(facing.is_told for facing in facings):
        return None
    return sum(facing.state is FacingState.FILLED for facing in facings)
