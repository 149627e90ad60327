from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from support.boards import write_boards
from watchpost.base.errors import LearningError
from watchpost.learning.inspection.measuring import (
    Heat,
    HeatReader,
    Scores,
    choose_threshold,
    judge,
    score,
    together,
)
from watchpost.learning.inspection.pairs import Pair, read_pairs


def scores_of(defects: list[float], good: list[float]) -> Scores:
    kinds = np.arange(len(defects), dtype=np.int32) % 2
    return Scores(
        np.array(defects),
        kinds,
        np.zeros_like(kinds),
        np.array(defects),
        np.array(good),
        np.array(good),
    )


def differences(pair: Pair) -> Heat:
    """Say "spot" wherever the two pictures differ in half a cell."""
    differ = np.abs(pair.test.astype(int) - pair.template) > 128
    cells = differ.reshape(16, 8, 16, 8).mean((1, 3)).astype(np.float32)
    return np.stack((cells * 0.5, cells))


def test_the_hottest_cell_in_a_box_is_the_defects_score(tmp_path: Path) -> None:
    _, pairs = read_pairs(write_boards(tmp_path / "set"))
    scores = score(pairs, differences)
    assert len(scores.defects) == 12
    assert scores.kinds.tolist() == [0, 1] * 6
    assert scores.named.tolist() == [1] * 12
    assert scores.defects.min() > 0.3
    assert len(scores.bad_parts) == len(scores.good_parts) == 6
    assert scores.good_parts.max() < scores.bad_parts.min()


def test_windows_keep_clear_of_every_defect() -> None:
    plain = np.zeros((320, 320), np.uint8)
    box = np.array([(100, 100, 130, 130)], np.float32)
    pair = Pair("a", "a", plain, plain, box, np.array([0], np.int32))
    heat = np.zeros((1, 40, 40), np.float32)
    heat[0, 30, 30] = 0.7
    scores = score([pair], lambda _pair: heat)
    assert scores.windows.tolist() == pytest.approx([0, 0, 0.7])


def test_a_threshold_lies_between_good_parts_and_defects() -> None:
    scores = scores_of([0.8] * 10, [0.2] * 10)
    assert choose_threshold(scores, 0.02, 0.05) == pytest.approx(0.5, abs=0.02)
    # Where they overlap, the goals decide which is worse.
    scores = scores_of([0.9] * 9 + [0.3], [0.1] * 9 + [0.6])
    assert 0.1 < choose_threshold(scores, 0.02, 0.2) < 0.3
    assert 0.6 < choose_threshold(scores, 0.2, 0.02) < 0.9


def test_a_threshold_divides_into_escaped_and_rejected() -> None:
    scores = scores_of([0.9, 0.8, 0.4, 0.1], [0.0, 0.0, 0.5])
    at = judge(scores, 0.45, 2)
    assert (at.escaped.count, at.escaped.total) == (2, 4)
    assert [share.count for share in at.escaped_by_kind] == [1, 1]
    assert (at.rejected.count, at.rejected.total) == (1, 3)
    assert at.passed.count == 2
    assert (at.named.count, at.named.total) == (1, 2)
    assert at.escaped.low < 0.5 < at.escaped.high


def test_folds_are_counted_together_each_at_its_own_threshold() -> None:
    one = judge(scores_of([0.9, 0.8, 0.4, 0.1], [0.0, 0.0, 0.5]), 0.3, 2)
    two = judge(scores_of([0.9, 0.6], [0.7]), 0.7, 2)
    both = together([one, two])
    assert both.threshold == pytest.approx(0.5)
    assert (both.escaped.count, both.escaped.total) == (2, 6)
    assert [(s.count, s.total) for s in both.escaped_by_kind] == [(0, 3), (2, 3)]
    assert (both.rejected.count, both.rejected.total) == (2, 4)
    assert both.escaped.low < 2 / 6 < both.escaped.high


@pytest.mark.data
def test_a_detector_is_no_inspection_model(shared_data: Path) -> None:
    with pytest.raises(LearningError, match="no inspection model"):
        HeatReader(shared_data / "models" / "light_person_192.onnx")
