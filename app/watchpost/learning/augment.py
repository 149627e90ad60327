"""Changes to training pictures: other cameras' light and colours, and ugly conditions.

The corruptions are the ugly suite's own functions, so that what a model is trained
against is what it is measured with.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from watchpost.learning.corruptions.coding import jpeg, low_resolution
from watchpost.learning.corruptions.lens import defocus, dust, occlusion, shake, smear
from watchpost.learning.corruptions.light import (
    colour_cast,
    haze,
    overexposed,
    spotlight,
    underexposed,
)
from watchpost.learning.corruptions.pictures import SEVERITIES, Corruption

Picture = NDArray[np.uint8]
Rng = np.random.Generator

# U3, U4 and U15 move what is labelled; framing does that to pictures and boxes alike.
CORRUPTIONS: dict[str, Corruption] = {
    "defocus": defocus,
    "shake": shake,
    "underexposed": underexposed,
    "overexposed": overexposed,
    "haze": haze,
    "dust": dust,
    "smear": smear,
    "spotlight": spotlight,
    "occlusion": occlusion,
    "jpeg": jpeg,
    "low_resolution": low_resolution,
    "colour_cast": colour_cast,
}


def vary(bgr: Picture, rng: Rng) -> Picture:
    """Change light, contrast and colours as cameras differ; no corruption."""
    gain = 2.0 ** rng.uniform(-0.5, 0.5) * 2.0 ** rng.uniform(-0.12, 0.12, 3)
    gamma = 2.0 ** rng.uniform(-0.35, 0.35)
    steps = np.arange(256, dtype=np.float64) / 255
    table = np.clip(steps[:, None] ** gamma * gain * 255, 0, 255).astype(np.uint8)
    varied = cv2.LUT(bgr, table[:, None, :].reshape(256, 1, 3))
    if rng.random() < 0.1:
        varied = cv2.cvtColor(
            cv2.cvtColor(varied, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR
        )
    return varied.astype(np.uint8, copy=False)


def make_ugly(bgr: Picture, rng: Rng, *, chance: float = 0.4) -> Picture:
    """Apply one of the corruptions, at a random severity, with a chance."""
    if rng.random() >= chance:
        return bgr
    name = list(CORRUPTIONS)[int(rng.integers(len(CORRUPTIONS)))]
    severity = SEVERITIES[int(rng.integers(len(SEVERITIES)))]
    return CORRUPTIONS[name](bgr, severity, rng)
