from __future__ import annotations

import csv
import io
from dataclasses import replace
from functools import partial
from queue import Queue

import pytest
from sqlalchemy import Connection, Executable, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from support.counting import DAY, HOUR, NOON, SHA
from watchpost.base.errors import StoreError
from watchpost.domain.frames import FrameKey
from watchpost.domain.quality import QualityReport, QualityTrouble
from watchpost.domain.verdicts import (
    Finding,
    Judgement,
    Look,
    NotInspected,
    Outcome,
    Verdict,
    judge,
)
from watchpost.protocol.cameras import RulesSpec, StationSpec
from watchpost.store.cameras import CameraRecord, CameraRepository
from watchpost.store.database import Database
from watchpost.store.pictures import PictureRepository
from watchpost.store.settings import SettingsRepository
from watchpost.store.tables import outbox, verdicts
from watchpost.store.verdicts import (
    MAX_PAGE,
    StationTotals,
    StoredVerdict,
    VerdictRepository,
)
from watchpost.store.verdicts_csv import verdicts_csv

CRACK = Finding("crack", 0.7, (0.1, 0.2, 0.3, 0.4))
GOOD = judge([Look(FrameKey(1, i), i) for i in range(4)], 3)
BAD = judge([Look(FrameKey(1, i), i, (CRACK,)) for i in range(4)], 3)
UNSEEN = judge([], 3, NotInspected.WORKER_RESTART)
BELT = StationSpec(
    id="belt",
    name="Belt",
    points=((0.3, 0.2), (0.7, 0.2), (0.7, 0.8)),
    parts=("part",),
    defects=("crack",),
)


@pytest.fixture
def store(
    db: Database, cameras: CameraRepository, camera: CameraRecord
) -> VerdictRepository:
    spec = RulesSpec(version=1, stations=(BELT, other()))
    cameras.save_rules(camera.id, spec, "tester")
    return VerdictRepository(db)


def other() -> StationSpec:
    return BELT.model_copy(update={"id": "second", "name": "=Second"})


def stored(
    camera: CameraRecord,
    judged: Judgement = GOOD,
    *,
    minute: int = 0,
    station_id: str = "belt",
) -> StoredVerdict:
    to_ns = NOON + minute * HOUR // 60
    verdict = Verdict(
        station_id, 7 + minute, judged, to_ns - 2 * 10**9, to_ns, FrameKey(1, 90)
    )
    return StoredVerdict.of(
        camera.id, verdict, rules_version=2, model="boards", model_sha256=SHA
    )


def test_a_reject_keeps_its_reason(
    store: VerdictRepository, camera: CameraRecord
) -> None:
    assert store.append(stored(camera, BAD)).result(5)
    (found,) = store.page().verdicts
    assert (found.outcome, found.reason) == (Outcome.FAIL, None)
    assert (found.station_name, found.camera_name) == ("Belt", camera.name)
    assert (found.model, found.rules_version) == ("boards", 2)
    (crack,) = found.defects
    assert (crack.class_name, crack.box, crack.looks) == ("crack", CRACK.box, 4)
    assert (crack.epoch, crack.sequence) == (1, 0)
    assert (found.looks, found.defect_looks, found.picture) == (4, 4, ())


def test_a_part_written_twice_is_there_once(
    store: VerdictRepository, camera: CameraRecord, db: Database
) -> None:
    first = stored(camera, BAD)
    assert store.append(first).result(5)
    assert not store.append(replace(first, id="again")).result(5)
    with db.read() as connection:
        noted = connection.execute(
            select(func.count()).where(outbox.c.kind == "verdict")
        ).scalar_one()
    assert noted == 1


def test_listeners_hear_after_the_commit(
    store: VerdictRepository, camera: CameraRecord
) -> None:
    heard: Queue[tuple[bool, int]] = Queue()
    verdict = stored(camera)
    for new in (True, False):
        store.append(verdict, lambda new: heard.put((new, len(store.page().verdicts))))
        assert heard.get(timeout=5) == (new, 1)


def test_pages_are_newest_first_and_can_be_narrowed(
    store: VerdictRepository, camera: CameraRecord
) -> None:
    kinds = [GOOD, BAD, UNSEEN, GOOD, BAD]
    for minute, judged in enumerate(kinds):
        station_id = "second" if minute == 4 else "belt"
        store.append(stored(camera, judged, minute=minute, station_id=station_id))
    store.append(stored(camera, minute=9)).result(5)
    page = store.page(limit=4)
    rest = store.page(limit=4, cursor=page.next_cursor)
    assert page.next_cursor is not None
    assert rest.next_cursor is None
    times = [v.to_ns for v in (*page.verdicts, *rest.verdicts)]
    assert times == sorted(times, reverse=True)
    assert len(times) == 6
    (missed,) = store.page(outcome=Outcome.NOT_INSPECTED).verdicts
    assert missed.reason is NotInspected.WORKER_RESTART
    assert len(store.page(station_id="second").verdicts) == 1
    assert len(store.page(camera_id="elsewhere").verdicts) == 0
    between = store.page(from_ns=NOON + HOUR // 60, to_ns=NOON + 3 * HOUR // 60)
    assert [v.outcome for v in between.verdicts] == ["not_inspected", "fail"]
    with pytest.raises(StoreError) as refused:
        store.page(cursor="nonsense")
    assert refused.value.code == "request.cursor"


def test_totals_by_station(store: VerdictRepository, camera: CameraRecord) -> None:
    for minute, judged in enumerate([GOOD, BAD, UNSEEN, GOOD]):
        store.append(stored(camera, judged, minute=minute))
    store.append(stored(camera, BAD, minute=5, station_id="second")).result(5)
    found = store.totals(["belt", "second", "none"], NOON, NOON + HOUR)
    assert found == {"belt": StationTotals(2, 1, 1), "second": StationTotals(0, 1, 0)}
    assert store.totals(["belt"], NOON + HOUR, NOON + 2 * HOUR) == {}
    assert StationTotals().with_one(Outcome.FAIL) == StationTotals(0, 1, 0)


def test_a_bad_picture_is_told_with_the_verdict(
    store: VerdictRepository, camera: CameraRecord, db: Database
) -> None:
    pictures = PictureRepository(db, SettingsRepository(db))
    troubles = (QualityTrouble.BLURRED,)
    pictures.changed(camera.id, QualityReport(NOON, troubles, NOON - 10**9))
    store.append(stored(camera)).result(5)
    store.append(stored(camera, minute=-2)).result(5)
    newest, older = store.page().verdicts
    assert newest.picture == troubles
    assert older.picture == ()


def test_csv_has_every_verdict_and_is_no_formula(
    store: VerdictRepository, camera: CameraRecord, db: Database
) -> None:
    pictures = PictureRepository(db, SettingsRepository(db))
    blurred = (QualityTrouble.BLURRED,)
    pictures.changed(camera.id, QualityReport(NOON, blurred, NOON + 90 * 10**9))
    for minute in range(3):
        store.append(stored(camera, BAD, minute=minute, station_id="second"))
    for minute in range(3, 3 + MAX_PAGE):
        store.append(stored(camera, minute=minute))
    db.flush()
    table = verdicts_csv(store, NOON, NOON + DAY, "Europe/Berlin")
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8"), newline="")))
    assert len(rows) == 3 + MAX_PAGE
    assert rows[0]["outcome"] == "pass"
    first = rows[-1]
    assert (first["outcome"], first["station"]) == ("fail", "'=Second")
    assert first["defects"] == "; ".join(d.class_name for d in BAD.defects)
    assert (first["from"], first["to"]) == (
        "2026-04-14T13:59:58+02:00",
        "2026-04-14T14:00:00+02:00",
    )
    assert [row["in doubt"] for row in rows[-3:]] == ["the picture is blurred", "", ""]
    with pytest.raises(StoreError, match="time zone"):
        verdicts_csv(store, NOON, NOON + DAY, "Europe/Nowhere")


def test_verdicts_are_never_changed(
    store: VerdictRepository, camera: CameraRecord, db: Database
) -> None:
    store.append(stored(camera, BAD)).result(5)
    for change in (update(verdicts).values(outcome="pass"), delete(verdicts)):
        with pytest.raises(IntegrityError, match="append-only"):
            db.write(partial(_execute, change))


def _execute(change: Executable, connection: Connection) -> None:
    connection.execute(change)


def test_stations_are_kept_until_somebody_changes_them(
    store: VerdictRepository, cameras: CameraRepository, camera: CameraRecord
) -> None:
    changed = cameras.save_rules(camera.id, RulesSpec(version=2), "tester")
    assert [s.name for s in changed.rules.stations] == ["Belt", "=Second"]
    assert cameras.rules(camera.id, 1).stations == ()
    renamed = BELT.model_copy(update={"name": "Line 4"})
    cameras.save_rules(camera.id, RulesSpec(version=3, stations=(renamed,)), "tester")
    store.append(stored(camera)).result(5)
    (found,) = store.page().verdicts
    assert found.station_name == "Line 4"


@pytest.mark.parametrize(
    ("stations", "said"),
    [
        ((BELT, BELT.model_copy(update={"id": ""})), "Two stations"),
        ((BELT, BELT.model_copy(update={"name": "Twin"})), "there twice"),
        ((BELT.model_copy(update={"defects": ("part",)}),), "could ever pass"),
    ],
)
def test_an_impossible_station_is_refused(
    stations: tuple[StationSpec, ...],
    said: str,
    cameras: CameraRepository,
    camera: CameraRecord,
) -> None:
    with pytest.raises(StoreError, match=said) as refused:
        cameras.save_rules(camera.id, RulesSpec(version=1, stations=stations), "t")
    assert refused.value.code == "rules.station"
