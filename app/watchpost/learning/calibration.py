"""Making scores mean something: the share of such boxes that are right.

A detector that learnt from soft answers ranks its boxes well, but its scores crowd
together; the tracker's and the operator's thresholds would mean something else for every
training. A line through the logits of each class (Platt, "Probabilistic outputs for
support vector machines", 1999) mends that and leaves the ranking within a class as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from watchpost.engine.inference.looker import Looker
from watchpost.engine.inference.model import ModelInfo
from watchpost.learning.datasets import Example
from watchpost.learning.evaluation.precision import matches

_LOWEST_SCORE = 0.05
_MIN_RIGHT = 15
# Never flatter than it was: weak claims all over a picture would come near to strong ones.
_SLOPES = (1.0, 4.0)
# Pulls the line towards leaving scores alone: as much as a few boxes.
_PRIOR = 4.0
_STEPS = 50
_ENOUGH = 1e-8


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """``logit = slope * raw logit + shift`` of one class.

    Attributes:
        slope: Above 1 where scores crowd together.
        shift: Below 0 where the model claims too much.
        boxes: Found boxes that the line was laid through; 0: scores are left alone.
    """

    slope: float = 1.0
    shift: float = 0.0
    boxes: int = 0


_AS_IS = ScoreLine()


def calibrate(
    model: ModelInfo, examples: Iterable[Example], classes: tuple[str, ...]
) -> tuple[ScoreLine, ...]:
    """Return a line for each class of the recipe.

    A class of which too little is found gets the line of all classes together; where that
    is too little still, scores are left alone.

    Args:
        model: Exported without calibration; its classes are the recipe's.
        examples: Carefully labelled and not learnt from.
        classes: Of the recipe, in the order of the model's.
    """
    looker = Looker(model, _LOWEST_SCORE)
    scores: list[list[NDArray[np.float64]]] = [[] for _ in classes]
    right: list[list[NDArray[np.bool_]]] = [[] for _ in classes]
    for example in examples:
        scale = np.array([example.bgr.shape[1], example.bgr.shape[0]] * 2, np.float64)
        found = looker.look(np.ascontiguousarray(example.bgr))
        for index in np.flatnonzero(example.labelled):
            rows = np.flatnonzero(found.class_ids == index)
            rows = rows[np.argsort(-found.scores[rows], kind="stable")]
            there = example.boxes[example.class_ids == index] * scale
            scores[index].append(found.scores[rows].astype(np.float64))
            right[index].append(matches(found.xyxy_norm[rows] * scale, there)[0])
    # Of a class left as it is beside calibrated ones, weak claims would win.
    together = _fit([s for c in scores for s in c], [r for c in right for r in c])
    lines = (_fit(s, r) for s, r in zip(scores, right, strict=True))
    return tuple(line if line.boxes else together for line in lines)


def _fit(
    scores: list[NDArray[np.float64]], right: list[NDArray[np.bool_]]
) -> ScoreLine:
    return fit_line(np.concatenate(scores), np.concatenate(right)) if scores else _AS_IS


def fit_line(scores: NDArray[np.float64], right: NDArray[np.bool_]) -> ScoreLine:
    """Return the likeliest line from scores to being right, by Newton's method.

    Args:
        scores: 0..1, shape (N,).
        right: Shape (N,).
    """
    if min(right.sum(), (~right).sum()) < _MIN_RIGHT:
        return _AS_IS
    safe = np.clip(scores, 1e-6, 1 - 1e-6)
    logits = np.log(safe / (1 - safe))
    wanted = right.astype(np.float64)
    slope, shift = _likeliest(np.stack((logits, np.ones(len(logits)))), wanted, 0.0)
    bounded = float(np.clip(slope, *_SLOPES))
    if bounded != slope:
        # The shift belongs to its slope: find the one that goes with this.
        (shift,) = _likeliest(np.ones((1, len(logits))), wanted, bounded * logits)
    return ScoreLine(bounded, float(shift), len(scores))


def _likeliest(
    inputs: NDArray[np.float64],
    wanted: NDArray[np.float64],
    given: NDArray[np.float64] | float,
) -> NDArray[np.float64]:
    """Return the likeliest weights of a logistic regression.

    Args:
        inputs: Shape (K, N); the first of two is the logit itself, the last a constant.
        wanted: 0 or 1, shape (N,).
        given: Added to every logit, shape (N,).
    """
    alone = np.array([1.0, 0.0]) if len(inputs) > 1 else np.zeros(1)
    weights = alone.copy()
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-(weights @ inputs + given)))
        uphill = inputs @ (wanted - chance) - _PRIOR * (weights - alone)
        bend = (inputs * (chance * (1 - chance))) @ inputs.T
        step = np.linalg.solve(bend + _PRIOR * np.eye(len(inputs)), uphill)
        # A long first step would overshoot where scores are far off.
        weights = weights + step * min(1.0, 1.0 / max(1e-9, float(np.abs(step).max())))
        if float(np.abs(step).max()) < _ENOUGH:
            break
    return weights
