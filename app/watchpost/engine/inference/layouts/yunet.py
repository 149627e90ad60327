"""YuNet: faces; class, object, box and five landmarks for each of three strides.

After ShiqiYu/libfacedetection.train: ``score = sqrt(class * object)``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from watchpost.domain.frames import Colour, Fit
from watchpost.engine.inference.reading import (
    MAX_LOG_SIZE,
    AnyArray,
    Array,
    Candidates,
    Facts,
    Frame,
    Reading,
    best_class,
    cell_grid,
    xyxy_from_centres,
)

OVERLAP = 0.4
STRIDES = (8, 16, 32)
_KINDS = ("cls", "obj", "bbox")


def recognise(facts: Facts) -> Reading | None:
    """Know outputs cls_8, obj_8, bbox_8 and so on."""
    names = tuple(f"{kind}_{stride}" for kind in _KINDS for stride in STRIDES)
    if not set(names) <= set(facts.outputs):
        return None
    return Reading(
        evidence="outputs named cls, obj and bbox for the strides 8, 16 and 32",
        outputs=names,
        classes=facts.outputs["cls_8"].shape[-1],
        colour=Colour.BGR,
        fit=Fit.LETTERBOX_TOP_LEFT,
        pad=0,
        names=("face",),
    )


def decode(outputs: Sequence[AnyArray], frame: Frame) -> Candidates:
    """Return boxes whose score reaches the threshold."""
    classes, objects, boxes = (
        _stacked(outputs[first : first + 3]) for first in (0, 3, 6)
    )
    best, class_ids = best_class(classes)
    scores = np.sqrt(np.clip(best, 0, 1) * np.clip(objects[:, 0], 0, 1))
    likely = np.flatnonzero(scores >= frame.threshold)
    cells, strides = cell_grid(frame.width, frame.height, STRIDES)
    cells, strides, box = cells[likely], strides[likely], boxes[likely]
    centres = (cells + box[:, :2]) * strides
    sizes = np.exp(np.minimum(box[:, 2:4], MAX_LOG_SIZE)) * strides
    found = xyxy_from_centres(np.concatenate((centres, sizes), axis=1))
    return Candidates(found, scores[likely], class_ids[likely])


def _stacked(outputs: Sequence[AnyArray]) -> Array:
    return np.concatenate(
        [np.asarray(o, np.float32).reshape(-1, o.shape[-1]) for o in outputs]
    )
