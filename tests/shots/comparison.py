"""Compares a picture with the approved one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

APPROVED = Path(__file__).parent / "approved"
LEVELS = 8
"""Rounding of blending and of video decoding differs between processors."""
SAME_SHARE = 0.9995
"""The rest is less than a short word."""


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
    """Return a picture as (height, width, 3): blue, green, red."""
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    array = np.frombuffer(plain.constBits(), np.uint8).reshape(
        plain.height(), plain.bytesPerLine() // 4, 4
    )
    return array[:, : plain.width(), :3].astype(np.int16)


def approve(image: QImage, path: Path) -> None:
    """Write an approved picture; a flat one is smallest without PNG's filters."""
    options = [
        cv2.IMWRITE_PNG_COMPRESSION, 9, cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_NONE
    ]  # fmt: skip
    cv2.imwrite(str(path), pixels(image).astype(np.uint8), options)


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
