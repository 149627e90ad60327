from __future__ import annotations

import pytest
from sqlalchemy import func, select

from support.counting import DAY, HOUR, NOON, SetClock
from watchpost.base.clock import NS_PER_S
from watchpost.base.errors import StoreError
from watchpost.domain.cameras import CameraState
from watchpost.protocol.cameras import CameraStatus
from watchpost.protocol.health import HealthSample, Reading
from watchpost.store.database import Database
from watchpost.store.health import KEPT_S, HealthHistory
from watchpost.store.rollups import Point
from watchpost.store.tables import health

MINUTE = 60 * NS_PER_S


def sample(at_ns: int, cpu: float | None) -> HealthSample:
    none = Reading(value=None, note="not available")
    return HealthSample(
        at_ns=at_ns,
        cpu_percent=Reading(value=cpu),
        temperature_c=none,
        memory_percent=none,
        disk_percent=none,
        disk_free_gib=none,
        network_mbit_s=none,
        inference_ms=none,
        analysed_per_s=none,
        workers_alive=2,
        workers_replaced=0,
    )


@pytest.fixture
def history(db: Database) -> HealthHistory:
    return HealthHistory(db)


def collect(
    history: HealthHistory, clock: SetClock, seconds: int, *, start: float = 0.0
) -> None:
    """Sample once a second: the CPU load is the number of the second."""
    for second in range(seconds):
        history.add(sample(clock.now_ns, start + second))
        clock.now_ns += NS_PER_S


def rows(db: Database, step_s: int) -> int:
    with db.read() as connection:
        return connection.execute(
            select(func.count()).where(health.c.step_s == step_s)
        ).scalar_one()


def test_what_was_just_measured_can_be_asked(
    history: HealthHistory, clock: SetClock
) -> None:
    collect(history, clock, 4)
    series = history.series("cpu_percent", None, NOON, NOON + 4 * NS_PER_S)
    assert series.unit == "%"
    assert series.times_ns == (NOON, NOON + 2 * NS_PER_S)
    assert series.values == (0.5, 2.5)
    assert (series.low, series.high) == ((0.0, 2.0), (1.0, 3.0))


def test_gaps_stay_gaps(history: HealthHistory, clock: SetClock, db: Database) -> None:
    collect(history, clock, 60)
    clock.now_ns += 60 * NS_PER_S
    for _ in range(30):  # a sensor that is not available is a gap, too
        history.add(sample(clock.now_ns, None))
        clock.now_ns += NS_PER_S
    collect(history, clock, 30)
    history.flush()
    series = history.series("cpu_percent", None, NOON, NOON + 3 * MINUTE, points=18)
    known = [value is not None for value in series.values]
    assert known == [True] * 6 + [False] * 9 + [True] * 3


def test_history_survives_and_is_rolled_up(
    history: HealthHistory, clock: SetClock, db: Database
) -> None:
    collect(history, clock, 240)
    history.flush()
    assert (rows(db, 1), rows(db, 10), rows(db, 60)) == (240, 24, 4)
    later = HealthHistory(db)
    for points, first in ((120, 0.5), (24, 4.5), (4, 29.5)):
        series = later.series("cpu_percent", None, NOON, NOON + 4 * MINUTE, points)
        assert len(series.values) == points
        assert None not in series.values
        assert series.values[0] == pytest.approx(first)
        assert series.high[-1] == 239.0
        assert series.low[0] == 0.0


def test_long_ranges_use_long_steps_and_hold_the_extremes(
    history: HealthHistory, clock: SetClock
) -> None:
    def minute(i: int) -> Point:
        peak = 99.0 if i == 5000 else 12.0
        return Point(NOON - 30 * DAY + i * MINUTE, 10.0, 8.0, peak)

    history.add_minutes("latency_ms", "camera1", [minute(i) for i in range(43_200)])
    series = history.series("latency_ms", "camera1", NOON - 30 * DAY, NOON, points=600)
    assert 590 <= len(series.values) <= 600
    assert None not in series.values
    assert max(value for value in series.high if value is not None) == 99.0
    assert set(series.low) == {8.0}


def test_a_past_of_minutes_joins_a_present_of_seconds(
    history: HealthHistory, clock: SetClock
) -> None:
    past = [Point(NOON - i * MINUTE, 50.0, 40.0, 60.0) for i in range(1, 31)]
    history.add_minutes("cpu_percent", None, past)
    collect(history, clock, 300)
    series = history.series("cpu_percent", None, NOON - 30 * MINUTE, clock.now_ns, 600)
    assert None not in series.values
    assert series.values[0] == 50.0
    assert series.values[-1] == pytest.approx(298.0, abs=2)


def test_cameras_have_figures_of_their_own(
    history: HealthHistory, clock: SetClock
) -> None:
    for camera_id, latency in (("a", 40.0), ("b", None)):
        status = CameraStatus(
            camera_id=camera_id,
            state=CameraState.LIVE,
            since_ns=NOON,
            latency_ms=latency,
            fps=15.0,
        )
        history.add_camera(status, NOON)

    def value(metric: str, camera_id: str | None) -> float | None:
        end = NOON + 2 * NS_PER_S
        return history.series(metric, camera_id, NOON, end, 2).values[0]

    assert value("latency_ms", "a") == 40.0
    assert value("latency_ms", "b") is None
    assert value("fps", "b") == 15.0
    assert value("fps", None) is None


def test_old_seconds_go_and_minutes_stay(
    history: HealthHistory, clock: SetClock, db: Database
) -> None:
    hours = 2
    for _ in range(hours * 60):  # a sample every minute is enough to make rows
        history.add(sample(clock.now_ns, 1.0))
        clock.now_ns += MINUTE
    history.flush()
    assert rows(db, 60) == hours * 60
    assert rows(db, 1) <= KEPT_S[1] // 60 + 2


def test_a_clock_that_jumps_ahead_does_not_empty_the_history(
    history: HealthHistory, clock: SetClock, db: Database
) -> None:
    past = [Point(NOON - i * MINUTE, 50.0, 40.0, 60.0) for i in range(1, 1001)]
    history.add_minutes("cpu_percent", None, past)
    clock.now_ns += 4000 * DAY
    collect(history, clock, 180)
    history.flush()
    assert rows(db, 60) >= 1000 - 2 * 6  # at most two old rows for each new one


def test_a_clock_that_goes_back_is_taken_as_it_is(
    history: HealthHistory, clock: SetClock, db: Database
) -> None:
    collect(history, clock, 60)
    clock.now_ns -= HOUR
    collect(history, clock, 60)
    history.flush()
    assert rows(db, 1) == 120


@pytest.mark.parametrize("metric", ["", "x", "at_ns", "cpu_percent; DROP TABLE health"])
def test_a_figure_that_is_none_is_refused(history: HealthHistory, metric: str) -> None:
    with pytest.raises(StoreError) as caught:
        history.series(metric, None, 0, 1)
    assert caught.value.code == "health.metric"


def test_an_empty_range_is_refused(history: HealthHistory) -> None:
    with pytest.raises(StoreError) as caught:
        history.series("fps", "a", NOON, NOON)
    assert caught.value.code == "health.range"


@pytest.mark.parametrize("points", [-1, 0, 1, 10**9])
def test_points_are_bounded(history: HealthHistory, points: int) -> None:
    series = history.series("fps", "a", NOON, NOON + 30 * DAY, points)
    assert 1 <= len(series.values) <= 5000
