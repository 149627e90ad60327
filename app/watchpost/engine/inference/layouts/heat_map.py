"""Segmenters that paint where something is, such as a defect: heat maps to boxes.

One map, of probabilities or logits, or one map a class with the background first (the form
of torchvision's and segmentation_models' networks; ``anomaly_map`` is anomalib's). Cells
that are sure enough and touch each other are one box, as sure as its surest cell.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from watchpost.domain.frames import Colour, Fit
from watchpost.engine.inference.reading import (
    AnyArray,
    Array,
    Candidates,
    Facts,
    Frame,
    Reading,
    Triple,
    probabilities,
    shares,
)

OVERLAP = None
_MEAN: Triple = (123.675, 116.28, 103.53)
_SCALE: Triple = (1 / 58.395, 1 / 57.12, 1 / 57.375)
_NAMED = ("anomaly_map", "heatmap", "heat_map", "mask")
_STRIDES = (1, 2, 4, 8)
_MOST_MAPS = 64
_THRESHOLD = 0.5
# More regions than this are noise, and each costs time.
_MOST_REGIONS = 300


def recognise(facts: Facts) -> Reading | None:
    """Know an output (1, maps, height / stride, width / stride) with a stride up to 8."""
    found = _map_output(facts)
    if found is None:
        return None
    name, output, why = found
    maps, height, width = output.shape[1:]
    classes = max(1, maps - 1)
    return Reading(
        evidence=f"output {name} is {maps} map(s) of {width} x {height} cells ({why})",
        outputs=(name,),
        classes=classes,
        colour=Colour.RGB,
        fit=Fit.STRETCH,
        mean=_MEAN,
        scale=_SCALE,
        score_threshold=_THRESHOLD,
        names=("defect",) if classes == 1 else (),
    )


def decode(outputs: Sequence[AnyArray], frame: Frame) -> Candidates:
    """Return a box around each region of cells that reach the threshold."""
    maps = np.asarray(outputs[0][0], np.float32)
    if maps.shape[0] == 1:
        likely_map = probabilities(maps[0])
        class_map = np.zeros(likely_map.shape, np.int32)
    else:
        scores = shares(maps.reshape(len(maps), -1).T).T.reshape(maps.shape)
        likely_map = scores[1:].max(axis=0)
        class_map = scores[1:].argmax(axis=0).astype(np.int32)
    boxes: list[Array] = []
    scores_found: list[float] = []
    class_ids: list[int] = []
    step = np.array(
        [frame.width / maps.shape[2], frame.height / maps.shape[1]] * 2, np.float32
    )
    sure = likely_map >= frame.threshold
    for class_id in np.unique(class_map[sure])[:_MOST_REGIONS]:
        for rows, columns in regions(sure & (class_map == class_id)):
            corners = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
            boxes.append(np.array(corners, np.float32) * step)
            scores_found.append(float(likely_map[rows, columns].max()))
            class_ids.append(int(class_id))
    return Candidates(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array(scores_found, np.float32),
        np.array(class_ids, np.int32),
    )


def regions(
    mask: NDArray[np.bool_],
) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Return rows and columns of the cells of each region, the largest first.

    Cells that touch at an edge or a corner are one region. Each cell takes over the
    largest number among its neighbours until nothing changes, jumping along the numbers
    (Shiloach and Vishkin, 1982), so that long regions need few rounds.
    """
    rows, columns = np.nonzero(mask)
    if not len(rows):
        return []
    place = np.full((mask.shape[0] + 2, mask.shape[1] + 2), -1, np.intp)
    place[rows + 1, columns + 1] = np.arange(len(rows))
    owner = np.arange(len(rows))
    pairs = _pairs(place, rows + 1, columns + 1)
    while True:
        left, right = owner[pairs[0]], owner[pairs[1]]
        differ = left != right
        if not differ.any():
            break
        np.maximum.at(owner, np.minimum(left, right), np.maximum(left, right))
        while not np.array_equal(owner[owner], owner):
            owner = owner[owner]
    found, sizes = np.unique(owner, return_counts=True)
    chosen = found[np.argsort(-sizes, kind="stable")][:_MOST_REGIONS]
    return [(rows[owner == one], columns[owner == one]) for one in chosen]


def _pairs(
    place: NDArray[np.intp], rows: NDArray[np.intp], columns: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the numbers of cells that touch; each pair once."""
    firsts, seconds = [], []
    for down, right in ((0, 1), (1, -1), (1, 0), (1, 1)):
        other = place[rows + down, columns + right]
        touching = np.flatnonzero(other >= 0)
        firsts.append(touching)
        seconds.append(other[touching])
    return np.concatenate(firsts), np.concatenate(seconds)


def _map_output(facts: Facts) -> tuple[str, AnyArray, str] | None:
    flat = {n: a for n, a in facts.outputs.items() if a.ndim == 4 and a.shape[0] == 1}
    for name in _NAMED:
        if name in flat:
            return name, flat[name], "by its name"
    if len(facts.outputs) != 1 or not flat:
        return None
    name, output = next(iter(flat.items()))
    maps, height, width = output.shape[1:]
    sizes = {(facts.height // s, facts.width // s) for s in _STRIDES}
    if (height, width) not in sizes or maps > _MOST_MAPS:
        return None
    return name, output, f"{facts.width // width} pixels a cell"
