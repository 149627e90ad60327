"""What one facing of a shelf looks like: as it did, like filled, like empty, or moving.

Detectors miss products and take them for something else; a bare hand has no class at all.
The picture of the place itself tells both: where it is as it was when the place was last
told, nothing has changed and nothing is in front, whatever the boxes say; where it
changes from look to look, something passes.

Pictures are compared without their mean brightness, and their difference is taken as a
share of their contrast, so that a lamp or the camera's exposure changes little. Noise
counts as contrast: two blank walls are alike.
"""

from __future__ import annotations

from enum import Enum, auto

import numpy as np
from numpy.typing import NDArray

from watchpost.base.clock import NS_PER_S

Patch = NDArray[np.float64]

# Contrast that noise alone may have, grey levels (standard deviation).
_NOISE = 6.0
# Shares of the contrast: below, nothing changed at all; above, it moves.
_SAME = 0.03
_MOVED = 0.02
# A product that was put back stands a little otherwise.
_ALIKE = 0.15
_CLEARLY = 0.7
_STEP_NS = NS_PER_S // 5
# How far it may stand from where it stood, shares of the place.
_BESIDE = 0.25
_ABOVE = 0.08
# Light wanders: what a place looks like filled or empty is learnt anew within so long.
_FOLLOW_NS = 60 * NS_PER_S


class Sight(Enum):
    """How a place looks now.

    ``SAME`` as when it was last told; ``LIKE_FILLED`` and ``LIKE_EMPTY`` as when it was
    that; ``UNLIKE`` all of them; ``MOVING`` while it changes.
    """

    SAME = auto()
    LIKE_FILLED = auto()
    LIKE_EMPTY = auto()
    UNLIKE = auto()
    MOVING = auto()


class PlacePicture:
    """Remembers how one place looked filled, empty, and when it was last told.

    Args:
        box: Left, top, right, bottom, fractions of the picture.
    """

    def __init__(self, box: tuple[float, float, float, float]) -> None:
        self._box = box
        self._before: Patch | None = None
        self._before_ns = 0
        self._now: Patch | None = None
        self._now_ns = 0
        self._passed_ns = 0
        self._told_look: Patch | None = None
        self._known: dict[bool, Patch] = {}
        self.told: bool | None = None
        """What the place was told to be when it looked as remembered: filled or not."""

    def knows(self, filled: bool) -> bool:
        """Say whether it was seen filled (or empty)."""
        return filled in self._known

    def look(self, grey: NDArray[np.uint8], stream_ns: int) -> Sight | None:
        """Take in the newest picture, uint8, shape (height, width).

        Returns:
            How the place looks; None while there is nothing to compare with.
        """
        now = self._cut(grey, 0.0, 0.0)
        if self._now is not None and self._now.shape != now.shape:
            # Another model looks at smaller or larger pictures.
            self._known.clear()
            self._before = self._told_look = self.told = None
        self._passed_ns, self._now_ns = stream_ns - self._now_ns, stream_ns
        self._now = now
        if self._before is None:
            self._before, self._before_ns = now, stream_ns
            return None
        is_moving = unlikeness(now, self._before) > _MOVED
        if stream_ns - self._before_ns >= _STEP_NS or stream_ns < self._before_ns:
            self._before, self._before_ns = now, stream_ns
        if self._is_as_told():
            return Sight.SAME
        if is_moving:
            return Sight.MOVING
        return self._compare(grey) if self._known else None

    def keep(self, filled: bool, *, surely: bool) -> None:
        """Remember how it looks now: it was just told to be so.

        Args:
            filled: What it was told to be.
            surely: By more than its likeness to how it looked before; only such looks
                become what others are compared with.
        """
        if self._now is None:
            return
        is_as_told = self._is_as_told()
        if is_as_told and filled is not self.told:
            # It was told wrongly: so it never looked when it was the contrary.
            self._known.pop(not filled, None)
        known = self._known.get(filled)
        if known is None or (surely and not is_as_told):
            self._known[filled] = self._now
        elif is_as_told:
            share = min(max(self._passed_ns, 0) / _FOLLOW_NS, 1.0)
            self._known[filled] = known + share * (self._now - known)
        self._told_look, self.told = self._now, filled

    def _is_as_told(self) -> bool:
        if self._now is None or self._told_look is None:
            return False
        return unlikeness(self._now, self._told_look) < _SAME

    def _compare(self, grey: NDArray[np.uint8]) -> Sight:
        assert self._now is not None
        apart = {}
        if True in self._known:
            around = self._cut(grey, _BESIDE, _ABOVE)
            apart[True] = least_unlikeness(around, self._known[True])
        if False in self._known:
            # What is behind a product does not stand otherwise.
            apart[False] = unlikeness(self._now, self._known[False])
        nearest = min(apart, key=lambda filled: apart[filled])
        others = [value for filled, value in apart.items() if filled is not nearest]
        if apart[nearest] > _ALIKE or any(
            apart[nearest] > _CLEARLY * other for other in others
        ):
            return Sight.UNLIKE
        return Sight.LIKE_FILLED if nearest else Sight.LIKE_EMPTY

    def _cut(self, grey: NDArray[np.uint8], beside: float, above: float) -> Patch:
        """Return the place's part of the picture, with so much around it."""
        height, width = grey.shape
        left, top, right, bottom = self._box
        more_x, more_y = beside * (right - left), above * (bottom - top)
        x0 = max(0, round((left - more_x) * width))
        x1 = max(x0 + 1, round((right + more_x) * width))
        y0 = max(0, round((top - more_y) * height))
        y1 = max(y0 + 1, round((bottom + more_y) * height))
        return grey[y0:y1, x0:x1].astype(np.float64)


def unlikeness(one: Patch, other: Patch) -> float:
    """Return the difference of two patches as a share of their contrast, about 0..2."""
    return float(_unlikeness(one, other))


def least_unlikeness(around: Patch, patch: Patch) -> float:
    """Return the unlikeness at the best place for a patch in a larger one."""
    if any(a < b for a, b in zip(around.shape, patch.shape, strict=True)):
        return float("inf")
    return float(
        _unlikeness(
            np.lib.stride_tricks.sliding_window_view(around, patch.shape), patch
        ).min()
    )


def _unlikeness(ones: NDArray[np.float64], other: Patch) -> NDArray[np.float64]:
    """Return unlikenesses over the last two axes."""
    ones = ones - ones.mean((-2, -1), keepdims=True)
    other = other - other.mean()
    contrast = (ones**2).mean((-2, -1)) + (other**2).mean() + 2 * _NOISE**2
    found: NDArray[np.float64] = ((ones - other) ** 2).mean((-2, -1)) / contrast
    return found
