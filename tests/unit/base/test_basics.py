"""Errors, clock, ids and log lines."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchpost.base.clock import SteadyUtc, datetime_from_ns, ns_from_datetime
from watchpost.base.errors import CaptureError
from watchpost.base.ids import new_id
from watchpost.base.log import redact


class TwoClocks:
    """A wall clock and a monotonic clock that can drift apart."""

    def __init__(self) -> None:
        self.wall, self.steady = 1_000_000, 0

    def utc_ns(self) -> int:
        return self.wall

    def monotonic_ns(self) -> int:
        return self.steady

    def sleep(self, seconds: float) -> None:
        self.wall += round(seconds * 1e9)
        self.steady += round(seconds * 1e9)


def test_an_error_crosses_processes_whole() -> None:
    error = CaptureError("The camera said no.", todo="Check the password.", code="a.b")
    back = pickle.loads(pickle.dumps(error))
    assert isinstance(back, CaptureError)
    assert (back.what, back.todo, back.code) == (error.what, error.todo, error.code)
    assert str(back) == "The camera said no. Check the password."


def test_a_jump_of_the_wall_clock_does_not_move_arrival_times() -> None:
    clock = TwoClocks()
    utc = SteadyUtc(clock)
    clock.sleep(1)
    before = utc.now_ns()
    clock.wall -= 7_200_000_000_000
    assert utc.now_ns() == before
    assert utc.jump_ns() == -7_200_000_000_000
    utc.adopt()
    assert utc.now_ns() == clock.wall


@given(st.integers(0, 4_000_000_000_000_000_000))
def test_utc_nanoseconds_round_trip_to_a_microsecond(ns: int) -> None:
    assert ns_from_datetime(datetime_from_ns(ns)) == ns // 1000 * 1000


def test_a_known_moment() -> None:
    assert ns_from_datetime(datetime(2026, 1, 1, tzinfo=UTC)) == 1767225600 * 10**9


def test_ids_sort_by_time() -> None:
    clock = TwoClocks()
    ids = []
    for _ in range(5):
        clock.sleep(0.01)
        ids.append(new_id(clock))
    assert ids == sorted(ids)
    assert len(set(ids)) == 5


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("rtsp://root:s3cret@10.0.0.1/live", "rtsp://***@10.0.0.1/live"),
        ("rtsp://root:p@ss:w@10.0.0.1/live", "rtsp://***@10.0.0.1/live"),
        ("at http://10.0.0.1:80/x and rtsp://a:b@c/d", "at http://10.0.0.1:80/x and rtsp://***@c/d"),
        ("nothing to hide", "nothing to hide"),
    ],
)  # fmt: skip
def test_passwords_never_reach_a_log(text: str, shown: str) -> None:
    assert redact(text) == shown
