from __future__ import annotations

import queue
from collections.abc import Iterator

import pytest

from support.counting import (
    DOOR,
    HOUR,
    NOON,
    SetClock,
    camera_spec,
    crossing,
    ledger_event,
)
from watchpost.base.paths import DataFolder
from watchpost.store import disk as disk_module
from watchpost.store.cameras import CameraRepository
from watchpost.store.database import Database
from watchpost.store.disk import RESERVE_BYTES, StorageReport, StorageState
from watchpost.store.ledger import Ledger
from watchpost.store.secrets import SecretStore
from watchpost.store.settings import SettingsRepository


@pytest.fixture
def reports() -> queue.Queue[StorageReport]:
    return queue.Queue()


@pytest.fixture
def db(
    folder: DataFolder, clock: SetClock, reports: queue.Queue[StorageReport]
) -> Iterator[Database]:
    opened = Database(folder, clock=clock, on_storage=reports.put)
    opened.open()
    yield opened
    opened.close()


def limit_pages(db: Database, pages: int) -> None:
    """Make the database as large as it may be: SQLite then says that it is full."""
    assert db._write_engine is not None
    connection = db._write_engine.raw_connection()
    connection.cursor().execute(f"PRAGMA max_page_count = {pages}")
    connection.close()


def test_a_full_database_is_told_once_and_counts_wait(
    db: Database,
    folder: DataFolder,
    reports: queue.Queue[StorageReport],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(disk_module, "_LOOK_NS", 0)
    secrets = SecretStore(folder, SettingsRepository(db))
    camera = CameraRepository(db, secrets).add(camera_spec(), "a")
    ledger = Ledger(db)
    assert folder.reserve.stat().st_size == RESERVE_BYTES
    db.flush()
    limit_pages(db, 1)
    waiting = [
        ledger.append(ledger_event(camera.id, crossing(NOON + i, sequence=i)))
        for i in range(400)
    ]
    report = reports.get(timeout=10)
    assert report.state is StorageState.FULL
    assert "full" in report.sentence
    limit_pages(db, 100_000)
    assert all(future.result(10).new for future in waiting)
    assert ledger.totals(DOOR, NOON, NOON + HOUR).reported_in == 400
    assert reports.get(timeout=10).state is StorageState.OK
    assert folder.reserve.stat().st_size == RESERVE_BYTES
    assert reports.empty()
