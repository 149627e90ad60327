from __future__ import annotations

import numpy as np
import pytest

from watchpost.learning.cells import cell_grid
from watchpost.learning.datasets import Example
from watchpost.learning.framing import Area, Framed
from watchpost.learning.targets import Targets, targets_of
from watchpost.learning.teacher import Answer

WIDTH, HEIGHT = 128, 64
CELLS, STRIDES = cell_grid(WIDTH, HEIGHT)
MIDDLES = (CELLS + 0.5) * STRIDES[:, None]
TAUGHT = np.array([True, False])


def framed(
    boxes: object = (),
    class_ids: object = (),
    *,
    labelled: tuple[bool, bool] = (True, True),
    vague: bool = False,
    loose: bool = False,
    drawn: bool = False,
) -> Framed:
    corners = np.array(boxes, np.float32).reshape(-1, 4)
    kinds = np.array(class_ids, np.int32)
    bgr = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    part = Example(bgr, corners, kinds, np.array(labelled), loose=loose, drawn=drawn)
    return Framed(
        bgr,
        corners,
        kinds,
        np.full(len(kinds), vague),
        ((Area(0, 0, WIDTH, HEIGHT), part),),
    )


def answer(*claims: tuple[int, float, tuple[float, ...]], kind: int = 0) -> Answer:
    scores = np.zeros((len(CELLS), 2), np.float32)
    boxes = np.zeros((len(CELLS), 4), np.float32)
    for cell, score, box in claims:
        scores[cell, kind], boxes[cell] = score, box
    return Answer(scores, boxes, ())


def cell_at(x: float, y: float, stride: int) -> int:
    inside = (np.abs(MIDDLES - (x, y)).max(1) * 2 <= STRIDES) & (stride == STRIDES)
    return int(np.flatnonzero(inside)[0])


def answering(targets: Targets, kind: int) -> set[float]:
    return set(STRIDES[targets.scores[:, kind] > 0].tolist())


@pytest.mark.parametrize(
    ("side", "stride"), [(20.0, 8.0), (48.0, 8.0), (60.0, 16.0), (120.0, 32.0)]
)
def test_an_object_belongs_to_the_level_of_its_size(side: float, stride: float) -> None:
    box = (4.0, 4.0, 4.0 + side, 24.0)
    targets = targets_of(framed([box], [1]), None, TAUGHT)
    assert answering(targets, 1) == {stride}
    assert answering(targets, 0) == set()
    chosen = targets.scores[:, 1] > 0
    np.testing.assert_allclose(targets.boxes[chosen], [box] * int(chosen.sum()))


def test_the_cell_at_the_centre_is_the_surest() -> None:
    targets = targets_of(framed([(34.0, 18.0, 54.0, 38.0)], [0]), None, TAUGHT)
    centre = cell_at(44, 28, 8)
    assert int(targets.scores[:, 0].argmax()) == centre
    assert targets.scores[centre, 0] == pytest.approx(0.99)
    assert 0 < targets.scores[cell_at(52, 28, 8), 0] < 0.7
    assert targets.scores[cell_at(60, 28, 8), 0] == 0


def test_unlabelled_classes_stay_unknown_without_a_teacher() -> None:
    targets = targets_of(framed(labelled=(True, False)), None, TAUGHT)
    assert targets.known[:, 0].all()
    assert not targets.known[:, 1].any()


def test_a_teacher_makes_its_classes_known() -> None:
    targets = targets_of(framed(labelled=(False, False)), answer(), TAUGHT)
    assert targets.known[:, 0].all()
    assert not targets.known[:, 1].any()


def test_of_unlabelled_classes_the_teacher_is_believed() -> None:
    cell = cell_at(40, 24, 8)
    claims = answer((cell, 0.7, (30, 14, 50, 34)))
    targets = targets_of(framed(labelled=(False, True)), claims, TAUGHT)
    assert targets.scores[cell, 0] == pytest.approx(0.7)


@pytest.mark.parametrize(("loose", "left"), [(False, 0.3), (True, 0.8)])
def test_a_claim_without_a_label_is_turned_down(loose: bool, left: float) -> None:
    cell = cell_at(40, 24, 8)
    claims = answer((cell, 0.7, (30, 14, 50, 34)))
    targets = targets_of(framed(loose=loose), claims, TAUGHT)
    assert targets.scores[cell, 0] == pytest.approx(0.7 * left)


def test_a_claim_that_a_label_agrees_with_is_raised_and_takes_its_box() -> None:
    cell, weaker = cell_at(40, 24, 8), cell_at(48, 24, 8)
    label = (30.0, 14.0, 50.0, 34.0)
    claims = answer((cell, 0.45, (31, 15, 51, 35)), (weaker, 0.2, (30, 14, 51, 35)))
    targets = targets_of(framed([label], [0]), claims, TAUGHT)
    assert targets.scores[cell, 0] == pytest.approx(0.9)
    assert targets.scores[weaker, 0] == pytest.approx(0.4)
    np.testing.assert_allclose(targets.boxes[[cell, weaker]], [label, label])
    assert (targets.scores[:, 0] > 0).sum() == 2


def test_a_teacher_says_nothing_about_drawn_pictures() -> None:
    claims = answer((cell_at(40, 24, 8), 0.9, (30, 14, 50, 34)))
    targets = targets_of(framed(drawn=True), claims, TAUGHT)
    assert not targets.scores.any()
    assert targets.known.all()


def test_vague_objects_are_neither_asked_for_nor_denied() -> None:
    box = (32.0, 0.0, 64.0, 32.0)
    targets = targets_of(framed([box], [1], vague=True), None, TAUGHT)
    assert not targets.scores.any()
    inside = ((MIDDLES >= (32, 0)) & (MIDDLES < (64, 32))).all(1)
    np.testing.assert_array_equal(targets.known[:, 1], ~inside)
    assert targets.known[:, 0].all()


def test_of_two_at_one_place_the_smaller_wins() -> None:
    large, small = (20.0, 10.0, 64.0, 54.0), (34.0, 24.0, 50.0, 40.0)
    targets = targets_of(framed([small, large], [0, 0]), None, TAUGHT)
    cell = cell_at(41, 33, 8)
    np.testing.assert_allclose(targets.boxes[cell], small)


def test_parts_of_a_mosaic_keep_to_themselves() -> None:
    bgr = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    none = np.zeros((0, 4), np.float32), np.zeros(0, np.int32)
    left = Example(bgr, *none, np.array([True, False]))
    right = Example(bgr, *none, np.array([False, True]))
    parts = ((Area(0, 0, 64, 64), left), (Area(64, 0, 64, 64), right))
    both = Framed(bgr, *none, np.zeros(0, bool), parts)
    targets = targets_of(both, None, TAUGHT)
    np.testing.assert_array_equal(targets.known[:, 0], MIDDLES[:, 0] < 64)
    np.testing.assert_array_equal(targets.known[:, 1], MIDDLES[:, 0] >= 64)
