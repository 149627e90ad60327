"""The ledger of counts: what was counted, and what people put right.

Nothing in it is ever changed (triggers refuse it): a correction adds a row, so that what
was reported and what holds now are both answerable for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import tzinfo

from sqlalchemy import Connection, func, insert, literal, select
from sqlalchemy.dialects.sqlite import insert as upsert

from watchpost.base.ids import new_id
from watchpost.domain.events import Crossing
from watchpost.protocol.review import (
    Correction,
    CorrectionRequest,
    Dispute,
    Event,
    EventPage,
)
from watchpost.store.calendar import day_of
from watchpost.store.corrections import correct_event, corrections_of
from watchpost.store.database import Database
from watchpost.store.disputes import decide_by_correction
from watchpost.store.events import select_event, select_page
from watchpost.store.tables import corrections, events, lines, outbox, releases
from watchpost.store.totals import Totals, select_totals


@dataclass(frozen=True, slots=True)
class LedgerEvent:
    """One count, on its way into the ledger.

    Attributes:
        id: Identifier.
        camera_id: The camera.
        crossing: What was seen.
        rules_version: Version of the camera's rules that counted it.
        model: Name of the model that saw it.
        model_sha256: Its content, hex.
    """

    id: str
    camera_id: str
    crossing: Crossing
    rules_version: int
    model: str
    model_sha256: str

    @staticmethod
    def of(
        camera_id: str,
        crossing: Crossing,
        *,
        rules_version: int,
        model: str,
        model_sha256: str,
    ) -> LedgerEvent:
        """Return an event with a new identifier."""
        return LedgerEvent(
            new_id(), camera_id, crossing, rules_version, model, model_sha256
        )


@dataclass(frozen=True, slots=True)
class Recorded:
    """A count that is in the ledger, durably.

    Attributes:
        event_id: The identifier it has there; another than asked for when the same
            crossing had been written before.
        event: What was asked for.
        new: False when it was there already.
    """

    event_id: str
    event: LedgerEvent
    new: bool


class Ledger:
    """Appends, reads and corrects counts. Safe on any thread.

    Args:
        db: An open database.
        timezone: For times of day in sentences; the computer's own when None.
    """

    def __init__(self, db: Database, *, timezone: tzinfo | None = None) -> None:
        self._db = db
        self._timezone = timezone

    # Counting

    def append(
        self,
        event: LedgerEvent,
        on_durable: Callable[[Recorded], None] | None = None,
    ) -> Future[Recorded]:
        """Write a count; it is acknowledged after the commit, never before.

        The camera and the line must be in the database. The same crossing (line, epoch,
        frame, track and direction) written twice counts once.

        Args:
            event: The count.
            on_durable: Called on the writer thread after the commit; must not block.

        Returns:
            The same acknowledgement, to wait for.

        Raises:
            StoreError: The database is closed, or the disk has been full for too long.
        """
        return self._db.queue(_append, event, on_durable)

    # Reading

    def event(self, event_id: str) -> Event:
        """Return one count.

        Raises:
            StoreError: There is none (``event.unknown``).
        """
        with self._db.read() as connection:
            return select_event(connection, event_id, self._timezone)

    def events(
        self,
        camera_id: str | None = None,
        line_id: str | None = None,
        from_ns: int | None = None,
        to_ns: int | None = None,
        cursor: str | None = None,
        limit: int = 100,
    ) -> EventPage:
        """Return a page of counts, newest first; ``to_ns`` is exclusive.

        Raises:
            StoreError: The cursor is not one of ours (``request.cursor``).
        """
        with self._db.read() as connection:
            return select_page(
                connection,
                self._timezone,
                camera_id=camera_id,
                line_id=line_id,
                from_ns=from_ns,
                to_ns=to_ns,
                cursor=cursor,
                limit=limit,
            )

    def corrections(self, event_id: str) -> tuple[Correction, ...]:
        """Return the corrections of one count, oldest first."""
        with self._db.read() as connection:
            return corrections_of(connection, corrections.c.event_id == event_id)

    def totals(self, line_id: str, from_ns: int, to_ns: int) -> Totals:
        """Return what a line counted from ``from_ns`` to before ``to_ns``."""
        with self._db.read() as connection:
            found = select_totals(connection, [line_id], from_ns, to_ns)
        return found.get(line_id, Totals())

    def totals_today(self, timezone: tzinfo) -> dict[str, Totals]:
        """Return what every present line counted since midnight in a time zone."""
        from_ns, to_ns = day_of(self._db.clock.utc_ns(), timezone)
        with self._db.read() as connection:
            present = connection.execute(
                select(lines.c.id).where(lines.c.removed_ns.is_(None))
            ).scalars()
            line_ids = list(present)
            found = select_totals(connection, line_ids, from_ns, to_ns)
        return {line_id: found.get(line_id, Totals()) for line_id in line_ids}

    # Correcting

    def correct_event(
        self, event_id: str, request: CorrectionRequest, by: str
    ) -> Correction:
        """Add a correction of one count; a repeated request changes nothing.

        Raises:
            StoreError: No such count, the key was used for something else
                (``correction.key``), or more is taken away than was counted
                (``correction.below_zero``).
        """
        now = self._db.clock.utc_ns()
        return self._db.write(
            lambda connection: correct_event(connection, event_id, request, by, now)
        )

    def correct_dispute(
        self, dispute_id: str, request: CorrectionRequest, by: str
    ) -> Dispute:
        """Decide a dispute by a correction; it is closed as corrected.

        Raises:
            StoreError: As :meth:`correct_event`, or it is closed already
                (``dispute.conflict``).
        """
        now = self._db.clock.utc_ns()
        return self._db.write(
            lambda connection: decide_by_correction(
                connection, dispute_id, request, by, now
            )
        )


def _append(connection: Connection, batch: Sequence[LedgerEvent]) -> list[Recorded]:
    """Write events and their outbox rows, all or none."""
    numbers = release_numbers(connection, {(e.model, e.model_sha256) for e in batch})
    last = connection.execute(
        select(func.coalesce(func.max(events.c.number), 0))
    ).scalar_one()
    connection.execute(
        upsert(events).on_conflict_do_nothing(),
        [_row(e, numbers[e.model, e.model_sha256]) for e in batch],
    )
    # There is one writer: what is numbered higher now was not there before.
    added = events.c.number > last
    new = set(connection.execute(select(events.c.id).where(added)).scalars())
    connection.execute(
        insert(outbox).from_select(
            ["kind", "record_id"],
            select(literal("event"), events.c.id)
            .where(added)
            .order_by(events.c.number),
        )
    )
    recorded: list[Recorded] = []
    for event in batch:
        if event.id in new:
            new.remove(event.id)
            recorded.append(Recorded(event.id, event, new=True))
        else:
            stored = _stored_id(connection, event)
            recorded.append(Recorded(stored, event, new=False))
    return recorded


def release_numbers(
    connection: Connection, models: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], int]:
    """Return the rows of models by name and SHA-256, made where they are not there."""
    numbers: dict[tuple[str, str], int] = {}
    for name, sha256 in models:
        connection.execute(
            upsert(releases).values(name=name, sha256=sha256).on_conflict_do_nothing()
        )
        numbers[name, sha256] = connection.execute(
            select(releases.c.number).where(
                releases.c.name == name, releases.c.sha256 == sha256
            )
        ).scalar_one()
    return numbers


def _row(event: LedgerEvent, release: int) -> dict[str, object]:
    crossing = event.crossing
    return {
        "id": event.id,
        "camera_id": event.camera_id,
        "line_id": crossing.line_id,
        "direction": crossing.direction.value,
        "at_ns": crossing.at_ns,
        "stream_ns": crossing.stream_ns,
        "epoch": crossing.key.epoch,
        "sequence": crossing.key.sequence,
        "track_id": crossing.track_id,
        "class_name": crossing.class_name,
        "score": crossing.score,
        "rules_version": event.rules_version,
        "release": release,
        "before_sequence": crossing.before.key.sequence,
        "before_at_ns": crossing.before.at_ns,
        "before_x": crossing.before.x_norm,
        "before_y": crossing.before.y_norm,
        "after_sequence": crossing.after.key.sequence,
        "after_at_ns": crossing.after.at_ns,
        "after_x": crossing.after.x_norm,
        "after_y": crossing.after.y_norm,
    }


def _stored_id(connection: Connection, event: LedgerEvent) -> str:
    crossing = event.crossing
    stored: str = (
        connection.execute(
            select(events.c.id).where(
                (events.c.id == event.id)
                | (
                    (events.c.line_id == crossing.line_id)
                    & (events.c.epoch == crossing.key.epoch)
                    & (events.c.sequence == crossing.key.sequence)
                    & (events.c.track_id == crossing.track_id)
                    & (events.c.direction == crossing.direction.value)
                )
            )
        )
        .scalars()
        .first()
        or event.id
    )
    return stored
