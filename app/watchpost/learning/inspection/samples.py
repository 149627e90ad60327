"""Pieces of pairs for training: cut, turned, a little misplaced, and what to answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from watchpost.learning.inspection.alignment import Grey, shifted
from watchpost.learning.inspection.pairs import Pair

STRIDE = 8
UNNAMED, UNKNOWN, GOOD = -3, -2, -1
_MARGIN = 10
_BAND = np.ones((3, 3), np.uint8)
_ENOUGH = 4
_CLEAR_CHANGE = 96
_MISPLACED = 1
_OFTEN_MISPLACED = 0.3
_NEAR_DEFECT = 0.7
_PAINTED = 0.5
_MOST_BLOTS = 3
_ROUGH = 0.3
_SEEN = 12


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """One training input.

    Attributes:
        pair: Part and template, shape (2, side, side), uint8.
        wanted: For each cell of 8 x 8 pixels: a kind's index, ``GOOD``, ``UNKNOWN``, or
            ``UNNAMED`` for a painted defect; shape (side / 8, side / 8), int64.
    """

    pair: NDArray[np.uint8]
    wanted: NDArray[np.int64]


def wanted_cells(pair: Pair) -> NDArray[np.int64]:
    """Return what each cell of a picture should answer, as :class:`Piece` says.

    Labels are drawn generously. A defect are those cells of its box where at least 4
    pixels leave the band of the template within a pixel, or at least the one where most
    do; the rest of the box and a little around it stay open.
    """
    height, width = (side // STRIDE for side in pair.test.shape)
    cells = np.full((height, width), GOOD, np.int64)
    for left, top, right, low in pair.boxes:
        rows = slice(_cell(top - _MARGIN), _cell(low + _MARGIN) + 1)
        columns = slice(_cell(left - _MARGIN), _cell(right + _MARGIN) + 1)
        near = cells[rows, columns]
        near[near == GOOD] = UNKNOWN
    changed = _changed(pair.test, pair.template)
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
        far = _MISPLACED if rng.random() < _OFTEN_MISPLACED else 0
        right, down = (int(v) for v in rng.integers(-far, far + 1, 2))
        test = pair.test[rows, columns]
        template = shifted(pair.template, right, down, rows, columns)
        cells = self._cells[number][
            top // STRIDE : (top + self._side) // STRIDE,
            left // STRIDE : (left + self._side) // STRIDE,
        ]
        turns, mirror = int(rng.integers(4)), bool(rng.integers(2))
        template = _worn(template, rng)
        if rng.random() < _PAINTED:
            test, cells = _spoilt(test, template, cells, rng)
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


def _changed(part: Grey, template: Grey) -> NDArray[np.int64]:
    """Return how many pixels of each cell leave the template's band, clearly."""
    over = cv2.subtract(part, cv2.dilate(template, _BAND))
    under = cv2.subtract(cv2.erode(template, _BAND), part)
    out = np.maximum(over, under) > _CLEAR_CHANGE
    height, width = (side // STRIDE for side in out.shape)
    cut = out[: height * STRIDE, : width * STRIDE]
    counts: NDArray[np.int64] = cut.reshape(height, STRIDE, width, STRIDE).sum((1, 3))
    return counts


def _spoilt(
    part: Grey, template: Grey, cells: NDArray[np.int64], rng: np.random.Generator
) -> tuple[Grey, NDArray[np.int64]]:
    """Paint a few small defects: blots that bridge a narrow gap or cut a thin track.

    Such places are few among the labelled defects, and every board has its own.

    Returns:
        The part, and what its cells should answer now.
    """
    spoilt, cells = part.copy(), cells.copy()
    for _ in range(int(rng.integers(1, _MOST_BLOTS + 1))):
        light = bool(rng.integers(2))
        close = cv2.MORPH_CLOSE if light else cv2.MORPH_OPEN
        narrow = np.ones((int(rng.integers(5, 12)),) * 2, np.uint8)
        filled = cv2.morphologyEx(template, close, narrow)
        places = np.argwhere(cv2.absdiff(filled, template) > _CLEAR_CHANGE)
        if not len(places):
            continue
        middle = places[int(rng.integers(len(places)))]
        blot = np.zeros_like(part)
        axes = [int(axis) for axis in rng.integers(3, 9, 2)]
        at = int(middle[1]), int(middle[0])
        cv2.ellipse(blot, at, axes, float(rng.uniform(0, 180)), 0, 360, 255, -1)
        before = spoilt.copy()
        spoilt[blot > 0] = 255 if light else 0
        if rng.random() < _ROUGH:
            # Where the tone was that already, nothing shows; the rest is ragged.
            rough = rng.random(part.shape) < 0.15
            spoilt[rough & (blot > 0)] = before[rough & (blot > 0)]
        hurt = _changed(spoilt, template) - _changed(before, template)
        near = cv2.dilate((hurt > 0).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        cells[near & (cells == GOOD)] = UNKNOWN
        if hurt.sum() >= _SEEN:
            cells[(hurt >= min(_ENOUGH, hurt.max())) & (cells < 0)] = UNNAMED
    return spoilt, cells


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
