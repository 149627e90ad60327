from __future__ import annotations

from collections import namedtuple
from pathlib import Path

import pytest

from support.counting import DOOR, HOUR, NOON, SetClock, crossing, ledger_event
from watchpost.base.clock import NS_PER_S
from watchpost.base.paths import DataFolder
from watchpost.protocol.review import DecisionRequest, DisputeRequest
from watchpost.store import segments as segments_module
from watchpost.store.cameras import CameraRecord
from watchpost.store.database import Database
from watchpost.store.disputes import DisputeRepository
from watchpost.store.ledger import Ledger
from watchpost.store.segments import SegmentIndex

MINUTE = 60 * NS_PER_S
KIB = 1024
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def index(db: Database) -> SegmentIndex:
    return SegmentIndex(db)


class Recorder:
    """Leaves files as the recorder does: a minute each, from noon on."""

    def __init__(self, folder: DataFolder, index: SegmentIndex, db: Database) -> None:
        self._folder = folder
        self._index = index
        self._db = db

    def write(self, minute: int, camera_id: str = "cam1", *, kib: int = 10) -> Path:
        """Write the files; the index is not told."""
        folder = self._folder.recordings / "2026-04-14" / f"{12 + minute // 60}"
        folder = folder / camera_id
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{minute % 60:02d}.00.mkv"
        begin = NOON + minute * MINUTE
        lines = [
            f"{i * 1000} 1 {i} {i * 10**9} {begin + i * NS_PER_S}" for i in range(58)
        ]
        text = (
            "\n".join(lines) + "\n58000 1 58 58000000000 17"
        )  # the kill cut the last line
        path.with_suffix(".frames").write_text(text, encoding="utf-8")
        path.with_suffix(".boxes.jsonl").write_bytes(b"{}" * 50)
        path.write_bytes(b"\x1a" * (kib * KIB - len(text) - 100))
        return path

    def record(self, minute: int, camera_id: str = "cam1", *, kib: int = 10) -> Path:
        """Write the files and tell the index."""
        path = self.write(minute, camera_id, kib=kib)
        begin = NOON + minute * MINUTE
        self._index.opened(camera_id, path, begin)
        self._index.closed(path, begin + 59 * NS_PER_S, kib * KIB)
        self._db.flush()
        return path


@pytest.fixture
def recorder(folder: DataFolder, index: SegmentIndex, db: Database) -> Recorder:
    return Recorder(folder, index, db)


@pytest.fixture(autouse=True)
def _roomy_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        segments_module.shutil, "disk_usage", lambda _path: Usage(100, 50, 50 * 2**30)
    )


def test_what_holds_a_stretch_of_time_is_found(
    index: SegmentIndex, recorder: Recorder, db: Database
) -> None:
    paths = [recorder.record(minute) for minute in range(4)]
    recorder.record(1, "cam2")
    growing = recorder.write(4)
    index.opened("cam1", growing, NOON + 4 * MINUTE)
    db.flush()
    found = index.between("cam1", NOON + 90 * NS_PER_S, NOON + 130 * NS_PER_S)
    assert [segment.path for segment in found] == paths[1:3]
    found = index.between("cam1", NOON + 4 * MINUTE, NOON + 9 * MINUTE)
    assert [(s.path, s.to_ns) for s in found] == [(growing, None)]
    assert index.between("cam3", NOON, NOON + HOUR) == ()
    assert index.oldest_ns() == NOON


def test_the_oldest_go_until_the_quota_is_kept(
    index: SegmentIndex, recorder: Recorder, folder: DataFolder
) -> None:
    paths = [recorder.record(minute) for minute in (0, 1, 2, 60)]
    pruned = index.prune(quota_bytes=25 * KIB, min_free_bytes=0)
    assert [segment.path for segment in pruned.segments] == paths[:2]
    assert (pruned.bytes, pruned.short_bytes) == (20 * KIB, 0)
    assert [path.exists() for path in paths] == [False, False, True, True]
    assert list(paths[0].parent.glob("00.00.*")) == []
    assert index.total_bytes() == 20 * KIB
    assert index.prune(25 * KIB, 0).segments == ()
    index.prune(10 * KIB, 0)
    # The hour's folder is empty and goes too; the day's is not.
    assert not (folder.recordings / "2026-04-14" / "12").exists()
    assert paths[3].exists()


def test_free_space_is_kept_too(
    index: SegmentIndex, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [recorder.record(minute) for minute in range(4)]
    free = 100 * KIB
    monkeypatch.setattr(
        segments_module.shutil, "disk_usage", lambda _path: Usage(0, 0, free)
    )
    pruned = index.prune(quota_bytes=2**40, min_free_bytes=115 * KIB)
    assert [segment.path for segment in pruned.segments] == paths[:2]
    pruned = index.prune(quota_bytes=2**40, min_free_bytes=200 * KIB)
    assert len(pruned.segments) == 2
    assert pruned.short_bytes == 80 * KIB  # somebody else's files fill the disk


def test_a_clock_that_jumps_deletes_nothing(
    index: SegmentIndex, recorder: Recorder, clock: SetClock
) -> None:
    paths = [recorder.record(minute) for minute in range(3)]
    clock.now_ns += 4000 * 24 * HOUR
    assert index.prune(quota_bytes=2**40, min_free_bytes=0).segments == ()
    assert all(path.exists() for path in paths)


def test_oldest_is_what_was_recorded_first(
    index: SegmentIndex, recorder: Recorder
) -> None:
    ahead = recorder.record(300)  # while the clock was wrong
    behind = recorder.record(5)
    pruned = index.prune(quota_bytes=10 * KIB, min_free_bytes=0)
    assert [segment.path for segment in pruned.segments] == [ahead]
    assert behind.exists()


def test_a_file_that_grows_stays(
    index: SegmentIndex, recorder: Recorder, db: Database
) -> None:
    growing = recorder.write(0)
    index.opened("cam1", growing, NOON)
    db.flush()
    closed = recorder.record(1)
    pruned = index.prune(quota_bytes=0, min_free_bytes=0)
    assert [segment.path for segment in pruned.segments] == [closed]
    assert growing.exists()


def test_evidence_of_an_open_dispute_goes_last(
    index: SegmentIndex,
    recorder: Recorder,
    ledger: Ledger,
    camera: CameraRecord,
    db: Database,
) -> None:
    at_ns = NOON + 30 * NS_PER_S
    event_id = (
        ledger.append(ledger_event(camera.id, crossing(at_ns))).result(5).event_id
    )
    disputes = DisputeRepository(db)
    dispute = disputes.open(DisputeRequest(event_id=event_id, claim="?"), "a")
    evidence, second, third = (recorder.record(i, camera.id) for i in range(3))
    pruned = index.prune(quota_bytes=20 * KIB, min_free_bytes=0)
    assert [s.path for s in pruned.segments] == [second]
    assert ledger.event(event_id).has_clip
    pruned = index.prune(quota_bytes=0, min_free_bytes=0)
    assert [s.path for s in pruned.segments] == [third, evidence]
    assert pruned.disputed == 1
    disputes.reject(dispute.id, DecisionRequest(), "a")
    assert not ledger.event(event_id).has_clip
    assert ledger.totals(DOOR, NOON, NOON + HOUR).reported_in == 1


def test_a_file_that_somebody_reads_on_windows_is_tried_again(
    index: SegmentIndex, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (recorder.record(minute) for minute in range(2))
    unlink = Path.unlink

    def held(path: Path, missing_ok: bool = False) -> None:
        if path == first:
            raise PermissionError(13, "The process cannot access the file")
        unlink(path, missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", held)
        pruned = index.prune(quota_bytes=10 * KIB, min_free_bytes=0)
    assert [segment.path for segment in pruned.segments] == [second]
    assert first.with_suffix(".frames").exists()
    pruned = index.prune(quota_bytes=0, min_free_bytes=0)
    assert [segment.path for segment in pruned.segments] == [first]


def test_after_a_crash_the_index_is_what_lies_on_the_disk(
    index: SegmentIndex, recorder: Recorder, db: Database, folder: DataFolder
) -> None:
    whole = recorder.record(0)
    lost = recorder.record(1)
    lost.unlink()
    unfinished = recorder.write(2)
    index.opened("cam1", unfinished, NOON + 2 * MINUTE)
    stranger = recorder.write(3)
    (folder.recordings / "notes.txt").write_text("?", encoding="utf-8")
    odd = folder.recordings / "2026-99-99/12/cam1/00.00.mkv"
    odd.parent.mkdir(parents=True)
    odd.touch()
    db.flush()
    assert index.adopt_orphans() == 3
    assert index.adopt_orphans() == 0
    found = index.between("cam1", NOON, NOON + HOUR)
    assert [segment.path for segment in found] == [whole, unfinished, stranger]
    assert [segment.to_ns for segment in found] == [
        NOON + 59 * NS_PER_S,
        NOON + 2 * MINUTE + 57 * NS_PER_S,  # the last whole line of the sidecar
        NOON + 3 * MINUTE + 57 * NS_PER_S,
    ]
    size = sum(part.stat().st_size for part in stranger.parent.glob("03.00.*"))
    assert found[2].bytes == size


def test_what_a_dead_recorder_left_is_closed(
    index: SegmentIndex, recorder: Recorder, db: Database
) -> None:
    path = recorder.write(0)
    path.with_suffix(".frames").unlink()
    index.opened("cam1", path, NOON)
    db.flush()
    index.abandoned("cam1")
    db.flush()
    (segment,) = index.between("cam1", NOON, NOON + HOUR)
    assert segment.to_ns == max(path.stat().st_mtime_ns, NOON)
    assert segment.bytes == path.stat().st_size + 100


def test_many_files_are_pruned_in_pages(
    index: SegmentIndex, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments_module, "_PAGE", 3)
    paths = [recorder.record(minute) for minute in range(11)]
    pruned = index.prune(quota_bytes=10 * KIB, min_free_bytes=0)
    assert [segment.path for segment in pruned.segments] == paths[:10]
