"""Shelf facings: which place of a row is filled, empty or picked, and when nobody can tell.

Each facing is looked at in every analysed frame. A box of the product's class over it
says filled; a weak one says neither. No box says empty only while nothing else is in
front: an obstacle's box over the facing, or a picture that moves there, hides it, and
what is hidden cannot be told and changes nothing. A state is taken on once it was seen
for its time without contradiction, and until then cannot be told.

Where the place's own picture is at hand (:mod:`watchpost.domain.facing_pictures`), it
overrules boxes: a place that looks as it did when it was last told has not changed. By
boxes alone, empty needs longer than filled, since detectors miss what is there more often
than they see what is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from watchpost.base.clock import NS_PER_S
from watchpost.domain.detections import Detections
from watchpost.domain.facing_pictures import PlacePicture, Sight
from watchpost.domain.rules import Shelf

FILLED_S = 0.5
EMPTY_S = 1.0
# A facing that was hidden for longer is not known any more.
KNOWN_S = 10.0
# Something still that is neither what stood there nor what is behind it: after so long
# it belongs there, be it other light or another backdrop.
NEW_LOOK_S = 5.0
# A product, or what is in front of it, is believed from here on.
SURE_SCORE = 0.25
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
        hidden: Something is in front now, or it is just changing: whether ``state`` still
            holds cannot be told.
    """

    state: FacingState
    since_ns: int | None
    hidden: bool

    @property
    def is_told(self) -> bool:
        """Whether the facing is known to be so now."""
        return not self.hidden and self.state is not FacingState.UNKNOWN


@dataclass(slots=True)
class _Place:
    picture: PlacePicture
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
        self._places = _places(shelf)

    def reset(self) -> None:
        """Forget what stands there, as after a reconnect."""
        self._places = _places(self.shelf)

    def replace_classes(self, class_names: Sequence[str]) -> None:
        """Take another model's class list; what is known of the shelf stays."""
        self._class_names = tuple(class_names)

    def update(
        self,
        detections: Detections,
        stream_ns: int,
        *,
        grey: NDArray[np.uint8] | None = None,
    ) -> tuple[FacingReading, ...]:
        """Take in one analysed frame and return every facing.

        Args:
            detections: All boxes, fractions of the picture.
            stream_ns: The frame's time on the stream's own clock.
            grey: The whole picture, small, shape (height, width). None: only boxes tell.
        """
        boxes = detections.xyxy_norm.astype(np.float64)
        names = [
            self._class_names[i] if 0 <= i < len(self._class_names) else ""
            for i in detections.class_ids
        ]
        sure = detections.scores >= SURE_SCORE
        is_product = np.array([n == self.shelf.product for n in names], bool)
        is_obstacle = np.array([n in self.shelf.obstacles for n in names], bool)
        filled = self._filled(boxes[is_product & sure])
        doubted = self._filled(boxes[is_product & ~sure]) & ~filled
        hiding = boxes[is_obstacle & sure]
        hidden = np.any(covered(self._boxes, hiding) > HIDING_SHARE, axis=1)
        for place, is_filled, is_doubted, is_hidden in zip(
            self._places, filled, doubted, hidden, strict=True
        ):
            sight = None if grey is None else place.picture.look(grey, stream_ns)
            box = None if is_doubted or is_hidden else bool(is_filled)
            _take_in(place, box, sight, stream_ns)
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


def _places(shelf: Shelf) -> list[_Place]:
    return [_Place(PlacePicture(box)) for box in shelf.facings]


def _take_in(
    place: _Place, box: bool | None, sight: Sight | None, stream_ns: int
) -> None:
    """Take in one frame's sight of one facing.

    Args:
        place: The facing.
        box: What boxes say: filled, empty, or None where they cannot tell.
        sight: What its picture says; None: nothing.
        stream_ns: Now.
    """
    seen = _seen(place, box, sight)
    if seen is None:
        # Also a box seen beside a hand may be the product in that hand.
        place.hidden, place.seen = True, None
        if place.told_ns is not None and stream_ns - place.told_ns > KNOWN_S * NS_PER_S:
            place.state, place.since_ns, place.told_ns = FacingState.UNKNOWN, None, None
        return
    if place.seen is not seen:
        place.seen, place.seen_ns = seen, stream_ns
    is_known = place.state is not FacingState.UNKNOWN
    holds = is_known and seen is (place.state is FacingState.FILLED)
    seen_for_ns = stream_ns - place.seen_ns
    is_long = seen_for_ns >= _needed_s(place, box, sight) * NS_PER_S
    if is_long or (holds and sight in (None, Sight.SAME)):
        _tell(place, seen, sight, stream_ns)
    else:
        place.hidden = is_known


def _seen(place: _Place, box: bool | None, sight: Sight | None) -> bool | None:
    """Return what one frame says of one facing: filled, empty, or None."""
    if sight is None:
        return box
    if sight is Sight.MOVING:
        return None
    if box or sight is Sight.LIKE_FILLED:
        return True
    if sight is Sight.SAME:
        return place.picture.told
    return False if sight is Sight.LIKE_EMPTY else box


def _needed_s(place: _Place, box: bool | None, sight: Sight | None) -> float:
    """Return for how long the same must be seen before it is told."""
    if sight is Sight.UNLIKE and not box and place.picture.knows(filled=False):
        return NEW_LOOK_S
    return FILLED_S if box or sight is not None else EMPTY_S


def _tell(place: _Place, filled: bool, sight: Sight | None, stream_ns: int) -> None:
    """Take on what was seen for long enough."""
    place.hidden, place.told_ns = False, stream_ns
    place.picture.keep(filled, surely=sight in (None, Sight.UNLIKE))
    if filled:
        state = FacingState.FILLED
    elif place.state in (FacingState.FILLED, FacingState.PICKED):
        state = FacingState.PICKED
    else:
        state = FacingState.EMPTY
    if state is not place.state:
        place.state, place.since_ns = state, place.seen_ns
