"""Pictures with alpha that are scaled, turned and laid over a frame.

A sprite keeps itself at several sizes; the next larger one is warped to the wanted size
and sub-pixel place, so that slow motion is smooth and nothing shimmers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from watchpost.engine.capture.simulator.painting import Picture

_LEVEL_STEP = 0.72
_LEVELS = 5


@dataclass(frozen=True, slots=True)
class Sprite:
    """A premultiplied picture and the point by which it is placed.

    Attributes:
        levels: BGRA uint8, from full size down, each ``_LEVEL_STEP`` of the one before.
        anchor_x, anchor_y: In pixels of the full size.
    """

    levels: tuple[Picture, ...]
    anchor_x: float
    anchor_y: float

    @property
    def width(self) -> int:
        """Pixels at full size."""
        return int(self.levels[0].shape[1])

    @property
    def height(self) -> int:
        """Pixels at full size."""
        return int(self.levels[0].shape[0])

    @classmethod
    def of(
        cls, bgra: Picture, anchor_x: float, anchor_y: float, *, trim: bool = True
    ) -> Sprite:
        """Make a sprite; ``trim`` cuts it to what is more than faintly visible."""
        left, top = 0, 0
        if trim:
            left, top, right, bottom = opaque_bounds(
                np.asarray(bgra[:, :, 3], np.uint8)
            )
            bgra = bgra[top:bottom, left:right]
        levels = [np.ascontiguousarray(bgra)]
        for power in range(1, _LEVELS):
            scale = _LEVEL_STEP**power
            size = (round(bgra.shape[1] * scale), round(bgra.shape[0] * scale))
            if min(size) < 4:
                break
            levels.append(cv2.resize(bgra, size, interpolation=cv2.INTER_AREA))
        return cls(tuple(levels), anchor_x - left, anchor_y - top)


@dataclass(frozen=True, slots=True)
class Placed:
    """A sprite in a frame.

    Attributes:
        sprite: What to draw.
        x, y: Where its anchor comes, frame pixels.
        scale: 1 is full size.
        name: Class of the object; empty for what is not an object, such as a shadow.
        flip: Mirror it left to right.
        turn: Radians, clockwise in the picture.
        veil: What hides it: uint8 of the frame's size, 255 where it can be seen.
        painted: The backdrop shows it already; it is only named.
    """

    sprite: Sprite
    x: float
    y: float
    scale: float = 1.0
    name: str = ""
    flip: bool = False
    turn: float = 0.0
    veil: Picture | None = None
    painted: bool = False


def opaque_bounds(alpha: NDArray[np.uint8], above: int = 24) -> tuple[int, ...]:
    """Return left, top, right, bottom (exclusive) of what is visible in ``alpha``."""
    rows = np.flatnonzero((alpha > above).any(axis=1))
    columns = np.flatnonzero((alpha > above).any(axis=0))
    if not len(rows):
        return 0, 0, alpha.shape[1], alpha.shape[0]
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def draw(frame: Picture, placed: Placed) -> None:
    """Lay a sprite over ``frame``, BGR uint8, in place."""
    if placed.painted:
        return
    patch, x0, y0 = warped(placed, frame.shape[1], frame.shape[0])
    if patch is None:
        return
    height, width = patch.shape[:2]
    if placed.veil is not None:
        veil = placed.veil[y0 : y0 + height, x0 : x0 + width]
        patch = cv2.multiply(patch, cv2.merge((veil, veil, veil, veil)), scale=1 / 255)
    behind = frame[y0 : y0 + height, x0 : x0 + width]
    rest = cv2.cvtColor(cv2.bitwise_not(patch[:, :, 3]), cv2.COLOR_GRAY2BGR)
    under = cv2.multiply(behind, rest, scale=1 / 255)
    cv2.add(under, cv2.cvtColor(patch, cv2.COLOR_BGRA2BGR), dst=behind)


def warped(placed: Placed, width: int, height: int) -> tuple[Picture | None, int, int]:
    """Return the sprite as it appears in a frame, clipped, and its left and top."""
    sprite = placed.sprite
    if placed.scale == 1.0 and placed.turn == 0.0 and not placed.flip:
        return _slid(placed, width, height)
    level = 0
    while level + 1 < len(sprite.levels) and _LEVEL_STEP ** (level + 1) >= placed.scale:
        level += 1
    source = sprite.levels[level]
    matrix = _matrix(placed, source.shape[1] / sprite.width)
    right, bottom = source.shape[1], source.shape[0]
    corners = np.array(
        [(-1, -1, 1), (right, -1, 1), (right, bottom, 1), (-1, bottom, 1)], np.float64
    )
    placed_corners = corners @ matrix.T
    low = np.floor(placed_corners.min(axis=0)).astype(int)
    high = np.ceil(placed_corners.max(axis=0)).astype(int) + 1
    x0, y0 = max(0, int(low[0])), max(0, int(low[1]))
    x1, y1 = min(width, int(high[0])), min(height, int(high[1]))
    if x1 <= x0 or y1 <= y0:
        return None, 0, 0
    matrix[:, 2] -= (x0, y0)
    patch = cv2.warpAffine(
        source, matrix, (x1 - x0, y1 - y0), flags=cv2.INTER_LINEAR, borderValue=0
    )
    return patch, x0, y0


def composed(placed: Sequence[Placed], side: int) -> Sprite:
    """Return sprites drawn over each other around the middle of a square as one.

    Args:
        placed: Back to front, in pixels of the square.
        side: Pixels.
    """
    whole = np.zeros((side, side, 4), np.uint8)
    for one in placed:
        patch, x0, y0 = warped(one, side, side)
        if patch is not None:
            _over(whole[y0 : y0 + patch.shape[0], x0 : x0 + patch.shape[1]], patch)
    left, top, right, bottom = opaque_bounds(whole[:, :, 3], above=2)
    level = np.ascontiguousarray(whole[top:bottom, left:right])
    return Sprite((level,), side / 2 - left, side / 2 - top)


def _over(behind: Picture, patch: Picture) -> None:
    """Lay a premultiplied picture over another of the same size, in place."""
    rest = cv2.bitwise_not(patch[:, :, 3])
    under = cv2.multiply(behind, cv2.merge((rest,) * 4), scale=1 / 255)
    cv2.add(under, patch, dst=behind)


def _slid(placed: Placed, width: int, height: int) -> tuple[Picture | None, int, int]:
    """Return a sprite at full size and whole pixels: no warp, hence fast."""
    source = placed.sprite.levels[0]
    left = round(placed.x - placed.sprite.anchor_x)
    top = round(placed.y - placed.sprite.anchor_y)
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(width, left + source.shape[1]), min(height, top + source.shape[0])
    if x1 <= x0 or y1 <= y0:
        return None, 0, 0
    return source[y0 - top : y1 - top, x0 - left : x1 - left], x0, y0


def _matrix(placed: Placed, level_scale: float) -> NDArray[np.float64]:
    """Return the 2 x 3 map from pixels of the chosen level to pixels of the frame."""
    scale = placed.scale / level_scale
    mirror = -1.0 if placed.flip else 1.0
    c, s = math.cos(placed.turn) * scale, math.sin(placed.turn) * scale
    linear = np.array([(c * mirror, -s), (s * mirror, c)])
    anchor = (
        np.array([placed.sprite.anchor_x, placed.sprite.anchor_y]) * level_scale - 0.5
    )
    offset = np.array([placed.x, placed.y]) - 0.5 - linear @ anchor
    return np.concatenate((linear, offset[:, None]), axis=1)
