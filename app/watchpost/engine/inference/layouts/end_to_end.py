"""Finished boxes in one output: rows of left, top, right, bottom, score, class.

The form of YOLOv10, YOLO26 and of exports with suppression inside (ultralytics).
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
    rows,
)

OVERLAP = None
_MAX_ROWS = 1000
_COLUMNS = 6
_COCO_CLASSES = 80


def recognise(facts: Facts) -> Reading | None:
    """Know an output (1, up to 1000, 6 or more) whose sixth column holds whole numbers."""
    flat = [(n, a) for n, a in facts.outputs.items() if a.ndim == 3]
    if len(flat) != 1 or len(facts.outputs) > 2:
        return None
    name, output = flat[0]
    count, columns = output.shape[1:]
    if count > _MAX_ROWS or columns < _COLUMNS:
        return None
    says_so = facts.metadata.get("end2end", "").lower() == "true"
    if not says_so and (columns != _COLUMNS or not _are_classes(rows(output)[:, 5])):
        return None
    why = (
        "its metadata says end2end" if says_so else "the sixth column is a class number"
    )
    return Reading(
        evidence=f"output {name} has {count} finished boxes of {columns} values ({why})",
        outputs=(name,),
        classes=len(facts.names) or _COCO_CLASSES,
        colour=Colour.RGB,
        fit=Fit.LETTERBOX_CENTRE,
        scale=TO_FRACTIONS,
    )


def decode(outputs: Sequence[AnyArray], frame: Frame) -> Candidates:
    """Return the rows as they are; class numbers outside the list are left out."""
    table = rows(outputs[0])
    likely = (table[:, 4] >= frame.threshold) & (table[:, 5] >= 0)
    likely &= table[:, 5] < frame.classes
    table = table[likely]
    return Candidates(table[:, :4], table[:, 4], table[:, 5].astype(np.int32))


def _are_classes(column: AnyArray) -> bool:
    values = np.asarray(column, np.float64)
    return bool(
        np.isfinite(values).all()
        and (values == np.rint(values)).all()
        and (values >= -1).all()
        and (values < 10_000).all()
    )
