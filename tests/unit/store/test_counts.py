from __future__ import annotations

import csv
import io

import pytest

from support.counting import (
    DAY,
    DOOR,
    HOUR,
    NOON,
    SetClock,
    camera_spec,
    crossing,
    ledger_event,
)
from watchpost.base.clock import NS_PER_S
from watchpost.base.errors import StoreError
from watchpost.domain.coverage import CoverageGap, NotAnalysed
from watchpost.domain.quality import QualityReport, QualityTrouble
from watchpost.domain.rules import Direction
from watchpost.protocol.review import CorrectionRequest
from watchpost.store.cameras import CameraRecord, CameraRepository
from watchpost.store.counts import CountReader
from watchpost.store.coverage import CoverageRepository
from watchpost.store.csv_text import harmless
from watchpost.store.database import Database
from watchpost.store.ledger import Ledger
from watchpost.store.pictures import PictureRepository
from watchpost.store.settings import SettingsRepository

MINUTE = 60 * NS_PER_S
MIDNIGHT = NOON - 12 * HOUR


@pytest.fixture
def reader(db: Database) -> CountReader:
    return CountReader(db)


@pytest.fixture
def coverage(db: Database) -> CoverageRepository:
    return CoverageRepository(db)


class Counting:
    """Writes crossings at moments; each is another track's."""

    def __init__(self, ledger: Ledger, camera: CameraRecord) -> None:
        self._ledger = ledger
        self._camera = camera
        self._tracks = 0

    def __call__(self, at_ns: int, direction: str = "in") -> str:
        self._tracks += 1
        seen = crossing(at_ns, Direction(direction), track_id=self._tracks)
        event = ledger_event(self._camera.id, seen)
        return self._ledger.append(event).result(5).event_id


@pytest.fixture
def count(ledger: Ledger, camera: CameraRecord) -> Counting:
    return Counting(ledger, camera)


def test_hours_hold_reported_corrected_and_inside(
    reader: CountReader, ledger: Ledger, count: Counting
) -> None:
    first = count(NOON - HOUR)
    count(NOON - 1)
    count(NOON)
    count(NOON + MINUTE, "out")
    count(MIDNIGHT - 1)  # yesterday's: not inside today
    ledger.correct_event(
        first,
        CorrectionRequest(change_in=-1, reason="staff", idempotency_key="key-00001"),
        "a",
    )
    counts = reader.line_counts(DOOR, NOON - HOUR, NOON + HOUR, "hour", "UTC")
    assert (counts.camera_name, counts.line_name) == ("Bus door", "Door")
    before, after = counts.buckets
    assert (before.from_ns, before.to_ns) == (NOON - HOUR, NOON)
    assert (before.reported_in, before.corrected_in, before.inside) == (2, 1, 1)
    assert (after.reported_in, after.reported_out) == (1, 1)
    assert after.inside == 1


def test_inside_begins_anew_each_day(reader: CountReader, count: Counting) -> None:
    count(MIDNIGHT - HOUR)
    count(MIDNIGHT + HOUR)
    days = reader.line_counts(DOOR, MIDNIGHT - DAY, NOON, "day", "UTC").buckets
    assert [(day.reported_in, day.inside) for day in days] == [(1, 1), (1, 1)]


def test_no_data_is_not_zero(
    reader: CountReader,
    coverage: CoverageRepository,
    camera: CameraRecord,
    db: Database,
    clock: SetClock,
) -> None:
    coverage.add_looked(camera.id, NOON - 3 * HOUR, NOON - 2 * HOUR)
    coverage.add_looked(camera.id, NOON - HOUR, NOON - HOUR // 2)
    db.flush()
    buckets = reader.line_counts(DOOR, NOON - 3 * HOUR, NOON, "hour", "UTC").buckets
    assert [bucket.looked for bucket in buckets] == [1.0, 0.0, 0.5]
    assert {bucket.reported_in for bucket in buckets} == {0}


def test_the_hour_that_is_not_over_is_judged_up_to_now(
    reader: CountReader,
    coverage: CoverageRepository,
    camera: CameraRecord,
    db: Database,
    clock: SetClock,
) -> None:
    clock.now_ns = NOON + 10 * MINUTE
    coverage.add_looked(camera.id, NOON, NOON + 10 * MINUTE)
    coverage.add_gap(
        CoverageGap(camera.id, NOON + 9 * MINUTE, NOON + 3 * HOUR, NotAnalysed.SCHEDULE)
    )
    db.flush()
    now, later = reader.line_counts(DOOR, NOON, NOON + 2 * HOUR, "hour", "UTC").buckets
    assert now.looked == 1.0
    assert "12:09 to 12:10" in now.gap_sentence
    assert (later.looked, later.gap_sentence) == (0.0, "")


def test_a_week_before_is_compared_where_it_was_looked_at(
    reader: CountReader,
    coverage: CoverageRepository,
    camera: CameraRecord,
    db: Database,
    count: Counting,
) -> None:
    week_ago = NOON - 7 * DAY
    coverage.add_looked(camera.id, week_ago, week_ago + HOUR)
    count(week_ago + MINUTE)
    count(week_ago + MINUTE, "out")
    count(week_ago + HOUR)  # nobody is said to have looked then
    db.flush()
    same, next_hour = reader.line_counts(
        DOOR, NOON, NOON + 2 * HOUR, "hour", "UTC"
    ).buckets
    assert (same.before_in, same.before_out) == (1, 1)
    assert (next_hour.before_in, next_hour.before_out) == (None, None)


def test_hours_add_up_to_the_day_when_the_clock_changes(
    reader: CountReader, count: Counting, clock: SetClock
) -> None:
    # Sunday 2026-10-25, 25 hours in Berlin, from 22:00 UTC on the Saturday.
    begin = 1_792_879_200 * NS_PER_S
    clock.now_ns = begin + 3 * DAY
    moments = [begin - 1, *range(begin, begin + 25 * HOUR, 20 * MINUTE)]
    for at_ns in (*moments, begin + 25 * HOUR):
        count(at_ns)
    (day,) = reader.line_counts(
        DOOR, begin, begin + HOUR, "day", "Europe/Berlin"
    ).buckets
    hours = reader.line_counts(
        DOOR, day.from_ns, day.to_ns, "hour", "Europe/Berlin"
    ).buckets
    assert day.to_ns - day.from_ns == 25 * HOUR
    assert len(hours) == 25
    assert [hour.reported_in for hour in hours] == [3] * 25
    assert day.reported_in == sum(hour.reported_in for hour in hours) == 75


def test_gaps_are_said(
    reader: CountReader,
    coverage: CoverageRepository,
    camera: CameraRecord,
    db: Database,
    clock: SetClock,
) -> None:
    clock.now_ns = NOON + DAY

    def gap(begin: int, end: int, reason: NotAnalysed) -> None:
        coverage.add_gap(
            CoverageGap(camera.id, NOON + begin * MINUTE, NOON + end * MINUTE, reason)
        )

    gap(10, 18, NotAnalysed.CAMERA_AWAY)
    gap(18, 25, NotAnalysed.CAMERA_AWAY)  # two tries to connect are one absence
    gap(30, 31, NotAnalysed.WORKER_RESTART)
    gap(55, 70, NotAnalysed.EDGE_DOWN)
    db.flush()
    first, second, third = reader.line_counts(
        DOOR, NOON, NOON + 3 * HOUR, "hour", "UTC"
    ).buckets
    assert first.gap_sentence == (
        "Camera 01 sent nothing 12:10 to 12:25, was not watched while the edge was off "
        "12:55 to 13:00, and 1 more. Total is incomplete."
    )
    assert second.gap_sentence == (
        "Camera 01 was not watched while the edge was off 13:00 to 13:10. "
        "Total is incomplete."
    )
    assert third.gap_sentence == ""


def test_counts_made_on_a_bad_picture_are_marked(
    reader: CountReader, camera: CameraRecord, count: Counting, db: Database
) -> None:
    pictures = PictureRepository(db, SettingsRepository(db))
    blurred, dirty = QualityTrouble.BLURRED, QualityTrouble.DIRTY
    for at_ns in (NOON - 1, NOON, NOON + MINUTE, NOON + 2 * MINUTE, NOON + HOUR):
        count(at_ns)
    ends = NOON + 2 * MINUTE
    pictures.changed(camera.id, QualityReport(NOON + 9, (blurred,), NOON))
    pictures.changed(
        camera.id, QualityReport(NOON + MINUTE, (blurred, dirty), NOON + MINUTE)
    )
    pictures.changed(camera.id, QualityReport(ends, (), None))
    before, bad, after = reader.line_counts(
        DOOR, NOON - HOUR, NOON + 2 * HOUR, "hour", "UTC"
    ).buckets
    assert (bad.reported_in, bad.in_doubt, bad.picture) == (3, 2, (blurred, dirty))
    assert [(b.in_doubt, b.picture) for b in (before, after)] == [(0, ())] * 2
    table = reader.csv(NOON, NOON + HOUR, "hour", "UTC").decode()
    (told,) = csv.DictReader(io.StringIO(table))
    assert told["in doubt"] == "2"
    assert "2 in doubt: the picture is blurred and the lens is dirty." in told["note"]


def test_a_removed_camera_keeps_its_counts(
    reader: CountReader,
    cameras: CameraRepository,
    camera: CameraRecord,
    count: Counting,
) -> None:
    count(NOON)
    cameras.remove(camera.id, "a")
    counts = reader.line_counts(DOOR, NOON, NOON + HOUR, "hour", "UTC")
    assert counts.buckets[0].reported_in == 1
    assert [line.removed for line in reader.lines()] == [True]


def test_a_line_nobody_drew_is_refused(reader: CountReader) -> None:
    with pytest.raises(StoreError) as caught:
        reader.line_counts("none", NOON, NOON + HOUR, "hour", "UTC")
    assert caught.value.code == "line.unknown"


def test_csv_tells_no_data_from_zero_and_is_no_formula(
    reader: CountReader,
    cameras: CameraRepository,
    coverage: CoverageRepository,
    ledger: Ledger,
    db: Database,
    clock: SetClock,
) -> None:
    clock.now_ns = NOON + DAY
    name = '=HYPERLINK("http://x","y")'
    camera = cameras.add(camera_spec(name, lines=("+1",)), "a")
    ledger.append(ledger_event(camera.id, crossing(line_id="+1"))).result(5)
    coverage.add_looked(camera.id, NOON, NOON + 2 * HOUR)
    db.flush()
    table = reader.csv(NOON, NOON + 3 * HOUR, "hour", "Europe/Berlin")
    rows = list(csv.reader(io.StringIO(table.decode("utf-8"), newline="")))
    assert rows[0][:5] == ["camera number", "camera", "line", "from", "to"]
    assert [row[1:3] for row in rows[1:]] == [[f"'{name}", "'+1"]] * 3
    assert rows[1][3] == "2026-04-14T14:00:00+02:00"
    assert [row[5:10] for row in rows[1:]] == [
        ["1", "0", "1", "0", "1"],
        ["0", "0", "0", "0", "1"],
        ["", "", "", "", ""],
    ]
    assert [row[10] for row in rows[1:]] == ["0", "0", ""]
    assert [row[11] for row in rows[1:]] == ["1.0000", "1.0000", "0.0000"]
    assert table.endswith(b"\r\n")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_cells_are_harmless(start: str) -> None:
    assert harmless(f"{start}cmd|'/c calc'!A1").startswith("'")
    assert harmless("Door 2 = exit") == "Door 2 = exit"
