"""What zones and shelves measured: kept once, read by pages, told from no data."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

import pytest
from alembic import command
from sqlalchemy import create_engine
from sqlalchemy.exc import IntegrityError

from support.counting import HOUR, NOON, camera_spec
from watchpost.base.clock import NS_PER_S
from watchpost.base.errors import StoreError
from watchpost.base.paths import DataFolder
from watchpost.domain.minutes import MINUTE_NS, Measure, MinuteValue
from watchpost.domain.rules import Shelf, Zone
from watchpost.domain.zones import Visit
from watchpost.protocol.cameras import RulesSpec, ShelfSpec, ZoneSpec
from watchpost.store.cameras import CameraRecord, CameraRepository
from watchpost.store.database import Database
from watchpost.store.migrate import configuration
from watchpost.store.values import StoredVisit, ValueRepository
from watchpost.store.values_csv import minutes_csv, visits_csv

TILL = ZoneSpec(name="Till", points=((0.1, 0.1), (0.9, 0.1), (0.5, 0.9)))
ROW = ShelfSpec(name="=Row", facings=((0.1, 0.1, 0.3, 0.9),), product="bottle")


@pytest.fixture
def values(db: Database) -> ValueRepository:
    return ValueRepository(db)


@pytest.fixture
def drawn(cameras: CameraRepository, camera: CameraRecord) -> CameraRecord:
    return cameras.save_rules(
        camera.id, RulesSpec(version=1, zones=(TILL,), shelves=(ROW,)), "tester"
    )


@pytest.fixture
def zone(drawn: CameraRecord) -> Zone:
    return drawn.rules.zones[0]


@pytest.fixture
def shelf(drawn: CameraRecord) -> Shelf:
    return drawn.rules.shelves[0]


def minute(of_id: str, number: int = 0, **parts: Any) -> MinuteValue:
    usual: dict[str, Any] = {
        "measure": Measure.OCCUPANCY,
        "from_ns": NOON + number * MINUTE_NS,
        "looked_ns": MINUTE_NS,
        "low": number,
        "mean": number + 0.5,
        "high": number + 1,
    }
    return MinuteValue(of_id=of_id, **(usual | parts))


def visit(zone: Zone, number: int, *, cut: bool = False) -> Visit:
    from_ns = NOON + number * MINUTE_NS
    return Visit(
        zone.id, number, "person", from_ns, from_ns + 30 * NS_PER_S, 30, 12, cut
    )


def read(csv_bytes: bytes) -> Sequence[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_bytes.decode("utf-8"))))


def test_minutes_come_newest_first_and_page_on(
    values: ValueRepository, zone: Zone
) -> None:
    for number in range(5):
        values.add_minute(minute(zone.id, number)).result()
    first = values.minutes(zone.id, Measure.OCCUPANCY, limit=3)
    assert (first.of_name, first.measure) == ("Till", Measure.OCCUPANCY)
    assert [m.low for m in first.minutes] == [4, 3, 2]
    rest = values.minutes(zone.id, Measure.OCCUPANCY, cursor=first.next_cursor)
    assert [m.low for m in rest.minutes] == [1, 0]
    assert rest.next_cursor is None
    some = values.minutes(
        zone.id, Measure.OCCUPANCY, from_ns=NOON + 1, to_ns=NOON + 2 * MINUTE_NS
    )
    assert [m.low for m in some.minutes] == [1, 0]
    assert values.minutes(zone.id, Measure.WAITING).minutes == ()


def test_a_minute_that_a_restart_split_is_read_as_one(
    values: ValueRepository, zone: Zone
) -> None:
    half = MINUTE_NS // 2
    values.add_minute(minute(zone.id, looked_ns=half // 2, low=2, mean=2, high=2))
    later = minute(
        zone.id, from_ns=NOON + half, looked_ns=half, low=0, mean=0.5, high=1
    )
    values.add_minute(later).result()
    (found,) = values.minutes(zone.id, Measure.OCCUPANCY).minutes
    assert (found.at_ns, found.low, found.high) == (NOON, 0, 2)
    assert found.mean == pytest.approx(1.0)
    assert found.looked_s == pytest.approx(45.0)


def test_written_twice_is_there_once(
    values: ValueRepository, zone: Zone, camera: CameraRecord
) -> None:
    for _ in range(2):
        values.add_minute(minute(zone.id)).result()
        values.add_visit(StoredVisit(camera.id, visit(zone, 1), 2)).result()
    assert values.minutes(zone.id, Measure.OCCUPANCY).minutes[0].looked_s == 60
    assert len(values.visits().visits) == 1


def test_visits_page_by_their_end_and_say_how_much_was_looked_at(
    values: ValueRepository, zone: Zone, camera: CameraRecord
) -> None:
    for number in range(5):
        values.add_visit(
            StoredVisit(camera.id, visit(zone, number, cut=number == 4), 2)
        )
    values.add_visit(StoredVisit(camera.id, visit(zone, 9), 2)).result()
    first = values.visits(zone_id=zone.id, limit=2)
    assert [(v.track_id, v.cut) for v in first.visits] == [(9, False), (4, True)]
    assert first.visits[0].zone_name == "Till"
    assert first.visits[0].looked == 0.0
    rest = values.visits(cursor=first.next_cursor, camera_id=camera.id)
    assert [v.track_id for v in rest.visits] == [3, 2, 1, 0]
    assert rest.next_cursor is None
    assert values.visits(from_ns=NOON + HOUR).visits == ()


def test_what_was_never_drawn_and_what_is_not_measured_is_refused(
    values: ValueRepository, zone: Zone, shelf: Shelf
) -> None:
    with pytest.raises(StoreError, match="no zone or shelf"):
        values.minutes("nowhere", Measure.OCCUPANCY)
    with pytest.raises(StoreError, match="has no filled") as refused:
        values.minutes(zone.id, Measure.FILLED)
    assert "occupancy" in (refused.value.todo or "")
    with pytest.raises(StoreError, match="has no waiting"):
        values.minutes(shelf.id, Measure.WAITING)
    with pytest.raises(StoreError, match="cursor"):
        values.visits(cursor="1")


def test_a_removed_zone_keeps_its_name_and_its_minutes(
    values: ValueRepository, zone: Zone, camera: CameraRecord, cameras: CameraRepository
) -> None:
    values.add_minute(minute(zone.id)).result()
    cameras.save_rules(camera.id, RulesSpec(version=2, zones=()), "tester")
    page = values.minutes(zone.id, Measure.OCCUPANCY)
    assert (page.of_name, len(page.minutes)) == ("Till", 1)


def test_an_identifier_of_another_cameras_zone_is_not_taken_over(
    zone: Zone, cameras: CameraRepository
) -> None:
    other = cameras.add(camera_spec("Other"), "tester")
    copied = TILL.model_copy(update={"id": zone.id})
    saved = cameras.save_rules(other.id, RulesSpec(version=1, zones=(copied,)), "t")
    assert saved.rules.zones[0].id not in ("", zone.id)


def test_zones_drawn_before_anything_was_kept_of_them_can_be_asked(
    folder: DataFolder,
) -> None:
    drawn = json.dumps([{"id": "till", "name": "Till"}])
    folder.root.mkdir(parents=True)
    engine = create_engine(f"sqlite:///{folder.database}")
    with engine.begin() as connection:
        command.upgrade(configuration(connection), "0004")
        connection.exec_driver_sql(
            "INSERT INTO cameras (id, number, name, source, enabled, record, "
            "rules_version) VALUES ('c', 1, 'Door', '{}', 1, 1, 2)"
        )
        for version, zones in ((1, drawn), (2, "[]")):
            connection.exec_driver_sql(
                "INSERT INTO rule_versions (camera_id, version, lines, zones, shelves, "
                "\"by\", at_ns) VALUES ('c', ?, '[]', ?, '[]', 't', ?)",
                (version, zones, NOON + version),
            )
    engine.dispose()
    db = Database(folder)
    db.open()
    assert ValueRepository(db).minutes("till", Measure.OCCUPANCY).of_name == "Till"
    db.close()


def test_csv_has_every_minute_and_leaves_empty_what_nobody_saw(
    values: ValueRepository, db: Database, zone: Zone, shelf: Shelf
) -> None:
    values.add_minute(minute(zone.id, 1)).result()
    rows = read(minutes_csv(db, NOON, NOON + 3 * MINUTE_NS, "Europe/Berlin"))
    assert len(rows) == 3 * 3
    occupancy = [r for r in rows if r["measure"] == "occupancy"]
    assert [r["lowest"] for r in occupancy] == ["", "1", ""]
    assert [r["seconds looked at"] for r in occupancy] == ["0", "60.0", "0"]
    # A spreadsheet must not run a shelf's name as a formula.
    assert {r["zone or shelf"] for r in rows} == {"Till", f"'{shelf.name}"}
    with pytest.raises(StoreError, match="time range"):
        minutes_csv(db, NOON, NOON + 8 * 24 * HOUR, "UTC")


def test_csv_of_visits_reads_over_many_pages(
    values: ValueRepository, zone: Zone, camera: CameraRecord
) -> None:
    for number in range(1203):
        values.add_visit(StoredVisit(camera.id, visit(zone, number), 2))
    values.add_visit(StoredVisit(camera.id, visit(zone, 1203, cut=True), 2)).result()
    rows = read(visits_csv(values, NOON, NOON + 1300 * MINUTE_NS, "UTC"))
    assert [int(r["track"]) for r in rows] == list(range(1203, -1, -1))
    assert (rows[0]["end not seen"], rows[1]["end not seen"]) == ("yes", "")


def test_what_was_measured_cannot_be_changed(
    values: ValueRepository, db: Database, zone: Zone
) -> None:
    values.add_minute(minute(zone.id)).result()
    for change in ("UPDATE minutes SET low = 7", "DELETE FROM minutes"):
        with pytest.raises(IntegrityError, match="append-only"):
            db.write(lambda c, sql=change: c.exec_driver_sql(sql))
