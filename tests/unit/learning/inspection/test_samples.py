from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from support.boards import write_boards
from watchpost.learning.inspection.pairs import Pair, read_pairs
from watchpost.learning.inspection.samples import GOOD, UNKNOWN, Pieces, wanted_cells


@pytest.fixture
def pairs(tmp_path: Path) -> list[Pair]:
    return read_pairs(write_boards(tmp_path / "set"))[1]


def test_what_changed_in_a_box_is_the_defect_and_the_rest_is_open() -> None:
    template = np.zeros((128, 128), np.uint8)
    test = template.copy()
    test[48:64, 50:62] = 255
    box = np.array([(40, 40, 72, 72)], np.float32)
    pair = Pair("a", "a", test, template, box, np.array([3], np.int32))
    cells = wanted_cells(pair)
    assert cells.shape == (16, 16)
    assert [tuple(map(int, at)) for at in np.argwhere(cells == 3)] == [
        (6, 6),
        (6, 7),
        (7, 6),
        (7, 7),
    ]
    assert (cells[3, 3:11] == UNKNOWN).all()
    assert (cells[:3] == GOOD).all()
    assert (cells[11:] == GOOD).all()


def test_a_defect_at_the_border_or_too_faint_is_wanted_too() -> None:
    empty = np.zeros((64, 64), np.uint8)
    box = np.array([(0, 50, 12, 64)], np.float32)
    pair = Pair("a", "a", empty, empty, box, np.array([0], np.int32))
    assert (wanted_cells(pair) == 0).sum() == 1


def test_the_same_generator_draws_the_same_pieces(pairs: list[Pair]) -> None:
    pieces = Pieces(pairs, 64)
    one = pieces.draw(np.random.default_rng(4))
    two = pieces.draw(np.random.default_rng(4))
    np.testing.assert_array_equal(one.pair, two.pair)
    np.testing.assert_array_equal(one.wanted, two.wanted)
    assert one.pair.shape == (2, 64, 64)
    assert one.wanted.shape == (8, 8)


def test_what_is_wanted_turns_with_the_picture(pairs: list[Pair]) -> None:
    pieces = Pieces(pairs, 64)
    rng = np.random.default_rng(0)
    differences, good = [], []
    for _ in range(60):
        piece = pieces.draw(rng)
        differ = np.abs(piece.pair[0].astype(int) - piece.pair[1]) > 128
        cells = differ.reshape(8, 8, 8, 8).mean((1, 3))
        differences += cells[piece.wanted >= 0].tolist()
        good += cells[piece.wanted == GOOD].tolist()
    assert len(differences) > 60
    # A wrongly turned answer would lie over places where nothing differs.
    assert np.mean(differences) > 1.8 * np.mean(good)
