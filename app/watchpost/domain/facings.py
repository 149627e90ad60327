"""Shelf facings: which place of a row is filled, empty or picked, and when nobody can tell.

Each facing is looked at in every analysed frame. A box of the product's class over it
says filled. No box says empty only while nothing else is in front: an obstacle's box over
the facing, or a picture that moves there, hides it, and what is hidden cannot be told and
changes nothing. A state is taken on once it was seen for its time without contradiction;
empty needs longer than filled, since detectors miss what is there more often than they
see what is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from watchpost.base.clock import NS_PER_S
from watchpost.domain.detections import Detections
from watchpost.domain.rules import Shelf

FILLED_S = 0.5
EMPTY_S = 1.0
# A facing that was hidden for longer is not known any more.
KNOWN_S = 10.0
# How much of a facing an obstacle's box must cover to hide it.
HIDING_SHARE = 0.25


class FacingState(StrEnum):
    """What is known of one facing.

    ``PICKED`` was filled, became empty and stays so; ``EMPTY`` was never seen filled.
    """

    UNKNOWN = "unknown"
    FILLED = "filled"
    EMPTY = "empty"
    PICKED = "picked"


@dataclass(frozen=True, slots=True)
class FacingReading:
    """One facing at one frame.

    Attributes:
        state: The last one that was surely seen.
        since_ns: Since when, on the stream's own clock; None while unknown.
        hidden: Something is in front now: whether ``state`` still holds cannot be told.
    """

    state: FacingState
    since_ns: int | None
    hidden: bool


@dataclass(slots=True)
class _Place:
    state: FacingState = FacingState.UNKNOWN
    since_ns: int | None = None
    told_ns: int | None = None
    seen: bool | None = None
    """What clear frames have been saying since ``seen_ns``: filled or not."""
    seen_ns: int = 0
    hidden: bool = False


class FacingRow:
    """Follows the facings of one shelf. Not thread-safe.

    Args:
        shelf: The places and what stands there.
        class_names: The class list that class ids point into.
    """

    def __init__(self, shelf: Shelf, class_names: Sequence[str]) -> None:
        self.shelf = shelf
        self._boxes = np.array(shelf.facings, np.float64).reshape(-1, 4)
        self._class_names = tuple(class_names)
        self._places = [_Place() for _ in shelf.facings]

    def reset(self) -> None:
        """Forget what stands there, as after a reconnect."""
        self._places = [_Place() for _ in self.shelf.facings]

    def replace_classes(self, class_names: Sequence[str]) -> None:
        """Take another model's class list; what is known of the shelf stays."""
        self._class_names = tuple(class_names)

    def update(
        self,
        detections: Detections,
        stream_ns: int,
        *,
        moving: NDArray[np.bool_] | None = None,
    ) -> tuple[FacingReading, ...]:
        """Take in one analysed frame and return every facing.

        Args:
            detections: Believed boxes, fractions of the picture.
            stream_ns: The frame's time on the stream's own clock.
            moving: Whether the picture moves at each facing, shape (facings,): a bare
                hand has no class of its own. None: not looked at.
        """
        boxes = detections.xyxy_norm.astype(np.float64)
        names = [
            self._class_names[i] if 0 <= i < len(self._class_names) else ""
            for i in detections.class_ids
        ]
        products = boxes[np.array([n == self.shelf.product for n in names], bool)]
        hiding = boxes[np.array([n in self.shelf.obstacles for n in names], bool)]
        filled = self._filled(products)
        hidden = np.any(covered(self._boxes, hiding) > HIDING_SHARE, axis=1)
        if moving is not None:
            hidden |= moving
        for place, is_filled, is_hidden in zip(
            self._places, filled, hidden, strict=True
        ):
            _look(place, bool(is_filled), bool(is_hidden), stream_ns)
        return tuple(FacingReading(p.state, p.since_ns, p.hidden) for p in self._places)

    def _filled(self, products: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Say for each facing whether a product's centre stands in it.

        One product fills one facing: the one whose middle is nearest to its own.
        """
        filled = np.zeros(len(self._boxes), bool)
        if not len(products) or not len(self._boxes):
            return filled
        centres = (products[:, :2] + products[:, 2:]) / 2
        middles = (self._boxes[:, :2] + self._boxes[:, 2:]) / 2
        away = np.hypot(*np.moveaxis(centres[:, None] - middles[None], 2, 0))
        inside = (
            (centres[:, None] >= self._boxes[None, :, :2])
            & (centres[:, None] <= self._boxes[None, :, 2:])
        ).all(axis=2)
        away[~inside] = np.inf
        nearest = away.argmin(axis=1)
        filled[nearest[np.isfinite(away.min(axis=1))]] = True
        return filled


def covered(
    boxes: NDArray[np.float64], others: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return which share of each box (N, 4) each other (M, 4) covers, shape (N, M)."""
    top_left = np.maximum(boxes[:, None, :2], others[None, :, :2])
    bottom_right = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    size = np.maximum(bottom_right - top_left, 0.0)
    area = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    share: NDArray[np.float64] = size.prod(axis=2) / np.maximum(area, 1e-12)[:, None]
    return share


def _look(place: _Place, filled: bool, hidden: bool, stream_ns: int) -> None:
    """Take in one frame's sight of one facing."""
    place.hidden = hidden
    if hidden:
        # Also a box seen beside a hand may be the product in that hand.
        place.seen = None
        if place.told_ns is not None and stream_ns - place.told_ns > KNOWN_S * NS_PER_S:
            place.state, place.since_ns, place.told_ns = FacingState.UNKNOWN, None, None
        return
    if place.seen is not filled:
        place.seen, place.seen_ns = filled, stream_ns
    needed_s = FILLED_S if filled else EMPTY_S
    if stream_ns - place.seen_ns < needed_s * NS_PER_S:
        return
    place.told_ns = stream_ns
    if filled:
        state = FacingState.FILLED
    elif place.state in (FacingState.FILLED, FacingState.PICKED):
        state = FacingState.PICKED
    else:
        state = FacingState.EMPTY
    if state is not place.state:
        place.state, place.since_ns = state, place.seen_ns
