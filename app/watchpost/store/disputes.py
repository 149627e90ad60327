"""Disputes: somebody says that a count is wrong, somebody else decides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from sqlalchemy import Connection, RowMapping, insert, select, update

from watchpost.base.errors import StoreError
from watchpost.base.ids import new_id
from watchpost.protocol.review import (
    CorrectionRequest,
    DecisionRequest,
    Dispute,
    DisputeRequest,
)
from watchpost.store.audit import append_audit, audit_lines
from watchpost.store.corrections import (
    Subject,
    add_correction,
    corrections_by_dispute,
    describe,
)
from watchpost.store.database import Database
from watchpost.store.refusals import unknown
from watchpost.store.tables import cameras, disputes, events, lines

FIRST_NUMBER = 4801
"""Four digits from the first day, so that a number is said and heard the same way."""
MAX_PAGE = 500
_OPEN = ("new", "in_review")
_DISPUTES = (
    select(
        disputes,
        cameras.c.name.label("camera_name"),
        lines.c.name.label("line_name"),
    )
    .join(cameras, cameras.c.id == disputes.c.camera_id)
    .join(lines, lines.c.id == disputes.c.line_id)
)


class DisputeRepository:
    """Opens, lists and decides disputes. Safe on any thread."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def open(self, request: DisputeRequest, by: str) -> Dispute:
        """Open a dispute about a count, or about a line's hour or day.

        Raises:
            StoreError: It names neither (``dispute.subject``), what it names is not
                there, or the count is in dispute already (``dispute.conflict``).
        """
        now = self._db.clock.utc_ns()

        def work(connection: Connection) -> Dispute:
            dispute_id = new_id(self._db.clock)
            subject = _subject(connection, request)
            _refuse_second(connection, request.event_id)
            connection.execute(
                insert(disputes).values(
                    number=_next_number(connection),
                    id=dispute_id,
                    state="new",
                    opened_ns=now,
                    opened_by=by,
                    **subject,
                    **request.model_dump(
                        include={"claim", "claimed_in", "claimed_out", "due_ns"}
                    ),
                )
            )
            _audit(connection, dispute_id, by, f"Opened: {request.claim}", now)
            return select_dispute(connection, dispute_id)

        return self._db.write(work)

    def get(self, dispute_id: str) -> Dispute:
        """Return one dispute.

        Raises:
            StoreError: There is none (``dispute.unknown``).
        """
        with self._db.read() as connection:
            return select_dispute(connection, dispute_id)

    def list(
        self,
        state: Literal["open", "closed", "all"] = "open",
        *,
        before_number: int | None = None,
        limit: int = MAX_PAGE,
    ) -> tuple[Dispute, ...]:
        """Return disputes: open ones most urgent first, others newest first.

        Args:
            state: Which.
            before_number: Continue after the page that ended with this number (closed
                and all).
            limit: At most so many, 500 at most.
        """
        wanted = _DISPUTES.limit(max(1, min(limit, MAX_PAGE)))
        if state == "open":
            wanted = wanted.where(disputes.c.state.in_(_OPEN)).order_by(
                disputes.c.due_ns.asc().nulls_last(), disputes.c.number
            )
        else:
            wanted = wanted.order_by(disputes.c.number.desc())
            if state == "closed":
                wanted = wanted.where(disputes.c.state.not_in(_OPEN))
            if before_number is not None:
                wanted = wanted.where(disputes.c.number < before_number)
        with self._db.read() as connection:
            return _complete(connection, connection.execute(wanted).mappings().all())

    def take(self, dispute_id: str, by: str) -> Dispute:
        """Say that somebody looks into it; harmless when somebody does already."""
        now = self._db.clock.utc_ns()

        def work(connection: Connection) -> Dispute:
            if select_dispute(connection, dispute_id).state == "new":
                _set_state(connection, dispute_id, "in_review")
                _audit(connection, dispute_id, by, "Taken into review", now)
            return select_dispute(connection, dispute_id)

        return self._db.write(work)

    def reject(self, dispute_id: str, decision: DecisionRequest, by: str) -> Dispute:
        """Decide that the system was right.

        Raises:
            StoreError: No such dispute, or it is closed (``dispute.conflict``).
        """
        now = self._db.clock.utc_ns()

        def work(connection: Connection) -> Dispute:
            _refuse_closed(select_dispute(connection, dispute_id))
            _set_state(connection, dispute_id, "rejected")
            note = f": {decision.note}" if decision.note else ""
            _audit(connection, dispute_id, by, f"Claim rejected{note}", now)
            return select_dispute(connection, dispute_id)

        return self._db.write(work)


def decide_by_correction(
    connection: Connection,
    dispute_id: str,
    request: CorrectionRequest,
    by: str,
    now_ns: int,
) -> Dispute:
    """Correct and close a dispute; see :meth:`Ledger.correct_dispute`."""
    dispute = select_dispute(connection, dispute_id)
    subject = Subject.around(
        dispute.line_id,
        dispute.at_ns,
        event_id=dispute.event_id,
        dispute_id=dispute_id,
    )
    if dispute.from_ns is not None and dispute.to_ns is not None:
        subject = Subject(
            dispute.line_id,
            dispute.event_id,
            dispute_id,
            dispute.at_ns,
            dispute.from_ns,
            dispute.to_ns,
        )
    _correction, new = add_correction(connection, subject, request, by, now_ns)
    if new:
        # Raised after the insert, which then is rolled back with everything else.
        _refuse_closed(dispute)
        _set_state(connection, dispute_id, "corrected")
        _audit(connection, dispute_id, by, describe(request), now_ns)
    return select_dispute(connection, dispute_id)


def select_dispute(connection: Connection, dispute_id: str) -> Dispute:
    """Return one dispute with its corrections and audit trail.

    Raises:
        StoreError: There is none (``dispute.unknown``).
    """
    found = connection.execute(_DISPUTES.where(disputes.c.id == dispute_id))
    row = found.mappings().one_or_none()
    if row is None:
        raise unknown("dispute", dispute_id)
    return _complete(connection, [row])[0]


def _complete(
    connection: Connection, rows: Sequence[RowMapping]
) -> tuple[Dispute, ...]:
    ids = [row["id"] for row in rows]
    corrected = corrections_by_dispute(connection, ids)
    trails = audit_lines(connection, [f"dispute:{row_id}" for row_id in ids])
    return tuple(
        Dispute(
            **row,
            corrections=corrected.get(row["id"], ()),
            audit=trails[f"dispute:{row['id']}"],
        )
        for row in rows
    )


def _subject(connection: Connection, request: DisputeRequest) -> dict[str, object]:
    """Return the columns that say what a dispute is about."""
    if request.event_id is not None:
        event = connection.execute(
            select(events.c.camera_id, events.c.line_id, events.c.at_ns).where(
                events.c.id == request.event_id
            )
        )
        found = event.mappings().one_or_none()
        if found is None:
            raise unknown("event", request.event_id)
        return {"event_id": request.event_id, **found}
    from_ns, to_ns = request.from_ns, request.to_ns
    if request.line_id is None or from_ns is None or to_ns is None or from_ns >= to_ns:
        raise StoreError(
            "The claim says neither which count nor which hours of which line.",
            todo="Choose a count, or a line and a stretch of time.",
            code="dispute.subject",
        )
    camera_id = connection.execute(
        select(lines.c.camera_id).where(lines.c.id == request.line_id)
    ).scalar()
    if camera_id is None:
        raise unknown("line", request.line_id)
    return {
        "event_id": None,
        "camera_id": camera_id,
        "line_id": request.line_id,
        "at_ns": from_ns,
        "from_ns": from_ns,
        "to_ns": to_ns,
    }


def _refuse_second(connection: Connection, event_id: str | None) -> None:
    if event_id is None:
        return
    number = connection.execute(
        select(disputes.c.number).where(
            disputes.c.event_id == event_id, disputes.c.state.in_(_OPEN)
        )
    ).scalar()
    if number is not None:
        raise StoreError(
            f"This count is in dispute already (D-{number}).",
            todo="Open that dispute and decide it.",
            code="dispute.conflict",
        )


def _refuse_closed(dispute: Dispute) -> None:
    if dispute.state not in _OPEN:
        raise StoreError(
            f"D-{dispute.number} was decided already: {dispute.state}.",
            todo="Open a new dispute if the decision was wrong.",
            code="dispute.conflict",
        )


def _next_number(connection: Connection) -> int:
    last = connection.execute(
        select(disputes.c.number).order_by(disputes.c.number.desc()).limit(1)
    ).scalar()
    return FIRST_NUMBER if last is None else int(last) + 1


def _set_state(connection: Connection, dispute_id: str, state: str) -> None:
    connection.execute(
        update(disputes).where(disputes.c.id == dispute_id).values(state=state)
    )


def _audit(
    connection: Connection, dispute_id: str, by: str, text: str, at_ns: int
) -> None:
    append_audit(
        connection, subject=f"dispute:{dispute_id}", by=by, text=text, at_ns=at_ns
    )
