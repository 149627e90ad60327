from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from watchpost.domain.geometry import (
    cxcywh_from_xyxy,
    iou,
    position_along,
    signed_distance,
    xyxy_from_cxcywh,
)

finite = st.floats(-10, 10, width=32)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ((0, 0, 1, 1), (0, 0, 1, 1), 1.0),
        ((0, 0, 1, 1), (1, 1, 2, 2), 0.0),
        ((0, 0, 2, 1), (1, 0, 3, 1), 1 / 3),
        ((0, 0, 0, 0), (0, 0, 0, 0), 0.0),  # no area is no overlap, not a division
    ],
)
def test_iou(a: tuple[float, ...], b: tuple[float, ...], expected: float) -> None:
    got = iou(np.array([a], float), np.array([b], float))
    assert got[0, 0] == pytest.approx(expected)


def test_iou_of_nothing_has_the_right_shape() -> None:
    assert iou(np.empty((0, 4)), np.zeros((3, 4))).shape == (0, 3)


@given(
    arrays(np.float64, (5, 2), elements=finite),
    arrays(np.float64, (5, 2), elements=st.floats(0.01, 5)),
)
def test_corner_and_centre_forms_round_trip(
    centres: np.ndarray, sizes: np.ndarray
) -> None:
    boxes = np.concatenate((centres, sizes), axis=1)
    np.testing.assert_allclose(
        cxcywh_from_xyxy(xyxy_from_cxcywh(boxes)), boxes, atol=1e-6
    )


def test_the_right_hand_of_who_looks_down_the_picture_is_its_left_half() -> None:
    a, b = np.array([0.5, 0.0]), np.array([0.5, 1.0])
    points = np.array([[0.2, 0.5], [0.8, 0.5], [0.5, 0.3]])
    assert signed_distance(points, a, b) == pytest.approx([0.3, -0.3, 0.0])


def test_position_along_runs_from_first_to_second_point() -> None:
    a, b = np.array([0.0, 0.0]), np.array([2.0, 0.0])
    assert position_along(np.array([0.5, 7.0]), a, b) == pytest.approx(0.25)
