from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from support.boards import KINDS, MOVED, write, write_boards
from watchpost.base.errors import LearningError
from watchpost.learning.inspection.pairs import Pair, deal, read_pairs, repaired


def a_pair(board: str) -> Pair:
    plain = np.zeros((8, 8), np.uint8)
    boxes, kinds = np.zeros((0, 4), np.float32), np.zeros(0, np.int32)
    return Pair(board, board, plain, plain, boxes, kinds)


def test_pairs_are_read_with_their_boxes_in_pixels(tmp_path: Path) -> None:
    kinds, pairs = read_pairs(write_boards(tmp_path / "set"))
    assert kinds == KINDS
    assert len(pairs) == 6
    first = pairs[0]
    assert (first.name, first.board) == ("00000000", "00000")
    assert first.test.shape == first.template.shape == (128, 128)
    assert first.kinds.tolist() == [0, 1]
    np.testing.assert_allclose(first.boxes[1, 1::2], (104, 128), atol=0.01)
    left, top, right, low = first.boxes[0].astype(int)
    # What differs lies in the boxes, once the template lies over the part.
    differs = np.abs(first.test.astype(int) - first.template) > 128
    differs[: MOVED[0]] = differs[:, : MOVED[0]] = False
    inside = differs[top:low, left:right].sum()
    assert inside > 40
    assert differs[:96].sum() <= inside + 30


def test_every_pair_is_in_one_part_and_every_board_too(tmp_path: Path) -> None:
    _, pairs = read_pairs(write_boards(tmp_path / "set", boards=5))
    parts = deal(pairs, 3)
    names = [pair.name for part in parts for pair in part]
    assert sorted(names) == [pair.name for pair in pairs]
    boards = [{pair.board for pair in part} for part in parts]
    assert sum(map(len, boards)) == len(set.union(*boards)) == 5
    assert [len(part) for part in parts] == [4, 4, 2]


def test_large_boards_are_dealt_first() -> None:
    sizes = {"a": 2, "b": 7, "c": 3, "d": 3, "e": 2}
    pairs = [a_pair(board) for board, size in sizes.items() for _ in range(size)]
    parts = deal(pairs, 2)
    assert [sorted({pair.board for pair in part}) for part in parts] == [
        ["b", "e"],
        ["a", "c", "d"],
    ]
    assert [len(part) for part in parts] == [9, 8]


def test_there_are_no_more_parts_than_boards() -> None:
    assert len(deal([a_pair("a"), a_pair("b")], 5)) == 2
    with pytest.raises(LearningError, match="of one board"):
        deal([a_pair("a")] * 4, 2)


def test_a_repaired_part_is_its_template_where_the_defects_were(tmp_path: Path) -> None:
    _, pairs = read_pairs(write_boards(tmp_path / "set", boards=1, pictures=1))
    good = repaired(pairs[0])
    assert len(good.boxes) == len(good.kinds) == 0
    left, top, right, low = pairs[0].boxes[0].astype(int)
    np.testing.assert_array_equal(
        good.test[top:low, left:right], good.template[top:low, left:right]
    )
    np.testing.assert_array_equal(good.test[60:95], pairs[0].test[60:95])


@pytest.mark.parametrize(
    ("break_it", "says"),
    [
        (lambda f: (f / "templates" / "00000000_temp.jpg").unlink(), "cannot be read"),
        (
            lambda f: (f / "templates" / "00000000_temp.jpg").write_bytes(b"no"),
            "cannot be decoded",
        ),
        (
            lambda f: write(
                f / "templates" / "00000000_temp.jpg", np.zeros((9, 9), np.uint8)
            ),
            "differ in size",
        ),
    ],
)
def test_an_incomplete_set_is_said(
    tmp_path: Path, break_it: Callable[[Path], object], says: str
) -> None:
    folder = write_boards(tmp_path / "set", boards=1, pictures=1)
    break_it(folder)
    with pytest.raises(LearningError, match=says):
        read_pairs(folder)


@pytest.mark.data
def test_the_real_boards_are_read_and_laid_over_their_templates(
    shared_data: Path, tmp_path: Path
) -> None:
    real = shared_data / "images" / "deeppcb"
    for name in ("images", "templates", "labels"):
        (tmp_path / name).mkdir()
        for file in sorted((real / name).iterdir())[:2]:
            (tmp_path / name / file.name).write_bytes(file.read_bytes())
    (tmp_path / "classes.txt").write_bytes((real / "classes.txt").read_bytes())
    kinds, pairs = read_pairs(tmp_path)
    assert len(kinds) == 6
    for pair in pairs:
        good = repaired(pair)
        differs = np.abs(good.test.astype(int) - good.template) > 128
        assert differs.mean() < 0.02
        assert len(pair.boxes) >= 3
