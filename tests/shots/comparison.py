"""Compares a picture with the approved one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

APPROVED = Path(__file__).parent / "approved"
LEVELS = 2
SAME_SHARE = 0.999


@dataclass(frozen=True)
class Difference:
    """How far two pictures are apart.

    Attributes:
        same: Share of pixels whose channels differ by at most :data:`LEVELS`.
        image: White where they differ more.
    """

    same: float
    image: QImage


def pixels(image: QImage) -> NDArray[np.int16]:
    """Return a picture as (height, width, 3)."""
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    array = np.frombuffer(plain.constBits(), np.uint8).reshape(
        plain.height(), plain.bytesPerLine() // 4, 4
    )
    return array[:, : plain.width(), :3].astype(np.int16)


def compare(actual: QImage, approved: QImage) -> Difference:
    """Return the difference; pictures of different size share nothing."""
    if actual.size() != approved.size():
        return Difference(0.0, actual)
    apart = np.abs(pixels(actual) - pixels(approved)).max(axis=2) > LEVELS
    grey = np.where(apart, 255, 0).astype(np.uint8)
    height, width = grey.shape
    image = QImage(
        grey.tobytes(), width, height, width, QImage.Format.Format_Grayscale8
    )
    return Difference(1.0 - float(apart.mean()), image.copy())
