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


def write_counts(folder: str, acknowledged: str, first: int, seed: int) -> None:
    """Append counts until killed; note each in a file once it is acknowledged."""
    rng = random.Random(seed)
    db = Database(DataFolder(Path(folder)))
    db.open()
    cameras = CameraRepository(db, SecretStore(db.folder, SettingsRepository(db)))
    camera = next(iter(cameras.list()), None) or cameras.add(camera_spec(), "tester")
    ledger = Ledger(db)
    noted = os.open(acknowledged, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def on_durable(recorded: Recorded) -> None:
        sequence = recorded.event.crossing.key.sequence
        os.write(noted, f"{sequence} {recorded.event_id}\n".encode())

    sequence = first
    while True:
        for _ in range(rng.randint(1, 40)):
            seen = crossing(NOON + sequence, sequence=sequence)
            last = ledger.append(ledger_event(camera.id, seen), on_durable)
            sequence += 1
        # Some bursts wait for the batch, others are flushed: kills meet both.
        last.result() if rng.random() < 0.1 else db.flush()


def hold(folder: str) -> None:
    """Keep a data folder open until killed."""
    Database(DataFolder(Path(folder))).open()
    signal.pause()


def migrate_and_die(folder: str, statement: int) -> None:
    """Make a database, and die before its n-th statement (or commit)."""
    left = statement

    def countdown(*_details: Any) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", countdown)
    event.listen(Engine, "commit", countdown)
    db = Database(DataFolder(Path(folder)))
    db.open()
    db.close()


_WORK = {
    "write_counts": write_counts,
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
