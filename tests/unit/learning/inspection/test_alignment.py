from __future__ import annotations

import cv2
import numpy as np
import pytest

from support.boards import SIDE, draw_board, spoil
from watchpost.learning.inspection.alignment import Grey, align, shifted


def left_over(template: Grey, part: Grey) -> float:
    """Return the share of pixels that are clearly different, away from the border."""
    apart = np.abs(template.astype(int) - part) > 128
    return float(apart[12:-12, 12:-12].mean())


@pytest.mark.parametrize("moved", [(0, 0), (5, -7), (-12, 12)])
def test_a_template_is_laid_over_its_part(moved: tuple[int, int]) -> None:
    board = draw_board(np.random.default_rng(1))
    np.testing.assert_array_equal(
        align(board, shifted(board, *moved))[20:-20, 20:-20],
        shifted(board, *moved)[20:-20, 20:-20],
    )


def test_scale_and_slant_are_taken_out() -> None:
    board = draw_board(np.random.default_rng(1))
    bent = cv2.warpAffine(
        board,
        np.array([[1.04, 0.02, -2.0], [-0.03, 0.97, 5.0]]),
        (SIDE, SIDE),
        borderMode=cv2.BORDER_REPLICATE,
    ).astype(np.uint8)
    before = left_over(board, bent)
    assert left_over(align(board, bent), bent) < before / 8


def test_a_defect_is_not_stretched_away() -> None:
    rng = np.random.default_rng(2)
    board = draw_board(rng)
    spoilt, boxes = spoil(board, rng)
    laid = align(board, spoilt)
    for left, top, right, low in boxes:
        inside = np.abs(laid.astype(int) - spoilt)[top:low, left:right] > 128
        was = np.abs(board.astype(int) - spoilt)[top:low, left:right] > 128
        assert inside.sum() > 0.8 * was.sum()
    assert left_over(laid, board) < 0.005


def test_an_empty_template_is_only_moved() -> None:
    empty = np.zeros((64, 64), np.uint8)
    np.testing.assert_array_equal(align(empty, empty), empty)


def test_a_shift_repeats_the_border() -> None:
    picture = np.arange(12, dtype=np.uint8).reshape(3, 4)
    assert shifted(picture, 1, 0).tolist()[0] == [0, 0, 1, 2]
    assert shifted(picture, 0, -1).tolist()[1:] == [[8, 9, 10, 11]] * 2
