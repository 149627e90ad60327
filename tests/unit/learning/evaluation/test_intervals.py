from __future__ import annotations

import pytest

from watchpost.learning.evaluation.intervals import share_of, wilson_share


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


def test_the_score_interval_is_wilsons() -> None:
    # From the formula, with z = 1.96.
    share = wilson_share(12, 1280)
    assert (share.low, share.high) == pytest.approx((0.00537, 0.01631), abs=2e-5)
    none, no_case = wilson_share(0, 10), wilson_share(0, 0)
    assert none.low == 0
    assert none.high == pytest.approx(0.2775, abs=1e-4)
    assert (no_case.low, no_case.high) == (0, 1)
    with pytest.raises(ValueError, match="3 of 2"):
        wilson_share(3, 2)
