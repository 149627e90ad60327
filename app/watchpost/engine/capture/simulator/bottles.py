"""Bottles and the arm that takes them from a shelf."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from watchpost.engine.capture.simulator.painting import (
    Bgr,
    Canvas,
    Points,
    bgr,
    block,
    capsule,
    oval,
    rounded,
    shaded,
)
from watchpost.engine.capture.simulator.sprites import Sprite

Profile = tuple[tuple[float, float], ...]

# Half widths over height, from the mouth (0) to the base (1), in bottle heights.
_WINE: Profile = (
    (0.045, 0.0), (0.045, 0.2), (0.05, 0.3), (0.12, 0.4), (0.138, 0.48), (0.138, 0.985),
    (0.125, 1.0),
)  # fmt: skip
_BEER: Profile = (
    (0.05, 0.0), (0.05, 0.16), (0.075, 0.3), (0.14, 0.44), (0.148, 0.55), (0.148, 0.98),
    (0.13, 1.0),
)  # fmt: skip
_WATER: Profile = (
    (0.055, 0.0), (0.055, 0.07), (0.075, 0.12), (0.14, 0.24), (0.15, 0.32),
    (0.136, 0.62), (0.15, 0.72), (0.15, 0.97), (0.12, 1.0),
)  # fmt: skip
_JUICE: Profile = (
    (0.075, 0.0), (0.075, 0.09), (0.09, 0.14), (0.165, 0.3), (0.17, 0.4), (0.17, 0.97),
    (0.15, 1.0),
)  # fmt: skip
_SODA: Profile = (
    (0.05, 0.0), (0.05, 0.08), (0.08, 0.18), (0.145, 0.34), (0.125, 0.5), (0.145, 0.64),
    (0.15, 0.95), (0.12, 1.0),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Brand:
    """One kind of bottle: shape, contents, label and cap."""

    profile: Profile
    body: str
    label: str
    mark: str
    cap: str
    label_top: float
    label_bottom: float
    tall: float


BRANDS = (
    Brand(_WINE, "#27402f", "#efe6d2", "#7a2630", "#6e1f2a", 0.56, 0.84, 1.0),
    Brand(_WATER, "#9cc7d8", "#2f74a8", "#f4f8fa", "#2b62a0", 0.42, 0.62, 0.9),
    Brand(_SODA, "#3b1e17", "#c2342d", "#fbf4ea", "#c2342d", 0.42, 0.62, 0.92),
    Brand(_JUICE, "#e58f2a", "#f7f0dc", "#4f8a3c", "#3f7f3a", 0.5, 0.82, 0.84),
    Brand(_BEER, "#6b3a16", "#e9d7a4", "#2e4f3a", "#c8a447", 0.58, 0.84, 0.86),
    Brand(_WINE, "#4a1d26", "#2d2a2b", "#d8b765", "#c9a24e", 0.55, 0.83, 1.0),
    Brand(_JUICE, "#b9303b", "#fbe9e4", "#8e1f2f", "#f0f0ee", 0.5, 0.82, 0.84),
    Brand(_WATER, "#b9d9c8", "#4f9a72", "#f4faf4", "#3f8a62", 0.42, 0.62, 0.9),
)


def bottle_sprite(brand: Brand, height: float) -> Sprite:
    """Draw a bottle ``height`` pixels tall (times the brand's own); anchor: its middle."""
    tall = height * brand.tall
    wide = tall * 0.44
    canvas = Canvas(wide, tall + 4)
    x = wide / 2

    def outline(top: float, bottom: float, grow: float = 1.0) -> Points:
        y = np.linspace(top, bottom, 40)
        half = _half(brand.profile, y) * tall * grow
        right = np.stack((x + half, 2 + y * tall), axis=1)
        left = np.stack((x - half, 2 + y * tall), axis=1)[::-1]
        return np.concatenate((right, left))

    body = bgr(brand.body)
    depth = tall * 0.05
    canvas.shape(
        outline(0.0, 1.0),
        shaded(body, 1.15),
        below=shaded(body, 0.8),
        relief=0.8,
        depth=depth,
    )
    canvas.shape(outline(0.2, 0.97, 0.55), shaded(body, 1.35), opacity=0.28)
    label = bgr(brand.label)
    band = outline(brand.label_top, brand.label_bottom, 1.0)
    canvas.shape(
        band, shaded(label, 1.04), below=shaded(label, 0.92), relief=0.55, depth=depth
    )
    _print(canvas, brand, x, tall)
    cap = outline(0.0, 0.17 if brand.profile is _WINE else 0.075, 1.12)
    canvas.shape(
        cap, bgr(brand.cap), below=shaded(bgr(brand.cap), 0.8), relief=0.8, depth=2.0
    )
    for side, strength, wide_by in ((-0.075, 0.5, 0.014), (0.09, 0.2, 0.009)):
        gleam = capsule(
            x + side * tall,
            tall * 0.46,
            x + side * tall,
            tall * 0.93,
            wide_by * tall,
            1,
        )
        canvas.soft(gleam, (255.0, 255.0, 255.0), 1.2, opacity=strength)
    neck = capsule(
        x - 0.024 * tall, tall * 0.1, x - 0.024 * tall, tall * 0.28, 0.008 * tall, 1
    )
    canvas.soft(neck, (255.0, 255.0, 255.0), 0.8, opacity=0.45)
    return Sprite.of(canvas.bgra(), x, 2 + tall / 2)


def _half(profile: Profile, y: np.ndarray) -> np.ndarray:
    knots = np.array(profile)
    rough = np.interp(np.clip(y, 0, 1), knots[:, 1], knots[:, 0])
    return np.asarray(rough)


def _print(canvas: Canvas, brand: Brand, x: float, tall: float) -> None:
    """Put the brand's mark and lines of small print on the label."""
    mark = bgr(brand.mark)
    top, bottom = brand.label_top * tall + 2, brand.label_bottom * tall + 2
    middle = top + (bottom - top) * 0.38
    r = (bottom - top) * 0.2
    canvas.shape(oval(x, middle, r, r), mark, opacity=0.92)
    canvas.shape(oval(x, middle, r * 0.5, r * 0.5), bgr(brand.label), opacity=0.9)
    for i, width in enumerate((0.16, 0.1)):
        y = top + (bottom - top) * (0.7 + 0.14 * i)
        line = block(x - width * tall / 2, y, x + width * tall / 2, y + 0.014 * tall, 1)
        canvas.shape(line, mark, opacity=0.75)


def arm_sprite(skin: Bgr, sleeve: Bgr, height: float, *, open_hand: bool) -> Sprite:
    """Draw an arm that reaches up; anchor: the middle of the palm.

    Args:
        skin: Colour.
        sleeve: Colour.
        height: Of the picture in pixels; the arm is a little longer.
        open_hand: Fingers stretched up rather than curled.
    """
    h = height
    canvas = Canvas(h * 0.4, h * 1.25)
    x, palm = h * 0.2, h * 0.12
    wrist, elbow = (x, palm + 0.085 * h), (x + 0.015 * h, palm + 0.44 * h)
    limb = [
        capsule(*wrist, *elbow, 0.033 * h, 0.055 * h),
        capsule(*elbow, x, h * 1.2, 0.06 * h, 0.08 * h),
    ]
    canvas.shape(limb, skin, below=shaded(skin, 0.8), relief=0.55, depth=0.03 * h)
    cuff = palm + 0.27 * h
    cloth = [
        capsule(x + 0.006 * h, cuff, *elbow, 0.058 * h, 0.074 * h),
        capsule(*elbow, x, h * 1.22, 0.074 * h, 0.1 * h),
    ]
    canvas.shape(cloth, sleeve, below=shaded(sleeve, 0.75), relief=0.55, depth=0.03 * h)
    hem = block(x - 0.052 * h, cuff - 0.05 * h, x + 0.064 * h, cuff - 0.025 * h, 4)
    canvas.shape(hem, shaded(sleeve, 0.8), relief=0.5, depth=3)
    hand = [
        rounded(
            [
                (x - 0.045 * h, palm - 0.035 * h),
                (x + 0.045 * h, palm - 0.035 * h),
                (x + 0.042 * h, palm + 0.06 * h),
                (x + 0.03 * h, palm + 0.1 * h),
                (x - 0.03 * h, palm + 0.1 * h),
                (x - 0.044 * h, palm + 0.05 * h),
            ],
            2,
        ),
        capsule(
            x - 0.035 * h, palm + 0.04 * h, x - 0.075 * h, palm - 0.02 * h,
            0.017 * h, 0.013 * h,
        ),
    ]  # fmt: skip
    if open_hand:
        for i, reach in enumerate((0.085, 0.1, 0.096, 0.078)):
            fx = x + (i - 1.5) * 0.024 * h
            tip = (fx + (i - 1.5) * 0.006 * h, palm - reach * h)
            hand.append(capsule(fx, palm - 0.02 * h, *tip, 0.0125 * h, 0.0105 * h))
    canvas.shape(hand, shaded(skin, 1.05), below=skin, relief=0.5, depth=0.014 * h)
    return Sprite.of(canvas.bgra(), x, palm)


def fingers_sprite(skin: Bgr, height: float) -> Sprite:
    """Draw four fingers closed around a bottle; anchor: their middle."""
    h = height
    canvas = Canvas(h * 0.2, h * 0.16)
    x, y = h * 0.1, h * 0.08
    for i in range(4):
        fy = y + (i - 1.5) * 0.026 * h
        reach = (0.03, 0.036, 0.034, 0.024)[i] * h
        finger = capsule(
            x + 0.052 * h, fy + 0.004 * h, x - reach, fy, 0.0145 * h, 0.012 * h
        )
        canvas.shape(
            finger, skin, below=shaded(skin, 0.88), relief=0.6, depth=0.008 * h
        )
        nail = oval(x - reach - 0.002 * h, fy - 0.001 * h, 0.007 * h, 0.006 * h)
        canvas.shape(nail, shaded(skin, 1.35), opacity=0.6)
    return Sprite.of(canvas.bgra(), x, y)
