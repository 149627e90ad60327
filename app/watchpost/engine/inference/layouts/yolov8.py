"""YOLOv8, v9, 11 and their segmentation and pose heads: columns are boxes, no object score.

After the exports of ultralytics: one output (1, 4 + classes [+ more], boxes). A
segmentation model appends mask coefficients and a pose model key points *behind* the class
scores; read as further classes they would be nonsense with high scores.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from watchpost.domain.frames import Colour, Fit
from watchpost.engine.inference.reading import (
    TO_FRACTIONS,
    AnyArray,
    Candidates,
    Facts,
    Frame,
    Reading,
    are_pixels,
    cell_count,
    rows,
    xyxy_from_centres,
)

OVERLAP = 0.5
STRIDES = (8, 16, 32)
_POSE_CLASSES = 1


def recognise(facts: Facts) -> Reading | None:
    """Know a first output (1, 4 + classes + extra, boxes), one box a grid cell."""
    boxes = _box_output(facts.outputs, _cells(facts))
    if boxes is None or facts.metadata.get("task") in ("obb", "classify"):
        return None
    name, columns = boxes
    masks = _mask_coefficients(facts.outputs)
    if facts.names and len(facts.names) <= columns - 4:
        classes, why = len(facts.names), "its metadata names the classes"
    elif facts.metadata.get("task") == "pose":
        classes, why = _POSE_CLASSES, "its metadata says that the rest are key points"
    else:
        classes, why = columns - 4 - masks, "all columns behind the box are classes"
    if classes < 1:
        return None
    if masks:
        why += f"; {masks} mask coefficients behind them are left out"
    return Reading(
        evidence=f"output {name} has {columns} values for each grid cell: 4 for the box "
        f"and {classes} class scores ({why})",
        outputs=(name,),
        classes=classes,
        colour=Colour.RGB,
        fit=Fit.LETTERBOX_CENTRE,
        scale=TO_FRACTIONS,
    )


def decode(outputs: Sequence[AnyArray], frame: Frame) -> Candidates:
    """Return boxes whose best class reaches the threshold."""
    table = np.asarray(outputs[0][0], np.float32)
    if table.shape[0] > table.shape[1]:
        table = table.T
    scores = table[4 : 4 + frame.classes]
    best = scores.max(axis=0)
    likely = np.flatnonzero(best >= frame.threshold)
    class_ids = scores[:, likely].argmax(axis=0).astype(np.int32)
    boxes = np.ascontiguousarray(table[:4, likely].T)
    return Candidates(xyxy_from_centres(boxes), best[likely], class_ids)


def _cells(facts: Facts) -> int:
    return cell_count(facts.width, facts.height, STRIDES)


def _box_output(outputs: Mapping[str, AnyArray], cells: int) -> tuple[str, int] | None:
    """Return name and columns of the output with one box a cell, either way up."""
    flat = [(name, array) for name, array in outputs.items() if array.ndim == 3]
    if len(flat) != 1 or len(outputs) > 2:
        return None
    name, array = flat[0]
    columns, count = sorted(array.shape[1:])
    if count != cells or columns < 5:
        return None
    # Rows of offsets and logarithms are another layout's.
    if array.shape[1] == cells and not are_pixels(rows(array)[:, :4]):
        return None
    return name, columns


def _mask_coefficients(outputs: Mapping[str, AnyArray]) -> int:
    """Return how many mask prototypes a second output holds, (1, n, h, w); else 0."""
    return next((array.shape[1] for array in outputs.values() if array.ndim == 4), 0)
