from __future__ import annotations

import numpy as np
import pytest

from support.models import write_detector
from watchpost.engine.inference.inspection import inspect_model
from watchpost.engine.inference.looker import Looker
from watchpost.engine.inference.model import ModelInfo
from watchpost.learning.datasets import Example
from watchpost.learning.evaluation.detector import score_detector

# What the made model sees, in pixels of its 64 x 64 input.
SEEN = np.array([(4, 20, 36, 36)], np.float32)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> ModelInfo:
    return inspect_model(write_detector(tmp_path_factory.mktemp("m") / "made.onnx"))


def example(
    boxes: np.ndarray,
    *,
    kind: int = 0,
    labelled: tuple[bool, bool] = (True, True),
    shape: tuple[int, int] = (64, 64),
) -> Example:
    return Example(
        np.full((*shape, 3), 200, np.uint8),
        boxes.astype(np.float32),
        np.full(len(boxes), kind, np.int32),
        np.array(labelled),
    )


def test_a_right_box_scores_one(model: ModelInfo) -> None:
    result = score_detector(model, [example(SEEN / 64)], ("person", "car"))
    assert result.pictures == 1
    assert set(result.classes) == {"person"}
    assert (result.ap50, result.ap) == (1.0, 1.0)


def test_boxes_are_put_back_from_the_letterbox(model: ModelInfo) -> None:
    # 128 x 80 in 64 x 64: halved, 64 x 40 at the top; the box ends inside it.
    wide = SEEN * 2 / np.array([128, 80, 128, 80])
    result = score_detector(model, [example(wide, shape=(80, 128))], ("person", "car"))
    assert result.ap > 0.99


def test_classes_are_matched_by_name_not_by_number(model: ModelInfo) -> None:
    flipped = [example(SEEN / 64, kind=1)]
    assert score_detector(model, flipped, ("car", "person")).ap50 == 1.0
    assert score_detector(model, flipped, ("person", "car")).ap50 == 0.0


def test_pictures_that_say_nothing_of_a_class_do_not_count(model: ModelInfo) -> None:
    silent = example(np.zeros((0, 4)), labelled=(False, True))
    result = score_detector(model, [silent, example(SEEN / 64)], ("person", "car"))
    assert result.pictures == 2
    assert result.classes["person"].ap50 == 1.0


def test_weak_boxes_are_left_out_below_the_threshold(model: ModelInfo) -> None:
    dark = np.full((64, 64, 3), 25, np.uint8)  # the model's score is 0.1
    assert len(Looker(model, 0.15).look(dark)) == 0
    assert len(Looker(model, 0.05).look(dark)) == 1
