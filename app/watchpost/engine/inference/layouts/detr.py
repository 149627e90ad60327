"""RT-DETR, D-FINE and DEIM with their post-processor: labels, boxes and scores.

After lyuwenyu/RT-DETR and Peterande/D-FINE, ``tools/deployment/export_onnx.py``: a second
input ``orig_target_sizes`` gives the size that boxes are scaled to. They do not need
suppression. The batch dimension may have been squeezed away.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from watchpost.domain.frames import Colour, Fit
from watchpost.engine.inference.reading import (
    TO_FRACTIONS,
    AnyArray,
    Candidates,
    Facts,
    Frame,
    Reading,
)

OVERLAP = None
_OUTPUTS = ("labels", "boxes", "scores")
_COCO_CLASSES = 80


def recognise(facts: Facts) -> Reading | None:
    """Know outputs named labels, boxes and scores beside a size input."""
    if not facts.size_input or not set(_OUTPUTS) <= set(facts.outputs):
        return None
    return Reading(
        evidence="outputs named labels, boxes and scores, and an input that takes the "
        "picture's size",
        outputs=_OUTPUTS,
        classes=len(facts.names) or _COCO_CLASSES,
        colour=Colour.RGB,
        fit=Fit.STRETCH,
        scale=TO_FRACTIONS,
    )


def decode(outputs: Sequence[AnyArray], frame: Frame) -> Candidates:
    """Return the boxes, in pixels of the size that was asked for: the input's."""
    labels = np.asarray(outputs[0], np.int64).reshape(-1)
    boxes = np.asarray(outputs[1], np.float32).reshape(-1, 4)
    scores = np.asarray(outputs[2], np.float32).reshape(-1)
    count = min(len(labels), len(boxes), len(scores))
    labels, boxes, scores = labels[:count], boxes[:count], scores[:count]
    likely = (scores >= frame.threshold) & (labels >= 0) & (labels < frame.classes)
    return Candidates(boxes[likely], scores[likely], labels[likely].astype(np.int32))
