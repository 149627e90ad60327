from __future__ import annotations

import numpy as np
import pytest

from watchpost.learning.augment import CORRUPTIONS, make_ugly, vary


def picture() -> np.ndarray:
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (9, 16, 3), np.uint8)
    return np.kron(coarse, np.ones((40, 40, 1), np.uint8))


@pytest.mark.parametrize("name", CORRUPTIONS)
@pytest.mark.parametrize("severity", [1, 2, 3])
def test_a_corruption_changes_a_picture_and_repeats_itself(
    name: str, severity: int
) -> None:
    before = picture()
    made = CORRUPTIONS[name](before, severity, np.random.default_rng(5))
    again = CORRUPTIONS[name](picture(), severity, np.random.default_rng(5))
    assert made.shape == before.shape
    assert made.dtype == np.uint8
    np.testing.assert_array_equal(made, again)
    np.testing.assert_array_equal(before, picture())
    assert (made != before).any()


@pytest.mark.parametrize(
    "name", ["defocus", "underexposed", "haze", "jpeg", "low_resolution"]
)
def test_a_higher_severity_hurts_more(name: str) -> None:
    before = picture().astype(float)

    def harm(severity: int) -> float:
        made = CORRUPTIONS[name](picture(), severity, np.random.default_rng(5))
        return float(np.abs(made - before).mean())

    assert harm(1) < harm(3)


def test_nothing_is_made_ugly_without_the_chance() -> None:
    before = picture()
    assert make_ugly(before, np.random.default_rng(1), chance=0) is before


def test_variation_keeps_shape_and_repeats_itself() -> None:
    made = vary(picture(), np.random.default_rng(3))
    np.testing.assert_array_equal(made, vary(picture(), np.random.default_rng(3)))
    assert made.shape == picture().shape
    assert made.dtype == np.uint8
