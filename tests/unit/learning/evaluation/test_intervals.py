from __future__ import annotations

import pytest

from watchpost.learning.evaluation.intervals import share_of


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [
        # As R's binom.test gives them.
        (0, 10, 0.0, 0.3084971),
        (1, 10, 0.0025286, 0.4450161),
        (5, 50, 0.0332751, 0.2181354),
        (10, 10, 0.6915029, 1.0),
    ],
)
def test_intervals_are_the_exact_ones(
    count: int, total: int, low: float, high: float
) -> None:
    share = share_of(count, total)
    assert share.value == count / total
    assert share.low == pytest.approx(low, abs=1e-6)
    assert share.high == pytest.approx(high, abs=1e-6)


def test_nothing_counted_says_nothing() -> None:
    share = share_of(0, 0)
    assert (share.value, share.low, share.high) == (0.0, 0.0, 1.0)


def test_large_numbers_stay_exact() -> None:
    share = share_of(200, 10_000)
    assert 0.0173 < share.low < 0.02 < share.high < 0.0230


def test_what_is_no_share_is_refused() -> None:
    with pytest.raises(ValueError, match="3 of 2"):
        share_of(3, 2)
