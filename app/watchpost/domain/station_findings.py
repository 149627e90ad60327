"""Which defects are seen on which part in one frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from watchpost.domain.detections import Detections
from watchpost.domain.geometry import iou
from watchpost.domain.rules import Station
from watchpost.domain.verdicts import Finding

Box = NDArray[np.float64]

# Two boxes that overlap this much are one object.
_SAME = 0.7
_WHOLE = (0.0, 0.0, 1.0, 1.0)


def without_fragments(parts: Mapping[int, Box]) -> dict[int, Box]:
    """Drop boxes on a part that are no parts of their own, such as a glossy spot.

    A fragment's centre is in the box of a part at least twice as large.
    """
    sizes = {n: (b[2] - b[0]) * (b[3] - b[1]) for n, b in parts.items()}
    return {
        number: box
        for number, box in parts.items()
        if _around(
            box, {n: b for n, b in parts.items() if sizes[n] >= 2 * sizes[number]}
        )
        is None
    }


def findings_of(
    station: Station,
    parts: Mapping[int, Box],
    detections: Detections,
    names: Sequence[str],
) -> dict[int, tuple[Finding, ...]]:
    """Return the believed defects of every part in a frame, by the part's number.

    A whole part that is faulty is one whose box reads so too, even where the reading as
    a good part is surer: that a detector doubts a part is what inspection asks for. A
    mark belongs to the part whose centre is nearest, among those whose box it lies in.

    Args:
        station: What counts as a defect, and from which score on.
        parts: Boxes of the parts, fractions of the picture, shape (4,).
        detections: All of the frame, several readings of one object included.
        names: Their classes.
    """
    found: dict[int, list[Finding]] = {number: [] for number in parts}
    for row in map(int, np.flatnonzero(detections.scores >= station.min_score)):
        if names[row] not in station.defects:
            continue
        box = detections.xyxy_norm[row].astype(np.float64)
        is_mark = names[row] not in station.parts
        number = _around(box, parts) if is_mark else _same(box, parts)
        if number is not None:
            where = _within(box, parts[number]) if is_mark else _WHOLE
            score = float(detections.scores[row])
            found[number].append(Finding(names[row], score, where))
    return {number: tuple(findings) for number, findings in found.items()}


def _same(box: Box, parts: Mapping[int, Box]) -> int | None:
    """Return the part whose box this is."""
    if not parts:
        return None
    overlaps = iou(box[None], np.stack(list(parts.values())))[0]
    best = int(overlaps.argmax())
    return list(parts)[best] if overlaps[best] > _SAME else None


def _around(mark: Box, parts: Mapping[int, Box]) -> int | None:
    """Return the part that a mark lies on."""
    centre = (mark[:2] + mark[2:]) / 2
    around = [
        (float(np.hypot(*(centre - (box[:2] + box[2:]) / 2))), number)
        for number, box in parts.items()
        if (box[:2] <= centre).all() and (centre <= box[2:]).all()
    ]
    return min(around)[1] if around else None


def _within(mark: Box, part: Box) -> tuple[float, float, float, float]:
    """Return a mark's box as fractions of its part's box."""
    corner, size = part[:2], np.maximum(part[2:] - part[:2], 1e-6)
    low = np.clip((mark[:2] - corner) / size, 0, 1)
    high = np.clip((mark[2:] - corner) / size, 0, 1)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])
