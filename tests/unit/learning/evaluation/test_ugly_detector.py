from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from support.models import CLASSES, info, write_spot_detector
from watchpost.learning.corruptions import coding
from watchpost.learning.corruptions.suite import chosen
from watchpost.learning.datasets import Example
from watchpost.learning.evaluation.detector import score_detector
from watchpost.learning.evaluation.ugly_detector import score_ugly, spoilt


def example(left: int = 64, top: int = 80, level: int = 250) -> Example:
    """Return a picture with a bright square that the spot detector sees, and its box."""
    bgr = np.full((192, 192, 3), 30, np.uint8)
    bgr[top : top + 48, left : left + 48] = level
    # A bright input cell of 24 pixels in the picture's size gets a box of 48.
    boxes = np.array([[left, top, left + 48, top + 48]], np.float32) / 192
    return Example(
        bgr, boxes, np.zeros(1, np.int32), np.ones(len(CLASSES), bool), source="made"
    )


def spot(left: int, top: int) -> Example:
    """Return a picture with one bright cell, and the box that the detector draws."""
    made = example()
    bgr = np.full((192, 192, 3), 30, np.uint8)
    bgr[top : top + 24, left : left + 24] = 250
    box = np.array([[left - 12, top - 12, left + 36, top + 36]], np.float32) / 192
    return Example(bgr, box, made.class_ids, made.labelled)


def test_what_darkness_costs_a_detector_that_needs_light(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coding, "has_encoder", lambda: False)
    monkeypatch.setattr(
        "watchpost.learning.evaluation.ugly_detector.has_encoder", lambda: False
    )
    model = info(write_spot_detector(tmp_path / "spot.onnx"))

    def examples() -> Iterator[Example]:
        yield from (spot(48, 72), spot(96, 120))

    clean = score_detector(model, examples(), CLASSES)
    assert clean.classes["person"].ap50 == pytest.approx(1.0)
    told = []
    ugly = score_ugly(
        model, examples, CLASSES, clean, severities=(1, 3), on_score=told.append
    )
    by_name = {(c.id, c.severity): c for c in ugly.conditions}
    assert list(ugly.conditions) == told
    assert ugly.left_out == ("U12",)
    assert "U16" not in {c.id for c in ugly.conditions}
    assert ugly.retention(by_name["U6", 1]) == pytest.approx(1.0)
    assert ugly.retention(by_name["U5", 3], "person") == 0.0
    rpc = ugly.rpc()
    assert rpc is not None
    assert 0.3 < rpc < 1.0
    record = ugly.record()
    assert record["rpc"] == rpc
    assert len(record["conditions"]) == len(told) == 2 * 14


def test_boxes_follow_a_tilted_view() -> None:
    before = example(left=120, top=20)
    after = spoilt(before, chosen(["U15"])[0], 3, seed=1)
    bright = after.bgr[..., 0] > 140
    left, top, width, height = cv2.boundingRect(bright.astype(np.uint8))
    x = (left + width / 2) / 192
    y = (top + height / 2) / 192
    box = after.boxes[0]
    assert ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2) == pytest.approx(
        (x, y), abs=0.02
    )
    assert abs(x - (120 + 24) / 192) > 0.03


def test_boxes_that_leave_the_picture_go() -> None:
    both = np.array([[0.0, 0.0, 0.1, 0.1], [0.4, 0.4, 0.6, 0.6]], np.float32)
    made = example()
    corner = Example(made.bgr, both, np.array([0, 1], np.int32), made.labelled)
    gone = [spoilt(corner, chosen(["U15"])[0], 3, seed=seed) for seed in range(8)]
    assert min(len(e.boxes) for e in gone) == 1
    for example_ in gone:
        assert len(example_.class_ids) == len(example_.boxes)
        assert example_.class_ids[-1] == 1
        assert (example_.boxes >= 0).all()
        assert (example_.boxes <= 1).all()


def test_a_still_without_objects_is_spoilt_all_the_same() -> None:
    made = example()
    bare = Example(
        made.bgr, np.zeros((0, 4), np.float32), np.zeros(0, np.int32), made.labelled
    )
    for name in ("U10", "U12", "U15"):
        after = spoilt(bare, chosen([name])[0], 2, seed=0)
        assert after.bgr.shape == made.bgr.shape
        assert len(after.boxes) == 0
        assert (after.bgr != made.bgr).any()
