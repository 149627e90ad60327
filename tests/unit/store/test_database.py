from __future__ import annotations

import sqlite3
import sys
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select, text

from support.counting import camera_spec
from watchpost.base.errors import StoreError
from watchpost.base.files import FolderLock
from watchpost.base.paths import DataFolder
from watchpost.store.cameras import CameraRepository
from watchpost.store.database import Database
from watchpost.store.tables import events, facts, metadata


def opened(folder: DataFolder) -> Database:
    db = Database(folder)
    db.open()
    return db


def refusal(folder: DataFolder) -> StoreError:
    with pytest.raises(StoreError) as caught:
        Database(folder).open()
    return caught.value


def test_the_migrations_make_the_tables_that_the_code_knows(db: Database) -> None:
    with db.read() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []


def test_the_file_is_durable_and_bounded(db: Database) -> None:
    def pragma(name: str) -> object:
        return db.write(lambda c: c.exec_driver_sql(f"PRAGMA {name}").scalar())

    assert pragma("journal_mode") == "wal"
    assert pragma("synchronous") == 2  # FULL
    assert pragma("foreign_keys") == 1
    assert pragma("busy_timeout") == 5000
    assert pragma("wal_autocheckpoint") == 256
    assert pragma("journal_size_limit") == 2 << 20


def test_readers_see_one_snapshot(db: Database) -> None:
    query = select(facts.c.name)
    with db.read() as connection:
        assert connection.execute(query).scalars().all() == []
        db.write(lambda c: c.execute(facts.insert().values(name="a", value="1")))
        assert connection.execute(query).scalars().all() == []
    with db.read() as connection:
        assert connection.execute(query).scalars().all() == ["a"]


def test_opening_again_keeps_what_was_there(folder: DataFolder) -> None:
    first = opened(folder)
    first.write(lambda c: c.execute(facts.insert().values(name="a", value="1")))
    first.close()
    second = opened(folder)
    with second.read() as connection:
        assert connection.execute(select(facts.c.value)).scalar() == "1"
    second.close()


def test_a_second_edge_on_one_folder_is_refused(folder: DataFolder) -> None:
    first = opened(folder)
    error = refusal(folder)
    assert error.code == "store.locked"
    first.close()
    opened(folder).close()


def test_a_failed_start_lets_go_of_the_folder(folder: DataFolder) -> None:
    folder.create()
    folder.database.write_bytes(b"not a database" * 400)
    assert refusal(folder).code == "store.damaged"
    lock = FolderLock(folder.root)
    lock.acquire()
    lock.release()


def damage(path: Path, offset: int) -> None:
    content = bytearray(path.read_bytes())
    content[offset : offset + 4096] = bytes(4096)
    path.write_bytes(content)


@pytest.mark.parametrize("page", [1, 3, 8])
def test_a_damaged_database_is_a_sentence(folder: DataFolder, page: int) -> None:
    opened(folder).close()
    damage(folder.database, page * 4096)
    error = refusal(folder)
    assert error.code == "store.damaged"
    assert error.what.startswith("The database is damaged")
    assert "Move watchpost.sqlite3" in error.todo


def test_a_truncated_database_is_a_sentence(folder: DataFolder) -> None:
    opened(folder).close()
    folder.database.write_bytes(folder.database.read_bytes()[:-20_000])
    assert refusal(folder).code == "store.damaged"


def test_an_empty_file_becomes_a_database(folder: DataFolder) -> None:
    folder.create()
    folder.database.touch()
    opened(folder).close()


def test_a_database_from_the_future_is_a_sentence(folder: DataFolder) -> None:
    opened(folder).close()
    connection = sqlite3.connect(folder.database)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    error = refusal(folder)
    assert error.code == "store.future"
    assert "newer version" in error.what


def test_a_folder_that_is_a_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("", encoding="utf-8")
    error = refusal(DataFolder(tmp_path / "data"))
    assert error.code == "store.folder"
    assert "cannot be written" in error.what
    assert refusal(DataFolder(tmp_path / "data" / "deeper")).code == "store.folder"


@pytest.mark.skipif(
    sys.platform == "win32", reason="directories stand in for a refusal"
)
def test_a_database_that_cannot_be_opened_is_a_sentence(folder: DataFolder) -> None:
    folder.create()
    folder.database.mkdir()
    assert refusal(folder).code == "store.folder"


def test_a_closed_database_says_so(folder: DataFolder) -> None:
    db = opened(folder)
    db.close()
    db.close()
    for use in (lambda: db.write(lambda _c: None), lambda: db.read().__enter__()):
        with pytest.raises(StoreError) as caught:
            use()
        assert caught.value.code == "store.closed"


def test_many_threads_read_while_one_writes(
    db: Database, cameras: CameraRepository
) -> None:
    stop = threading.Event()
    wrong: list[object] = []

    def reading() -> None:
        while not stop.is_set():
            try:
                numbers = [camera.number for camera in cameras.list()]
            except Exception as error:  # noqa: BLE001 the test reports it
                wrong.append(error)
                return
            if numbers != list(range(1, len(numbers) + 1)):
                wrong.append(numbers)

    threads = [threading.Thread(target=reading) for _ in range(12)]
    for thread in threads:
        thread.start()
    for i in range(12):
        cameras.add(camera_spec(f"Camera {i}", lines=(f"line{i}",)), "tester")
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_newest_pages_are_found_by_an_index(db: Database) -> None:
    def plan(where: str) -> str:
        query = (
            f"EXPLAIN QUERY PLAN SELECT * FROM {events.name} WHERE {where} "
            "ORDER BY at_ns DESC, number DESC LIMIT 100"
        )
        with db.read() as connection:
            rows = connection.execute(text(query)).all()
        return " ".join(str(row[3]) for row in rows)

    after = "(at_ns, number) < (5, 5)"
    for where in (after, f"camera_id = 'a' AND {after}", f"line_id = 'a' AND {after}"):
        assert "USING INDEX ix_events_" in plan(where)
