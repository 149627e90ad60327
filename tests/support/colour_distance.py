"""How different two colours are, also for colour-blind eyes.

CIEDE2000 after Sharma, Wu and Dalal (2005); dichromats after Machado, Oliveira and
Fernandes (2009), severity 1.0, in linear RGB.
"""

from __future__ import annotations

from enum import StrEnum
from math import atan2, cos, degrees, exp, hypot, radians, sin, sqrt

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

_Vector = NDArray[np.float64]


class Vision(StrEnum):
    """Whose eyes."""

    NORMAL = "normal"
    PROTAN = "protan"
    DEUTAN = "deutan"
    TRITAN = "tritan"


_SEEN = {
    Vision.NORMAL: np.eye(3),
    Vision.PROTAN: np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    Vision.DEUTAN: np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    Vision.TRITAN: np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])


def linear(colour: QColor) -> _Vector:
    """Return a colour as linear RGB, shape (3,), 0..1."""
    coded = np.array([colour.redF(), colour.greenF(), colour.blueF()])
    return np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)


def contrast(one: QColor, two: QColor) -> float:
    """Return WCAG's contrast ratio, 1 to 21."""
    first, second = sorted(
        (float(_TO_XYZ[1] @ linear(c)) + 0.05 for c in (one, two)), reverse=True
    )
    return first / second


def distance(one: QColor, two: QColor, vision: Vision = Vision.NORMAL) -> float:
    """Return CIEDE2000 between two colours as these eyes see them."""
    return ciede2000(lab(one, vision), lab(two, vision))


def lab(colour: QColor, vision: Vision = Vision.NORMAL) -> tuple[float, float, float]:
    """Return a colour as CIELAB (D65) as these eyes see it."""
    seen = np.clip(_SEEN[vision] @ linear(colour), 0.0, 1.0)
    ratio = (_TO_XYZ @ seen) / _WHITE
    f = np.where(
        ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio * (29 / 6) ** 2 / 3 + 4 / 29
    )
    return (
        float(116 * f[1] - 16),
        float(500 * (f[0] - f[1])),
        float(200 * (f[1] - f[2])),
    )


def ciede2000(
    one: tuple[float, float, float], two: tuple[float, float, float]
) -> float:
    """Return the difference of two CIELAB colours."""
    chroma = (hypot(one[1], one[2]) + hypot(two[1], two[2])) / 2
    g = 0.5 * (1 - sqrt(chroma**7 / (chroma**7 + 25.0**7)))
    a1, a2 = one[1] * (1 + g), two[1] * (1 + g)
    c1, c2 = hypot(a1, one[2]), hypot(a2, two[2])
    h1, h2 = _hue(a1, one[2]), _hue(a2, two[2])
    dl, dc = two[0] - one[0], c2 - c1
    dh = 0.0
    if c1 * c2:
        dh = (h2 - h1 + 180) % 360 - 180
    dh_chord = 2 * sqrt(c1 * c2) * sin(radians(dh) / 2)
    l_mean, c_mean = (one[0] + two[0]) / 2, (c1 + c2) / 2
    h_mean = _mean_hue(h1, h2) if c1 * c2 else h1 + h2
    t = (
        1
        - 0.17 * cos(radians(h_mean - 30))
        + 0.24 * cos(radians(2 * h_mean))
        + 0.32 * cos(radians(3 * h_mean + 6))
        - 0.20 * cos(radians(4 * h_mean - 63))
    )
    turn = 30 * exp(-(((h_mean - 275) / 25) ** 2))
    rc = 2 * sqrt(c_mean**7 / (c_mean**7 + 25.0**7))
    sl = 1 + 0.015 * (l_mean - 50) ** 2 / sqrt(20 + (l_mean - 50) ** 2)
    sc, sh = 1 + 0.045 * c_mean, 1 + 0.015 * c_mean * t
    mixed = -sin(radians(2 * turn)) * rc * (dc / sc) * (dh_chord / sh)
    return sqrt((dl / sl) ** 2 + (dc / sc) ** 2 + (dh_chord / sh) ** 2 + mixed)


def _hue(a: float, b: float) -> float:
    return degrees(atan2(b, a)) % 360 if a or b else 0.0


def _mean_hue(one: float, two: float) -> float:
    if abs(one - two) <= 180:
        return (one + two) / 2
    total = one + two
    return (total + 360) / 2 if total < 360 else (total - 360) / 2
