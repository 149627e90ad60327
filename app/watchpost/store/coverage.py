"""What was looked at, and what was not: "no data" is never "zero"."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from concurrent.futures import Future
from operator import itemgetter

from sqlalchemy import Connection, func, insert, select, update

from watchpost.base.clock import NS_PER_S
from watchpost.domain.coverage import CoverageGap, NotAnalysed
from watchpost.store.database import Database
from watchpost.store.tables import cameras, gaps, looked

JOIN_NS = NS_PER_S
"""Looked-at stretches closer than this are one; two intervals at the slowest rate."""
MAX_PAGE = 1000


class CoverageRepository:
    """Writes and reads coverage. Safe on any thread; writing does not wait."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add_gap(self, gap: CoverageGap) -> Future[None]:
        """Note that a camera was not looked at for a while."""
        return self._db.queue(_add_gaps, gap)

    def add_looked(self, camera_id: str, from_ns: int, to_ns: int) -> Future[None]:
        """Note that a camera was looked at; call every few seconds while it is.

        A stretch that begins within a second of the end of the one before prolongs it,
        so that a quiet day is one row.
        """
        return self._db.queue(_add_looked, (camera_id, from_ns, to_ns))

    def edge_was_down(self, now_ns: int) -> tuple[CoverageGap, ...]:
        """At the start: note for every enabled camera how long nobody looked."""

        def work(connection: Connection) -> tuple[CoverageGap, ...]:
            enabled = connection.execute(
                select(cameras.c.id).where(
                    cameras.c.enabled, cameras.c.removed_ns.is_(None)
                )
            ).scalars()
            found: list[CoverageGap] = []
            for camera_id in enabled.all():
                known_to = _known_to(connection, camera_id)
                if known_to is not None and known_to < now_ns:
                    found.append(
                        CoverageGap(camera_id, known_to, now_ns, NotAnalysed.EDGE_DOWN)
                    )
            if found:
                _add_gaps(connection, found)
            return tuple(found)

        return self._db.write(work)

    def gaps(
        self, camera_id: str, from_ns: int, to_ns: int, *, limit: int = MAX_PAGE
    ) -> tuple[CoverageGap, ...]:
        """Return gaps that touch a stretch of time, oldest first.

        Ask again from the end of the last one while a page is full.
        """
        with self._db.read() as connection:
            return select_gaps(connection, camera_id, from_ns, to_ns, limit)

    def looked_share(self, camera_id: str, from_ns: int, to_ns: int) -> float:
        """Return the share of a stretch of time that was looked at, 0..1."""
        with self._db.read() as connection:
            spans = select_looked(connection, camera_id, from_ns, to_ns)
        return share(spans, from_ns, to_ns)


def select_gaps(
    connection: Connection, camera_id: str, from_ns: int, to_ns: int, limit: int
) -> tuple[CoverageGap, ...]:
    """Return gaps that touch ``[from_ns, to_ns)``, oldest first."""
    rows = connection.execute(
        select(gaps)
        .where(
            gaps.c.camera_id == camera_id,
            gaps.c.from_ns < to_ns,
            gaps.c.to_ns > from_ns,
        )
        .order_by(gaps.c.from_ns, gaps.c.number)
        .limit(limit)
    )
    return tuple(
        CoverageGap(
            row.camera_id, row.from_ns, row.to_ns, NotAnalysed(row.reason), row.frames
        )
        for row in rows
    )


def select_looked(
    connection: Connection, camera_id: str, from_ns: int, to_ns: int
) -> list[tuple[int, int]]:
    """Return looked-at stretches that touch ``[from_ns, to_ns)``, joined, in order."""
    rows = connection.execute(
        select(looked.c.from_ns, looked.c.to_ns)
        .where(
            looked.c.camera_id == camera_id,
            looked.c.to_ns > from_ns,
            looked.c.from_ns < to_ns,
        )
        .order_by(looked.c.from_ns)
    )
    joined: list[tuple[int, int]] = []
    for begin, end in rows:
        # A clock that was set back may have written one stretch over another.
        if joined and begin <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((begin, end))
    return joined


def share(spans: Sequence[tuple[int, int]], from_ns: int, to_ns: int) -> float:
    """Return how much of ``[from_ns, to_ns)`` lies in joined spans, 0..1."""
    if to_ns <= from_ns:
        return 0.0
    covered = 0
    for index in range(bisect_right(spans, from_ns, key=itemgetter(1)), len(spans)):
        begin, end = spans[index]
        if begin >= to_ns:
            break
        covered += min(end, to_ns) - max(begin, from_ns)
    return covered / (to_ns - from_ns)


def _known_to(connection: Connection, camera_id: str) -> int | None:
    ends = [
        connection.execute(
            select(func.max(table.c.to_ns)).where(table.c.camera_id == camera_id)
        ).scalar()
        for table in (looked, gaps)
    ]
    known = [end for end in ends if end is not None]
    return max(known) if known else None


def _add_gaps(connection: Connection, found: Sequence[CoverageGap]) -> list[None]:
    connection.execute(
        insert(gaps),
        [
            {
                "camera_id": gap.camera_id,
                "from_ns": gap.from_ns,
                "to_ns": gap.to_ns,
                "reason": gap.reason.value,
                "frames": gap.frames,
            }
            for gap in found
        ],
    )
    return [None] * len(found)


def _add_looked(
    connection: Connection, spans: Sequence[tuple[str, int, int]]
) -> list[None]:
    for camera_id, from_ns, to_ns in spans:
        last = connection.execute(
            select(looked.c.number, looked.c.to_ns)
            .where(
                looked.c.camera_id == camera_id,
                looked.c.from_ns <= from_ns,
                looked.c.to_ns >= from_ns - JOIN_NS,
            )
            .order_by(looked.c.to_ns.desc())
            .limit(1)
        ).one_or_none()
        if last is None:
            connection.execute(
                insert(looked).values(camera_id=camera_id, from_ns=from_ns, to_ns=to_ns)
            )
        elif to_ns > last.to_ns:
            connection.execute(
                update(looked).where(looked.c.number == last.number).values(to_ns=to_ns)
            )
    return [None] * len(spans)
