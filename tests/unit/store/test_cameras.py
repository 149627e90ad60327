from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from support.counting import DOOR, NOON, camera_spec, crossing, ledger_event
from watchpost.base.errors import StoreError
from watchpost.base.paths import DataFolder
from watchpost.domain.cameras import SourceKind
from watchpost.domain.rules import Anchor
from watchpost.protocol.cameras import (
    LineSpec,
    RulesSpec,
    ShelfSpec,
    SourceSpec,
    ZoneSpec,
)
from watchpost.store.addresses import without_credentials
from watchpost.store.audit import AuditLog
from watchpost.store.cameras import (
    EPOCH_MARGIN,
    CameraRecord,
    CameraRepository,
    line_spec,
    source_spec,
)
from watchpost.store.database import Database
from watchpost.store.ledger import Ledger

CANARY = "p@ss:w/rd-canary"


def rtsp(address: str, **fields: str) -> SourceSpec:
    return SourceSpec(kind=SourceKind.RTSP, address=address, **fields)  # type: ignore[arg-type]


def line(name: str, line_id: str = "", *, bx: float = 0.9) -> LineSpec:
    return LineSpec(id=line_id, name=name, ax=0.1, ay=0.5, bx=bx, by=0.5)


def test_a_camera_is_read_back_as_it_was_added(cameras: CameraRepository) -> None:
    spec = camera_spec().model_copy(
        update={
            "number": 7,
            "record": False,
            "source": SourceSpec(
                kind=SourceKind.SIMULATED, address="shelf", ugly=("dusk",), seed=5
            ),
            "lines": (
                LineSpec(
                    name="Gate",
                    ax=0.1,
                    ay=0.2,
                    bx=0.3,
                    by=0.4,
                    anchor=Anchor.BOTTOM,
                    classes=("person", "car"),
                ),
            ),
        }
    )
    camera = cameras.add(spec, "a")
    assert cameras.get(camera.id) == camera
    assert cameras.list() == (camera,)
    assert source_spec(camera.source) == spec.source
    (stored,) = camera.rules.lines
    assert stored.id
    assert line_spec(stored) == spec.lines[0].model_copy(update={"id": stored.id})


def test_the_next_free_number_is_taken(cameras: CameraRepository) -> None:
    def add(number: int) -> CameraRecord:
        spec = camera_spec(lines=()).model_copy(update={"number": number})
        return cameras.add(spec, "a")

    assert [add(number).number for number in (0, 3, 0, 0)] == [1, 3, 2, 4]
    assert cameras.next_number() == 5
    cameras.remove(cameras.list()[1].id, "a")
    assert cameras.next_number() == 2
    with pytest.raises(StoreError) as caught:
        add(3)
    assert caught.value.code == "camera.number"
    assert caught.value.todo == "Take another, such as 2."


def test_a_password_is_never_in_the_database(
    cameras: CameraRepository, db: Database, folder: DataFolder
) -> None:
    source = rtsp("rtsp://10.0.0.5/main", user="admin", password=CANARY)
    camera = cameras.add(camera_spec().model_copy(update={"source": source}), "a")
    assert cameras.source(camera.id).password == CANARY
    assert camera.source.password == ""
    assert cameras.list()[0].source.password == ""
    db.write(lambda c: c.execute(text("SELECT 1")))
    content = b"".join(p.read_bytes() for p in folder.root.iterdir() if p.is_file())
    assert CANARY.encode() not in content


def test_an_empty_password_keeps_the_stored_one_and_removal_forgets_it(
    cameras: CameraRepository,
) -> None:
    source = rtsp("rtsp://10.0.0.5/main", user="admin", password=CANARY)
    spec = camera_spec().model_copy(update={"source": source})
    camera = cameras.add(spec, "a")
    kept = spec.model_copy(
        update={"source": source.model_copy(update={"password": ""})}
    )
    cameras.save(camera.id, kept, "a")
    assert cameras.source(camera.id).password == CANARY
    changed = source.model_copy(update={"password": "new"})
    cameras.save(camera.id, spec.model_copy(update={"source": changed}), "a")
    assert cameras.source(camera.id).password == "new"
    cameras.remove(camera.id, "a")
    assert cameras.source(camera.id).password == ""


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("rtsp://10.0.0.5/1", ("rtsp://10.0.0.5/1", "", "")),
        ("rtsp://admin:pw@10.0.0.5:554/1", ("rtsp://10.0.0.5:554/1", "admin", "pw")),
        ("rtsp://admin:p@ss:w@10.0.0.5/1", ("rtsp://10.0.0.5/1", "admin", "p@ss:w")),
        ("rtsp://admin:p/w@10.0.0.5/1", ("rtsp://10.0.0.5/1", "admin", "p/w")),
        ("rtsp://admin:p@s/w:d@cam.lan/1", ("rtsp://cam.lan/1", "admin", "p@s/w:d")),
        ("rtsp://admin:p%40s@10.0.0.5/1", ("rtsp://10.0.0.5/1", "admin", "p@s")),
        ("rtsp://admin@10.0.0.5/1", ("rtsp://10.0.0.5/1", "admin", "")),
        ("rtsp://u:p@[fe80::1]:554/1", ("rtsp://[fe80::1]:554/1", "u", "p")),
        ("rtsp://cam/live@2", ("rtsp://cam/live@2", "", "")),
        ("rtsp://u:p@cam/live@2", ("rtsp://cam/live@2", "u", "p")),
        ("rtsp://10.0.0.5/live@2", ("rtsp://10.0.0.5/live@2", "", "")),
        ("rtsp://10.0.0.5:554/live@2", ("rtsp://10.0.0.5:554/live@2", "", "")),
        ("rtsp://u:p@10.0.0.5/live@2", ("rtsp://10.0.0.5/live@2", "u", "p")),
    ],
)
def test_credentials_leave_the_address(
    address: str, expected: tuple[str, str, str]
) -> None:
    source = without_credentials(rtsp(address))
    assert (source.address, source.user, source.password) == expected


@given(st.text(max_size=200))
def test_any_address_can_be_looked_at(address: str) -> None:
    source = without_credentials(rtsp(f"rtsp://{address}"))
    assert source.address.startswith("rtsp://")


def test_typed_credentials_win_over_those_in_the_address() -> None:
    source = without_credentials(
        rtsp("rtsp://old:old@10.0.0.5/1", user="new", password="newer")
    )
    assert (source.user, source.password) == ("new", "newer")


def test_every_version_of_the_rules_is_kept(
    cameras: CameraRepository, camera: CameraRecord
) -> None:
    moved = RulesSpec(version=1, lines=(line("Door", DOOR), line("Window")))
    saved = cameras.save_rules(camera.id, moved, "a")
    assert saved.rules.version == 2
    assert [kept.name for kept in saved.rules.lines] == ["Door", "Window"]
    assert cameras.rules(camera.id, 1) == camera.rules
    assert cameras.rules(camera.id, 2) == saved.rules
    with pytest.raises(StoreError) as caught:
        cameras.rules(camera.id, 3)
    assert caught.value.code == "rules.unknown"


def test_two_people_editing_lines_do_not_overwrite_each_other(
    cameras: CameraRepository, camera: CameraRecord
) -> None:
    first = cameras.save_rules(camera.id, RulesSpec(version=1, lines=()), "a")
    with pytest.raises(StoreError) as caught:
        cameras.save_rules(camera.id, RulesSpec(version=1, lines=(line("B"),)), "b")
    assert caught.value.code == "rules.conflict"
    assert "version 2, edited was 1" in caught.value.what
    assert cameras.get(camera.id) == first


def test_saving_a_camera_does_not_touch_its_lines(
    cameras: CameraRepository, camera: CameraRecord
) -> None:
    spec = camera_spec("Renamed", lines=()).model_copy(update={"number": 9})
    saved = cameras.save(camera.id, spec, "a")
    assert (saved.name, saved.number) == ("Renamed", 9)
    assert saved.rules == camera.rules


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ((line("A", bx=0.1),), "The line 'A' has no length. Put its ends"),
        ((line("A"), line("A")), "Two lines are called 'A'. Give each its own name."),
        ((line("A", "x"), line("B", "x")), "The line 'B' is there twice. Remove one."),
        ((line("   "),), "A line needs a name. Type one."),
    ],
)
def test_a_line_that_cannot_be_used_is_a_sentence(
    cameras: CameraRepository,
    camera: CameraRecord,
    lines: tuple[LineSpec, ...],
    sentence: str,
) -> None:
    with pytest.raises(StoreError) as caught:
        cameras.save_rules(camera.id, RulesSpec(version=1, lines=lines), "a")
    assert caught.value.code == "rules.line"
    assert str(caught.value).startswith(sentence)
    with pytest.raises(StoreError):
        cameras.add(camera_spec().model_copy(update={"lines": lines}), "a")
    assert cameras.list() == (camera,)


def test_a_copied_line_gets_an_identity_of_its_own(
    cameras: CameraRepository, camera: CameraRecord
) -> None:
    copy = cameras.add(camera_spec("Copy"), "a")
    assert camera.rules.lines[0].id == DOOR
    assert copy.rules.lines[0].id != DOOR
    assert copy.rules.lines[0].name == "Door"


def test_a_removed_camera_is_gone_but_its_counts_are_not(
    cameras: CameraRepository, camera: CameraRecord, ledger: Ledger
) -> None:
    recorded = ledger.append(ledger_event(camera.id, crossing())).result(5)
    cameras.remove(camera.id, "a")
    assert cameras.list() == ()
    assert cameras.get(camera.id).removed_ns == NOON
    assert ledger.event(recorded.event_id).camera_name == "Bus door"
    for again in (
        lambda: cameras.remove(camera.id, "a"),
        lambda: cameras.save(camera.id, camera_spec(), "a"),
        lambda: cameras.save_rules(camera.id, RulesSpec(version=1), "a"),
        lambda: cameras.get("none"),
    ):
        with pytest.raises(StoreError) as caught:
            again()
        assert caught.value.code == "camera.unknown"


def test_epochs_rise_whatever_a_kill_forgot(
    cameras: CameraRepository, camera: CameraRecord, ledger: Ledger, db: Database
) -> None:
    assert cameras.next_epoch(camera.id) == 1
    cameras.epoch_began(camera.id, 7)
    cameras.epoch_began(camera.id, 6)
    db.flush()
    assert cameras.next_epoch(camera.id) == 7 + EPOCH_MARGIN
    # A count of an epoch whose beginning was not committed yet.
    ledger.append(ledger_event(camera.id, crossing(epoch=500))).result(5)
    assert cameras.next_epoch(camera.id) > 500
    with pytest.raises(StoreError):
        cameras.next_epoch("none")


def test_what_people_did_is_in_the_audit_trail(
    cameras: CameraRepository, camera: CameraRecord, db: Database
) -> None:
    cameras.save_rules(camera.id, RulesSpec(version=1), "b")
    cameras.remove(camera.id, "c")
    log = AuditLog(db)
    lines = log.lines(f"camera:{camera.id}")
    assert [(entry.by, entry.text) for entry in lines] == [
        ("tester", "Camera 01 added"),
        ("b", "Lines saved, version 2"),
        ("c", "Camera removed"),
    ]
    assert log.first_bad_row() is None


def test_zones_are_kept_until_somebody_changes_them(cameras: CameraRepository) -> None:
    camera = cameras.add(camera_spec(), "t")
    corners = ((0.1, 0.1), (0.9, 0.1), (0.5, 0.9))
    till = ZoneSpec(name="Till", points=corners, slow=0.3)
    changed = cameras.save_rules(camera.id, RulesSpec(version=1, zones=(till,)), "t")
    (zone,) = changed.rules.zones
    assert (zone.name, zone.points, zone.slow) == ("Till", corners, 0.3)
    moved = RulesSpec(version=2, lines=(line("Door"),))
    assert cameras.save_rules(camera.id, moved, "t").rules.zones == (zone,)
    assert cameras.rules(camera.id, 1).zones == ()
    none = cameras.save_rules(camera.id, RulesSpec(version=3, zones=()), "t")
    assert none.rules.zones == ()
    flat = ZoneSpec(name="Flat", points=((0.1, 0.1), (0.2, 0.2), (0.3, 0.3)))
    with pytest.raises(StoreError, match="too small") as refused:
        cameras.save_rules(camera.id, RulesSpec(version=4, zones=(flat,)), "t")
    assert refused.value.code == "rules.zone"


def test_shelves_are_kept_until_somebody_changes_them(
    cameras: CameraRepository,
) -> None:
    camera = cameras.add(camera_spec(), "t")
    places = ((0.1, 0.1, 0.3, 0.9), (0.4, 0.1, 0.6, 0.9))
    row = ShelfSpec(name="Row", facings=places, product="bottle")
    changed = cameras.save_rules(camera.id, RulesSpec(version=1, shelves=(row,)), "t")
    (shelf,) = changed.rules.shelves
    assert (shelf.name, shelf.facings, shelf.product) == ("Row", places, "bottle")
    assert cameras.save_rules(camera.id, RulesSpec(version=2), "t").rules.shelves == (
        shelf,
    )
    bad = ShelfSpec(name="Row", facings=places, product="person")
    with pytest.raises(StoreError, match="not said") as refused:
        cameras.save_rules(camera.id, RulesSpec(version=3, shelves=(bad,)), "t")
    assert refused.value.code == "rules.shelf"
