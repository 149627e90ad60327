from __future__ import annotations

import threading
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError

from support.counting import (
    DOOR,
    HOUR,
    NOON,
    SetClock,
    camera_spec,
    crossing,
    ledger_event,
)
from watchpost.base.errors import StoreError
from watchpost.base.paths import DataFolder
from watchpost.domain.events import Crossing
from watchpost.domain.rules import Direction
from watchpost.protocol.review import BoxEdit, CorrectionRequest
from watchpost.store.cameras import CameraRecord, CameraRepository
from watchpost.store.database import Database
from watchpost.store.ledger import Ledger, Recorded
from watchpost.store.secrets import SecretStore
from watchpost.store.segments import SegmentIndex
from watchpost.store.settings import SettingsRepository
from watchpost.store.tables import events, outbox
from watchpost.store.totals import Totals


def correction(
    change_in: int = -1, change_out: int = 0, key: str = "key-00001"
) -> CorrectionRequest:
    return CorrectionRequest(
        change_in=change_in,
        change_out=change_out,
        reason="counted_twice",
        idempotency_key=key,
    )


def count(
    ledger: Ledger, camera: CameraRecord, how_many: int, *, step_ns: int = HOUR // 60
) -> list[str]:
    """Append so many crossings in, one a minute from noon on; return their ids."""
    waiting = [
        ledger.append(
            ledger_event(camera.id, crossing(NOON + i * step_ns, sequence=100 + i))
        )
        for i in range(how_many)
    ]
    return [future.result(5).event_id for future in waiting]


def test_a_count_is_acknowledged_after_its_commit(
    ledger: Ledger, camera: CameraRecord, db: Database
) -> None:
    seen: list[tuple[Recorded, int]] = []
    done = threading.Event()

    def on_durable(recorded: Recorded) -> None:
        with db.read() as connection:  # another connection: what it sees is committed
            rows = connection.execute(select(func.count()).select_from(events))
            seen.append((recorded, rows.scalar_one()))
        done.set()

    event = ledger_event(camera.id, crossing())
    ledger.append(event, on_durable)
    assert done.wait(5)
    assert seen == [(Recorded(event.id, event, new=True), 1)]


def test_a_count_is_read_back_whole(ledger: Ledger, camera: CameraRecord) -> None:
    ledger = Ledger(ledger._db, timezone=UTC)
    event = ledger_event(camera.id, crossing())
    ledger.append(event).result(5)
    stored = ledger.event(event.id)
    assert stored.camera_name == "Bus door"
    assert stored.line_name == "Door"
    assert (stored.direction, stored.class_name) == (Direction.IN, "person")
    assert (stored.epoch, stored.sequence, stored.track_id) == (1, 100, 12)
    assert (stored.model, stored.rules_version) == ("person-v14", 1)
    assert stored.why == (
        "Track 12 was left of the line at 11:59:59.9 and right of it at 12:00:00.1"
    )
    assert not stored.corrected
    assert stored.dispute_id is None


def test_the_same_crossing_written_twice_counts_once(
    ledger: Ledger, camera: CameraRecord, db: Database
) -> None:
    first = ledger.append(ledger_event(camera.id, crossing())).result(5)
    again = ledger.append(ledger_event(camera.id, crossing())).result(5)
    assert (first.new, again.new) == (True, False)
    assert again.event_id == first.event_id
    assert ledger.totals(DOOR, NOON, NOON + HOUR) == Totals(1, 0, 1, 0)
    with db.read() as connection:
        assert connection.execute(select(outbox.c.record_id)).scalars().all() == [
            first.event_id
        ]


def test_the_same_crossing_twice_in_one_batch_counts_once(
    ledger: Ledger, camera: CameraRecord
) -> None:
    event = ledger_event(camera.id, crossing())
    waiting = [ledger.append(event) for _ in range(5)]
    recorded = [future.result(5) for future in waiting]
    assert [r.new for r in recorded] == [True, False, False, False, False]
    assert {r.event_id for r in recorded} == {event.id}


@pytest.mark.parametrize(
    "other",
    [
        crossing(line_id="window"),
        crossing(epoch=2),
        crossing(sequence=101),
        crossing(track_id=13),
        crossing(direction=Direction.OUT),
    ],
    ids=["line", "epoch", "frame", "track", "direction"],
)
def test_crossings_that_differ_in_one_thing_are_two(
    ledger: Ledger, cameras: CameraRepository, other: Crossing
) -> None:
    camera = cameras.add(camera_spec(lines=(DOOR, "window")), "tester")
    ledger.append(ledger_event(camera.id, crossing())).result(5)
    assert ledger.append(ledger_event(camera.id, other)).result(5).new
    assert len(ledger.events().events) == 2


def test_a_count_of_a_line_nobody_drew_is_refused_and_costs_only_itself(
    ledger: Ledger, camera: CameraRecord
) -> None:
    good = [
        ledger.append(ledger_event(camera.id, crossing(sequence=s))) for s in (1, 2)
    ]
    bad = ledger.append(ledger_event(camera.id, crossing(line_id="nowhere")))
    good.append(ledger.append(ledger_event(camera.id, crossing(sequence=3))))
    with pytest.raises(IntegrityError):
        bad.result(5)
    assert all(future.result(5).new for future in good)
    assert ledger.totals(DOOR, NOON, NOON + HOUR).reported_in == 3


def test_pages_by_key_meet_every_count_once(
    ledger: Ledger, camera: CameraRecord
) -> None:
    # Half of them at the very same moment: the cursor must not stumble over ties.
    waiting = [
        ledger.append(
            ledger_event(camera.id, crossing(NOON + i // 10, sequence=100 + i))
        )
        for i in range(57)
    ]
    written = [future.result(5).event_id for future in waiting]
    found: list[str] = []
    cursor = None
    for _ in range(20):
        page = ledger.events(limit=8, cursor=cursor)
        found += [event.id for event in page.events]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found == written[::-1]


def test_a_page_is_narrowed_by_camera_line_and_time(
    ledger: Ledger, cameras: CameraRepository
) -> None:
    one = cameras.add(camera_spec("One", lines=("a", "b")), "tester")
    two = cameras.add(camera_spec("Two", lines=("c",)), "tester")
    for i, (camera, line) in enumerate([(one, "a"), (one, "b"), (two, "c")]):
        ledger.append(ledger_event(camera.id, crossing(NOON + i, line_id=line))).result(
            5
        )

    def lines_of(**wanted: object) -> list[str]:
        page = ledger.events(**wanted)  # type: ignore[arg-type]
        return [event.line_id for event in page.events]

    assert lines_of(camera_id=one.id) == ["b", "a"]
    assert lines_of(line_id="c") == ["c"]
    assert lines_of(from_ns=NOON + 1, to_ns=NOON + 2) == ["b"]
    assert lines_of(camera_id=two.id, line_id="a") == []


@pytest.mark.parametrize("cursor", ["", "x", "1", "1.2.3", "1.5e3.2", "'; DROP"])
def test_a_foreign_cursor_is_refused(ledger: Ledger, cursor: str) -> None:
    with pytest.raises(StoreError) as caught:
        ledger.events(cursor=cursor)
    assert caught.value.code == "request.cursor"


def test_a_number_too_large_for_the_database_is_refused(ledger: Ledger) -> None:
    with pytest.raises(StoreError) as caught:
        ledger.events(from_ns=10**30)
    assert caught.value.code == "request.number"


def test_a_correction_adds_a_row_and_keeps_what_was_reported(
    ledger: Ledger, camera: CameraRecord
) -> None:
    first, *_ = count(ledger, camera, 3)
    box = BoxEdit(epoch=1, sequence=100, action="reject", track_id=12)
    made = ledger.correct_event(
        first, correction().model_copy(update={"boxes": (box,)}), "R. Silva"
    )
    assert ledger.totals(DOOR, NOON, NOON + HOUR) == Totals(3, 0, 2, 0)
    assert ledger.event(first).corrected
    assert ledger.corrections(first) == (made,)
    assert made.boxes == (box,)
    assert made.by == "R. Silva"


def test_a_repeated_correction_changes_nothing(
    ledger: Ledger, camera: CameraRecord
) -> None:
    first, *_ = count(ledger, camera, 2)
    made = ledger.correct_event(first, correction(), "a")
    assert ledger.correct_event(first, correction(), "a") == made
    assert ledger.totals(DOOR, NOON, NOON + HOUR) == Totals(2, 0, 1, 0)


def test_a_key_used_for_another_correction_is_refused(
    ledger: Ledger, camera: CameraRecord
) -> None:
    first, second = count(ledger, camera, 2)
    ledger.correct_event(first, correction(), "a")
    for event_id, request in (
        (second, correction()),
        (first, correction(change_in=0, change_out=1)),
    ):
        with pytest.raises(StoreError) as caught:
            ledger.correct_event(event_id, request, "a")
        assert caught.value.code == "correction.key"
    assert ledger.totals(DOOR, NOON, NOON + HOUR) == Totals(2, 0, 1, 0)


def test_no_more_is_taken_away_than_was_counted(
    ledger: Ledger, camera: CameraRecord
) -> None:
    first, *_ = count(ledger, camera, 2)
    ledger.correct_event(first, correction(-2, key="key-00001"), "a")
    with pytest.raises(StoreError) as caught:
        ledger.correct_event(first, correction(-1, key="key-00002"), "a")
    assert caught.value.code == "correction.below_zero"
    with pytest.raises(StoreError):
        ledger.correct_event(first, correction(0, -1, key="key-00003"), "a")
    assert ledger.totals(DOOR, NOON, NOON + HOUR) == Totals(2, 0, 0, 0)


def test_a_correction_of_nothing_is_refused(ledger: Ledger) -> None:
    with pytest.raises(StoreError) as caught:
        ledger.correct_event("none", correction(), "a")
    assert caught.value.code == "event.unknown"


@pytest.mark.parametrize("table", ["events", "corrections", "rule_versions", "audit"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET rowid = rowid"])
def test_the_database_itself_refuses_to_change_the_ledger(
    ledger: Ledger, camera: CameraRecord, db: Database, table: str, statement: str
) -> None:
    first, *_ = count(ledger, camera, 1)
    ledger.correct_event(first, correction(), "a")
    with pytest.raises(IntegrityError, match="append-only"):
        db.write(lambda c: c.execute(text(statement.format(table))))
    assert ledger.totals(DOOR, NOON, NOON + HOUR) == Totals(1, 0, 0, 0)


def test_readers_cannot_write(db: Database, camera: CameraRecord) -> None:
    with pytest.raises(StoreError), db.read() as connection:
        connection.execute(update(outbox).values(kind="x"))


def test_today_begins_at_the_places_midnight(
    ledger: Ledger, camera: CameraRecord, clock: SetClock
) -> None:
    berlin = ZoneInfo("Europe/Berlin")  # UTC+2 in April
    midnight = NOON - 14 * HOUR
    for i, at_ns in enumerate((midnight - 1, midnight, NOON)):
        ledger.append(ledger_event(camera.id, crossing(at_ns, sequence=i))).result(5)
    assert ledger.totals_today(berlin) == {DOOR: Totals(2, 0, 2, 0)}
    assert ledger.totals_today(UTC) == {DOOR: Totals(1, 0, 1, 0)}
    clock.now_ns += 24 * HOUR
    assert ledger.totals_today(UTC) == {DOOR: Totals()}


def test_an_event_says_whether_its_clip_is_there(
    ledger: Ledger, camera: CameraRecord, db: Database, folder: DataFolder
) -> None:
    (event_id,) = count(ledger, camera, 1)
    index = SegmentIndex(db)
    assert ledger.event(event_id).clip_note == "Nothing is recorded from this camera."

    def segment(name: str, from_ns: int, to_ns: int | None) -> None:
        path = folder.recordings / "2026-04-14/12" / camera.id / name
        index.opened(camera.id, path, from_ns)
        if to_ns is not None:
            index.closed(path, to_ns, 1)
        db.flush()

    segment("10.00.mkv", NOON + HOUR, None)
    assert ledger.event(event_id).clip_note.startswith("Clip not kept: the oldest")
    segment("00.00.mkv", NOON - HOUR, NOON - 1)
    assert ledger.event(event_id).clip_note == "Nothing was recorded at that moment."
    segment("05.00.mkv", NOON - 5, NOON + 5)
    event = ledger.event(event_id)
    assert (event.has_clip, event.clip_note) == (True, "")


def test_counts_outlive_the_edge(folder: DataFolder, clock: SetClock) -> None:
    first = Database(folder, clock=clock)
    first.open()
    cameras = CameraRepository(first, SecretStore(folder, SettingsRepository(first)))
    camera = cameras.add(camera_spec(), "tester")
    # Not waited for: closing commits what is queued.
    for i in range(20):
        Ledger(first).append(ledger_event(camera.id, crossing(sequence=i)))
    first.close()
    second = Database(folder, clock=clock)
    second.open()
    assert Ledger(second).totals(DOOR, NOON, NOON + 1).reported_in == 20
    second.close()
