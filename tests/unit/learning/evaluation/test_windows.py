from __future__ import annotations

import numpy as np
import pytest

from watchpost.domain.rules import Line
from watchpost.learning.evaluation.counts import (
    CountedCrossing,
    TrueCrossing,
    Truth,
    score,
)
from watchpost.learning.evaluation.windows import (
    WindowCount,
    accuracy,
    failures,
    window_counts,
)


def truth(*times: float, optional: tuple[float, ...] = ()) -> Truth:
    crossings = [TrueCrossing(t, "up", "person", t in optional) for t in times]
    line = Line("l", "Line", 0.1, 0.5, 0.9, 0.5)
    return Truth(line, "up", "down", tuple(crossings), True, 0, 0.5, None)


def cells(
    known: Truth, *counted: float, window_s: float = 10.0, end_s: float = 30.0
) -> tuple[WindowCount, ...]:
    made = [CountedCrossing(t, "up", "person") for t in counted]
    return window_counts(known, score(known, made), window_s=window_s, end_s=end_s)


def test_a_count_belongs_to_the_window_of_its_crossing() -> None:
    found = cells(truth(9.9, 15.0), 10.2, 15.1)
    assert [(c.counted, c.true) for c in found if c.direction == "up"] == [
        (1, 1),
        (1, 1),
        (0, 0),
    ]


def test_a_missed_and_an_invented_one_in_different_windows_do_not_cancel() -> None:
    result = accuracy(cells(truth(1.0, 2.0), 1.0, 25.0))
    assert result is not None
    assert (result.counted, result.true) == (2, 2)
    assert result.bias == 0
    assert result.value == 0.0
    assert result.worst == 0.0


def test_an_optional_crossing_costs_nothing() -> None:
    known = truth(1.0, 12.0, optional=(12.0,))
    for counted in ((1.0,), (1.0, 12.1)):
        result = accuracy(cells(known, *counted))
        assert result is not None
        assert (result.value, result.true) == (1.0, 1)


def test_accuracy_and_its_interval() -> None:
    found = [WindowCount(w, "up", 9 if w % 2 else 11, 10) for w in range(20)]
    result = accuracy(found)
    assert result is not None
    assert result.value == pytest.approx(0.9)
    assert (result.low, result.high) == pytest.approx((0.9, 0.9))
    assert result.bias == 0
    uneven = [WindowCount(w, "up", 10 if w < 10 else 5, 10) for w in range(20)]
    spread = accuracy(uneven)
    assert spread is not None
    assert spread.value == pytest.approx(0.75)
    assert spread.low < 0.75 < spread.high
    assert spread.bias == pytest.approx(-0.25)
    # Binomial: the standard error is 0.5 * sqrt(0.25 / 20) = 0.056.
    assert spread.high - spread.low == pytest.approx(4 * 0.056, rel=0.2)
    assert accuracy(uneven) == spread


def test_nothing_crossed_is_no_accuracy() -> None:
    assert accuracy(cells(truth())) is None
    invented = accuracy(cells(truth(), 5.0))
    assert invented is not None
    assert invented.value == 0.0


def test_a_short_last_window_joins_the_one_before() -> None:
    assert {c.window for c in cells(truth(1.0), 1.0, end_s=34.0)} == {0, 1, 2}
    assert {c.window for c in cells(truth(1.0), 1.0, end_s=35.0)} == {0, 1, 2, 3}
    assert {c.window for c in cells(truth(1.0), 1.0, end_s=3.0)} == {0}


def test_failures_are_silent_where_the_camera_was_green() -> None:
    found = cells(truth(1.0, 11.0, 21.0), 1.0)
    assert failures(found, None).silent is None
    result = failures(found, np.array([False, True, False]))
    assert (result.windows, result.failed, result.silent) == (3, 2, 1)
    assert result.silent_rate == pytest.approx(1 / 3)


def test_a_fifth_off_is_not_yet_a_failure() -> None:
    ok = failures([WindowCount(0, "up", 8, 10)], None)
    off = failures([WindowCount(0, "up", 7, 10)], None)
    assert (ok.failed, off.failed) == (0, 1)
