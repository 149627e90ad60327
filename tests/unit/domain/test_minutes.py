"""Minutes weigh a value by how long it held; what nobody looked at is left out."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchpost.base.clock import NS_PER_S
from watchpost.domain.minutes import (
    HOLD_NS,
    MINUTE_NS,
    Measure,
    Measured,
    MinuteTally,
    MinuteValue,
)

TILL: Measured = ("till", Measure.WAITING)
NOON = 29_000_000 * MINUTE_NS


def tallied(told: list[tuple[float, int | None]]) -> list[MinuteValue]:
    """Return all minutes of (seconds since noon, value)."""
    tally, done = MinuteTally(), []
    for seconds, value in told:
        done += tally.add(NOON + round(seconds * NS_PER_S), {TILL: value})
    return done + tally.finish()


def test_a_value_weighs_as_long_as_it_held() -> None:
    told = [(s, 1) for s in range(30)] + [(s, 3) for s in range(30, 61)]
    (minute,) = tallied(told)
    assert (minute.low, minute.high) == (1, 3)
    assert minute.mean == pytest.approx(2.0)
    assert minute.looked_ns == MINUTE_NS


def test_not_looked_is_left_out_and_not_zero() -> None:
    told = [(s, 4) for s in range(11)] + [(s, 4) for s in range(40, 51)]
    (minute,) = tallied(told)
    assert minute.looked_ns == 20 * NS_PER_S
    assert (minute.low, minute.mean, minute.high) == (4, 4.0, 4)


def test_what_cannot_be_told_is_left_out() -> None:
    told: list[tuple[float, int | None]] = [(s, 2) for s in range(10)]
    told += [(s, None) for s in range(10, 20)]
    (minute,) = tallied(told)
    assert minute.looked_ns == 10 * NS_PER_S
    assert tallied([(s, None) for s in range(10)]) == []


def test_a_single_look_has_not_held() -> None:
    assert tallied([(3, 5)]) == []


def test_a_value_that_holds_over_the_full_minute_counts_in_both() -> None:
    first, second = tallied([(59, 2), (61, 2)])
    assert (first.from_ns, second.from_ns) == (NOON + 59 * NS_PER_S, NOON + MINUTE_NS)
    assert first.looked_ns == second.looked_ns == NS_PER_S


def test_a_clock_that_was_set_back_counts_nothing_twice() -> None:
    told = [(s, 1) for s in range(31)] + [(s, 1) for s in range(10, 41)]
    (minute,) = tallied(told)
    assert minute.looked_ns == 40 * NS_PER_S


@given(
    st.lists(
        st.tuples(st.floats(0.01, 4.0), st.none() | st.integers(0, 9)),
        min_size=2,
        max_size=80,
    )
)
def test_minutes_hold_all_known_time_once(
    steps: list[tuple[float, int | None]],
) -> None:
    at_ns, frames = NOON, []
    for step, value in steps:
        at_ns += round(step * NS_PER_S)
        frames.append((at_ns, value))
    tally, done = MinuteTally(), []
    for at_ns, value in frames:
        done += tally.add(at_ns, {TILL: value})
    done += tally.finish()
    known = [
        (after - before, value)
        for (before, value), (after, _) in itertools.pairwise(frames)
        if value is not None and after - before <= HOLD_NS
    ]
    assert sum(m.looked_ns for m in done) == sum(held for held, _ in known)
    weighed = sum(held * value for held, value in known)
    assert sum(m.mean * m.looked_ns for m in done) == pytest.approx(weighed, rel=1e-6)
    for minute in done:
        assert minute.low <= minute.mean + 1e-9
        assert minute.mean <= minute.high + 1e-9
        assert minute.from_ns % MINUTE_NS + minute.looked_ns <= MINUTE_NS
