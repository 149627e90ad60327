"""NanoDet: class scores, and for each side of the box a distribution over distances.

After RangiLyu/nanodet (generalized focal loss, Li et al., 2020): the distance to a side is
the expectation over 8 bins, in strides, from the cell's centre. Either one pair of outputs
a stride (nanodet-m) or all in one (nanodet-plus).
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
    best_class,
    cell_count,
    cell_grid,
    one_output,
    rows,
)

OVERLAP = 0.5
_STRIDES = (8, 16, 32)
_STRIDES_PLUS = (8, 16, 32, 64)
_BINS = 8
_MEAN = (103.53, 116.28, 123.675)
_SCALE = (1 / 57.375, 1 / 57.12, 1 / 58.395)


def recognise(facts: Facts) -> Reading | None:
    """Know outputs cls_pred_stride_* and dis_pred_stride_*, or one of both together."""
    names = tuple(
        f"{kind}_pred_stride_{stride}" for stride in _STRIDES for kind in ("cls", "dis")
    )
    if set(names) == set(facts.outputs):
        return _reading(
            "outputs named cls_pred_stride_* and dis_pred_stride_*",
            names,
            facts.outputs[names[0]].shape[-1],
        )
    found = one_output(facts)
    if found is None:
        return None
    name, output = found
    cells = cell_count(facts.width, facts.height, _STRIDES_PLUS)
    classes = output.shape[-1] - 4 * _BINS
    if output.ndim != 3 or output.shape[1] != cells or classes < 1:
        return None
    return _reading(
        f"output {name} has {cells} rows, one for each cell of the strides 8 to 64, with "
        f"{classes} class scores and 4 distributions of 8",
        (name,),
        classes,
    )


def decode(outputs: Sequence[AnyArray], frame: Frame) -> Candidates:
    """Return boxes whose best class reaches the threshold."""
    strides: tuple[int, ...] = _STRIDES
    if len(outputs) == 1:
        table = rows(outputs[0])
        scores, sides = table[:, : frame.classes], table[:, frame.classes :]
        strides = _STRIDES_PLUS
    else:
        scores = np.concatenate([rows(output) for output in outputs[0::2]])
        sides = np.concatenate([rows(output) for output in outputs[1::2]])
    best, class_ids = best_class(scores)
    likely = np.flatnonzero(best >= frame.threshold)
    cells, steps = cell_grid(frame.width, frame.height, strides)
    centres = (cells[likely] + np.float32(0.5)) * steps[likely]
    distances = _expected(sides[likely]) * steps[likely]
    boxes = np.concatenate(
        (centres - distances[:, :2], centres + distances[:, 2:]), axis=1
    )
    return Candidates(boxes, best[likely], class_ids[likely])


def _expected(sides: Array) -> Array:
    """Return the expectation of each side's distribution; (N, 32) logits to (N, 4)."""
    logits = sides.reshape(-1, 4, _BINS)
    weights = np.exp(logits - logits.max(axis=2, keepdims=True))
    total = weights.sum(axis=2)
    bins = np.arange(_BINS, dtype=np.float32)
    expected: Array = (weights @ bins) / total
    return expected


def _reading(evidence: str, outputs: tuple[str, ...], classes: int) -> Reading:
    return Reading(
        evidence=evidence,
        outputs=outputs,
        classes=classes,
        colour=Colour.BGR,
        fit=Fit.STRETCH,
        mean=_MEAN,
        scale=_SCALE,
    )
