from __future__ import annotations

import numpy as np
import pytest

from watchpost.learning.datasets import Example
from watchpost.learning.framing import (
    PAD,
    Area,
    View,
    frame,
    lay,
    letterboxed,
    mosaic_areas,
    plain_view,
    random_view,
)


def example(
    width: int = 40, height: int = 20, boxes: object = ((0.25, 0.5, 0.5, 1.0),)
) -> Example:
    corners = np.array(boxes, np.float32).reshape(-1, 4)
    bgr = np.full((height, width, 3), 200, np.uint8)
    bgr[:, : width // 2] = 20
    return Example(
        bgr, corners, np.zeros(len(corners), np.int32), np.array([True, True])
    )


def canvas(width: int, height: int) -> np.ndarray:
    return np.full((height, width, 3), PAD, np.uint8)


def test_the_letterbox_lies_at_the_top_left() -> None:
    framed = letterboxed(example(), 80, 64)
    assert framed.bgr.shape == (64, 80, 3)
    assert (framed.bgr[:40, :38] == 20).all()
    assert (framed.bgr[:40, 42:] == 200).all()
    assert (framed.bgr[40:] == PAD).all()
    np.testing.assert_allclose(framed.boxes, [(20, 20, 40, 40)])
    assert framed.vague.tolist() == [False]


def test_a_mirrored_view_mirrors_picture_and_boxes() -> None:
    drawn = canvas(40, 20)
    view = View(1, 1, 0, 0, mirrored=True)
    boxes, _, _ = lay(drawn, example(), Area(0, 0, 40, 20), view)
    assert (drawn[:, :20] == 200).all()
    assert (drawn[:, 20:] == 20).all()
    np.testing.assert_allclose(boxes, [(20, 10, 30, 20)])


@pytest.mark.parametrize(
    ("left", "vague", "seen"),
    [
        (0.0, False, True),
        (-14.0, False, True),  # six of ten pixels are left
        (-17.0, True, True),  # three: neither asked for nor denied
        (-20.0, True, False),  # gone
    ],
)
def test_what_hangs_out_becomes_vague_then_unseen(
    left: float, vague: bool, seen: bool
) -> None:
    boxes, unclear, visible = lay(
        canvas(40, 20), example(), Area(0, 0, 40, 20), View(1, 1, left, 0)
    )
    assert unclear.tolist() == [vague]
    assert visible.tolist() == [seen]
    assert boxes.min() >= 0
    if seen:
        np.testing.assert_allclose(boxes[0, 2], 20 + left)


def test_tiny_objects_are_vague() -> None:
    framed = letterboxed(example(boxes=((0.5, 0.5, 0.55, 0.9),)), 40, 20)
    assert framed.vague.tolist() == [True]


def test_nothing_is_drawn_outside_its_area() -> None:
    drawn = canvas(64, 64)
    area = Area(16, 8, 32, 32)
    boxes, _, _ = lay(drawn, example(), area, View(3, 3, -20, -10))
    assert (drawn[8:40, 16:48] != PAD).all()
    drawn[8:40, 16:48] = PAD
    assert (drawn == PAD).all()
    assert (boxes[:, :2] >= (16, 8)).all()
    assert (boxes[:, 2:] <= (48, 40)).all()


@pytest.mark.parametrize("seed", range(20))
def test_random_views_keep_box_and_picture_together(seed: int) -> None:
    """The dark half of the picture is the object: its box must cover the dark pixels."""
    rng = np.random.default_rng(seed)
    whole = example(boxes=((0.0, 0.0, 0.5, 1.0),))
    area = Area(0, 0, 96, 64)
    framed = frame(
        [(area, whole)],
        96,
        64,
        lambda e, a: random_view((e.bgr.shape[1], e.bgr.shape[0]), a, rng),
    )
    y, x = np.nonzero(framed.bgr[..., 0] < 60)
    if not len(framed.boxes):
        assert len(x) <= 64 * 3
        return
    dark = (x.min(), y.min(), x.max() + 1, y.max() + 1)
    np.testing.assert_allclose(framed.boxes[0], dark, atol=2.5)


@pytest.mark.parametrize("seed", range(20))
def test_mosaic_areas_cover_the_input_once(seed: int) -> None:
    areas = mosaic_areas(96, 64, np.random.default_rng(seed))
    covered = np.zeros((64, 96), int)
    for a in areas:
        covered[a.top : a.top + a.height, a.left : a.left + a.width] += 1
    assert (covered == 1).all()
    assert len(areas) in (2, 4)


def test_a_plain_view_keeps_the_shape() -> None:
    view = plain_view((400, 100), Area(0, 0, 100, 100))
    assert (view.scale_x, view.scale_y) == (0.25, 0.25)
    assert (view.left, view.top) == (0, 0)
