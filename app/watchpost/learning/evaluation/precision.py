"""Average precision of boxes, as COCO measures it.

Detections of a class are matched to its objects greedily, surest first, one object each,
picture by picture; precision is made falling and read at 101 recalls (Lin et al.,
"Microsoft COCO", 2014; pycocotools ``cocoeval.py``). There are no crowds and no areas to
ignore here; what a data set does not label is left out by who calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from watchpost.domain.geometry import iou

OVERLAPS = np.linspace(0.5, 0.95, 10)
_RECALLS = np.linspace(0.0, 1.0, 101)
_MOST_BOXES = 100
_EPSILON = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Boxes:
    """Boxes of one class in one picture.

    Attributes:
        xyxy: Left, top, right, bottom, any one unit; shape (N, 4).
        scores: 0..1, shape (N,); of what is truly there they are not looked at.
    """

    xyxy: NDArray[np.float64]
    scores: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ClassScore:
    """How well a class is found.

    Attributes:
        objects: How many there truly are.
        ap50: Average precision at an overlap (IoU) of 0.5; 0..1.
        ap: Mean over the overlaps 0.5, 0.55 ... 0.95.
    """

    objects: int
    ap50: float
    ap: float


def score_class(pictures: Sequence[tuple[Boxes, Boxes]]) -> ClassScore | None:
    """Return the score of one class over pictures, or None where it never occurs.

    Args:
        pictures: What was found and what is truly there, picture by picture.
    """
    objects = sum(len(truth.xyxy) for _, truth in pictures)
    if not objects:
        return None
    right, scores = [np.zeros((len(OVERLAPS), 0), bool)], [np.zeros(0)]
    for found, truth in pictures:
        order = np.argsort(-found.scores, kind="stable")[:_MOST_BOXES]
        right.append(matches(found.xyxy[order], truth.xyxy))
        scores.append(found.scores[order])
    order = np.argsort(-np.concatenate(scores), kind="stable")
    precisions = average_precision(np.concatenate(right, axis=1)[:, order], objects)
    return ClassScore(objects, float(precisions[0]), float(precisions.mean()))


def matches(
    found: NDArray[np.float64], truth: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Say which boxes of a picture find an object of their own.

    Args:
        found: Surest first; shape (D, 4).
        truth: Shape (G, 4).

    Returns:
        One row for each of ``OVERLAPS``; shape (10, D).
    """
    right = np.zeros((len(OVERLAPS), len(found)), bool)
    if not len(truth) or not len(found):
        return right
    overlap = iou(found.astype(np.float64), truth.astype(np.float64))
    free = np.ones((len(OVERLAPS), len(truth)), bool)
    every = np.arange(len(OVERLAPS))
    for number in range(len(found)):
        candidates = np.where(free, overlap[number], -1.0)
        best = candidates.argmax(axis=1)
        hit = candidates[every, best] >= OVERLAPS - _EPSILON
        right[:, number] = hit
        free[every[hit], best[hit]] = False
    return right


def average_precision(right: NDArray[np.bool_], objects: int) -> NDArray[np.float64]:
    """Return the area under precision over recall at 101 recalls.

    Args:
        right: Whether each box found something, surest first; shape (..., D).
        objects: How many there are to find.

    Returns:
        Shape (...); 0..1.
    """
    if not right.shape[-1]:
        return np.zeros(right.shape[:-1])
    hits = right.cumsum(axis=-1)
    recall = hits / objects
    precision = hits / np.arange(1, right.shape[-1] + 1)
    falling = np.maximum.accumulate(precision[..., ::-1], axis=-1)[..., ::-1]
    flat_recall = recall.reshape(-1, right.shape[-1])
    flat_falling = falling.reshape(flat_recall.shape)
    areas = np.zeros(len(flat_recall))
    for row, (at, height) in enumerate(zip(flat_recall, flat_falling, strict=True)):
        first = np.searchsorted(at, _RECALLS - _EPSILON, side="left")
        reached = first < len(at)
        areas[row] = height[first[reached]].sum() / len(_RECALLS)
    return areas.reshape(right.shape[:-1])
