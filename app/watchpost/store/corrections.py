"""Corrections: rows that restate a count, each made once however often it is sent."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select

from watchpost.base.clock import NS_PER_S
from watchpost.base.errors import StoreError
from watchpost.base.ids import new_id
from watchpost.domain.rules import Direction
from watchpost.protocol.review import BoxEdit, Correction, CorrectionRequest
from watchpost.store.audit import append_audit
from watchpost.store.refusals import unknown
from watchpost.store.tables import corrections, events, outbox

_DAY_NS = 86_400 * NS_PER_S


@dataclass(frozen=True, slots=True)
class Subject:
    """What a correction restates.

    Attributes:
        line_id: The line.
        event_id, dispute_id: What it was made for, or None.
        at_ns: The moment that it restates, UTC nanoseconds.
        from_ns, to_ns: No more can be taken away than was counted here.
    """

    line_id: str
    event_id: str | None
    dispute_id: str | None
    at_ns: int
    from_ns: int
    to_ns: int

    @staticmethod
    def around(
        line_id: str, at_ns: int, *, event_id: str | None, dispute_id: str | None
    ) -> Subject:
        """Return a subject at a moment; a day either side bounds what can be taken."""
        return Subject(
            line_id, event_id, dispute_id, at_ns, at_ns - _DAY_NS, at_ns + _DAY_NS
        )


def correct_event(
    connection: Connection,
    event_id: str,
    request: CorrectionRequest,
    by: str,
    now_ns: int,
) -> Correction:
    """Add a correction of one count; see :meth:`Ledger.correct_event`."""
    event = connection.execute(
        select(events.c.line_id, events.c.at_ns).where(events.c.id == event_id)
    ).one_or_none()
    if event is None:
        raise unknown("event", event_id)
    subject = Subject.around(
        event.line_id, event.at_ns, event_id=event_id, dispute_id=None
    )
    correction, new = add_correction(connection, subject, request, by, now_ns)
    if new:
        append_audit(
            connection,
            subject=f"event:{event_id}",
            by=by,
            text=describe(request),
            at_ns=now_ns,
        )
    return correction


def add_correction(
    connection: Connection,
    subject: Subject,
    request: CorrectionRequest,
    by: str,
    now_ns: int,
) -> tuple[Correction, bool]:
    """Add the row, or return the one that the same key made before.

    Returns:
        The correction, and whether it is new.

    Raises:
        StoreError: The key was used for something else (``correction.key``), or more is
            taken away than was counted (``correction.below_zero``).
    """
    before = corrections_of(
        connection, corrections.c.idempotency_key == request.idempotency_key
    )
    if before:
        _refuse_other(before[0], subject, request)
        return before[0], False
    _refuse_below_zero(connection, subject, request)
    correction = Correction(
        id=new_id(),
        event_id=subject.event_id,
        dispute_id=subject.dispute_id,
        line_id=subject.line_id,
        change_in=request.change_in,
        change_out=request.change_out,
        reason=request.reason,
        note=request.note,
        by=by,
        at_ns=now_ns,
        boxes=request.boxes,
    )
    boxes = [box.model_dump(mode="json") for box in request.boxes]
    connection.execute(
        insert(corrections).values(
            **correction.model_dump(exclude={"boxes"}),
            boxes=json.dumps(boxes),
            effective_ns=subject.at_ns,
            idempotency_key=request.idempotency_key,
        )
    )
    connection.execute(
        insert(outbox).values(kind="correction", record_id=correction.id)
    )
    return correction, True


def corrections_of(
    connection: Connection, condition: ColumnElement[bool]
) -> tuple[Correction, ...]:
    """Return the corrections that a condition picks, oldest first."""
    rows = connection.execute(
        select(corrections).where(condition).order_by(corrections.c.number)
    )
    return tuple(_correction(row) for row in rows)


def corrections_by_dispute(
    connection: Connection, dispute_ids: list[str]
) -> dict[str, tuple[Correction, ...]]:
    """Return the corrections of some disputes, oldest first."""
    found: defaultdict[str, list[Correction]] = defaultdict(list)
    for correction in corrections_of(
        connection, corrections.c.dispute_id.in_(dispute_ids)
    ):
        found[correction.dispute_id or ""].append(correction)
    return {dispute_id: tuple(rows) for dispute_id, rows in found.items()}


def describe(request: CorrectionRequest) -> str:
    """Return a correction as one phrase of the audit trail."""
    changes = [
        f"{change:+d} {name}".replace("-", "−")
        for change, name in ((request.change_in, "in"), (request.change_out, "out"))
        if change
    ]
    what = f"Count changed by {' and '.join(changes)}" if changes else "Boxes edited"
    note = f": {request.note}" if request.note else ""
    return f"{what}, {request.reason.replace('_', ' ')}{note}"


def _refuse_other(
    before: Correction, subject: Subject, request: CorrectionRequest
) -> None:
    same = (
        before.event_id == subject.event_id
        and before.dispute_id == subject.dispute_id
        and before.change_in == request.change_in
        and before.change_out == request.change_out
        and before.reason == request.reason
    )
    if not same:
        raise StoreError(
            "This correction's key was used for another correction.",
            todo="Load the page again and make the correction anew.",
            code="correction.key",
        )


def _refuse_below_zero(
    connection: Connection, subject: Subject, request: CorrectionRequest
) -> None:
    for direction, change in (
        (Direction.IN, request.change_in),
        (Direction.OUT, request.change_out),
    ):
        if change >= 0:
            continue
        standing = _standing(connection, subject, direction)
        if standing + change < 0:
            raise StoreError(
                f"{-change} cannot be taken away: only {standing} were counted "
                f"{direction.value} there.",
                todo="Look at the corrections that were made already.",
                code="correction.below_zero",
            )


def _standing(connection: Connection, subject: Subject, direction: Direction) -> int:
    counted = connection.execute(
        select(func.count()).where(
            events.c.line_id == subject.line_id,
            events.c.direction == direction.value,
            events.c.at_ns >= subject.from_ns,
            events.c.at_ns < subject.to_ns,
        )
    ).scalar_one()
    column = (
        corrections.c.change_in
        if direction is Direction.IN
        else corrections.c.change_out
    )
    changed = connection.execute(
        select(func.coalesce(func.sum(column), 0)).where(
            corrections.c.line_id == subject.line_id,
            corrections.c.effective_ns >= subject.from_ns,
            corrections.c.effective_ns < subject.to_ns,
        )
    ).scalar_one()
    return int(counted + changed)


def _correction(row: Row[Any]) -> Correction:
    return Correction(
        id=row.id,
        event_id=row.event_id,
        dispute_id=row.dispute_id,
        line_id=row.line_id,
        change_in=row.change_in,
        change_out=row.change_out,
        reason=row.reason,
        note=row.note,
        by=row.by,
        at_ns=row.at_ns,
        boxes=tuple(BoxEdit.model_validate(box) for box in json.loads(row.boxes)),
    )
