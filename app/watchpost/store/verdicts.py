"""Verdicts on inspected parts: part of the ledger, written durably, never changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, literal, select, tuple_
from sqlalchemy.dialects.sqlite import insert as upsert

from watchpost.base.ids import new_id
from watchpost.domain.verdicts import NotInspected, Outcome, Verdict
from watchpost.protocol.inspection import DefectRecord, VerdictPage, VerdictRecord
from watchpost.store.database import Database
from watchpost.store.ledger import release_numbers
from watchpost.store.pictures import troubles_of, troubles_within
from watchpost.store.refusals import parse_cursor
from watchpost.store.tables import (
    cameras,
    outbox,
    releases,
    stations,
    verdicts,
)

MAX_PAGE = 500


@dataclass(frozen=True, slots=True)
class StoredVerdict:
    """One verdict on its way into the ledger.

    Attributes:
        id: Identifier.
        camera_id: The camera.
        verdict: What became of the part.
        rules_version: Version of the camera's rules that judged it.
        model: Name of the model that looked.
        model_sha256: Its content, hex.
    """

    id: str
    camera_id: str
    verdict: Verdict
    rules_version: int
    model: str
    model_sha256: str

    @staticmethod
    def of(
        camera_id: str,
        verdict: Verdict,
        *,
        rules_version: int,
        model: str,
        model_sha256: str,
    ) -> StoredVerdict:
        """Return a verdict with a new identifier."""
        return StoredVerdict(
            new_id(), camera_id, verdict, rules_version, model, model_sha256
        )


@dataclass(frozen=True, slots=True)
class StationTotals:
    """How many parts went through a station, by what became of them."""

    passed: int = 0
    failed: int = 0
    not_inspected: int = 0

    def with_one(self, outcome: Outcome) -> StationTotals:
        """Return them with one part more."""
        return StationTotals(
            self.passed + (outcome is Outcome.PASS),
            self.failed + (outcome is Outcome.FAIL),
            self.not_inspected + (outcome is Outcome.NOT_INSPECTED),
        )


class VerdictRepository:
    """Writes and reads verdicts. Safe on any thread."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def append(
        self,
        stored: StoredVerdict,
        on_durable: Callable[[bool], None] | None = None,
    ) -> Future[bool]:
        """Write a verdict; the same part written twice is there once.

        The camera and the station must be in the database.

        Args:
            stored: The verdict.
            on_durable: Called on the writer thread after the commit, with whether it is
                new; must not block.

        Returns:
            The same acknowledgement, to wait for.

        Raises:
            StoreError: The database is closed, or the disk has been full for too long.
        """
        return self._db.queue(_append, stored, on_durable)

    def page(
        self,
        *,
        camera_id: str | None = None,
        station_id: str | None = None,
        outcome: Outcome | None = None,
        from_ns: int | None = None,
        to_ns: int | None = None,
        cursor: str | None = None,
        limit: int = 100,
    ) -> VerdictPage:
        """Return a page of verdicts, newest first; ``to_ns`` is exclusive.

        Raises:
            StoreError: The cursor is not one of ours (``request.cursor``).
        """
        wanted: Select[Any] = _VERDICTS
        if camera_id is not None:
            wanted = wanted.where(verdicts.c.camera_id == camera_id)
        if station_id is not None:
            wanted = wanted.where(verdicts.c.station_id == station_id)
        if outcome is not None:
            wanted = wanted.where(verdicts.c.outcome == outcome.value)
        if from_ns is not None:
            wanted = wanted.where(verdicts.c.to_ns >= from_ns)
        if to_ns is not None:
            wanted = wanted.where(verdicts.c.to_ns < to_ns)
        if cursor is not None:
            wanted = wanted.where(
                tuple_(verdicts.c.to_ns, verdicts.c.number)
                < tuple_(*parse_cursor(cursor, 2))
            )
        limit = max(1, min(limit, MAX_PAGE))
        newest = wanted.order_by(verdicts.c.to_ns.desc(), verdicts.c.number.desc())
        with self._db.read() as connection:
            rows = connection.execute(newest.limit(limit + 1)).all()
        page = rows[:limit]
        last = page[-1] if len(rows) > limit else None
        return VerdictPage(
            verdicts=tuple(_record(row) for row in page),
            next_cursor=f"{last.to_ns}.{last.number}" if last is not None else None,
        )

    def totals(
        self, station_ids: Iterable[str], from_ns: int, to_ns: int
    ) -> dict[str, StationTotals]:
        """Return what became of the parts of some stations; ``to_ns`` is exclusive."""
        wanted = (
            select(verdicts.c.station_id, verdicts.c.outcome, func.count().label("n"))
            .where(
                verdicts.c.station_id.in_(list(station_ids)),
                verdicts.c.to_ns >= from_ns,
                verdicts.c.to_ns < to_ns,
            )
            .group_by(verdicts.c.station_id, verdicts.c.outcome)
        )
        counts: dict[str, dict[str, int]] = {}
        with self._db.read() as connection:
            for row in connection.execute(wanted):
                counts.setdefault(row.station_id, {})[row.outcome] = row.n
        return {
            station_id: StationTotals(
                found.get(Outcome.PASS, 0),
                found.get(Outcome.FAIL, 0),
                found.get(Outcome.NOT_INSPECTED, 0),
            )
            for station_id, found in counts.items()
        }


_troubles = troubles_within(verdicts.c.camera_id, verdicts.c.from_ns, verdicts.c.to_ns)
_VERDICTS = (
    select(
        verdicts,
        cameras.c.name.label("camera_name"),
        stations.c.name.label("station_name"),
        releases.c.name.label("model"),
        _troubles.label("picture"),
    )
    .join(cameras, cameras.c.id == verdicts.c.camera_id)
    .join(stations, stations.c.id == verdicts.c.station_id)
    .join(releases, releases.c.number == verdicts.c.release)
)


def _record(row: Row[Any]) -> VerdictRecord:
    return VerdictRecord(
        id=row.id,
        camera_id=row.camera_id,
        camera_name=row.camera_name,
        station_id=row.station_id,
        station_name=row.station_name,
        outcome=Outcome(row.outcome),
        reason=NotInspected(row.reason) if row.reason is not None else None,
        defects=tuple(DefectRecord.model_validate(d) for d in json.loads(row.defects)),
        looks=row.looks,
        defect_looks=row.defect_looks,
        from_ns=row.from_ns,
        to_ns=row.to_ns,
        track_id=row.track_id,
        epoch=row.epoch,
        sequence=row.sequence,
        model=row.model,
        rules_version=row.rules_version,
        picture=troubles_of(row.picture),
    )


def _append(connection: Connection, batch: Sequence[StoredVerdict]) -> list[bool]:
    """Write verdicts and their outbox rows, all or none."""
    numbers = release_numbers(
        connection, {(stored.model, stored.model_sha256) for stored in batch}
    )
    last = connection.execute(
        select(func.coalesce(func.max(verdicts.c.number), 0))
    ).scalar_one()
    connection.execute(
        upsert(verdicts).on_conflict_do_nothing(),
        [_row(stored, numbers[stored.model, stored.model_sha256]) for stored in batch],
    )
    # There is one writer: what is numbered higher now was not there before.
    added = verdicts.c.number > last
    new = set(connection.execute(select(verdicts.c.id).where(added)).scalars())
    connection.execute(
        insert(outbox).from_select(
            ["kind", "record_id"],
            select(literal("verdict"), verdicts.c.id)
            .where(added)
            .order_by(verdicts.c.number),
        )
    )
    return [stored.id in new for stored in batch]


def _row(stored: StoredVerdict, release: int) -> dict[str, object]:
    verdict, judged = stored.verdict, stored.verdict.judgement
    return {
        "id": stored.id,
        "camera_id": stored.camera_id,
        "station_id": verdict.station_id,
        "outcome": judged.outcome.value,
        "reason": judged.reason.value if judged.reason is not None else None,
        "from_ns": verdict.from_ns,
        "to_ns": verdict.to_ns,
        "epoch": verdict.key.epoch,
        "sequence": verdict.key.sequence,
        "track_id": verdict.track_id,
        "looks": judged.looks,
        "defect_looks": judged.defect_looks,
        "defects": json.dumps(
            [
                {
                    "class_name": defect.class_name,
                    "score": defect.score,
                    "box": defect.box,
                    "looks": defect.looks,
                    "epoch": defect.key.epoch,
                    "sequence": defect.key.sequence,
                }
                for defect in judged.defects
            ]
        ),
        "rules_version": stored.rules_version,
        "release": release,
    }
