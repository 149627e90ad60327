"""RT-DETR, D-FINE, DEIM and their kin without the post-processor: logits and boxes.

After huggingface/transformers (``RTDetrForObjectDetection``: outputs ``logits`` and
``pred_boxes``, class scores by sigmoid) and the RT-DETR export of ultralytics (one output,
the scores behind the boxes). Boxes are centre and size as fractions; no suppression.
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
    best_class,
    one_output,
    probabilities,
    rows,
    xyxy_from_centres,
)

OVERLAP = None
_PAIRS = (("logits", "pred_boxes"), ("pred_logits", "pred_boxes"), ("logits", "boxes"))
_QUERIES = (100, 200, 300, 900)


def recognise(facts: Facts) -> Reading | None:
    """Know logits and boxes of as many queries, apart or in one output."""
    for logits, boxes in _PAIRS:
        if {logits, boxes} <= set(facts.outputs):
            return _apart(facts, logits, boxes)
    found = one_output(facts)
    if found is None or found[1].ndim != 3 or found[1].shape[1] not in _QUERIES:
        return None
    name, output = found
    classes = output.shape[2] - 4
    if classes < 1 or (facts.names and len(facts.names) != classes):
        return None
    table = rows(output)
    if not bool(((table >= 0) & (table <= 1)).all()):
        return None
    return _reading(
        f"output {name} has {output.shape[1]} rows of a box in fractions and {classes} "
        "class scores",
        (name,),
        classes,
    )


def decode(outputs: Sequence[AnyArray], frame: Frame) -> Candidates:
    """Return boxes whose best class reaches the threshold."""
    if len(outputs) == 1:
        table = rows(outputs[0])
        boxes, scores = table[:, :4], table[:, 4:]
    else:
        boxes, scores = rows(outputs[1]), probabilities(rows(outputs[0]))
    best, class_ids = best_class(scores[:, : frame.classes])
    likely = best >= frame.threshold
    size = np.array([frame.width, frame.height] * 2, np.float32)
    pixels: Array = boxes[likely] * size
    return Candidates(xyxy_from_centres(pixels), best[likely], class_ids[likely])


def _apart(facts: Facts, logits: str, boxes: str) -> Reading | None:
    scores, corners = facts.outputs[logits], facts.outputs[boxes]
    if scores.ndim != 3 or corners.ndim != 3 or corners.shape[2] != 4:
        return None
    if scores.shape[1] != corners.shape[1]:
        return None
    return _reading(
        f"outputs named {logits} and {boxes} of {scores.shape[1]} queries, "
        f"{scores.shape[2]} class scores each",
        (logits, boxes),
        scores.shape[2],
    )


def _reading(evidence: str, outputs: tuple[str, ...], classes: int) -> Reading:
    return Reading(
        evidence=evidence,
        outputs=outputs,
        classes=classes,
        colour=Colour.RGB,
        fit=Fit.STRETCH,
        scale=TO_FRACTIONS,
    )
