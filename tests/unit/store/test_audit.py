from __future__ import annotations

import sqlite3

import pytest

from support.counting import SetClock
from watchpost.base.paths import DataFolder
from watchpost.store.audit import AuditLog
from watchpost.store.database import Database


def tampered(folder: DataFolder, statement: str) -> int | None:
    """Change the trail behind the database's back; return the first bad row."""
    connection = sqlite3.connect(folder.database)
    for action in ("update", "delete"):
        connection.execute(f"DROP TRIGGER audit_no_{action}")
    connection.execute(statement)
    connection.commit()
    connection.close()
    db = Database(folder)
    db.open()
    found = AuditLog(db).first_bad_row()
    db.close()
    return found


@pytest.fixture
def trail(folder: DataFolder) -> DataFolder:
    db = Database(folder, clock=SetClock())
    db.open()
    log = AuditLog(db)
    for number in range(1, 8):
        log.add("settings", "tester", f"Step {number}")
    assert log.first_bad_row() is None
    assert [line.text for line in log.lines("settings")][-1] == "Step 7"
    db.close()
    return folder


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        ("UPDATE audit SET text = 'x' WHERE number = 3", 3),
        ("UPDATE audit SET at_ns = at_ns + 1 WHERE number = 1", 1),
        ("DELETE FROM audit WHERE number = 4", 5),
        ("UPDATE audit SET number = 100 WHERE number = 2", 3),
        (
            "INSERT INTO audit (number, subject, at_ns, by, text, hash) "
            "VALUES (8, 'settings', 1, 'a', 'b', 'c')",
            8,
        ),
    ],
    ids=["text", "time", "deleted", "moved", "added"],
)
def test_tampering_is_found(trail: DataFolder, statement: str, row: int) -> None:
    assert tampered(trail, statement) == row
