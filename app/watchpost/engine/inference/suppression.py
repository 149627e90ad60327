"""From candidates to detections: threshold, non-maximum suppression, picture fractions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from watchpost.domain.detections import Detections
from watchpost.domain.frames import Placement
from watchpost.engine.inference.reading import Array, Candidates

MAX_CANDIDATES = 1000
MAX_BOXES = 300


def above(found: Candidates, threshold: float) -> Candidates:
    """Return the surest usable candidates, best first, at most a thousand.

    Usable: finite, with some area, and at least as sure as the threshold. A hostile or
    broken model may answer with NaN, infinities or a million boxes.
    """
    xyxy, scores = found.xyxy, found.scores
    usable = (scores >= threshold) & (scores <= 1.0 + 1e-3)
    usable &= np.isfinite(xyxy).all(axis=1)
    usable &= (xyxy[:, 2] > xyxy[:, 0]) & (xyxy[:, 3] > xyxy[:, 1])
    picked = np.flatnonzero(usable)
    order = picked[np.argsort(-scores[picked], kind="stable")][:MAX_CANDIDATES]
    return Candidates(xyxy[order], scores[order], found.class_ids[order])


def suppress(found: Candidates, overlap: float) -> Candidates:
    """Keep the surest of boxes of one class that overlap more than this (IoU).

    Input is sorted by score, best first; at most 300 boxes remain.
    """
    if len(found.scores) < 2:
        return found
    # Classes are moved apart, so that one pass does all of them. In double precision:
    # far from the origin, single precision would round box edges.
    boxes = found.xyxy.astype(np.float64)
    reach = float(boxes.max() - boxes.min()) + 1.0
    boxes += found.class_ids[:, None] * reach
    kept = _survivors(boxes, overlap)[:MAX_BOXES]
    return Candidates(found.xyxy[kept], found.scores[kept], found.class_ids[kept])


def _survivors(boxes: NDArray[np.float64], overlap: float) -> NDArray[np.intp]:
    left, top, right, bottom = boxes.T
    area = (right - left) * (bottom - top)
    alive = np.ones(len(boxes), bool)
    kept = []
    for row in range(len(boxes)):
        if not alive[row]:
            continue
        kept.append(row)
        if len(kept) == MAX_BOXES:
            break
        rest = row + 1 + np.flatnonzero(alive[row + 1 :])
        width = np.minimum(right[row], right[rest]) - np.maximum(left[row], left[rest])
        height = np.minimum(bottom[row], bottom[rest]) - np.maximum(top[row], top[rest])
        common = np.maximum(width, 0) * np.maximum(height, 0)
        alive[rest[common > overlap * (area[row] + area[rest] - common)]] = False
    return np.asarray(kept, np.intp)


def detections_from(found: Candidates, placement: Placement) -> Detections:
    """Return candidates as fractions of the camera's picture, cut at its borders.

    Args:
        found: In pixels of the model's input.
        placement: Where in the input the camera's picture lies.
    """
    origin = np.array([placement.left, placement.top] * 2, np.float32)
    size = np.array([placement.width, placement.height] * 2, np.float32)
    fractions: Array = np.clip((found.xyxy - origin) / size, 0.0, 1.0)
    inside = (fractions[:, 2] > fractions[:, 0]) & (fractions[:, 3] > fractions[:, 1])
    return Detections(
        np.ascontiguousarray(fractions[inside], np.float32),
        np.clip(found.scores[inside], 0.0, 1.0).astype(np.float32),
        found.class_ids[inside].astype(np.int32),
    )
