"""A process whose children write to a store and are killed; started by fault tests.

Forking after the imports makes a new writer in milliseconds, so that twenty kills fit
into seconds. Reads one JSON command a line, answers one JSON line each.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from support.counting import NOON, camera_spec, crossing, ledger_event
from watchpost.base.paths import DataFolder
from watchpost.store.cameras import CameraRepository
from watchpost.store.database import Database
from watchpost.store.ledger import Ledger, Recorded
from watchpost.store.secrets import SecretStore
from watchpost.store.settings import SettingsRepository


class Writing:
    """An open store whose acknowledged counts are noted in a file outside it."""

    def __init__(self, folder: str, notes: str, first: int) -> None:
        self.db = Database(DataFolder(Path(folder)))
        self.db.open()
        secrets = SecretStore(self.db.folder, SettingsRepository(self.db))
        cameras = CameraRepository(self.db, secrets)
        present = next(iter(cameras.list()), None)
        self._camera = present or cameras.add(camera_spec(), "tester")
        self._ledger = Ledger(self.db)
        self._notes = os.open(notes, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._sequence = first

    def burst(self, how_many: int) -> None:
        for _ in range(how_many):
            seen = crossing(NOON + self._sequence, sequence=self._sequence)
            self._ledger.append(ledger_event(self._camera.id, seen), self._note)
            self._sequence += 1
        self.db.flush()

    def _note(self, recorded: Recorded) -> None:
        sequence = recorded.event.crossing.key.sequence
        os.write(self._notes, f"{sequence} {recorded.event_id}\n".encode())


def write_counts(folder: str, notes: str, first: int, seed: int) -> None:
    """Count in bursts until killed."""
    rng = random.Random(seed)
    writing = Writing(folder, notes, first)
    while True:
        # Long bursts make long transactions: kills fall into the middle of them.
        writing.burst(rng.choice((1, 10, 300)))


def write_and_die(folder: str, notes: str, first: int, statement: int) -> None:
    """Count in bursts, and die before the n-th statement or commit."""
    writing = Writing(folder, notes, first)
    die_before(statement)
    for _ in range(3):
        writing.burst(3)
    writing.db.close()


def hold(folder: str) -> None:
    """Keep a data folder open until killed."""
    Database(DataFolder(Path(folder))).open()
    signal.pause()


def migrate_and_die(folder: str, statement: int) -> None:
    """Make a database, and die before its n-th statement or commit."""
    die_before(statement)
    db = Database(DataFolder(Path(folder)))
    db.open()
    db.close()


def die_before(statement: int) -> None:
    left = statement

    def countdown(*_details: Any) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", countdown)
    event.listen(Engine, "commit", countdown)


_WORK = {
    "write_counts": write_counts,
    "write_and_die": write_and_die,
    "hold": hold,
    "migrate_and_die": migrate_and_die,
}


def main() -> None:
    for line in sys.stdin:
        command = json.loads(line)
        if "wait" in command:
            _, status = os.waitpid(command["wait"], 0)
            answer = {"exit": os.waitstatus_to_exitcode(status)}
        else:
            pid = os.fork()
            if pid == 0:
                os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
                _WORK[command["do"]](*command["with"])
                os._exit(0)
            answer = {"pid": pid}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
