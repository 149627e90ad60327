"""The machine around the belt, from above, and the belt itself as an endless strip."""

from __future__ import annotations

import cv2
import numpy as np

from watchpost.engine.capture.simulator.painting import (
    Canvas,
    Picture,
    bgr,
    block,
    oval,
)

BELT_TOP, BELT_BOTTOM = 0.21, 0.79


def conveyor_backdrop(size: tuple[int, int]) -> tuple[Picture, Picture]:
    """Return the machine, and the belt: one picture wider than its period."""
    w, h = size
    canvas = Canvas(w, h)
    canvas.shape(block(0, 0, w, h), bgr("#8b949a"), below=bgr("#7b848b"))
    _floor(canvas, w, h)
    for top, bottom in ((BELT_TOP - 0.1, BELT_TOP), (BELT_BOTTOM, BELT_BOTTOM + 0.1)):
        _side(canvas, w, h, top, bottom)
    _sensor(canvas, w, h)
    _cabinet(canvas, w, h)
    return canvas.picture(), _belt(w, h)


def _floor(canvas: Canvas, w: int, h: int) -> None:
    for top in (0.0, 0.93):
        strip = block(0, top * h, w, (top + 0.05) * h)
        canvas.shape(strip, bgr("#d8ab3a"), opacity=0.9)
        for i in range(-1, 30):
            x = i / 28 * w
            slant = 0.05 * h
            stripe = np.array(
                [
                    (x, (top + 0.05) * h),
                    (x + slant, top * h),
                    (x + slant + 0.016 * w, top * h),
                    (x + 0.016 * w, (top + 0.05) * h),
                ]
            )
            canvas.shape(stripe, bgr("#2e3236"), opacity=0.85)


def _side(canvas: Canvas, w: int, h: int, top: float, bottom: float) -> None:
    canvas.soft(
        block(-20, (top - 0.01) * h, w + 20, (bottom + 0.02) * h),
        bgr("#23282c"),
        0.02 * h,
        opacity=0.5,
    )
    beam = block(-10, top * h, w + 10, bottom * h)
    canvas.shape(beam, bgr("#dfe4e7"), below=bgr("#a9b2b8"), relief=0.5, depth=5)
    canvas.shape(
        block(0, (top + 0.032) * h, w, (top + 0.068) * h),
        bgr("#b8c1c7"),
        below=bgr("#cbd3d8"),
    )
    for i in range(13):
        x = (0.04 + i / 13) * w
        y = (top + 0.05) * h
        canvas.shape(oval(x, y, 0.011 * h, 0.011 * h), bgr("#6f7a82"))
        canvas.shape(oval(x, y - 1, 0.008 * h, 0.008 * h), bgr("#98a3aa"))
    edge = BELT_TOP if bottom <= BELT_TOP + 0.001 else bottom - 0.1
    canvas.shape(block(0, (edge - 0.01) * h, w, (edge + 0.01) * h), bgr("#4b5359"))


def _sensor(canvas: Canvas, w: int, h: int) -> None:
    """Draw the light barrier beside the counting line."""
    for y in (BELT_TOP - 0.125, BELT_BOTTOM + 0.025):
        body = block(0.585 * w, y * h, 0.615 * w, (y + 0.1) * h, 4)
        canvas.soft(body + 3, bgr("#1d2124"), 3, opacity=0.5)
        canvas.shape(body, bgr("#3a4046"), below=bgr("#262b30"), relief=0.7, depth=3)
        light = oval(0.6 * w, (y + 0.03) * h, 0.008 * h, 0.008 * h)
        canvas.soft(light, bgr("#7dffb0"), 2.5, opacity=0.9)
        canvas.shape(light, bgr("#d8ffe8"))


def _cabinet(canvas: Canvas, w: int, h: int) -> None:
    """Draw an operator's panel and an emergency stop."""
    box = block(0.055 * w, 0.02 * h, 0.2 * w, 0.155 * h, 6)
    canvas.soft(box + 4, bgr("#1d2124"), 4, opacity=0.5)
    canvas.shape(box, bgr("#5c6b76"), below=bgr("#465460"), relief=0.6, depth=4)
    screen = block(0.067 * w, 0.04 * h, 0.125 * w, 0.135 * h, 3)
    canvas.shape(screen, bgr("#173140"), below=bgr("#1f4556"))
    for i, length in enumerate((0.04, 0.028, 0.034)):
        y = (0.06 + i * 0.022) * h
        bar = block(0.072 * w, y, (0.072 + length) * w, y + 0.008 * h)
        canvas.shape(bar, bgr("#74d3b4" if i else "#f0c05a"), opacity=0.9)
    for i, colour in enumerate(("#4fae6b", "#e6b93f")):
        knob = oval(0.142 * w, (0.06 + i * 0.055) * h, 0.016 * h, 0.016 * h)
        canvas.shape(knob, bgr(colour), relief=0.8, depth=3)
    canvas.shape(oval(0.175 * w, 0.087 * h, 0.04 * h, 0.04 * h), bgr("#e9c23f"))
    stop = oval(0.175 * w, 0.087 * h, 0.028 * h, 0.028 * h)
    canvas.shape(stop, bgr("#d5392f"), below=bgr("#a3261f"), relief=0.9, depth=5)


def _belt(w: int, h: int) -> Picture:
    top, bottom = round(BELT_TOP * h), round(BELT_BOTTOM * h)
    period = round(0.48 * w)
    rng = np.random.default_rng(8)
    height = bottom - top
    grain = rng.normal(0, 5, (height, period)).astype(np.float32)
    wrapped = cv2.copyMakeBorder(grain, 3, 3, 3, 3, cv2.BORDER_WRAP)
    grain = cv2.GaussianBlur(wrapped, (0, 0), 0.9)[3:-3, 3:-3] * 1.8
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    light = 1.06 - 0.16 * y - 0.22 * np.abs(y) ** 6
    colour = np.array(bgr("#49555a"), np.float32)
    tile = (colour[None, None] + grain[:, :, None]) * light[:, :, None]
    for i in range(3):
        x = round(period * (i + 0.5) / 3)
        tile[:, x - 1 : x + 1] *= 0.84
        tile[:, x + 1 : x + 2] *= 1.1
    rim = max(2, round(0.012 * h))
    tile[:rim] *= np.linspace(0.45, 0.95, rim, dtype=np.float32)[:, None, None]
    tile[-rim:] *= np.linspace(0.95, 0.55, rim, dtype=np.float32)[:, None, None]
    whole = np.clip(tile, 0, 255).astype(np.uint8)
    repeats = -(-(period + w) // period)
    return np.ascontiguousarray(np.tile(whole, (1, repeats, 1))[:, : period + w])
