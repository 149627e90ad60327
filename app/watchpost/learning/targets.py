"""What each cell of the detector should say: from labels, and from a teacher.

Where a teacher already answers for a labelled object, its cells are kept and its best one
is raised; where it does not, the cells around the object's centre answer. What a teacher
claims of a labelled class without a label is turned down.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from watchpost.domain.geometry import iou
from watchpost.learning.cells import STRIDES, cell_grid
from watchpost.learning.framing import Framed
from watchpost.learning.teacher import Answer

# An object belongs to the level whose limit (longer side, pixels) it does not exceed.
_LEVEL_LIMITS = (48.0, 112.0, 1e9)
_LABEL_SCORE = 0.9
_KNOWN_SCORE = 0.1
_SAME_OBJECT = 0.5
_NEAR_OBJECT = 0.3
# Share of an unlabelled claim that stays: in careful sets, and in loose ones.
_DOUBT, _LOOSE_DOUBT = 0.3, 0.8
_NOISE = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """What is wanted of every cell.

    Attributes:
        scores: Wanted per class, 0..1; shape (N, C), float32.
        boxes: Left, top, right, bottom, input pixels; shape (N, 4), float32. Only means
            something where a score is above zero.
        known: Whether anything is known of a class there; shape (N, C), bool.
    """

    scores: NDArray[np.float32]
    boxes: NDArray[np.float32]
    known: NDArray[np.bool_]


def targets_of(
    framed: Framed, answer: Answer | None, taught: NDArray[np.bool_]
) -> Targets:
    """Merge labels and a teacher's answer.

    Args:
        framed: The input and its labels.
        answer: Of the teacher for this input, or None.
        taught: Which classes a teacher knows; shape (C,).
    """
    height, width = framed.bgr.shape[:2]
    cells, strides = cell_grid(width, height)
    middles = (cells + 0.5) * strides[:, None]
    kinds = len(taught)
    scores = np.zeros((len(cells), kinds), np.float32)
    boxes = np.zeros((len(cells), 4), np.float32)
    known = np.zeros((len(cells), kinds), bool)
    if answer is not None:
        scores, boxes = answer.scores.copy(), answer.boxes.copy()
        scores[scores < _NOISE] = 0
    for area, example in framed.parts:
        inside = _within(middles, area.left, area.top, area.width, area.height)
        known[inside] = example.labelled
        if answer is None:
            continue
        if example.drawn:
            scores[inside] = 0
            continue
        known[inside] |= taught
        rows = np.flatnonzero(inside)
        _turn_down(scores, boxes, rows, framed, example.labelled, loose=example.loose)
    _deny_nothing_vague(known, middles, framed, taught if answer is not None else None)
    _add_labels(scores, boxes, framed, middles, strides)
    return Targets(np.clip(scores, 0, 1), boxes, known)


def _within(
    middles: NDArray[np.float32], left: float, top: float, width: float, height: float
) -> NDArray[np.bool_]:
    x, y = middles[:, 0] - left, middles[:, 1] - top
    return (x >= 0) & (x < width) & (y >= 0) & (y < height)


def _turn_down(
    scores: NDArray[np.float32],
    boxes: NDArray[np.float32],
    rows: NDArray[np.int64],
    framed: Framed,
    labelled: NDArray[np.bool_],
    *,
    loose: bool,
) -> None:
    """Lower what the teacher says of labelled classes where no label agrees."""
    for kind in np.flatnonzero(labelled):
        claims = rows[scores[rows, kind] > 0]
        labels = framed.boxes[framed.class_ids == kind]
        if not len(claims):
            continue
        agrees = np.zeros(len(claims), bool)
        if len(labels):
            agrees = _overlaps(boxes[claims], labels).max(1) > _NEAR_OBJECT
        scores[claims[~agrees], kind] *= _LOOSE_DOUBT if loose else _DOUBT


def _deny_nothing_vague(
    known: NDArray[np.bool_],
    middles: NDArray[np.float32],
    framed: Framed,
    taught: NDArray[np.bool_] | None,
) -> None:
    """Without a teacher's word, say nothing where a vague object lies."""
    for row in np.flatnonzero(framed.vague):
        kind = int(framed.class_ids[row])
        if taught is not None and taught[kind]:
            continue
        left, top, right, bottom = framed.boxes[row]
        inside = _within(middles, left, top, right - left, bottom - top)
        known[inside, kind] = False


def _add_labels(
    scores: NDArray[np.float32],
    boxes: NDArray[np.float32],
    framed: Framed,
    middles: NDArray[np.float32],
    strides: NDArray[np.float32],
) -> None:
    """Make cells answer for each clear label; large ones first, so small ones win."""
    sides = (framed.boxes[:, 2:] - framed.boxes[:, :2]).max(1, initial=0)
    for row in np.argsort(-sides):
        if framed.vague[row]:
            continue
        box, kind = framed.boxes[row], int(framed.class_ids[row])
        likely = np.flatnonzero(scores[:, kind] > _KNOWN_SCORE)
        if len(likely):
            likely = likely[_overlaps(boxes[likely], box[None])[:, 0] > _SAME_OBJECT]
        if len(likely):
            best = scores[likely, kind].max()
            raised = scores[likely, kind] * max(1.0, _LABEL_SCORE / best)
            scores[likely, kind] = np.minimum(raised, 1.0)
            boxes[likely] = box
            continue
        level = next(
            s for s, m in zip(STRIDES, _LEVEL_LIMITS, strict=True) if sides[row] <= m
        )
        off = np.abs(middles - (box[:2] + box[2:]) / 2).max(1) / strides
        near = (strides == level) & (off <= 1.0)
        wanted = _LABEL_SCORE * (1.1 - 0.45 * off[near])
        scores[near, kind] = np.maximum(scores[near, kind], wanted)
        boxes[near] = box


def _overlaps(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float64]:
    return iou(a.astype(np.float64), b.astype(np.float64))
