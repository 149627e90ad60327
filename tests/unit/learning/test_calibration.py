from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from support.models import write_detector
from watchpost.engine.inference.inspection import inspect_model
from watchpost.learning.calibration import ScoreLine, calibrate, fit_line
from watchpost.learning.datasets import Example


def logit(chance: np.ndarray) -> np.ndarray:
    return np.log(chance / (1 - chance))


@pytest.mark.parametrize(("slope", "shift"), [(1.0, 0.0), (2.5, -1.0), (1.3, 0.5)])
def test_a_line_that_was_laid_is_found_again(slope: float, shift: float) -> None:
    rng = np.random.default_rng(1)
    scores = rng.uniform(0.05, 0.95, 20_000)
    chance = 1 / (1 + np.exp(-(slope * logit(scores) + shift)))
    line = fit_line(scores, rng.uniform(size=len(scores)) < chance)
    assert line.slope == pytest.approx(slope, abs=0.1)
    assert line.shift == pytest.approx(shift, abs=0.1)
    assert line.boxes == len(scores)


def test_with_little_to_go_by_scores_are_left_alone() -> None:
    right = np.array([True] * 5 + [False] * 500)
    assert fit_line(np.linspace(0.9, 0.1, 505), right) == ScoreLine()
    assert fit_line(np.zeros(0), np.zeros(0, bool)) == ScoreLine()


def test_a_clean_cut_does_not_run_away() -> None:
    scores = np.concatenate((np.full(500, 0.4), np.full(500, 0.3)))
    line = fit_line(scores, scores > 0.35)
    assert line.slope == 4.0
    upper, lower = 4.0 * logit(np.array([0.4, 0.3])) + line.shift
    assert upper > 0 > lower


def test_a_model_that_is_always_right_is_believed_and_else_not(tmp_path: Path) -> None:
    model = inspect_model(write_detector(tmp_path / "made.onnx"))
    seen = np.array([(4, 20, 36, 36)], np.float32) / 64
    away = np.array([(0.7, 0.7, 0.9, 0.9)], np.float32)

    def example(grey: int, boxes: np.ndarray) -> Example:
        bgr = np.full((64, 64, 3), grey, np.uint8)
        return Example(bgr, boxes, np.zeros(1, np.int32), np.array([True, False]))

    # The model's score is the picture's brightness; bright ones are right here.
    bright = [example(140, seen)] * 40
    dark = [example(120, away)] * 40
    person, car = calibrate(model, bright + dark, ("person", "car"))
    assert person.slope > 2
    assert person.boxes == 80
    # Nothing was seen of cars: what holds of the rest is the best guess.
    assert car == person
    assert calibrate(model, dark, ("person", "car")) == (ScoreLine(), ScoreLine())


def test_scores_are_never_made_flatter() -> None:
    rng = np.random.default_rng(3)
    scores = rng.uniform(0.02, 0.98, 4000)
    chance = 1 / (1 + np.exp(-(0.4 * logit(scores) - 1)))
    assert fit_line(scores, rng.random(4000) < chance).slope == 1.0
