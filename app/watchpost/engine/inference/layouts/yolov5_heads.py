"""YOLOv5 and YOLOv7 exported with their three heads raw: logits by anchor and cell.

After ultralytics/yolov5 (models/yolo.py, ``Detect``) and WongKinYiu/yolov7 without its grid.
Both answer in the same shapes and differ in their anchors alone, which the file does not
state: boxes of the wrong reading are too large or too small, so a person has to look.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

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
    logistic,
    xyxy_from_centres,
)

OVERLAP = 0.5
STRIDES = (8, 16, 32)
_PER_CELL = 3
# Width and height in pixels, three a stride, as their authors publish them.
V5_ANCHORS = (
    ((10, 13), (16, 30), (33, 23)),
    ((30, 61), (62, 45), (59, 119)),
    ((116, 90), (156, 198), (373, 326)),
)
V7_ANCHORS = (
    ((12, 16), (19, 36), (40, 28)),
    ((36, 75), (76, 55), (72, 146)),
    ((142, 110), (192, 243), (459, 401)),
)
Anchors = tuple[tuple[tuple[int, int], ...], ...]


def recognise_v5(facts: Facts) -> Reading | None:
    """Know three heads of three anchors a cell; YOLOv5 is the likelier."""
    return _recognise(facts, "YOLOv5")


def recognise_v7(facts: Facts) -> Reading | None:
    """Know the same heads, with the anchors of YOLOv7."""
    return _recognise(facts, "YOLOv7")


def _recognise(facts: Facts, whose: str) -> Reading | None:
    if len(facts.outputs) != _PER_CELL:
        return None
    by_cells = sorted(
        facts.outputs.items(), key=lambda item: item[1].size, reverse=True
    )
    columns = set()
    for (_, output), stride in zip(by_cells, STRIDES, strict=True):
        cells = (facts.height // stride, facts.width // stride)
        if output.ndim == 5 and output.shape[1:4] == (_PER_CELL, *cells):
            columns.add(output.shape[4])
        elif (
            output.ndim == 4
            and output.shape[2:] == cells
            and output.shape[1] % _PER_CELL == 0
        ):
            columns.add(output.shape[1] // _PER_CELL)
        else:
            return None
    if len(columns) != 1 or min(columns) < 6:
        return None
    count = columns.pop()
    names = tuple(name for name, _ in by_cells)
    return Reading(
        evidence=f"outputs {', '.join(names)} have three anchors of {count} columns for "
        f"each cell of the strides 8, 16 and 32; sizes by the anchors of {whose}",
        outputs=names,
        classes=count - 5,
        colour=Colour.RGB,
        fit=Fit.LETTERBOX_CENTRE,
        scale=TO_FRACTIONS,
    )


def decoder(
    anchors: Anchors,
) -> Callable[[Sequence[AnyArray], Frame], Candidates]:
    """Return the decoder of heads with these anchors."""

    def decode(outputs: Sequence[AnyArray], frame: Frame) -> Candidates:
        """Return boxes of anchors whose object score reaches the threshold."""
        found = [
            _decode_head(output, stride, sizes, frame.threshold)
            for output, stride, sizes in zip(outputs, STRIDES, anchors, strict=True)
        ]
        boxes, scores, class_ids = (
            np.concatenate(part) for part in zip(*found, strict=True)
        )
        return Candidates(boxes, scores, class_ids)

    return decode


def _decode_head(
    output: AnyArray, stride: int, sizes: Sequence[tuple[int, int]], threshold: float
) -> tuple[Array, Array, AnyArray]:
    table = _by_anchor(output)
    objects = logistic(table[..., 4])
    anchor, y, x = np.nonzero(objects >= threshold)
    rows = logistic(table[anchor, y, x])
    cells = np.stack((x, y), axis=1)
    centres = (rows[:, :2] * 2 - 0.5 + cells) * stride
    extents = (rows[:, 2:4] * 2) ** 2 * np.asarray(sizes, np.float32)[anchor]
    best, class_ids = best_class(rows[:, 5:])
    boxes = np.concatenate((centres, extents), axis=1).astype(np.float32)
    return xyxy_from_centres(boxes), best * rows[:, 4], class_ids


def _by_anchor(output: AnyArray) -> Array:
    """Return a head as (anchors, height, width, columns) float32."""
    if output.ndim == 5:
        return np.asarray(output[0], np.float32)
    _, channels, height, width = output.shape
    split = output.reshape(_PER_CELL, channels // _PER_CELL, height, width)
    return np.asarray(split.transpose(0, 2, 3, 1), np.float32)
