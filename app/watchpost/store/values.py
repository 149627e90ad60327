"""What zones and shelves measured: written as it comes, read by pages. Append-only.

A row of ``minutes`` is what one measure was in one go within one minute; a restart in
the middle of a minute leaves two, which are read as one. Written twice, a row is there
once.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, tuple_
from sqlalchemy.dialects.sqlite import insert as upsert

from watchpost.base.clock import NS_PER_S
from watchpost.base.errors import StoreError
from watchpost.base.ids import new_id
from watchpost.domain.minutes import MINUTE_NS, Measure, MinuteValue
from watchpost.domain.zones import Visit
from watchpost.protocol.values import (
    MinutePage,
    MinuteRecord,
    VisitPage,
    VisitRecord,
)
from watchpost.store.coverage import select_looked, share
from watchpost.store.database import Database
from watchpost.store.refusals import parse_cursor, unknown
from watchpost.store.tables import cameras, minutes, visits, watched

MAX_PAGE = 1500
MEASURES = {
    "zone": (Measure.OCCUPANCY, Measure.WAITING),
    "shelf": (Measure.FILLED,),
}
"""What is measured of each kind of watched thing."""


@dataclass(frozen=True, slots=True)
class StoredVisit:
    """A visit on its way into the database."""

    camera_id: str
    visit: Visit
    rules_version: int


class ValueRepository:
    """Writes and reads what was measured. Safe on any thread."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add_minute(self, value: MinuteValue) -> Future[None]:
        """Keep one minute of one measure; its zone or shelf must be in the rules.

        Returns:
            The acknowledgement: it is durable.

        Raises:
            StoreError: The database is closed, or the disk has been full for too long.
        """
        return self._db.queue(_add_minutes, value)

    def add_visit(self, visit: StoredVisit) -> Future[None]:
        """Keep one visit; as :meth:`add_minute`."""
        return self._db.queue(_add_visits, visit)

    def minutes(
        self,
        of_id: str,
        measure: Measure,
        *,
        from_ns: int | None = None,
        to_ns: int | None = None,
        cursor: str | None = None,
        limit: int = 60,
    ) -> MinutePage:
        """Return a page of minutes, newest first; ``to_ns`` is exclusive.

        Raises:
            StoreError: There never was such a zone or shelf (``watched.unknown``), it
                does not measure that (``values.measure``), or the cursor is not one of
                ours (``request.cursor``).
        """
        with self._db.read() as connection:
            of = _find(connection, of_id)
            if measure not in MEASURES[of.kind]:
                raise StoreError(
                    f"A {of.kind} has no {measure}.",
                    todo=f"Ask it for {' or '.join(MEASURES[of.kind])}.",
                    code="values.measure",
                )
            wanted = minutes_of(of_id, measure)
            minute = wanted.selected_columns.minute
            if from_ns is not None:
                wanted = wanted.having(minute >= from_ns - from_ns % MINUTE_NS)
            if to_ns is not None:
                wanted = wanted.having(minute < to_ns)
            if cursor is not None:
                wanted = wanted.having(minute < parse_cursor(cursor, 1)[0])
            limit = max(1, min(limit, MAX_PAGE))
            rows = connection.execute(
                wanted.order_by(minute.desc()).limit(limit + 1)
            ).all()
        page = rows[:limit]
        return MinutePage(
            camera_id=of.camera_id,
            camera_name=of.camera_name,
            of_id=of.id,
            of_name=of.name,
            measure=measure,
            minutes=tuple(_minute(row) for row in page),
            next_cursor=str(page[-1].minute) if len(rows) > limit else None,
        )

    def visits(
        self,
        *,
        camera_id: str | None = None,
        zone_id: str | None = None,
        from_ns: int | None = None,
        to_ns: int | None = None,
        cursor: str | None = None,
        limit: int = 100,
    ) -> VisitPage:
        """Return a page of visits by their end, newest first; ``to_ns`` is exclusive.

        Raises:
            StoreError: The cursor is not one of ours (``request.cursor``).
        """
        wanted: Select[Any] = _VISITS
        if camera_id is not None:
            wanted = wanted.where(visits.c.camera_id == camera_id)
        if zone_id is not None:
            wanted = wanted.where(visits.c.zone_id == zone_id)
        if from_ns is not None:
            wanted = wanted.where(visits.c.to_ns >= from_ns)
        if to_ns is not None:
            wanted = wanted.where(visits.c.to_ns < to_ns)
        if cursor is not None:
            wanted = wanted.where(
                tuple_(visits.c.to_ns, visits.c.number)
                < tuple_(*parse_cursor(cursor, 2))
            )
        limit = max(1, min(limit, MAX_PAGE))
        with self._db.read() as connection:
            rows = connection.execute(
                wanted.order_by(visits.c.to_ns.desc(), visits.c.number.desc()).limit(
                    limit + 1
                )
            ).all()
            page = rows[:limit]
            found = tuple(_visit(connection, row) for row in page)
        last = page[-1] if len(rows) > limit else None
        cursor = f"{last.to_ns}.{last.number}" if last is not None else None
        return VisitPage(visits=found, next_cursor=cursor)


WATCHED = select(
    watched.c.id,
    watched.c.name,
    watched.c.kind,
    watched.c.camera_id,
    watched.c.removed_ns,
    cameras.c.number.label("camera_number"),
    cameras.c.name.label("camera_name"),
).join(cameras, cameras.c.id == watched.c.camera_id)

_VISITS = (
    select(
        visits,
        cameras.c.name.label("camera_name"),
        watched.c.name.label("zone_name"),
    )
    .join(cameras, cameras.c.id == visits.c.camera_id)
    .join(watched, watched.c.id == visits.c.zone_id)
)


def minutes_of(of_id: str, measure: Measure) -> Select[Any]:
    """Select whole minutes of one measure, what a restart split in two joined."""
    looked = func.sum(minutes.c.looked_ns)
    return (
        select(
            (minutes.c.from_ns - minutes.c.from_ns % MINUTE_NS).label("minute"),
            looked.label("looked_ns"),
            func.min(minutes.c.low).label("low"),
            (func.sum(minutes.c.mean * minutes.c.looked_ns) / looked).label("mean"),
            func.max(minutes.c.high).label("high"),
        )
        .where(minutes.c.of_id == of_id, minutes.c.measure == measure.value)
        .group_by("minute")
    )


def _find(connection: Connection, of_id: str) -> Any:
    row = connection.execute(WATCHED.where(watched.c.id == of_id)).one_or_none()
    if row is None:
        raise unknown("zone or shelf", of_id)
    return row


def _minute(row: Row[Any]) -> MinuteRecord:
    return MinuteRecord(
        at_ns=row.minute,
        low=row.low,
        mean=row.mean,
        high=row.high,
        looked_s=row.looked_ns / NS_PER_S,
    )


def _visit(connection: Connection, row: Row[Any]) -> VisitRecord:
    spans = select_looked(connection, row.camera_id, row.from_ns, row.to_ns)
    return VisitRecord(
        id=row.id,
        camera_id=row.camera_id,
        camera_name=row.camera_name,
        zone_id=row.zone_id,
        zone_name=row.zone_name,
        track_id=row.track_id,
        class_name=row.class_name,
        from_ns=row.from_ns,
        to_ns=row.to_ns,
        dwell_s=row.dwell_s,
        waited_s=row.waited_s,
        cut=row.cut,
        looked=share(spans, row.from_ns, row.to_ns),
        rules_version=row.rules_version,
    )


def _add_minutes(connection: Connection, values: Sequence[MinuteValue]) -> list[None]:
    connection.execute(
        upsert(minutes).on_conflict_do_nothing(),
        [{**asdict(value), "measure": value.measure.value} for value in values],
    )
    return [None] * len(values)


def _add_visits(connection: Connection, stored: Sequence[StoredVisit]) -> list[None]:
    connection.execute(
        upsert(visits).on_conflict_do_nothing(),
        [
            {
                "id": new_id(),
                "camera_id": one.camera_id,
                "rules_version": one.rules_version,
                **asdict(one.visit),
            }
            for one in stored
        ],
    )
    return [None] * len(stored)
