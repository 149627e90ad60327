"""What is said of a rule: the value, or that nobody can tell."""

from __future__ import annotations

import pytest

from support import site
from support.fake_edge import FakeEdge, FrozenClock, fake_link
from watchpost.base.clock import NS_PER_S
from watchpost.console.rule_values import (
    NOT_TOLD,
    RuleValue,
    facing_states,
    rule_value,
    value_words,
)
from watchpost.console.screens.cameras.presenter import CamerasPresenter
from watchpost.console.screens.wall.describe import describe_tile
from watchpost.domain.cameras import CameraState
from watchpost.domain.facings import FacingState
from watchpost.protocol.cameras import Camera, StationSpec, StationStatus
from watchpost.protocol.live import CameraUpdate


@pytest.fixture
def ruled() -> dict[str, Camera]:
    return {camera.id: camera for camera in site.ruled_cameras()}


def test_a_zone_says_who_is_in_it_and_who_waits(ruled: dict[str, Camera]) -> None:
    hall = ruled["cam-hall"]
    words = value_words(hall.status, hall.zones[0])
    assert words == "3 inside, 2 waiting, longest 74 s"
    told = hall.status.zones or ()
    nobody = told[0].model_copy(
        update={"occupancy": 0, "waiting": 0, "longest_wait_s": None}
    )
    status = hall.status.model_copy(update={"zones": (nobody,)})
    assert value_words(status, hall.zones[0]) == "0 inside"


def test_what_nobody_told_is_not_zero(ruled: dict[str, Camera]) -> None:
    hall, shelf, dock = ruled["cam-hall"], ruled["cam-shelf"], ruled["cam-dock"]
    assert value_words(None, hall.zones[0]) == NOT_TOLD
    assert value_words(dock.status, dock.zones[0]) == NOT_TOLD
    (first, *_) = hall.status.zones or ()
    unsettled = first.model_copy(update={"occupancy": None, "waiting": None})
    fresh = hall.status.model_copy(update={"zones": (unsettled,)})
    assert value_words(fresh, hall.zones[0]) == NOT_TOLD
    silent = shelf.status.model_copy(update={"shelves": None})
    assert value_words(silent, shelf.shelves[0]) == NOT_TOLD
    states = facing_states(silent, shelf.shelves[0])
    assert set(states) == {FacingState.UNKNOWN}


def test_a_hidden_place_is_not_known_whatever_stood_there(
    ruled: dict[str, Camera],
) -> None:
    shelf = ruled["cam-shelf"]
    states = facing_states(shelf.status, shelf.shelves[0])
    assert states[7] is FacingState.PICKED
    assert states[12] is FacingState.UNKNOWN
    words = value_words(shelf.status, shelf.shelves[0])
    assert words == "14 of 16 filled, 1 not known"


def test_a_station_says_what_passed_and_what_nobody_inspected(
    ruled: dict[str, Camera],
) -> None:
    station = StationSpec(
        id="s",
        name="S",
        points=((0, 0), (1, 0), (1, 1)),
        parts=("part",),
        defects=("defect",),
    )
    told = StationStatus(
        station_id="s",
        passed=40,
        failed=3,
        not_inspected=0,
        reject_rate=0.07,
        inside=None,
    )

    def words(**changes: object) -> str:
        now = told.model_copy(update=changes)
        status = ruled["cam-hall"].status.model_copy(update={"stations": (now,)})
        return value_words(status, station)

    assert words() == "40 passed, 3 failed"
    assert words(not_inspected=2) == "40 passed, 3 failed, 2 not inspected"
    assert words(unknown=("scratch",)) == "The model does not know scratch"
    assert value_words(ruled["cam-hall"].status, station) == NOT_TOLD


def test_the_wall_and_the_cameras_page_say_the_same(
    ruled: dict[str, Camera], qapp: object
) -> None:
    edge = FakeEdge()
    edge.all_cameras = tuple(ruled.values())
    link = fake_link(edge)
    tile = describe_tile(link, ruled["cam-hall"], site.NOW, several_edges=False)
    presenter = CamerasPresenter(link, FrozenClock())
    presenter.select("cam-hall")
    assert presenter.state.value == "Today: In 41  Out 38"
    presenter.select_rule(1)
    assert presenter.state.value == f"Now: {tile.rules[1].words}"
    presenter.select("cam-dock")
    presenter.select_rule(1)
    assert presenter.state.value == "Not looked at"


def test_an_old_value_is_told_with_its_age(
    ruled: dict[str, Camera], qapp: object
) -> None:
    edge = FakeEdge()
    edge.all_cameras = tuple(ruled.values())
    link = fake_link(edge)
    hall, later = ruled["cam-hall"], site.NOW + 30 * NS_PER_S

    def told(camera: Camera, now_ns: int = site.NOW) -> RuleValue:
        return rule_value(link, camera, camera.zones[0], now_ns)

    words = "3 inside, 2 waiting, longest 74 s"
    assert told(hall) == RuleValue(words)
    assert told(hall, later) == RuleValue(f"{words}, 00:30 ago", is_old=True)
    # Nobody looks any more: what was there is still said, and that it is old.
    away = edge.set_status(
        "cam-hall", state=CameraState.STALLED, zones=None, last_frame_ns=site.NOW
    )
    edge.push(CameraUpdate(status=away))
    camera = link.camera("cam-hall")
    assert camera is not None
    assert told(camera, later) == RuleValue(f"{words}, 00:30 ago", is_old=True)
    totals = rule_value(link, camera, camera.lines[0], later)
    assert totals == RuleValue("In 41  Out 38, 00:30 ago", is_old=True)
    # Live, yet not analysed.
    live = edge.set_status("cam-hall", state=CameraState.LIVE)
    edge.push(CameraUpdate(status=live))
    camera = link.camera("cam-hall")
    assert camera is not None
    assert told(camera) == RuleValue(f"{words}, 00:00 ago", is_old=True)
    dock = ruled["cam-dock"]
    assert told(dock) == RuleValue("not looked at", is_old=True)


def test_values_of_a_silent_edge_are_old(
    ruled: dict[str, Camera], qapp: object
) -> None:
    edge = FakeEdge()
    edge.all_cameras = tuple(ruled.values())
    link = fake_link(edge)
    edge.lose()
    tile = describe_tile(
        link, ruled["cam-shelf"], site.NOW + NS_PER_S, several_edges=False
    )
    (shelf,) = tile.rules
    assert shelf.is_old
    assert shelf.words == "14 of 16 filled, 1 not known, 00:01 ago"
    assert set(shelf.shape.facings) == {FacingState.UNKNOWN}
