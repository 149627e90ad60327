from __future__ import annotations

from dataclasses import replace

import pytest

from support.counting import NOON
from watchpost.base.errors import StoreError
from watchpost.domain.alarms import Alarm, AlarmKind, Priority
from watchpost.store.alarms import AlarmRepository
from watchpost.store.database import Database


@pytest.fixture
def alarms(db: Database) -> AlarmRepository:
    return AlarmRepository(db)


def alarm(number: int, priority: Priority = Priority.P2) -> Alarm:
    return Alarm(
        id=f"alarm{number:02d}",
        kind=AlarmKind.NO_VIDEO,
        priority=priority,
        subject_id="camera1",
        text="No video for 12 s (limit 10 s).",
        response="Check the cable.",
        raised_ns=NOON + number // 2,  # pairs at the same moment
    )


def test_standing_alarms_are_those_that_still_need_somebody(
    alarms: AlarmRepository,
) -> None:
    active = alarm(1)
    urgent = alarm(2, Priority.P1)
    seen = replace(alarm(3), acknowledged_ns=NOON, acknowledged_by="a")
    returned = replace(alarm(4), cleared_ns=NOON)
    gone = replace(seen, id="gone", cleared_ns=NOON)
    shelved = replace(
        alarm(6), shelved_until_ns=NOON + 1, shelved_by="a", shelf_reason="Works"
    )
    for each in (active, urgent, seen, returned, gone, shelved):
        alarms.save(each)
    assert alarms.standing() == (urgent, active, seen, returned, shelved)
    assert alarms.get("gone") == gone
    with pytest.raises(StoreError) as caught:
        alarms.get("none")
    assert caught.value.code == "alarm.unknown"


def test_an_alarm_changes_until_it_is_gone(alarms: AlarmRepository) -> None:
    raised = alarm(1)
    alarms.save(raised)
    acknowledged = replace(raised, acknowledged_ns=NOON, acknowledged_by="R. Silva")
    alarms.save(acknowledged)
    assert alarms.standing() == (acknowledged,)
    alarms.save(replace(acknowledged, cleared_ns=NOON + 5))
    assert alarms.standing() == ()


def test_history_is_paged_newest_first(alarms: AlarmRepository) -> None:
    written = [alarm(number) for number in range(11)]
    for each in written:
        alarms.save(each)
    found: list[Alarm] = []
    cursor = None
    for _ in range(10):
        page, cursor = alarms.page(cursor, limit=3)
        found += page
        if cursor is None:
            break
    assert found == written[::-1]
    with pytest.raises(StoreError) as caught:
        alarms.page("x.y")
    assert caught.value.code == "request.cursor"
