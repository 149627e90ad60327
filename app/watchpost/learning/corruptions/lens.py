"""What a lens and its mounting do: U1 defocus, U2 shake, U8 dust, U9 smear, U10 a bar."""

from __future__ import annotations

import cv2
import numpy as np

from watchpost.learning.corruptions.pictures import (
    Map,
    Picture,
    Rng,
    at_severity,
    blended,
    coordinates,
    scale_of,
)

_DUST_LEVEL = 90.0


def defocus(bgr: Picture, severity: int, rng: Rng) -> Picture:
    """U1: out of focus, a disk of radius 1.5, 3 or 6 pixels."""
    del rng
    radius = max(0.6, at_severity(severity, (1.5, 3.0, 6.0)) * scale_of(bgr))
    side = int(np.ceil(radius)) * 2 + 1
    y, x = np.mgrid[:side, :side] - side // 2
    disk = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1)
    return cv2.filter2D(bgr, -1, disk / disk.sum()).astype(np.uint8, copy=False)


def shake(bgr: Picture, severity: int, rng: Rng) -> Picture:
    """U2: the camera moves while its shutter is open, 5, 11 or 21 pixels, any way."""
    reach = max(1.0, (at_severity(severity, (5.0, 11.0, 21.0)) - 1) * scale_of(bgr))
    angle = rng.uniform(0, np.pi)
    half = int(np.ceil(reach / 2)) + 1
    steps = np.linspace(-reach / 2, reach / 2, 8 * half)
    x, y = np.cos(angle) * steps + half, np.sin(angle) * steps + half
    left, top = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    kernel = np.zeros((2 * half + 1, 2 * half + 1), np.float32)
    for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)):
        weights = np.abs(1 - i - (x - left)) * np.abs(1 - j - (y - top))
        np.add.at(kernel, (top + j, left + i), weights)
    return cv2.filter2D(bgr, -1, kernel / kernel.sum()).astype(np.uint8, copy=False)


def dust_veil(bgr: Picture, severity: int, rng: Rng) -> Map:
    """Return how much of each pixel 10, 30 or 80 soft blobs hide; shape (height, width)."""
    height, width = bgr.shape[:2]
    count = at_severity(severity, (10, 30, 80))
    x, y = rng.integers(width, size=count), rng.integers(height, size=count)
    radii = np.maximum(2, rng.uniform(4, 20, count) * scale_of(bgr)).astype(np.int64)
    veil = np.zeros((height, width), np.float32)
    # The more opaque over the less: as if the largest of all were taken.
    opacities = np.sort(rng.uniform(0.3, 0.7, count))
    for number in range(count):
        centre = (int(x[number]), int(y[number]))
        cv2.circle(veil, centre, int(radii[number]), float(opacities[number]), -1)
    softness = max(1.0, 4 * scale_of(bgr))
    return cv2.GaussianBlur(veil, (0, 0), softness).astype(np.float32, copy=False)


def dust(bgr: Picture, severity: int, rng: Rng) -> Picture:
    """U8: dust on the lens, soft grey blobs of opacity 0.3 to 0.7."""
    return blended(bgr, _DUST_LEVEL, dust_veil(bgr, severity, rng))


class Dust:
    """U8 on a running picture: the same blobs in every frame."""

    def __init__(self, severity: int, seed: int) -> None:
        self._severity, self._seed = severity, seed
        self._veil = np.zeros((0, 0), np.float32)

    def apply(self, bgr: Picture, frame_index: int, t_s: float) -> Picture:
        """Return the picture through the dust."""
        del frame_index, t_s
        if self._veil.shape != bgr.shape[:2]:
            rng = np.random.default_rng(self._seed)
            self._veil = dust_veil(bgr, self._severity, rng)
        return blended(bgr, _DUST_LEVEL, self._veil)


def smear(bgr: Picture, severity: int, rng: Rng) -> Picture:
    """U9: a smear or a drop that blurs 5, 15 or 30 % of the picture."""
    height, width = bgr.shape[:2]
    area = at_severity(severity, (0.05, 0.15, 0.30)) * width * height
    aspect = 2 ** rng.uniform(-0.5, 0.5)
    across, down = np.sqrt(area * aspect / np.pi), np.sqrt(area / aspect / np.pi)
    x, y = coordinates(bgr)
    apart = np.hypot(
        (x - rng.uniform(0.25, 0.75) * width) / across,
        (y - rng.uniform(0.25, 0.75) * height) / down,
    )
    share = np.clip((1.1 - apart) * 5, 0, 1).astype(np.float32)
    # A wide blur looks the same when made of a quarter of the pixels.
    little = cv2.resize(bgr, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(little, (0, 0), max(0.8, 4 * scale_of(bgr)))
    back = cv2.resize(blurred, (width, height)).astype(np.uint8, copy=False)
    return blended(bgr, back, share)


def occlusion(
    bgr: Picture,
    severity: int,
    rng: Rng,
    *,
    subject_height: float = 0.5,
    centre_y: float | None = None,
) -> Picture:
    """U10: a bar that hides 10, 25 or 40 % of the height of whoever is behind it.

    Args:
        bgr: The picture.
        severity: 1, 2 or 3.
        rng: Chooses the bar's grey, and its height in the picture where it is not given.
        subject_height: How tall subjects are, as a share of the picture's height.
        centre_y: The bar's middle, as a share of the picture's height from the top.
    """
    height = bgr.shape[0]
    share = at_severity(severity, (0.10, 0.25, 0.40)) * subject_height
    level = rng.integers(40, 160)
    middle = rng.uniform(share / 2, 1 - share / 2) if centre_y is None else centre_y
    top = round((middle - share / 2) * height)
    made = bgr.copy()
    made[max(0, top) : max(0, top) + max(1, round(share * height))] = level
    return made
