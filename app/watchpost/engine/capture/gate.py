"""Does anything move? A cheap look at small luma, so that still scenes cost nothing."""

from __future__ import annotations

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from watchpost.base.clock import NS_PER_S
from watchpost.engine.video.scaling import PictureScaler

_WIDTH = 160
_DIFFERENCE = 12
_SHARE = 0.0012
_HOLD_NS = 3 * NS_PER_S // 2
_FORGET_SHIFT = 4
_FRACTION_BITS = 6


class MotionGate:
    """Compares each picture, 160 pixels wide, with a running average of those before.

    The scene counts as moving from the first picture that differs in more than 0.12 %
    of its pixels until 1.5 s after the last such picture. It errs towards moving: that
    costs time, the contrary costs counts. One thread at a time.
    """

    def __init__(self) -> None:
        self._scaler = PictureScaler("gray")
        self._small: NDArray[np.uint8] = np.empty((0, 0, 1), np.uint8)
        self._average: NDArray[np.int16] | None = None
        self._moved_at_ns = 0

    def is_moving(self, frame: VideoFrame, pts_ns: int) -> bool:
        """Look at the next picture.

        Args:
            frame: The decoded picture.
            pts_ns: Its time by the stream's clock, which may begin again.
        """
        height = max(1, round(_WIDTH * frame.height / frame.width))
        if self._small.shape != (height, _WIDTH, 1):
            self._small = np.empty((height, _WIDTH, 1), np.uint8)
            self._average = None
        self._scaler.scale_into(frame, self._small)
        now = self._small[..., 0].astype(np.int16) << _FRACTION_BITS
        if self._average is None:
            self._average = now
            self._moved_at_ns = pts_ns
            return True
        difference = now - self._average
        self._average += difference >> _FORGET_SHIFT
        np.abs(difference, out=difference)
        moved = np.count_nonzero(difference > _DIFFERENCE << _FRACTION_BITS)
        if moved > _SHARE * difference.size or pts_ns < self._moved_at_ns:
            self._moved_at_ns = pts_ns
        return pts_ns - self._moved_at_ns <= _HOLD_NS
