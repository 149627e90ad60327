"""kill -9 for real: nothing acknowledged is lost, nothing is counted twice."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.counting import DAY, DOOR, NOON
from watchpost.base.errors import StoreError
from watchpost.base.paths import DataFolder
from watchpost.store.database import Database
from watchpost.store.ledger import Ledger
from watchpost.store.tables import metadata

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="kills by signal and forks"
)

KILLS = 24
SEED = 20260414
_SCRIPT = Path(__file__).parents[1] / "support" / "fatal_store.py"


class Nursery:
    """Starts children that are there to be killed."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(_SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, do: str, *arguments: Any) -> int:
        return int(self._ask(do=do, **{"with": arguments})["pid"])

    def wait(self, pid: int) -> int:
        return int(self._ask(wait=pid)["exit"])

    def kill(self, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)
        assert self.wait(pid) == -signal.SIGKILL

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()

    def _ask(self, **command: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


@pytest.fixture
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()


def acknowledged_in(path: Path) -> list[tuple[int, str]]:
    """Return sequences and event ids; a line that the kill cut was never a promise."""
    if not path.exists():
        return []
    whole = path.read_text(encoding="utf-8").rpartition("\n")[0]
    pairs = (line.split() for line in whole.splitlines())
    return [(int(sequence), event_id) for sequence, event_id in pairs]


def stored_in(folder: DataFolder) -> list[tuple[int, str]]:
    connection = sqlite3.connect(folder.database)
    try:
        return connection.execute("SELECT sequence, id FROM events").fetchall()
    finally:
        connection.close()


def wait_for_more(path: Path, size: int, deadline_s: float) -> None:
    end = time.monotonic() + deadline_s
    while not path.exists() or path.stat().st_size <= size:
        assert time.monotonic() < end, "the writer acknowledges nothing"
        time.sleep(0.002)


def test_killed_at_any_moment_no_acknowledged_count_is_lost_or_doubled(
    tmp_path: Path, nursery: Nursery
) -> None:
    folder = DataFolder(tmp_path / "data")
    notes = tmp_path / "acknowledged"
    rng = random.Random(SEED)
    first = 0
    for kill in range(KILLS):
        size = notes.stat().st_size if notes.exists() else 0
        pid = nursery.start(
            "write_counts", str(folder.root), str(notes), first, SEED + kill
        )
        wait_for_more(notes, size, 10)
        time.sleep(rng.uniform(0, 0.1))  # the moment of the kill: not synchronisation
        nursery.kill(pid)
        # Looked at before anybody writes again what may be missing.
        acknowledged = acknowledged_in(notes)
        assert set(acknowledged) - set(stored_in(folder)) == set(), f"kill {kill}"
        # An edge that comes back writes again what it cannot know to be written.
        first = max(0, acknowledged[-1][0] - 50)

    db = Database(folder)
    db.open()
    try:
        total = Ledger(db).totals(DOOR, NOON, NOON + DAY)
        with db.read() as connection:
            outbox = connection.exec_driver_sql("SELECT record_id FROM outbox").all()
            check = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
    finally:
        db.close()
    stored = stored_in(folder)
    assert check == "ok"
    assert len(set(acknowledged)) > 20 * KILLS
    assert [s for s, n in Counter(s for s, _ in stored).items() if n > 1] == []
    assert {s for s, _ in acknowledged} <= {s for s, _ in stored}
    assert total.reported_in == total.corrected_in == len(stored)
    # Every count is announced to a hub exactly once: the rows are of one transaction.
    assert sorted(row.record_id for row in outbox) == sorted(e for _, e in stored)
    print(
        f"\n{KILLS} kills: {len(set(acknowledged))} counts acknowledged, "
        f"{len(stored)} stored, 0 lost, 0 doubled"
    )


def test_killed_before_any_statement_of_a_count_every_promise_is_kept(
    tmp_path: Path, nursery: Nursery
) -> None:
    folder = DataFolder(tmp_path / "data")
    notes = tmp_path / "acknowledged"
    first = 0
    for statement in range(100):
        pid = nursery.start(
            "write_and_die", str(folder.root), str(notes), first, statement
        )
        exit_code = nursery.wait(pid)
        acknowledged, stored = acknowledged_in(notes), stored_in(folder)
        assert set(acknowledged) - set(stored) == set(), f"statement {statement}"
        assert len({s for s, _ in stored}) == len(stored)
        if exit_code == 0:
            break
        assert exit_code == -signal.SIGKILL
        first += 2  # some counts are written again, some are new
    else:
        pytest.fail("the counts were never all written")
    assert statement >= 12, "three bursts are more statements than that"


def test_killed_before_any_statement_of_the_migration_the_old_or_new_tables_stand(
    tmp_path: Path, nursery: Nursery
) -> None:
    whole = set(metadata.tables) | {"alembic_version"}
    seen: set[str] = set()
    for statement in range(200):
        folder = DataFolder(tmp_path / f"data{statement}")
        pid = nursery.start("migrate_and_die", str(folder.root), statement)
        exit_code = nursery.wait(pid)
        found = tables_of(folder)
        assert found in (set(), whole), f"killed before statement {statement}"
        seen.add("new" if found else "old")
        db = Database(folder)
        db.open()
        db.close()
        assert tables_of(folder) == whole
        if exit_code == 0:
            break
        assert exit_code == -signal.SIGKILL
    else:
        pytest.fail("the migration never came to its end")
    assert seen == {"old", "new"}
    assert statement > len(metadata.tables)


def tables_of(folder: DataFolder) -> set[str]:
    connection = sqlite3.connect(folder.database)
    try:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        names = {str(name) for (name,) in rows}
    finally:
        connection.close()
    return names - {"sqlite_sequence"}


def test_a_second_edge_is_refused_until_the_first_is_dead(
    tmp_path: Path, nursery: Nursery
) -> None:
    folder = DataFolder(tmp_path / "data")
    pid = nursery.start("hold", str(folder.root))
    end = time.monotonic() + 10
    while not folder.database.with_name("watchpost.sqlite3-wal").exists():
        assert time.monotonic() < end
        time.sleep(0.005)
    with pytest.raises(StoreError) as caught:
        Database(folder).open()
    assert caught.value.code == "store.locked"
    assert "Another edge is already running" in caught.value.what
    nursery.kill(pid)
    db = Database(folder)
    db.open()
    db.close()
