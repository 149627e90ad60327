"""How counts are read: pages by key, with what a reviewer wants to know of each."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import Connection, Row, Select, exists, func, literal, select, tuple_

from watchpost.base.clock import datetime_from_ns
from watchpost.domain.rules import Direction
from watchpost.protocol.review import Event, EventPage
from watchpost.store.pictures import troubles_of, troubles_within
from watchpost.store.refusals import parse_cursor, unknown
from watchpost.store.tables import (
    cameras,
    corrections,
    disputes,
    events,
    lines,
    releases,
    segments,
)

MAX_PAGE = 1000
_STILL_GROWING = 2**62

# The recording that began last before the crossing is the only one that can hold it.
_recorded_to = (
    select(func.coalesce(segments.c.to_ns, literal(_STILL_GROWING)))
    .where(
        segments.c.camera_id == events.c.camera_id,
        segments.c.from_ns <= events.c.at_ns,
    )
    .order_by(segments.c.from_ns.desc())
    .limit(1)
    .scalar_subquery()
)
_first_recorded = (
    select(func.min(segments.c.from_ns))
    .where(segments.c.camera_id == events.c.camera_id)
    .scalar_subquery()
)
_dispute = (
    select(disputes.c.id)
    .where(disputes.c.event_id == events.c.id)
    .order_by(disputes.c.number.desc())
    .limit(1)
    .scalar_subquery()
)
_troubles = troubles_within(events.c.camera_id, events.c.at_ns, events.c.at_ns)
_EVENTS = (
    select(
        events,
        cameras.c.name.label("camera_name"),
        lines.c.name.label("line_name"),
        releases.c.name.label("model"),
        _recorded_to.label("recorded_to_ns"),
        _first_recorded.label("first_recorded_ns"),
        _troubles.label("picture"),
        _dispute.label("dispute_id"),
        exists().where(corrections.c.event_id == events.c.id).label("corrected"),
    )
    .join(cameras, cameras.c.id == events.c.camera_id)
    .join(lines, lines.c.id == events.c.line_id)
    .join(releases, releases.c.number == events.c.release)
)


def select_event(connection: Connection, event_id: str, zone: tzinfo | None) -> Event:
    """Return one count.

    Raises:
        StoreError: There is none (``event.unknown``).
    """
    row = connection.execute(_EVENTS.where(events.c.id == event_id)).one_or_none()
    if row is None:
        raise unknown("event", event_id)
    return _event(row, zone)


def select_page(
    connection: Connection,
    zone: tzinfo | None,
    *,
    camera_id: str | None,
    line_id: str | None,
    from_ns: int | None,
    to_ns: int | None,
    cursor: str | None,
    limit: int,
) -> EventPage:
    """Return a page of counts, newest first, from the cursor on."""
    wanted: Select[Any] = _EVENTS
    if camera_id is not None:
        wanted = wanted.where(events.c.camera_id == camera_id)
    if line_id is not None:
        wanted = wanted.where(events.c.line_id == line_id)
    if from_ns is not None:
        wanted = wanted.where(events.c.at_ns >= from_ns)
    if to_ns is not None:
        wanted = wanted.where(events.c.at_ns < to_ns)
    if cursor is not None:
        at_ns, number = parse_cursor(cursor, 2)
        wanted = wanted.where(
            tuple_(events.c.at_ns, events.c.number) < tuple_(at_ns, number)
        )
    limit = max(1, min(limit, MAX_PAGE))
    rows = connection.execute(
        wanted.order_by(events.c.at_ns.desc(), events.c.number.desc()).limit(limit + 1)
    ).all()
    page = rows[:limit]
    more = len(rows) > limit
    return EventPage(
        events=tuple(_event(row, zone) for row in page),
        next_cursor=f"{page[-1].at_ns}.{page[-1].number}" if more else None,
    )


def _event(row: Row[Any], zone: tzinfo | None) -> Event:
    has_clip = row.recorded_to_ns is not None and row.recorded_to_ns >= row.at_ns
    return Event(
        id=row.id,
        camera_id=row.camera_id,
        camera_name=row.camera_name,
        line_id=row.line_id,
        line_name=row.line_name,
        direction=Direction(row.direction),
        class_name=row.class_name,
        score=row.score,
        track_id=row.track_id,
        at_ns=row.at_ns,
        epoch=row.epoch,
        sequence=row.sequence,
        model=row.model,
        rules_version=row.rules_version,
        why=_why(row, zone),
        has_clip=has_clip,
        clip_note="" if has_clip else _clip_note(row, zone),
        corrected=row.corrected,
        dispute_id=row.dispute_id,
        picture=troubles_of(row.picture),
    )


def _why(row: Row[Any], zone: tzinfo | None) -> str:
    # In goes to the right-hand side of somebody who looks along the line.
    near, far = ("left", "right") if row.direction == "in" else ("right", "left")
    before = _local(row.before_at_ns, zone)
    after = _local(row.after_at_ns, zone)
    return (
        f"Track {row.track_id} was {near} of the line at {_tenths(before)} "
        f"and {far} of it at {_tenths(after)}"
    )


def _clip_note(row: Row[Any], zone: tzinfo | None) -> str:
    first = row.first_recorded_ns
    if first is None:
        return "Nothing is recorded from this camera."
    if row.at_ns < first:
        moment = _local(first, zone).strftime("%Y-%m-%d %H:%M")
        return f"Clip not kept: the oldest recording of this camera is of {moment}."
    return "Nothing was recorded at that moment."


def _local(at_ns: int, zone: tzinfo | None) -> datetime:
    return datetime_from_ns(at_ns).astimezone(zone)


def _tenths(moment: datetime) -> str:
    return f"{moment:%H:%M:%S}.{moment.microsecond // 100_000}"
