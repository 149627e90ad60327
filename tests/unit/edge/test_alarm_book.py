"""Alarms told, kept, acknowledged and shelved; what conditions there are."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from support import site
from support.stores import FakeClock, opened
from watchpost.api.hub import LiveHub
from watchpost.api.identity import Identity
from watchpost.base.errors import EdgeError
from watchpost.domain.alarming import Condition
from watchpost.domain.alarms import AlarmKind
from watchpost.domain.cameras import CameraState
from watchpost.domain.coverage import NotAnalysed
from watchpost.edge.alarms import AlarmBook
from watchpost.edge.conditions import CameraCheck, of_camera, of_edge
from watchpost.edge.stores import Stores
from watchpost.protocol.alarms import ShelveRequest
from watchpost.protocol.cameras import CameraStatus
from watchpost.protocol.edge import EdgeSettings
from watchpost.protocol.health import HealthSample, Reading
from watchpost.protocol.live import LIVE_MESSAGE, AlarmUpdate
from watchpost.store.disk import StorageReport, StorageState

OPERATOR = Identity("M. Okafor", "operator", remote=False)
SUPERVISOR = Identity("R. Silva", "supervisor", remote=False)
NO_VIDEO = Condition(AlarmKind.NO_VIDEO, "cam", "No video.")
BROKEN = Condition(AlarmKind.STORAGE, "edge", "The disk refuses writes.")


def book(stores: Stores, clock: FakeClock, hub: LiveHub | None = None) -> AlarmBook:
    return AlarmBook(
        stores.alarms,
        hub or LiveHub(),
        name_of={"cam": "05 Yard gate"}.get,
        site_name=lambda: "Depot North",
        clock=clock,
    )


def raised(alarms: AlarmBook, clock: FakeClock, condition: Condition) -> str:
    alarms.observe([condition])
    clock.move(60)
    alarms.observe([condition])
    return alarms.alarms()[0].id


def test_an_alarm_is_told_with_names_and_what_to_show(tmp_path: Path) -> None:
    clock = FakeClock()

    async def told(stores: Stores) -> list[str]:
        hub = LiveHub()
        listener = hub.join()
        raised(book(stores, clock, hub), clock, NO_VIDEO)
        return await listener.take()

    with opened(tmp_path, clock=clock) as stores:
        (text,) = asyncio.run(told(stores))
    message = LIVE_MESSAGE.validate_json(text)
    assert isinstance(message, AlarmUpdate)
    assert message.alarm.subject_name == "05 Yard gate"
    assert message.alarm.clip_camera_id == "cam"
    assert message.alarm.priority == 2


def test_alarms_stand_after_a_restart(tmp_path: Path) -> None:
    clock = FakeClock()
    with opened(tmp_path, clock=clock) as stores:
        alarm_id = raised(book(stores, clock), clock, NO_VIDEO)
    with opened(tmp_path, clock=clock) as stores:
        again = book(stores, clock)
        assert [a.id for a in again.alarms()] == [alarm_id]
        again.observe([NO_VIDEO])
        assert len(again.alarms()) == 1


def test_the_edge_itself_is_a_subject(tmp_path: Path) -> None:
    clock = FakeClock()
    with opened(tmp_path, clock=clock) as stores:
        alarms = book(stores, clock)
        raised(alarms, clock, BROKEN)
        (record,) = alarms.alarms()
    assert record.subject_name == "Depot North"
    assert record.clip_camera_id is None


def test_acknowledging_names_the_person(tmp_path: Path) -> None:
    clock = FakeClock()
    with opened(tmp_path, clock=clock) as stores:
        alarms = book(stores, clock)
        record = alarms.acknowledge(raised(alarms, clock, NO_VIDEO), OPERATOR)
        assert stores.alarms.get(record.id).acknowledged_by == "M. Okafor"
    assert record.acknowledged_by == "M. Okafor"
    assert record.cleared_ns is None


def test_an_alarm_that_is_gone_is_said_to_be(tmp_path: Path) -> None:
    with opened(tmp_path) as stores, pytest.raises(EdgeError, match="gone"):
        book(stores, FakeClock()).acknowledge("nothing", OPERATOR)


def test_priority_one_is_shelved_by_a_supervisor_only(tmp_path: Path) -> None:
    clock = FakeClock()
    request = ShelveRequest(minutes=15, reason="Disk is being changed")
    with opened(tmp_path, clock=clock) as stores:
        alarms = book(stores, clock)
        alarm_id = raised(alarms, clock, BROKEN)
        with pytest.raises(EdgeError) as caught:
            alarms.shelve(alarm_id, request, OPERATOR)
        assert caught.value.code == "edge.forbidden"
        record = alarms.shelve(alarm_id, request, SUPERVISOR)
    assert record.shelved_by == "R. Silva"
    assert record.shelved_until_ns == clock.utc_ns() + 15 * 60 * 10**9


def check(**changes: object) -> CameraCheck:
    status = site.cameras()[0].status.model_copy(update=changes.pop("status", {}))  # type: ignore[arg-type]
    given = {
        "enabled": True,
        "record": True,
        "not_analysed": None,
        "recording_trouble": "",
        **changes,
    }
    return CameraCheck(status, **given)  # type: ignore[arg-type]


def kinds(found: CameraCheck) -> list[AlarmKind]:
    return [condition.kind for condition in of_camera(found)]


def test_a_camera_that_is_well_has_no_conditions() -> None:
    assert kinds(check()) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"status": {"state": CameraState.STALLED}}, [AlarmKind.NO_VIDEO]),
        ({"not_analysed": NotAnalysed.NO_CAPACITY}, [AlarmKind.NOT_ANALYSED]),
        ({"status": {"recording": False}}, [AlarmKind.RECORDING_STOPPED]),
        ({"status": {"recording": False}, "record": False}, []),
        ({"status": {"latency_p95_ms": 500.0}}, [AlarmKind.LATENCY]),
        ({"status": {"latency_p95_ms": None}}, []),
        ({"status": {"state": CameraState.DISABLED}, "enabled": False}, []),
    ],
)
def test_conditions_of_a_camera(
    changes: dict[str, object], expected: list[AlarmKind]
) -> None:
    assert kinds(check(**changes)) == expected


def test_a_condition_carries_its_numbers() -> None:
    status = {"latency_p95_ms": 96.0, "nominal_fps": 12.5}
    (condition,) = of_camera(check(status=status))
    assert condition.text == "Latency over frame budget: p95 96 / 80 ms"


def edge_kinds(
    *,
    storage: StorageState = StorageState.OK,
    free_gib: float | None = 50.0,
    heat: Reading | None = None,
    trouble: str = "",
) -> list[AlarmKind]:
    nothing = Reading(value=None)
    sample = HealthSample(
        at_ns=0,
        cpu_percent=nothing,
        temperature_c=heat or nothing,
        memory_percent=nothing,
        disk_percent=nothing,
        disk_free_gib=Reading(value=free_gib),
        network_mbit_s=nothing,
        inference_ms=nothing,
        analysed_per_s=nothing,
        workers_alive=0,
        workers_replaced=0,
    )
    found = of_edge(
        "edge",
        storage=StorageReport(storage, "It is so."),
        sample=sample,
        settings=EdgeSettings(),
        model_trouble=trouble,
    )
    return [condition.kind for condition in found]


def test_conditions_of_the_edge() -> None:
    assert edge_kinds() == []
    assert edge_kinds(free_gib=0.5) == [AlarmKind.DISK_FULL]
    assert edge_kinds(free_gib=None) == []
    assert edge_kinds(storage=StorageState.FULL, free_gib=0.0) == [AlarmKind.DISK_FULL]
    assert edge_kinds(storage=StorageState.FAILING) == [AlarmKind.STORAGE]
    assert edge_kinds(heat=Reading(value=81, limit=85)) == [AlarmKind.TEMPERATURE]
    assert edge_kinds(heat=Reading(value=79, limit=85)) == []
    assert edge_kinds(trouble="It stopped.") == [AlarmKind.MODEL_QUARANTINED]


def test_statuses_of_every_state_are_looked_at() -> None:
    for state in CameraState:
        status = CameraStatus(camera_id="c", state=state, since_ns=0)
        list(of_camera(CameraCheck(status, True, True, None, "")))
