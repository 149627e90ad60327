"""Pictures of the canned site: drawn, so that nobody's footage lies in the tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
_STILLS = Path(__file__).parent / "stills"


@cache
def picture(camera_id: str, width: int, height: int) -> Picture:
    """Return a camera's picture, BGRA, shape (height, width, 4), read-only.

    Stills of the simulator; a camera without one sees an empty floor.
    """
    still = cv2.imread(str(_STILLS / f"{camera_id}.jpg"))
    if still is None:
        still = _empty_floor(width, height)
    sized = cv2.resize(still, (width, height), interpolation=cv2.INTER_AREA)
    made: Picture = cv2.cvtColor(sized, cv2.COLOR_BGR2BGRA).astype(np.uint8)
    made.setflags(write=False)
    return made


def _empty_floor(width: int, height: int) -> Picture:
    y = np.linspace(0.0, 1.0, height, dtype=np.float32)[:, None]
    x = np.linspace(0.0, 1.0, width, dtype=np.float32)[None, :]
    # Planks that come together at the back.
    planks = np.sin(60.0 * (x - 0.5) / (y + 0.4)) > 0
    grey = np.where(y < 0.55, 150 - 40 * y + 0 * x, 84 + 60 * (y - 0.55) + 16 * planks)
    tones = np.array([1.0, 0.94, 0.95], np.float32)
    return np.asarray((grey[..., None] * tones).clip(0, 255), np.uint8)
