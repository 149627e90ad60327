"""Ledger: durable counts a second, against one commit a count as it comes by default.

The reference inserts the same rows into the same tables with SQLAlchemy and SQLite as
they are out of the box: one transaction a count, rollback journal, synchronous FULL.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import URL, create_engine, insert

from watchpost.base.clock import NS_PER_MS, NS_PER_S, SYSTEM_CLOCK
from watchpost.base.paths import DataFolder
from watchpost.bench.conditions import Conditions
from watchpost.bench.report import Row, row, wall_ms
from watchpost.domain.cameras import SourceKind
from watchpost.domain.events import Crossing, Sample
from watchpost.domain.frames import FrameKey
from watchpost.domain.rules import Direction
from watchpost.protocol.cameras import CameraSpec, LineSpec, SourceSpec
from watchpost.store.cameras import CameraRepository
from watchpost.store.counts import CountReader
from watchpost.store.database import Database
from watchpost.store.ledger import Ledger, LedgerEvent
from watchpost.store.secrets import SecretStore
from watchpost.store.settings import SettingsRepository
from watchpost.store.tables import events, metadata

_ROUNDS = 3
_BATCHED = 4000
_ONE_BY_ONE = 100
_STORED = 200_000
_PAGES = 200
_BEGIN_NS = 1_767_225_600 * NS_PER_S  # 2026-01-01


def measure(_conditions: Conditions, stored: int = _STORED) -> list[Row]:
    """Return counts a second and page times.

    Args:
        _conditions: Neither time nor model matters here.
        stored: Counts in the ledger when its newest page is read.
    """
    with _ledger() as (ledger, camera_id, reader):
        ours, usual = [], []
        first = 0
        for _ in range(_ROUNDS):
            work = partial(_append, ledger, camera_id, first, _BATCHED)
            ours.append(_BATCHED / wall_ms(work) * 1000)
            usual.append(_ONE_BY_ONE / _one_by_one_ms(_ONE_BY_ONE) * 1000)
            first += _BATCHED
        while first < stored:
            _append(ledger, camera_id, first, _BATCHED)
            first += _BATCHED
        pages = [wall_ms(ledger.events, _PAGES) for _ in range(_ROUNDS)]
        deep = ledger.events(
            from_ns=None, to_ns=_at_ns(first // 2), limit=1
        ).next_cursor
        old = partial(ledger.events, cursor=deep)
        deep_pages = [wall_ms(old, _PAGES) for _ in range(_ROUNDS)]
        month = partial(
            reader.line_counts, "line", _BEGIN_NS, _BEGIN_NS + 30 * 86_400 * NS_PER_S
        )
        months = [wall_ms(partial(month, bucket="hour", tz="UTC")) for _ in range(3)]
    ratio = [a / b for a, b in zip(ours, usual, strict=True)]
    return [
        row("events.batched", "1/s", ours, note="durable, with index and outbox"),
        row("events.one_by_one", "1/s", usual, note="SQLAlchemy at defaults"),
        row(
            "events", "ratio", ratio, target=100, better="more", note="batched / usual"
        ),
        row("events.page", "ms", pages, target=5.0, note=f"newest 100 of {first:,}"),
        row("events.deep_page", "ms", deep_pages, note="the 100 in their middle"),
        row(
            "events.month",
            "ms",
            months,
            note="720 hours of a line, beside a week before",
        ),
    ]


@contextmanager
def _ledger() -> Iterator[tuple[Ledger, str, CountReader]]:
    with tempfile.TemporaryDirectory(prefix="watchpost-bench-") as place:
        db = Database(DataFolder(Path(place)))
        db.open()
        try:
            secrets = SecretStore(db.folder, SettingsRepository(db))
            camera = CameraRepository(db, secrets).add(
                CameraSpec(
                    name="Bench",
                    source=SourceSpec(kind=SourceKind.SIMULATED, address="bus_door"),
                    lines=(
                        LineSpec(id="line", name="Line", ax=0.5, ay=0, bx=0.5, by=1),
                    ),
                ),
                "bench",
            )
            yield Ledger(db), camera.id, CountReader(db)
        finally:
            db.close()


def _at_ns(sequence: int) -> int:
    """Return the moment of a count; one every ten seconds."""
    return _BEGIN_NS + sequence * 10 * NS_PER_S


def _event(camera_id: str, sequence: int) -> LedgerEvent:
    at_ns = _at_ns(sequence)
    before = Sample(FrameKey(1, sequence), at_ns - NS_PER_MS, 0.48, 0.5)
    after = Sample(FrameKey(1, sequence + 1), at_ns + NS_PER_MS, 0.52, 0.5)
    crossing = Crossing(
        line_id="line",
        direction=Direction.IN if sequence % 2 else Direction.OUT,
        track_id=sequence,
        class_name="person",
        score=0.9,
        at_ns=at_ns,
        stream_ns=0,
        key=after.key,
        before=before,
        after=after,
    )
    return LedgerEvent.of(
        camera_id, crossing, rules_version=1, model="bench", model_sha256="0" * 64
    )


def _append(ledger: Ledger, camera_id: str, first: int, count: int) -> None:
    """Append counts and wait until every one of them is durable."""
    waiting = [
        ledger.append(_event(camera_id, sequence))
        for sequence in range(first, first + count)
    ]
    for future in waiting:
        future.result()


def _one_by_one_ms(count: int) -> float:
    with tempfile.TemporaryDirectory(prefix="watchpost-bench-") as place:
        path = Path(place) / "usual.sqlite3"
        engine = create_engine(URL.create("sqlite", database=str(path)))
        metadata.create_all(engine)
        rows = [
            {
                "id": f"{sequence:026x}",
                "camera_id": "camera",
                "line_id": "line",
                "direction": "in",
                "at_ns": _at_ns(sequence),
                "stream_ns": 0,
                "epoch": 1,
                "sequence": sequence,
                "track_id": sequence,
                "class_name": "person",
                "score": 0.9,
                "rules_version": 1,
                "release": 1,
                "before_sequence": 0,
                "before_at_ns": 0,
                "before_x": 0.5,
                "before_y": 0.5,
                "after_sequence": 0,
                "after_at_ns": 0,
                "after_x": 0.5,
                "after_y": 0.5,
            }
            for sequence in range(count)
        ]
        began = SYSTEM_CLOCK.monotonic_ns()
        for values in rows:
            with engine.begin() as connection:
                connection.execute(insert(events).values(**values))
        spent_ms = (SYSTEM_CLOCK.monotonic_ns() - began) / NS_PER_MS
        engine.dispose()
    return spent_ms
