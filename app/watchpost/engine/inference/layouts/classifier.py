"""Classifiers of a whole picture, such as pass and fail: one score a class.

The answer is one box around the picture with the best class. After torchvision's reference
classifiers (pictures normalised as ImageNet's) and the classification exports of
ultralytics (plain fractions). A vector of features looks the same, so an output counts as
class scores only where something says so.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from watchpost.domain.frames import Colour, Fit
from watchpost.engine.inference.reading import (
    TO_FRACTIONS,
    AnyArray,
    Array,
    Candidates,
    Facts,
    Frame,
    Reading,
    Triple,
    one_output,
    probabilities,
    shares,
)

OVERLAP = None
_MEAN: Triple = (123.675, 116.28, 103.53)
_SCALE: Triple = (1 / 58.395, 1 / 57.12, 1 / 57.375)
_NO_MEAN: Triple = (0.0, 0.0, 0.0)
_FEW = 32
_IMAGENET = 1000
_SUM_TOLERANCE = 0.02


def recognise(facts: Facts) -> Reading | None:
    """Know one vector of class scores, of a picture normalised as ImageNet's."""
    if facts.metadata.get("task") == "classify":
        return None
    return _reading(facts, _MEAN, _SCALE, "normalised as ImageNet's pictures")


def recognise_plain(facts: Facts) -> Reading | None:
    """Know the same of a picture in plain fractions."""
    return _reading(facts, _NO_MEAN, TO_FRACTIONS, "in plain fractions of 255")


def decode(outputs: Sequence[AnyArray], frame: Frame) -> Candidates:
    """Return one box, as large as the input, of the best class."""
    scores = class_scores(np.asarray(outputs[0], np.float32).reshape(-1))
    best = int(scores.argmax())
    whole = np.array([[0, 0, frame.width, frame.height]], np.float32)
    found = np.array([scores[best]], np.float32)
    kept = found >= frame.threshold
    return Candidates(whole[kept], found[kept], np.array([best], np.int32)[kept])


def class_scores(values: Array) -> Array:
    """Return scores that add up to 1; (C,), or (1,) for a single score of 0..1."""
    if len(values) == 1:
        return probabilities(values)
    return shares(values)


def _reading(facts: Facts, mean: Triple, scale: Triple, how: str) -> Reading | None:
    found = one_output(facts)
    if found is None:
        return None
    name, output = found
    values = np.asarray(output, np.float32).reshape(-1)
    count = len(values)
    if count == 0 or output.ndim not in (1, 2, 4) or max(output.shape) != count:
        return None
    why = _why(facts, values)
    if why is None:
        return None
    return Reading(
        evidence=f"output {name} is one vector of {count} class scores ({why}), and the "
        f"picture is {how}",
        outputs=(name,),
        classes=count,
        colour=Colour.RGB,
        fit=Fit.STRETCH,
        mean=mean,
        scale=scale,
    )


def _why(facts: Facts, values: Array) -> str | None:
    if facts.names and len(facts.names) == len(values):
        return "its metadata names as many classes"
    if facts.metadata.get("task") == "classify":
        return "its metadata says classify"
    if len(values) > 1 and _adds_up(values):
        return "they add up to 1"
    if len(values) in (*range(1, _FEW + 1), _IMAGENET):
        return (
            "there are as few as classes have" if len(values) <= _FEW else "ImageNet's"
        )
    return None


def _adds_up(values: Array) -> bool:
    return bool((values >= 0).all() and abs(float(values.sum()) - 1) < _SUM_TOLERANCE)
