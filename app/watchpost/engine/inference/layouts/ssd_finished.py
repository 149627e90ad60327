"""SSD with suppression inside: finished boxes as fractions of the picture.

Two forms: TensorFlow's object detection API through tf2onnx (``detection_boxes`` top, left,
bottom, right; classes from 1) and the DetectionOutput layer of Caffe and OpenVINO, one
output (1, 1, N, 7) of picture, label, score, left, top, right, bottom.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from watchpost.domain.frames import Colour, Fit
from watchpost.engine.inference.reading import (
    AnyArray,
    Array,
    Candidates,
    Facts,
    Frame,
    Reading,
    one_output,
)

OVERLAP = None
_TENSORFLOW = ("detection_boxes", "detection_classes", "detection_scores")
_COLUMNS = 7
# COCO's own numbers go to 90; VOC, on which Caffe's SSD is trained, has 20 classes.
_COCO_NUMBERS = 90
_VOC_CLASSES = 20
_MEAN = 127.5
_SCALE = 1 / 127.5


def recognise(facts: Facts) -> Reading | None:
    """Know TensorFlow's names, or one output whose rows have seven values."""
    if set(_TENSORFLOW) <= set(facts.outputs):
        return Reading(
            evidence="outputs named detection_boxes, detection_classes and "
            "detection_scores, as TensorFlow's detection models have",
            outputs=_TENSORFLOW,
            classes=len(facts.names) or _COCO_NUMBERS,
            colour=Colour.RGB,
            fit=Fit.STRETCH,
        )
    found = one_output(facts)
    if found is None or found[1].ndim != 4 or found[1].shape[3] != _COLUMNS:
        return None
    if found[1].shape[:2] != (1, 1):
        return None
    return Reading(
        evidence=f"output {found[0]} has rows of 7 values: picture, label, score, box",
        outputs=(found[0],),
        classes=len(facts.names) or _VOC_CLASSES,
        colour=Colour.BGR,
        fit=Fit.STRETCH,
        mean=(_MEAN, _MEAN, _MEAN),
        scale=(_SCALE, _SCALE, _SCALE),
    )


def decode(outputs: Sequence[AnyArray], frame: Frame) -> Candidates:
    """Return the rows whose score reaches the threshold; label 1 is class 0."""
    if len(outputs) == 1:
        table = np.asarray(outputs[0], np.float32).reshape(-1, _COLUMNS)
        boxes, labels, scores = table[:, 3:7], table[:, 1], table[:, 2]
    else:
        boxes = np.asarray(outputs[0], np.float32).reshape(-1, 4)[:, [1, 0, 3, 2]]
        labels = np.asarray(outputs[1], np.float32).reshape(-1)
        scores = np.asarray(outputs[2], np.float32).reshape(-1)
    likely = (scores >= frame.threshold) & (labels >= 1) & (labels <= frame.classes)
    size = np.array([frame.width, frame.height] * 2, np.float32)
    pixels: Array = boxes[likely] * size
    return Candidates(pixels, scores[likely], labels[likely].astype(np.int32) - 1)
