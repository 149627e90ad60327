"""Alarms on a fake clock: delays, returning, shelving, hiding."""

from __future__ import annotations

from itertools import count

import pytest

from watchpost.base.clock import NS_PER_S
from watchpost.domain.alarming import Alarming, Condition, Shelf
from watchpost.domain.alarms import Alarm, AlarmKind

NO_VIDEO = Condition(AlarmKind.NO_VIDEO, "cam", "No video")
NOT_ANALYSED = Condition(AlarmKind.NOT_ANALYSED, "cam", "12 of 60 frames")
HOT = Condition(AlarmKind.TEMPERATURE, "edge", "82 / 85 °C")


class Desk:
    """An :class:`Alarming` and the time around it."""

    def __init__(self, standing: tuple[Alarm, ...] = ()) -> None:
        numbers = count(1)
        self.alarming = Alarming(standing, lambda: f"a{next(numbers)}")
        self.now_s = 1000.0

    def after(self, seconds: float, *conditions: Condition) -> list[Alarm]:
        self.now_s += seconds
        now_ns = int(self.now_s * NS_PER_S)
        return self.alarming.observe(conditions, now_ns=now_ns, utc_ns=now_ns + 7)

    def raised(self, condition: Condition = NO_VIDEO) -> Alarm:
        self.after(1, condition)
        return self.after(400, condition)[0]


def test_rings_only_after_the_on_delay() -> None:
    desk = Desk()
    assert desk.after(0, NO_VIDEO) == []
    assert desk.after(9.9, NO_VIDEO) == []
    (alarm,) = desk.after(0.1, NO_VIDEO)
    assert alarm.kind is AlarmKind.NO_VIDEO
    assert alarm.cleared_ns is None
    assert alarm.response
    assert desk.after(5, NO_VIDEO) == []


def test_a_blink_starts_the_on_delay_anew() -> None:
    desk = Desk()
    desk.after(0, NO_VIDEO)
    desk.after(8)
    desk.after(1, NO_VIDEO)
    assert desk.after(9, NO_VIDEO) == []
    assert len(desk.after(1, NO_VIDEO)) == 1


def test_clears_only_after_the_off_delay_and_is_gone_when_acknowledged() -> None:
    desk = Desk()
    alarm = desk.raised()
    desk.alarming.acknowledge(alarm, "R. Silva", 5)
    assert desk.after(1) == []
    assert desk.after(9.9) == []
    (cleared,) = desk.after(0.1)
    assert cleared.cleared_ns is not None
    assert cleared.acknowledged_by == "R. Silva"
    assert desk.alarming.alarms() == ()


def test_acknowledging_never_clears_and_the_first_name_stays() -> None:
    desk = Desk()
    alarm = desk.alarming.acknowledge(desk.raised(), "R. Silva", 5)
    again = desk.alarming.acknowledge(alarm, "M. Okafor", 6)
    assert again.cleared_ns is None
    assert again.acknowledged_by == "R. Silva"
    assert desk.alarming.alarms() == (again,)


def test_returned_stays_until_somebody_saw_it() -> None:
    desk = Desk()
    desk.raised()
    desk.after(1)
    (returned,) = desk.after(10)
    assert desk.alarming.alarms() == (returned,)
    desk.alarming.acknowledge(returned, "R. Silva", 5)
    assert desk.alarming.alarms() == ()


def test_p3_goes_by_itself() -> None:
    desk = Desk()
    desk.raised(HOT)
    desk.after(1)
    (gone,) = desk.after(600)
    assert gone.cleared_ns is not None
    assert desk.alarming.alarms() == ()


def test_a_returned_alarm_that_comes_back_is_the_same_alarm() -> None:
    desk = Desk()
    first = desk.raised()
    desk.after(1)
    desk.after(10)
    desk.after(1, NO_VIDEO)
    (back,) = desk.after(10, NO_VIDEO)
    assert back.id == first.id
    assert back.cleared_ns is None


def test_one_alarm_per_cause_and_subject() -> None:
    desk = Desk()
    other = Condition(AlarmKind.NO_VIDEO, "cam-2", "No video")
    desk.after(0, NO_VIDEO, other)
    raised = desk.after(10, NO_VIDEO, other)
    assert {a.subject_id for a in raised} == {"cam", "cam-2"}
    assert len({a.id for a in raised}) == 2


def test_no_video_hides_what_follows_from_it() -> None:
    desk = Desk()
    desk.after(0, NO_VIDEO, NOT_ANALYSED)
    raised = desk.after(60, NO_VIDEO, NOT_ANALYSED)
    assert [a.kind for a in raised] == [AlarmKind.NO_VIDEO]


def test_a_shelved_alarm_comes_back_by_itself() -> None:
    desk = Desk()
    alarm = desk.raised()
    until_ns = int((desk.now_s + 60) * NS_PER_S)
    shelved = desk.alarming.shelve(alarm, Shelf(until_ns, "R. Silva", "Building work"))
    assert shelved.shelved_until_ns == until_ns
    assert desk.after(59, NO_VIDEO) == []
    (back,) = desk.after(1, NO_VIDEO)
    assert back.shelved_until_ns is None
    assert back.cleared_ns is None


def test_what_recurs_while_shelved_stays_shelved() -> None:
    desk = Desk()
    until_ns = int((desk.now_s + 3600) * NS_PER_S)
    desk.alarming.shelve(desk.raised(), Shelf(until_ns, "R. Silva", "Building work"))
    desk.after(1)
    desk.after(10)
    assert desk.alarming.alarms() == ()
    again = desk.raised()
    assert again.shelved_by == "R. Silva"
    assert again.shelf_reason == "Building work"


def test_standing_alarms_survive_a_restart_and_clear_by_evidence() -> None:
    first = Desk()
    alarm = first.raised()
    second = Desk(standing=(alarm,))
    assert second.alarming.find(alarm.id) == alarm
    assert second.after(0, NO_VIDEO) == []
    second.after(1)
    (returned,) = second.after(10)
    assert returned.id == alarm.id


@pytest.mark.parametrize("jump_s", [-7200, 7200])
def test_a_step_of_the_wall_clock_neither_rings_nor_clears(jump_s: int) -> None:
    desk = Desk()
    alarm = desk.raised()
    jumped = desk.alarming.observe(
        [NO_VIDEO, HOT],
        now_ns=int((desk.now_s + 1) * NS_PER_S),
        utc_ns=int((desk.now_s + jump_s) * NS_PER_S),
    )
    assert jumped == []
    assert desk.alarming.alarms() == (alarm,)


def test_the_most_urgent_comes_first() -> None:
    desk = Desk()
    broken = Condition(AlarmKind.STORAGE, "edge", "The disk refuses writes")
    desk.after(0, HOT, NO_VIDEO, broken)
    desk.after(400, HOT, NO_VIDEO, broken)
    assert [a.priority for a in desk.alarming.alarms()] == [1, 2, 3]
