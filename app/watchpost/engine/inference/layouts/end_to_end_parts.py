"""Finished boxes in outputs of their own: how many, boxes, scores, class numbers.

The form of exports with suppression inside that were made for TensorRT's EfficientNMS
(WongKinYiu/yolov7 ``--end2end``), and its form for ONNX Runtime: one output (N, 7) of
picture, box, class, score.
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
    one_output,
)

OVERLAP = None
_PARTS = (
    ("num_dets", "det_boxes", "det_scores", "det_classes"),
    ("num_detections", "nmsed_boxes", "nmsed_scores", "nmsed_classes"),
)
_COLUMNS = 7
_COCO_CLASSES = 80


def recognise(facts: Facts) -> Reading | None:
    """Know the four outputs by their names, or the one by its seven columns."""
    for names in _PARTS:
        if set(names) == set(facts.outputs):
            return _reading(facts, f"outputs named {', '.join(names)}", names)
    found = one_output(facts)
    if found is None or found[1].ndim != 2 or found[1].shape[1] != _COLUMNS:
        return None
    return _reading(
        facts,
        f"output {found[0]} has rows of 7 values: picture, box, class, score",
        (found[0],),
    )


def decode(outputs: Sequence[AnyArray], frame: Frame) -> Candidates:
    """Return the rows as they are; class numbers outside the list are left out."""
    if len(outputs) == 1:
        table = np.asarray(outputs[0], np.float32).reshape(-1, _COLUMNS)
        boxes, class_ids, scores = table[:, 1:5], table[:, 5], table[:, 6]
    else:
        boxes = np.asarray(outputs[1], np.float32).reshape(-1, 4)
        told = np.asarray(outputs[0]).reshape(-1)
        count = min(len(boxes), max(0, int(told[0])) if told.size else 0)
        scores = np.asarray(outputs[2], np.float32).reshape(-1)[:count]
        class_ids = np.asarray(outputs[3], np.float32).reshape(-1)[:count]
        boxes = boxes[:count]
    likely = (scores >= frame.threshold) & (class_ids >= 0)
    likely &= class_ids < frame.classes
    return Candidates(boxes[likely], scores[likely], class_ids[likely].astype(np.int32))


def _reading(facts: Facts, evidence: str, outputs: tuple[str, ...]) -> Reading:
    return Reading(
        evidence=evidence,
        outputs=outputs,
        classes=len(facts.names) or _COCO_CLASSES,
        colour=Colour.RGB,
        fit=Fit.LETTERBOX_CENTRE,
        scale=TO_FRACTIONS,
    )
