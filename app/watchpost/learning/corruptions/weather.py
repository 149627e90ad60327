"""Q5 rain: drops on the glass that stay, and streaks that change from frame to frame."""

from __future__ import annotations

import cv2
import numpy as np

from watchpost.learning.corruptions.pictures import Map, Picture, blended, scale_of

_DROPS = 45
_STREAKS = 260
_STREAK_LEVEL = 205.0


class Rain:
    """Q5: spatter on the lens and falling rain."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._drops: Map = np.zeros((0, 0), np.float32)

    def apply(self, bgr: Picture, frame_index: int, t_s: float) -> Picture:
        """Return the picture through the rain."""
        del t_s
        if self._drops.shape != bgr.shape[:2]:
            self._drops = self._spatter(bgr)
        # Behind a drop the scene is seen upside down and blurred; blurred is enough.
        little = cv2.resize(bgr, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
        soft = cv2.GaussianBlur(little, (0, 0), max(0.8, 3 * scale_of(bgr)))
        size = (bgr.shape[1], bgr.shape[0])
        behind = cv2.resize(soft, size).astype(np.uint8, copy=False)
        wet = blended(bgr, behind, self._drops)
        return blended(wet, _STREAK_LEVEL, self._streaks(bgr, frame_index))

    def _spatter(self, bgr: Picture) -> Map:
        rng = np.random.default_rng(self._seed)
        height, width = bgr.shape[:2]
        drops = np.zeros((height, width), np.float32)
        for _ in range(_DROPS):
            centre = (int(rng.integers(width)), int(rng.integers(height)))
            radius = max(2, round(rng.uniform(6, 26) * scale_of(bgr)))
            cv2.circle(drops, centre, radius, 1.0, -1)
        softness = max(1.0, 2 * scale_of(bgr))
        return cv2.GaussianBlur(drops, (0, 0), softness).astype(np.float32, copy=False)

    def _streaks(self, bgr: Picture, frame_index: int) -> Map:
        rng = np.random.default_rng((self._seed, frame_index))
        height, width = bgr.shape[:2]
        share = np.zeros((height, width), np.float32)
        x, y = rng.integers(width, size=_STREAKS), rng.integers(height, size=_STREAKS)
        lengths = rng.uniform(14, 46, _STREAKS) * scale_of(bgr)
        strength = rng.uniform(0.15, 0.5, _STREAKS)
        for number in range(_STREAKS):
            at = int(x[number]), int(y[number])
            to = round(at[0] + 0.12 * lengths[number]), round(at[1] + lengths[number])
            cv2.line(share, at, to, float(strength[number]), 1, cv2.LINE_8)
        return share
