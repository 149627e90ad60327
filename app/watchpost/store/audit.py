"""The audit trail: who did what, append-only, each row chained to the one before."""

from __future__ import annotations

import hashlib
import json

from sqlalchemy import Connection, insert, select

from watchpost.protocol.review import AuditLine
from watchpost.store.database import Database
from watchpost.store.tables import audit

_FIRST = "0" * 64
_PAGE = 1000


def append_audit(
    connection: Connection, *, subject: str, by: str, text: str, at_ns: int
) -> None:
    """Add a row, within the transaction of what it tells about.

    Args:
        connection: A writing one.
        subject: What it is about, such as ``dispute:<id>`` or ``camera:<id>``.
        by: Who did it.
        text: What was done, one phrase.
        at_ns: When, UTC nanoseconds.
    """
    last = connection.execute(
        select(audit.c.hash).order_by(audit.c.number.desc()).limit(1)
    ).scalar()
    connection.execute(
        insert(audit).values(
            subject=subject,
            at_ns=at_ns,
            by=by,
            text=text,
            hash=_chain(last or _FIRST, subject, at_ns, by, text),
        )
    )


def audit_lines(
    connection: Connection, subjects: list[str]
) -> dict[str, tuple[AuditLine, ...]]:
    """Return the trails of some subjects, oldest first."""
    found: dict[str, list[AuditLine]] = {subject: [] for subject in subjects}
    rows = connection.execute(
        select(audit.c.subject, audit.c.at_ns, audit.c.by, audit.c.text)
        .where(audit.c.subject.in_(subjects))
        .order_by(audit.c.number)
    )
    for subject, at_ns, by, text in rows:
        found[subject].append(AuditLine(at_ns=at_ns, by=by, text=text))
    return {subject: tuple(lines) for subject, lines in found.items()}


class AuditLog:
    """Reads and proves the whole trail."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, subject: str, by: str, text: str) -> None:
        """Add a row about something that is not in the database otherwise."""
        at_ns = self._db.clock.utc_ns()
        self._db.write(
            lambda connection: append_audit(
                connection, subject=subject, by=by, text=text, at_ns=at_ns
            )
        )

    def lines(self, subject: str) -> tuple[AuditLine, ...]:
        """Return what happened to one subject, oldest first."""
        with self._db.read() as connection:
            return audit_lines(connection, [subject])[subject]

    def first_bad_row(self) -> int | None:
        """Return the number of the first row that was changed, or None."""
        before, expected = _FIRST, 1
        with self._db.read() as connection:
            while rows := connection.execute(
                select(audit)
                .where(audit.c.number >= expected)
                .order_by(audit.c.number)
                .limit(_PAGE)
            ).all():
                for row in rows:
                    before = _chain(before, row.subject, row.at_ns, row.by, row.text)
                    if row.number != expected or row.hash != before:
                        return int(row.number)
                    expected += 1
        return None


def _chain(before: str, subject: str, at_ns: int, by: str, text: str) -> str:
    row = json.dumps([before, subject, at_ns, by, text], ensure_ascii=False)
    return hashlib.sha256(row.encode("utf-8")).hexdigest()
