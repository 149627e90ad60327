"""SSD-like: class scores with the background first, and boxes as fractions.

After Linzaer/Ultra-Light-Fast-Generic-Face-Detector-1MB (softmax and box decoding inside).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from watchpost.domain.frames import Colour, Fit
from watchpost.engine.inference.reading import (
    AnyArray,
    Candidates,
    Facts,
    Frame,
    Reading,
    best_class,
    rows,
)

OVERLAP = 0.4
_MEAN = 127.0
_SCALE = 1 / 128
_SUM_TOLERANCE = 0.02


def recognise(facts: Facts) -> Reading | None:
    """Know scores (1, N, 1 + classes) that add up to 1, and boxes (1, N, 4)."""
    scores, boxes = facts.outputs.get("scores"), facts.outputs.get("boxes")
    if scores is None or boxes is None or len(facts.outputs) != 2:
        return None
    if scores.ndim != 3 or boxes.ndim != 3 or boxes.shape[2] != 4:
        return None
    if scores.shape[1] != boxes.shape[1] or scores.shape[2] < 2:
        return None
    sums = rows(scores).sum(axis=1)
    if float(np.abs(sums - 1).max()) > _SUM_TOLERANCE:
        return None
    return Reading(
        evidence=f"outputs named scores and boxes of {boxes.shape[1]} rows, whose scores "
        "add up to 1 with a background column",
        outputs=("scores", "boxes"),
        classes=scores.shape[2] - 1,
        colour=Colour.RGB,
        fit=Fit.STRETCH,
        mean=(_MEAN, _MEAN, _MEAN),
        scale=(_SCALE, _SCALE, _SCALE),
    )


def decode(outputs: Sequence[AnyArray], frame: Frame) -> Candidates:
    """Return boxes whose best class but the background reaches the threshold."""
    best, class_ids = best_class(rows(outputs[0])[:, 1:])
    likely = best >= frame.threshold
    size = np.array([frame.width, frame.height] * 2, np.float32)
    return Candidates(rows(outputs[1])[likely] * size, best[likely], class_ids[likely])
