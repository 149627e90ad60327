"""What zones and shelves measured, as CSV, times in ISO 8601 with offset.

Where nobody looked, numbers are empty: no data is not zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from typing import Any

from sqlalchemy import Row

from watchpost.base.clock import NS_PER_S
from watchpost.base.errors import StoreError
from watchpost.domain.minutes import MINUTE_NS
from watchpost.store.calendar import iso, zone
from watchpost.store.csv_text import csv_text, harmless
from watchpost.store.database import Database
from watchpost.store.tables import cameras, watched
from watchpost.store.values import MEASURES, WATCHED, ValueRepository, minutes_of

MAX_MINUTES = 7 * 1440
_MINUTES_HEADER = (
    *("camera number", "camera", "zone or shelf", "measure", "from"),
    *("lowest", "mean", "highest", "seconds looked at"),
)
_VISITS_HEADER = (
    *("camera", "zone", "track", "class", "from", "to"),
    *("dwell s", "waited s", "looked at", "end not seen"),
)


def minutes_csv(db: Database, from_ns: int, to_ns: int, tz: str) -> bytes:
    """Return every minute of a stretch of time, of every zone and shelf.

    Removed ones are left out unless something was measured then.

    Raises:
        StoreError: No such time zone (``counts.timezone``), or an impossible or too long
            stretch (``values.range``).
    """
    place = zone(tz)
    begin, end = from_ns - from_ns % MINUTE_NS, -(-to_ns // MINUTE_NS) * MINUTE_NS
    if not 0 < (end - begin) // MINUTE_NS <= MAX_MINUTES:
        raise StoreError(
            f"The time range is empty or has more than {MAX_MINUTES:,} minutes.",
            todo="Ask for seven days at most.",
            code="values.range",
        )
    with db.read() as connection:
        things = connection.execute(
            WATCHED.order_by(cameras.c.number, watched.c.name, watched.c.id)
        ).all()
        rows: list[Sequence[object]] = []
        for thing in things:
            for measure in MEASURES[thing.kind]:
                wanted = minutes_of(thing.id, measure)
                minute = wanted.selected_columns.minute
                found = connection.execute(
                    wanted.having(minute >= begin).having(minute < end)
                ).all()
                if found or thing.removed_ns is None:
                    known = {row.minute: row for row in found}
                    rows += _minute_rows(thing, measure, known, (begin, end), place)
    return csv_text(_MINUTES_HEADER, rows)


def visits_csv(values: ValueRepository, from_ns: int, to_ns: int, tz: str) -> bytes:
    """Return every visit that ended in a stretch of time, the last first.

    Raises:
        StoreError: No such time zone (``counts.timezone``).
    """
    place = zone(tz)
    rows: list[Sequence[object]] = []
    cursor: str | None = None
    while True:
        page = values.visits(from_ns=from_ns, to_ns=to_ns, cursor=cursor, limit=1000)
        rows += [
            (
                harmless(visit.camera_name),
                harmless(visit.zone_name),
                visit.track_id,
                harmless(visit.class_name),
                iso(visit.from_ns, place),
                iso(visit.to_ns, place),
                f"{visit.dwell_s:.1f}",
                f"{visit.waited_s:.1f}",
                f"{visit.looked:.4f}",
                "yes" if visit.cut else "",
            )
            for visit in page.visits
        ]
        cursor = page.next_cursor
        if cursor is None:
            return csv_text(_VISITS_HEADER, rows)


def _minute_rows(
    thing: Any,
    measure: str,
    known: dict[int, Row[Any]],
    span: tuple[int, int],
    place: tzinfo,
) -> Iterator[Sequence[object]]:
    for at_ns in range(*span, MINUTE_NS):
        row = known.get(at_ns)
        numbers: Sequence[object] = ("", "", "", "0")
        if row is not None:
            looked_s = row.looked_ns / NS_PER_S
            numbers = (row.low, f"{row.mean:.3f}", row.high, f"{looked_s:.1f}")
        yield (
            thing.camera_number,
            harmless(thing.camera_name),
            harmless(thing.name),
            measure,
            iso(at_ns, place),
            *numbers,
        )
