"""YOLOX: one row a grid cell, offsets and logarithms of sizes, object score by class score.

After Megvii-BaseDetection/YOLOX (Ge et al., 2021), export without ``decode_in_inference``.
Newer releases take pixels as they are, 0..255.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from watchpost.domain.frames import Colour, Fit
from watchpost.engine.inference.reading import (
    MAX_LOG_SIZE,
    AnyArray,
    Candidates,
    Facts,
    Frame,
    Reading,
    are_pixels,
    best_class,
    cell_count,
    cell_grid,
    one_output,
    rows,
    xyxy_from_centres,
)

OVERLAP = 0.5
STRIDES = (8, 16, 32)


def recognise(facts: Facts) -> Reading | None:
    """Know one output (1, cells, 5 + classes) whose centres are offsets, not pixels."""
    found = one_output(facts)
    if found is None:
        return None
    name, output = found
    cells = cell_count(facts.width, facts.height, STRIDES)
    if output.ndim != 3 or output.shape[1] != cells or output.shape[2] < 6:
        return None
    columns = output.shape[2]
    if are_pixels(rows(output)[:, :4]):
        return None
    return Reading(
        evidence=f"output {name} has {cells} rows, one for each cell of the strides 8, "
        f"16 and 32, with 4 offsets, 1 object score and {columns - 5} class scores",
        outputs=(name,),
        classes=columns - 5,
        colour=Colour.BGR,
        fit=Fit.LETTERBOX_TOP_LEFT,
    )


def decode(outputs: Sequence[AnyArray], frame: Frame) -> Candidates:
    """Return boxes of cells whose object score reaches the threshold."""
    table = rows(outputs[0])
    # A class score is at most 1: the product cannot exceed the object score.
    likely = np.flatnonzero(table[:, 4] >= frame.threshold)
    table = table[likely]
    cells, strides = cell_grid(frame.width, frame.height, STRIDES)
    cells, strides = cells[likely], strides[likely]
    centres = (table[:, :2] + cells) * strides
    sizes = np.exp(np.minimum(table[:, 2:4], MAX_LOG_SIZE)) * strides
    best, class_ids = best_class(table[:, 5:])
    boxes = np.concatenate((centres, sizes), axis=1)
    return Candidates(xyxy_from_centres(boxes), best * table[:, 4], class_ids)
