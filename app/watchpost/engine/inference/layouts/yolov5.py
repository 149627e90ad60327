"""YOLOv5, YOLOv7 and decoded YOLOX: rows of centre, size, object score, class scores.

After ultralytics/yolov5 and WongKinYiu/yolov7 (three anchors a cell, RGB fractions,
centred letterbox) and YOLOX exported with ``decode_in_inference`` (one row a cell, BGR).
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
    are_pixels,
    best_class,
    cell_count,
    rows,
    xyxy_from_centres,
)

OVERLAP = 0.5
STRIDES = (8, 16, 32)
_ANCHORS = 3


def recognise(facts: Facts) -> Reading | None:
    """Know one output (1, rows, 5 + classes) with as many rows as anchors or cells.

    Exports of YOLOv5 before 7.0 hand out the raw heads beside it; they are left alone.
    """
    tables = [item for item in facts.outputs.items() if item[1].ndim == 3]
    heads = [output for output in facts.outputs.values() if output.ndim == 5]
    if len(tables) != 1 or len(tables) + len(heads) != len(facts.outputs):
        return None
    name, output = tables[0]
    if output.shape[2] < 6:
        return None
    count, columns = output.shape[1:]
    cells = cell_count(facts.width, facts.height, STRIDES)
    what = f"output {name} has {count} rows of {columns} columns"
    if count in (_ANCHORS * cells, _ANCHORS * _cells_p6(facts)):
        return Reading(
            evidence=f"{what}, three anchors for each grid cell, with an object score",
            outputs=(name,),
            classes=columns - 5,
            colour=Colour.RGB,
            fit=Fit.LETTERBOX_CENTRE,
            scale=TO_FRACTIONS,
        )
    in_pixels = count == cells and are_pixels(rows(output)[:, :4])
    if in_pixels and len(facts.names) != columns - 4:
        return Reading(
            evidence=f"{what}, one for each grid cell, in pixels",
            outputs=(name,),
            classes=columns - 5,
            colour=Colour.BGR,
            fit=Fit.LETTERBOX_TOP_LEFT,
        )
    return None


def decode(outputs: Sequence[AnyArray], frame: Frame) -> Candidates:
    """Return boxes of rows whose object score reaches the threshold."""
    table = rows(outputs[0])
    table = table[np.flatnonzero(table[:, 4] >= frame.threshold)]
    best, class_ids = best_class(table[:, 5:])
    return Candidates(xyxy_from_centres(table[:, :4]), best * table[:, 4], class_ids)


def _cells_p6(facts: Facts) -> int:
    return cell_count(facts.width, facts.height, (*STRIDES, 64))
