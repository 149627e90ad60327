"""Light and colour: U5 too dark, U6 too bright, U7 haze, U14 colours, and a spotlight.

A stop more light doubles the linear signal; pictures are coded with a gamma of about
2.2, so a stop multiplies their levels by ``2 ** (1 / 2.2)``.
"""

from __future__ import annotations

from statistics import NormalDist

import cv2
import numpy as np

from watchpost.learning.corruptions.pictures import (
    Map,
    Picture,
    Rng,
    as_pixels,
    at_severity,
    coordinates,
    looked_up,
)

GAMMA = 2.2
_LEVELS = np.arange(256, dtype=np.float32)
# Noise from a table of 256 equally likely values: ten times as fast as drawing normal
# numbers, and bounded at 2.9 standard deviations.
_NORMAL = np.array(
    [NormalDist().inv_cdf((i + 0.5) / 256) for i in range(256)], np.float32
)
# Red and blue beside green (coded levels) of black bodies at 4500 and 2500 K, and at 8500
# and 10500 K, where the camera believes in 6500 K.
_WARM = {2.0: (1.16, 0.85), 4.0: (1.60, 0.44)}
_COLD = {2.0: (0.97, 1.11), 4.0: (0.92, 1.16)}


def exposed(bgr: Picture, stops: float) -> Picture:
    """Return a picture with so many stops more light (negative: less), clipped."""
    return looked_up(bgr, _LEVELS * 2 ** (stops / GAMMA))


def lit(bgr: Picture, stops: Map) -> Picture:
    """Return a picture with so many stops more light at every pixel.

    Args:
        bgr: Shape (height, width, 3).
        stops: Shape (height, width).
    """
    gain = np.exp2(stops / np.float32(GAMMA))
    return as_pixels(bgr * cv2.merge((gain, gain, gain)))


def grained(bgr: Picture, deviation: float, rng: Rng) -> Picture:
    """Return a picture with a sensor's noise, each pixel and channel on its own.

    Args:
        bgr: The picture.
        deviation: Standard deviation in grey levels.
        rng: Draws it.
    """
    drawn = rng.integers(0, 256, bgr.shape, np.uint8)
    noise = cv2.LUT(drawn, np.rint(_NORMAL * deviation).astype(np.int16))
    return cv2.add(bgr, noise, dtype=cv2.CV_8U).astype(np.uint8, copy=False)


def underexposed(bgr: Picture, severity: int, rng: Rng) -> Picture:
    """U5: too dark by 1.5, 2.5 or 3.5 stops, with noise of 4, 8 or 14 grey levels."""
    stops, noise = at_severity(severity, ((1.5, 4.0), (2.5, 8.0), (3.5, 14.0)))
    return grained(exposed(bgr, -stops), noise, rng)


def overexposed(bgr: Picture, severity: int, rng: Rng) -> Picture:
    """U6: too bright by 0.7, 1.3 or 2 stops, clipped."""
    del rng
    return exposed(bgr, at_severity(severity, (0.7, 1.3, 2.0)))


def haze(bgr: Picture, severity: int, rng: Rng) -> Picture:
    """U7: 0.6, 0.4 or 0.2 of the contrast left, on a grey of 110 to 190."""
    contrast = at_severity(severity, (0.6, 0.4, 0.2))
    return looked_up(bgr, (_LEVELS - 128) * contrast + rng.uniform(110, 190))


def colour_cast(bgr: Picture, severity: int, rng: Rng) -> Picture:
    """U14: white balance wrong by 2 or 4 thousand kelvin; at worst infrared grey."""
    kelvin = at_severity(severity, (2.0, 4.0, None))
    if kelvin is None:
        return infrared(bgr)
    red, blue = (_WARM if rng.random() < 0.5 else _COLD)[kelvin]
    return looked_up(bgr, _LEVELS[:, None] * np.array([blue, 1.0, red], np.float32))


def infrared(bgr: Picture) -> Picture:
    """Return a picture as under infrared light: grey, what is red brighter."""
    weights = np.array([[0.25, 0.30, 0.45]], np.float32)
    grey = cv2.transform(bgr, weights)
    return cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR).astype(np.uint8, copy=False)


def spotlight(bgr: Picture, severity: int, rng: Rng) -> Picture:
    """A bright spot and a dark corner in one picture, up to 1, 1.7 or 2.4 stops."""
    height, width = bgr.shape[:2]
    stops = at_severity(severity, (1.0, 1.7, 2.4))
    x, y = coordinates(bgr)
    apart = np.hypot(
        (x - rng.uniform(0, width)) / width, (y - rng.uniform(0, height)) / height
    )
    return lit(bgr, (stops * (1 - 2.2 * np.clip(apart, 0, 1))).astype(np.float32))
