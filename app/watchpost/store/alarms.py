"""Alarms as they are and were."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, or_, select, tuple_
from sqlalchemy.dialects.sqlite import insert

from watchpost.base.errors import StoreError
from watchpost.domain.alarms import Alarm, AlarmKind, Priority
from watchpost.store.database import Database
from watchpost.store.refusals import unknown
from watchpost.store.tables import alarms

MAX_PAGE = 1000


class AlarmRepository:
    """Keeps alarms. Safe on any thread."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def save(self, alarm: Alarm) -> None:
        """Write an alarm as it is now; new or known."""
        values = asdict(alarm)
        statement = insert(alarms).values(**values)
        statement = statement.on_conflict_do_update(
            index_elements=[alarms.c.id],
            set_={name: value for name, value in values.items() if name != "id"},
        )
        self._db.write(lambda connection: connection.execute(statement) and None)

    def get(self, alarm_id: str) -> Alarm:
        """Return one alarm.

        Raises:
            StoreError: There is none (``alarm.unknown``).
        """
        with self._db.read() as connection:
            row = connection.execute(
                select(alarms).where(alarms.c.id == alarm_id)
            ).one_or_none()
        if row is None:
            raise unknown("alarm", alarm_id)
        return _alarm(row)

    def standing(self) -> tuple[Alarm, ...]:
        """Return alarms that are not gone, most urgent first, then oldest.

        Gone is what was both cleared and acknowledged. Shelved ones are among them.
        """
        with self._db.read() as connection:
            rows = connection.execute(
                select(alarms)
                .where(
                    or_(
                        alarms.c.cleared_ns.is_(None),
                        alarms.c.acknowledged_ns.is_(None),
                    )
                )
                .order_by(alarms.c.priority, alarms.c.raised_ns, alarms.c.id)
                .limit(MAX_PAGE)
            ).all()
        return tuple(_alarm(row) for row in rows)

    def page(
        self, cursor: str | None = None, limit: int = 100
    ) -> tuple[tuple[Alarm, ...], str | None]:
        """Return alarms newest first, and the cursor of the next page.

        Raises:
            StoreError: The cursor is not one of ours (``request.cursor``).
        """
        wanted = select(alarms)
        if cursor is not None:
            raised_ns, _, alarm_id = cursor.partition(".")
            if not raised_ns.isdigit():
                raise StoreError(
                    "The cursor of this page is not valid.",
                    todo="Begin again with the newest page.",
                    code="request.cursor",
                )
            wanted = wanted.where(
                tuple_(alarms.c.raised_ns, alarms.c.id)
                < tuple_(int(raised_ns), alarm_id)
            )
        limit = max(1, min(limit, MAX_PAGE))
        with self._db.read() as connection:
            rows = connection.execute(
                wanted.order_by(alarms.c.raised_ns.desc(), alarms.c.id.desc()).limit(
                    limit + 1
                )
            ).all()
        page = tuple(_alarm(row) for row in rows[:limit])
        more = len(rows) > limit
        return page, f"{page[-1].raised_ns}.{page[-1].id}" if more else None


def _alarm(row: Row[Any]) -> Alarm:
    return Alarm(
        id=row.id,
        kind=AlarmKind(row.kind),
        priority=Priority(row.priority),
        subject_id=row.subject_id,
        text=row.text,
        response=row.response,
        raised_ns=row.raised_ns,
        cleared_ns=row.cleared_ns,
        acknowledged_ns=row.acknowledged_ns,
        acknowledged_by=row.acknowledged_by,
        shelved_until_ns=row.shelved_until_ns,
        shelved_by=row.shelved_by,
        shelf_reason=row.shelf_reason,
    )
