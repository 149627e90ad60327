"""A real disk of eight megabytes, filled: what is told, what goes on, what comes back."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from support.counting import DAY, DOOR, NOON, camera_spec, crossing, ledger_event
from watchpost.base.errors import StoreError
from watchpost.base.paths import DataFolder
from watchpost.protocol.edge import EdgeSettings
from watchpost.store.cameras import CameraRecord, CameraRepository
from watchpost.store.database import Database
from watchpost.store.disk import StorageReport, StorageState
from watchpost.store.ledger import Ledger, Recorded
from watchpost.store.secrets import SecretStore
from watchpost.store.settings import SettingsRepository

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(sys.platform != "linux", reason="mounts a tmpfs"),
    pytest.mark.skipif(
        sys.platform == "win32" or os.geteuid() != 0, reason="needs root to mount"
    ),
]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    mount = tmp_path / "disk"
    mount.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(mount)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("this machine does not let root mount a tmpfs")
    yield mount
    subprocess.run(["umount", "-l", str(mount)], check=True)


def fill(disk: Path, name: str = "other-program.bin") -> Path:
    path = disk / name
    with path.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            try:
                while file.write(b"\xa5" * size) == size:
                    pass
            except OSError:
                continue
    return path


class Site:
    """An open database with one camera, and what its disk was said to be."""

    def __init__(self, root: Path) -> None:
        self.folder = DataFolder(root)
        self.reports: queue.Queue[StorageReport] = queue.Queue()
        self.db = Database(self.folder, on_storage=self.reports.put)
        self.db.open()
        self.settings = SettingsRepository(self.db)
        cameras = CameraRepository(self.db, SecretStore(self.folder, self.settings))
        self.camera: CameraRecord = cameras.add(camera_spec(), "tester")
        self.ledger = Ledger(self.db)
        self._sequence = 0

    def count(self, how_many: int) -> None:
        """Append, and wait until the last is durable."""
        for future in self.append(how_many):
            future.result(20)

    def append(self, how_many: int) -> list[Future[Recorded]]:
        waiting = []
        for _ in range(how_many):
            self._sequence += 1
            seen = crossing(NOON + self._sequence, sequence=self._sequence)
            waiting.append(self.ledger.append(ledger_event(self.camera.id, seen)))
        return waiting

    def refused_to_save(self) -> str:
        """Do what a person would; return why it was refused."""
        try:
            self.settings.save(EdgeSettings(name="x" * 80), "a")
        except StoreError as error:
            return error.code
        return ""

    def counted(self) -> int:
        return self.ledger.totals(DOOR, NOON, NOON + DAY).reported_in


@pytest.fixture
def site(disk: Path) -> Iterator[Site]:
    opened = Site(disk / "data")
    yield opened
    opened.db.close()


def test_counting_goes_on_from_the_reserve_and_the_reserve_comes_back(
    site: Site, disk: Path
) -> None:
    site.count(50)
    foreign = fill(disk)
    for _ in range(10):
        site.count(100)
    report = site.reports.get(timeout=30)
    assert report.state is StorageState.FULL
    assert report.sentence == (
        "The disk of the data folder is full. Free some space; recording and counting "
        "go on by themselves."
    )
    assert not site.folder.reserve.exists()
    assert site.counted() == 1050
    foreign.unlink()
    site.count(1)
    assert site.reports.get(timeout=30).state is StorageState.OK
    assert site.db.storage.sentence == ""
    assert site.folder.reserve.exists()
    with site.db.read() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def test_counts_wait_for_room_and_people_are_told(site: Site, disk: Path) -> None:
    site.count(1)
    foreign = [fill(disk)]
    # Use up what the reserve gave, again and again, until not even a count fits.
    waiting: list[Future[Recorded]] = []
    for round_ in range(40):
        waiting = site.append(500)
        if refused := site.refused_to_save():
            break
        foreign.append(fill(disk, f"more{round_}.bin"))
    assert refused == "store.full"
    assert not all(future.done() for future in waiting)
    counted = site.counted()
    for path in foreign:
        path.unlink()
    for future in waiting:
        future.result(20)
    assert site.counted() > counted
    assert site.counted() == site._sequence


def test_a_full_disk_at_the_start_is_a_sentence(disk: Path) -> None:
    fill(disk)
    with pytest.raises(StoreError) as caught:
        Database(DataFolder(disk / "data")).open()
    assert caught.value.code == "store.full"
    assert "is full: 0 MiB are free" in caught.value.what
    assert caught.value.todo.startswith("Free at least 6 MiB")


def test_an_edge_with_a_reserve_starts_on_a_full_disk(disk: Path) -> None:
    first = Site(disk / "data")
    first.count(10)
    first.db.close()
    fill(disk)
    db = Database(first.folder)
    db.open()
    assert Ledger(db).totals(DOOR, NOON, NOON + DAY).reported_in == 10
    db.close()


def test_a_read_only_disk_at_the_start_is_a_sentence(disk: Path) -> None:
    site = Site(disk / "data")
    site.db.close()
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    with pytest.raises(StoreError) as caught:
        Database(site.folder).open()
    assert caught.value.code == "store.folder"
    assert "cannot be written" in caught.value.what
