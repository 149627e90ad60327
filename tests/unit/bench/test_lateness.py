"""One long block counts for everything that had to wait for it."""

import pytest

from watchpost.base.clock import NS_PER_MS
from watchpost.bench.lateness import EVERY_MS, Lateness


def late(*ticks_ms: float) -> list[float]:
    lateness = Lateness()
    for tick in ticks_ms:
        lateness.tick(round(tick * NS_PER_MS))
    return lateness.samples_ms


def test_on_time_is_not_late() -> None:
    assert late(0, EVERY_MS, 2 * EVERY_MS) == [0.0, 0.0]


def test_early_is_not_less_than_nothing() -> None:
    assert late(0, EVERY_MS - 3) == [0.0]


def test_a_little_late_is_one_sample() -> None:
    assert late(0, EVERY_MS + 4) == pytest.approx([4.0])


def test_a_block_makes_every_tick_that_it_swallowed_late() -> None:
    assert late(0, EVERY_MS + 35) == pytest.approx([35.0, 25.0, 15.0, 5.0])


def test_after_a_block_it_goes_on_from_there() -> None:
    assert late(0, EVERY_MS + 35, 2 * EVERY_MS + 35)[-1] == 0.0
