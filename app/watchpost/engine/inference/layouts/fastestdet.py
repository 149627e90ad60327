"""FastestDet: one grid, object score, box and class scores as channels.

After dog-qiuqiu/FastestDet: ``score = object^0.6 * class^0.4``. Its scores run high (the
author uses 0.65 where others use 0.45); they are brought to the others' scale by a power,
which changes no order.
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
    xyxy_from_centres,
)

OVERLAP = 0.5
_STRIDE = 16
_TO_USUAL_SCALE = float(np.log(0.45) / np.log(0.65))


def recognise(facts: Facts) -> Reading | None:
    """Know one output (1, 5 + classes, height / 16, width / 16)."""
    found = one_output(facts)
    if found is None or found[1].ndim != 4:
        return None
    name, output = found
    channels, height, width = output.shape[1:]
    expected = (facts.height // _STRIDE, facts.width // _STRIDE)
    if (height, width) != expected or channels < 6:
        return None
    return Reading(
        evidence=f"output {name} is one grid of {width} x {height} cells of 16 pixels "
        f"with an object score, a box and {channels - 5} class scores",
        outputs=(name,),
        classes=channels - 5,
        colour=Colour.BGR,
        fit=Fit.STRETCH,
        scale=TO_FRACTIONS,
    )


def decode(outputs: Sequence[AnyArray], frame: Frame) -> Candidates:
    """Return boxes of cells whose score reaches the threshold."""
    grid = np.asarray(outputs[0][0], np.float32)
    channels, height, width = grid.shape
    table = np.ascontiguousarray(grid.reshape(channels, -1).T)
    best, class_ids = best_class(table[:, 5:])
    scores = (np.maximum(table[:, 0], 0) ** 0.6) * (np.maximum(best, 0) ** 0.4)
    sure: Array = (scores**_TO_USUAL_SCALE).astype(np.float32)
    likely = np.flatnonzero(sure >= frame.threshold)
    box = table[likely, 1:5]
    rows, columns = np.divmod(likely, width)
    centres = np.tanh(box[:, :2]) + np.stack((columns, rows), axis=1)
    centres *= (frame.width / width, frame.height / height)
    sizes = 1 / (1 + np.exp(-box[:, 2:])) * (frame.width, frame.height)
    boxes: Array = np.concatenate((centres, sizes), axis=1).astype(np.float32)
    return Candidates(xyxy_from_centres(boxes), sure[likely], class_ids[likely])
