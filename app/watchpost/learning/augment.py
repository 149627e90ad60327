"""Changes to pictures that a bad site makes, and views that a label survives.

Every function is pure and seeded: ``f(bgr, severity, rng)`` with severity 1 (mild), 2
(a typical bad site) or 3 (the worst accepted). The same functions make training pictures
ugly and measure how much a model suffers. Constants follow the corruption benchmarks of
Hendrycks and Dietterich (2019), scaled to a picture of 720 lines.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Rng = np.random.Generator
Corruption = Callable[[Picture, int, Rng], Picture]


def _lines(bgr: Picture) -> float:
    """Return the scale of lengths given for 720 lines."""
    return float(bgr.shape[0]) / 720


def _pixels(values: NDArray[np.floating]) -> Picture:
    pixels: Picture = np.clip(values, 0, 255).astype(np.uint8)
    return pixels


def defocus(bgr: Picture, severity: int, rng: Rng) -> Picture:
    """U1: a lens out of focus, disk of 1.5, 3 or 6 pixels."""
    del rng
    radius = max(0.6, (1.5, 3.0, 6.0)[severity - 1] * _lines(bgr))
    side = int(np.ceil(radius)) * 2 + 1
    y, x = np.mgrid[:side, :side] - side // 2
    disk = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1)
    return cv2.filter2D(bgr, -1, disk / disk.sum()).astype(np.uint8)


def shake(bgr: Picture, severity: int, rng: Rng) -> Picture:
    """U2: motion of the camera while the shutter is open, 5, 11 or 21 pixels."""
    length = max(2.0, (5, 11, 21)[severity - 1] * _lines(bgr))
    side = int(np.ceil(length)) | 1
    angle = rng.uniform(0, np.pi)
    kernel = np.zeros((side, side), np.float32)
    for step in np.linspace(-0.5, 0.5, side * 2):
        x = round(side // 2 + np.cos(angle) * step * (side - 1))
        y = round(side // 2 + np.sin(angle) * step * (side - 1))
        kernel[y, x] += 1
    return cv2.filter2D(bgr, -1, kernel / kernel.sum()).astype(np.uint8)


def underexposed(bgr: Picture, severity: int, rng: Rng) -> Picture:
    """U5: too dark by 1.5, 2.5 or 3.5 stops, with the sensor's noise."""
    stops, noise = ((1.5, 4.0), (2.5, 8.0), (3.5, 14.0))[severity - 1]
    linear = (bgr / 255.0) ** 2.2 * 2.0**-stops
    grain = rng.normal(0, noise, bgr.shape).astype(np.float32)
    return _pixels(linear ** (1 / 2.2) * 255 + grain)


def overexposed(bgr: Picture, severity: int, rng: Rng) -> Picture:
    """U6: too bright by 0.7, 1.3 or 2 stops, clipped."""
    del rng
    linear = (bgr / 255.0) ** 2.2 * 2.0 ** (0.7, 1.3, 2.0)[severity - 1]
    return _pixels(np.minimum(linear, 1.0) ** (1 / 2.2) * 255)


def haze(bgr: Picture, severity: int, rng: Rng) -> Picture:
    """U7: low contrast, 0.6, 0.4 or 0.2 of it left."""
    contrast = (0.6, 0.4, 0.2)[severity - 1]
    level = rng.uniform(110, 190)
    return _pixels((bgr.astype(np.float32) - 128) * contrast + level)


def dust(bgr: Picture, severity: int, rng: Rng) -> Picture:
    """U8: soft blobs on the lens, 10, 30 or 80 of them."""
    height, width = bgr.shape[:2]
    veil = np.zeros((height, width), np.float32)
    for _ in range((10, 30, 80)[severity - 1]):
        centre = (int(rng.integers(width)), int(rng.integers(height)))
        radius = max(2, int(rng.uniform(4, 20) * _lines(bgr)))
        spot = np.zeros((height, width), np.float32)
        cv2.circle(spot, centre, radius, float(rng.uniform(0.3, 0.7)), -1)
        veil = np.maximum(veil, spot)
    soft = cv2.GaussianBlur(veil, (0, 0), max(1.0, 4 * _lines(bgr)))[..., None]
    return _pixels(bgr * (1 - soft) + 90 * soft)


def spotlight(bgr: Picture, severity: int, rng: Rng) -> Picture:
    """A bright spot and a dark corner in one picture."""
    height, width = bgr.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    stops = (1.0, 1.7, 2.4)[severity - 1]
    cx, cy = rng.uniform(0, width), rng.uniform(0, height)
    apart = np.hypot((x - cx) / width, (y - cy) / height)
    gain = 2.0 ** (stops * (1 - 2.2 * np.clip(apart, 0, 1)))
    linear = (bgr / 255.0) ** 2.2 * gain[..., None]
    return _pixels(np.clip(linear, 0, 1) ** (1 / 2.2) * 255)


def occlusion(bgr: Picture, severity: int, rng: Rng) -> Picture:
    """U10: a bar that stands still, 10, 25 or 40 % of the height or as a post."""
    height, width = bgr.shape[:2]
    share = (0.06, 0.12, 0.2)[severity - 1]
    made = bgr.copy()
    colour = [int(v) for v in rng.integers(20, 200, 3)]
    if rng.random() < 0.5:
        top = int(rng.uniform(0, 1 - share) * height)
        made[top : top + int(share * height)] = colour
    else:
        left = int(rng.uniform(0, 1 - share / 2) * width)
        made[:, left : left + int(share * width / 2)] = colour
    return made


def jpeg(bgr: Picture, severity: int, rng: Rng) -> Picture:
    """U11: JPEG quality 40, 20 or 10."""
    del rng
    quality = (40, 20, 10)[severity - 1]
    _, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def small(bgr: Picture, severity: int, rng: Rng) -> Picture:
    """U13: a low resolution, 1/1.5, 1/2 or 1/3, scaled up again."""
    del rng
    factor = (1.5, 2.0, 3.0)[severity - 1]
    height, width = bgr.shape[:2]
    size = (max(8, round(width / factor)), max(8, round(height / factor)))
    less = cv2.resize(bgr, size, interpolation=cv2.INTER_AREA)
    return cv2.resize(less, (width, height)).astype(np.uint8)


def colour_cast(bgr: Picture, severity: int, rng: Rng) -> Picture:
    """U14: a wrong white balance; at worst infrared grey."""
    if severity == 3:
        grey = cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY)
        return cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR).astype(np.uint8)
    shift = (0.12, 0.25)[severity - 1] * (1 if rng.random() < 0.5 else -1)
    gains = np.array([1 + shift, 1.0, 1 - shift], np.float32)
    return _pixels(bgr.astype(np.float32) * gains)


CORRUPTIONS: dict[str, Corruption] = {
    "defocus": defocus,
    "shake": shake,
    "underexposed": underexposed,
    "overexposed": overexposed,
    "haze": haze,
    "dust": dust,
    "spotlight": spotlight,
    "occlusion": occlusion,
    "jpeg": jpeg,
    "small": small,
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
    return CORRUPTIONS[name](bgr, int(rng.integers(1, 4)), rng)
