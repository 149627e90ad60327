"""Pictures of the canned site: drawn, so that nobody's footage lies in the tests."""

from __future__ import annotations

import zlib
from functools import cache

import numpy as np
from numpy.typing import NDArray

from support.site import BOXES

Picture = NDArray[np.uint8]


@cache
def picture(camera_id: str, width: int, height: int) -> Picture:
    """Return a camera's picture, BGRA, shape (height, width, 4), read-only."""
    tone = zlib.crc32(camera_id.encode()) % 30
    y = np.linspace(0.0, 1.0, height, dtype=np.float32)[:, None]
    x = np.linspace(0.0, 1.0, width, dtype=np.float32)[None, :]
    wall = 150 + tone - 40 * y + 0 * x
    # Planks that come together at the back: flat, so that approved pictures stay small.
    planks = np.sin(60.0 * (x - 0.5) / (y + 0.4)) > 0
    floor = 84 + 60 * (y - 0.55) + 16 * planks
    grey = np.where(y < 0.55, wall, floor)
    image = np.empty((height, width, 4), np.float32)
    image[..., 0] = grey * (1.0 if camera_id != "cam-hall" else 0.72)
    image[..., 1] = grey * 0.94
    image[..., 2] = grey * (0.95 if camera_id != "cam-hall" else 1.02)
    image[..., 3] = 255
    for box in BOXES.get(camera_id, ()):
        _figure(image, box.class_name, box.left, box.top, box.right, box.bottom)
    made: Picture = image.clip(0, 255).astype(np.uint8)
    made.setflags(write=False)
    return made


_TONES = {
    "person": (66.0, 52.0, 46.0),
    "car": (66.0, 60.0, 150.0),
    "bottle": (170.0, 120.0, 60.0),
}


def _figure(
    image: NDArray[np.float32],
    class_name: str,
    left: float,
    top: float,
    right: float,
    bottom: float,
) -> None:
    height, width, _ = image.shape
    y = (np.arange(height, dtype=np.float32)[:, None] / height - top) / (bottom - top)
    x = (np.arange(width, dtype=np.float32)[None, :] / width - left) / (right - left)
    u = np.abs(x - 0.5) * 2
    if class_name == "person":
        head = (u / 0.34) ** 2 + ((y - 0.11) / 0.1) ** 2 < 1
        body = (y > 0.21) & (y < 0.6) & (u < 0.72 - 0.25 * y)
        legs = (y >= 0.6) & (y < 0.99) & (u < 0.5) & (u > 0.08)
        parts = ((body | legs, _TONES["person"]), (head, (120.0, 150.0, 190.0)))
    elif class_name == "bottle":
        neck = (y > 0.03) & (y < 0.24) & (u < 0.34)
        body = (y >= 0.24) & (y < 0.99) & (u < 0.86)
        parts = (
            (neck | body, _TONES["bottle"]),
            ((y > 0.02) & (y < 0.1) & (u < 0.4), (190.0, 70.0, 30.0)),
        )
    else:
        body = (u / 0.96) ** 4 + (np.abs(y - 0.5) / 0.49) ** 4 < 1
        glass = (y > 0.3) & (y < 0.46) & (u < 0.7)
        parts = ((body, _TONES["car"]), (glass, (90.0, 82.0, 70.0)))
    for mask, tone in parts:
        for channel, value in enumerate(tone):
            image[..., channel][mask] = value
