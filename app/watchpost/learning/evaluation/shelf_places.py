"""Where on a shelf products stand, from a recording: what a technician would draw.

Two pictures a second are looked at. A product that is seen at the same place in three
of them in a row stands there; the place is the median of its boxes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from watchpost.base.errors import LearningError
from watchpost.domain.facings import SURE_SCORE
from watchpost.domain.geometry import iou
from watchpost.engine.inference.looker import Looker
from watchpost.engine.inference.model import ModelInfo
from watchpost.learning.evaluation.playing import pictures
from watchpost.learning.evaluation.values import Box

_EVERY_S = 0.5
_IN_A_ROW = 3
_SAME_PLACE = 0.5
_OVERLAP = 0.1


@dataclass(slots=True)
class _Place:
    boxes: list[NDArray[np.float64]] = field(default_factory=list)
    looks: list[int] = field(default_factory=list)

    def middle(self) -> NDArray[np.float64]:
        return np.asarray(np.median(np.stack(self.boxes), axis=0), np.float64)

    def in_a_row(self) -> int:
        longest = run = 1
        for before, after in zip(self.looks, self.looks[1:], strict=False):
            run = run + 1 if after == before + 1 else 1
            longest = max(longest, run)
        return longest


def find_places(video: Path, model: ModelInfo, product: str) -> tuple[Box, ...]:
    """Return the places where products stand in a video, from left to right.

    Args:
        video: The file.
        model: What looks.
        product: Name of the class.

    Raises:
        LearningError: Nothing of that class ever stands still.
        CaptureError: The file is no video.
    """
    looker = Looker(model, SURE_SCORE)
    seen: list[NDArray[np.float64]] = []
    due_s = 0.0
    for t_s, bgr in pictures(video):
        if t_s < due_s:
            continue
        due_s = t_s + _EVERY_S
        found = looker.look(bgr)
        wanted = [model.classes[i] == product for i in found.class_ids]
        boxes = found.xyxy_norm[np.array(wanted, bool)].astype(np.float64)
        seen.append(boxes.reshape(-1, 4))
    places = standing(seen)
    if not places:
        raise LearningError(
            f"The model never sees a {product} stand still in {video.name}.",
            todo="Name the places in the truth file (facings), or take another model.",
        )
    return places


def standing(seen: list[NDArray[np.float64]]) -> tuple[Box, ...]:
    """Return places from the boxes (N, 4) of one picture after the other."""
    places: list[_Place] = []
    for number, boxes in enumerate(seen):
        for box in boxes:
            place = _nearest(places, box)
            if place is None:
                place = _Place()
                places.append(place)
            place.boxes.append(box)
            if number not in place.looks[-1:]:
                place.looks.append(number)
    kept: list[NDArray[np.float64]] = []
    for place in sorted(places, key=lambda place: -len(place.looks)):
        middle = place.middle()
        apart = not kept or float(iou(middle[None], np.stack(kept)).max()) < _OVERLAP
        if place.in_a_row() >= _IN_A_ROW and apart:
            kept.append(middle)
    kept.sort(key=lambda box: (float(box[0]), float(box[1])))
    return tuple(
        (float(left), float(top), float(right), float(bottom))
        for left, top, right, bottom in kept
    )


def _nearest(places: list[_Place], box: NDArray[np.float64]) -> _Place | None:
    if not places:
        return None
    overlaps = iou(box[None], np.stack([place.middle() for place in places]))[0]
    best = int(overlaps.argmax())
    return places[best] if overlaps[best] >= _SAME_PLACE else None
