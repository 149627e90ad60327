"""Pieces of pairs for training: cut, turned, a little misplaced, and what to answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from watchpost.learning.inspection.pairs import Grey, Pair, shifted

STRIDE = 8
UNKNOWN, GOOD = -2, -1
_MARGIN = 10
_BAND = np.ones((5, 5), np.uint8)
_ENOUGH = 4
_CLEAR_CHANGE = 96
_MISPLACED = 1
_NEAR_DEFECT = 0.7


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """One training input.

    Attributes:
        pair: Part and template, shape (2, side, side), uint8.
        wanted: For each cell of 8 x 8 pixels: a kind's index, ``GOOD`` or ``UNKNOWN``;
            shape (side / 8, side / 8), int64.
    """

    pair: NDArray[np.uint8]
    wanted: NDArray[np.int64]


def wanted_cells(pair: Pair) -> NDArray[np.int64]:
    """Return what each cell of a picture should answer, as :class:`Piece` says.

    Labels are drawn generously. A defect are those cells of its box where at least 4
    pixels leave the band of the template within 2 pixels, or at least the one where most
    do; the rest of the box and a little around it stay open.
    """
    height, width = (side // STRIDE for side in pair.test.shape)
    cells = np.full((height, width), GOOD, np.int64)
    for left, top, right, low in pair.boxes:
        rows = slice(_cell(top - _MARGIN), _cell(low + _MARGIN) + 1)
        columns = slice(_cell(left - _MARGIN), _cell(right + _MARGIN) + 1)
        near = cells[rows, columns]
        near[near == GOOD] = UNKNOWN
    changed = _changed(pair)
    for (left, top, right, low), kind in zip(pair.boxes, pair.kinds, strict=True):
        rows = slice(_cell(top), _cell(low - 1) + 1)
        columns = slice(_cell(left), _cell(right - 1) + 1)
        inside = changed[rows, columns]
        if inside.any():
            cells[rows, columns][inside >= min(_ENOUGH, inside.max())] = kind
        else:
            cells[_cell((top + low) / 2), _cell((left + right) / 2)] = kind
    return cells


class Pieces:
    """Draws pieces from pairs, for ever, the same for the same generator.

    Args:
        pairs: To cut from; each at least ``side`` wide and high.
        side: Pixels, a multiple of 8.
    """

    def __init__(self, pairs: Sequence[Pair], side: int) -> None:
        self._pairs = pairs
        self._side = side
        self._cells = [wanted_cells(pair) for pair in pairs]

    def draw(self, rng: np.random.Generator) -> Piece:
        """Return a piece: mostly near a defect, turned or mirrored at random."""
        number = int(rng.integers(len(self._pairs)))
        pair = self._pairs[number]
        top, left = self._place(pair, rng)
        rows, columns = slice(top, top + self._side), slice(left, left + self._side)
        moved = rng.integers(-_MISPLACED, _MISPLACED + 1, 2)
        test = pair.test[rows, columns]
        template = shifted(pair.template, int(moved[0]), int(moved[1]))[rows, columns]
        cells = self._cells[number][
            top // STRIDE : (top + self._side) // STRIDE,
            left // STRIDE : (left + self._side) // STRIDE,
        ]
        turns, mirror = int(rng.integers(4)), bool(rng.integers(2))
        template = _worn(template, rng)
        both = np.stack([_turned(p, turns, mirror) for p in (test, template)])
        wanted = np.ascontiguousarray(_turned(cells, turns, mirror))
        return Piece(np.ascontiguousarray(both), wanted)

    def _place(self, pair: Pair, rng: np.random.Generator) -> tuple[int, int]:
        height, width = pair.test.shape
        most = np.array((height - self._side, width - self._side))
        if len(pair.boxes) and rng.random() < _NEAR_DEFECT:
            left, top, right, low = pair.boxes[int(rng.integers(len(pair.boxes)))]
            middle = np.array(((top + low) / 2, (left + right) / 2))
            corner = middle - rng.uniform(0.1, 0.9, 2) * self._side
        else:
            corner = rng.uniform(0, most + 1)
        top, left = (int(v) // STRIDE * STRIDE for v in np.clip(corner, 0, most))
        return top, left


def _changed(pair: Pair) -> NDArray[np.int64]:
    """Return how many pixels of each cell leave the template's band, clearly."""
    part, template = pair.test, pair.template
    over = cv2.subtract(part, cv2.dilate(template, _BAND))
    under = cv2.subtract(cv2.erode(template, _BAND), part)
    out = np.maximum(over, under) > _CLEAR_CHANGE
    height, width = (side // STRIDE for side in out.shape)
    cut = out[: height * STRIDE, : width * STRIDE]
    counts: NDArray[np.int64] = cut.reshape(height, STRIDE, width, STRIDE).sum((1, 3))
    return counts


def _cell(pixels: float) -> int:
    return max(0, int(pixels // STRIDE))


def _turned(cells: NDArray[Any], turns: int, mirror: bool) -> NDArray[Any]:
    turned = np.rot90(cells, turns)
    return turned[:, ::-1] if mirror else turned


def _worn(picture: Grey, rng: np.random.Generator) -> Grey:
    """Make tracks a pixel thicker or thinner now and then: etching is not exact."""
    choice = rng.integers(6)
    if choice > 1:
        return picture
    change = cv2.dilate if choice else cv2.erode
    return change(picture, np.ones((2, 2), np.uint8)).astype(np.uint8, copy=False)
