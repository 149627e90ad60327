"""An empty street from a pole: houses, two lanes, a cycle lane and two pavements."""

from __future__ import annotations

import numpy as np

from watchpost.engine.capture.simulator.painting import (
    Canvas,
    Picture,
    Points,
    bgr,
    block,
    capsule,
    oval,
    shaded,
)

_HOUSES = (
    (-0.02, 0.15, 0.02, "#cfa98a"), (0.15, 0.31, 0.07, "#d9cdb6"),
    (0.31, 0.47, 0.0, "#b9786a"), (0.47, 0.66, 0.05, "#c9d0cf"),
    (0.66, 0.82, 0.015, "#e0c99c"), (0.82, 1.02, 0.06, "#a9b5b8"),
)  # fmt: skip
_AWNINGS = ("#8f3f3a", "#3f6b58", "#d1a544", "#44617f", "#7a4f6b", "#3b6f77")
KERB_FAR, KERB_NEAR = 0.425, 0.835
_LANE_MIDDLE, _CYCLE_LANE = 0.585, 0.745


def street_backdrop(size: tuple[int, int]) -> Picture:
    """Return the street with nobody in it."""
    w, h = size
    canvas = Canvas(w, h)
    canvas.shape(block(0, 0, w, 0.4 * h), bgr("#bcd3de"), below=bgr("#e7eef0"))
    for i, (left, right, top, colour) in enumerate(_HOUSES):
        _house(canvas, w, h, (left, right, top), colour, _AWNINGS[i])
    _ground(canvas, w, h)
    for x in (0.08, 0.39, 0.71, 0.93):
        _tree(canvas, w, h, x)
    for x in (0.24, 0.79):
        _lamp_post(canvas, w, h, x)
    return canvas.picture()


def _house(
    canvas: Canvas,
    w: int,
    h: int,
    span: tuple[float, float, float],
    colour: str,
    awning: str,
) -> None:
    left, right, top = span
    wall = bgr(colour)
    canvas.shape(
        block(left * w, top * h, right * w, 0.4 * h),
        shaded(wall, 1.1),
        below=shaded(wall, 0.88),
    )
    canvas.shape(
        block(left * w, top * h, right * w, (top + 0.016) * h), shaded(wall, 0.7)
    )
    canvas.shape(
        block((right - 0.006) * w, top * h, right * w, 0.4 * h),
        shaded(wall, 0.6),
        opacity=0.5,
    )
    step = (right - left) / 4
    for row in range(2):
        for column in range(4):
            x = left + step * (column + 0.26)
            y = top + 0.045 + row * 0.11
            frame = block(
                (x - 0.003) * w, (y - 0.006) * h, (x + step * 0.5) * w, (y + 0.076) * h
            )
            canvas.shape(frame, bgr("#f2efe8"))
            pane = block(x * w, y * h, (x + step * 0.5 - 0.003) * w, (y + 0.07) * h)
            canvas.shape(pane, bgr("#5b7280"), below=bgr("#9fb6c0"))
            bar = x + step * 0.25 - 0.002
            canvas.shape(
                block(bar * w, y * h, (bar + 0.003) * w, (y + 0.07) * h), bgr("#f2efe8")
            )
    shop = block((left + 0.012) * w, 0.3 * h, (right - 0.012) * w, 0.4 * h)
    canvas.shape(shop, bgr("#2f3a41"), below=bgr("#55656e"))
    glow = block((left + 0.02) * w, 0.315 * h, (right - 0.05) * w, 0.385 * h)
    canvas.shape(glow, bgr("#c9b98f"), below=bgr("#8d8468"), opacity=0.55)
    roof = np.array(
        [
            ((left + 0.014) * w, 0.272 * h),
            ((right - 0.014) * w, 0.272 * h),
            ((right - 0.006) * w, 0.312 * h),
            ((left + 0.006) * w, 0.312 * h),
        ]
    )
    canvas.shape(roof, bgr(awning), below=shaded(bgr(awning), 0.8), relief=0.4, depth=3)
    canvas.soft(
        block((left + 0.01) * w, 0.31 * h, (right - 0.01) * w, 0.325 * h),
        (20.0, 18.0, 16.0),
        3,
        opacity=0.5,
    )


def _ground(canvas: Canvas, w: int, h: int) -> None:
    canvas.shape(
        block(0, 0.395 * h, w, KERB_FAR * h), bgr("#c2beb6"), below=bgr("#b5b1a8")
    )
    canvas.shape(
        block(0, KERB_FAR * h, w, 0.44 * h), bgr("#dddad3"), below=bgr("#8d8a85")
    )
    canvas.shape(
        block(0, 0.44 * h, w, KERB_NEAR * h), bgr("#6d7073"), below=bgr("#5c5f63")
    )
    rng = np.random.default_rng(12)
    for _ in range(500):
        y = 0.445 + 0.385 * float(rng.random())
        x, r = float(rng.random()) * w, 0.6 + 1.4 * (y - 0.4)
        tone = bgr("#7f8285") if rng.random() < 0.5 else bgr("#4d5053")
        canvas.shape(oval(x, y * h, r * 1.5, r * 0.6), tone, opacity=0.5)
    for i in range(-2, 22):
        x = i * 0.055
        dash = _slanted(w, h, x, 0.024, _LANE_MIDDLE, 0.007)
        canvas.shape(dash, bgr("#e9e7df"), opacity=0.9)
    cycle = block(0, _CYCLE_LANE * h, w, (KERB_NEAR - 0.012) * h)
    canvas.shape(cycle, bgr("#8d5a50"), below=bgr("#7d4d44"), opacity=0.85)
    canvas.shape(
        block(0, (_CYCLE_LANE - 0.006) * h, w, (_CYCLE_LANE + 0.004) * h),
        bgr("#e9e7df"),
    )
    for i in range(6):
        y = 0.463 + i * 0.05
        stripe = _slanted(w, h, 0.46 + 0.03 * (y - 0.44), 0.085, y, 0.0135)
        canvas.shape(stripe, bgr("#eceae3"), opacity=0.9)
    kerb = block(0, (KERB_NEAR - 0.012) * h, w, (KERB_NEAR + 0.006) * h)
    canvas.shape(kerb, bgr("#dedbd4"), below=bgr("#b9b6af"))
    canvas.shape(
        block(0, (KERB_NEAR + 0.006) * h, w, h), bgr("#c4bfb5"), below=bgr("#d2cdc3")
    )
    for y in (0.885, 0.945):
        canvas.line([(0, y * h), (w, y * h)], bgr("#a49f95"), 1.3, opacity=0.7)
    for i in range(-3, 22):
        x = i / 18
        foot = 0.5 + (x - 0.5) * 1.12
        canvas.line(
            [(x * w, (KERB_NEAR + 0.006) * h), (foot * w, h)],
            bgr("#a49f95"),
            1.2,
            opacity=0.6,
        )


def _slanted(w: int, h: int, x: float, length: float, y: float, half: float) -> Points:
    """Return a mark on the road: its ends lean as perspective makes them."""
    lean = (x + length / 2 - 0.5) * half * 1.2
    return np.array(
        [
            ((x - lean) * w, (y - half) * h),
            ((x + length - lean) * w, (y - half) * h),
            ((x + length + lean) * w, (y + half) * h),
            ((x + lean) * w, (y + half) * h),
        ]
    )


def _tree(canvas: Canvas, w: int, h: int, x: float) -> None:
    canvas.soft(
        oval(x * w, 0.418 * h, 0.03 * w, 0.008 * h), (24.0, 26.0, 22.0), 3, opacity=0.45
    )
    trunk = capsule(x * w, 0.25 * h, x * w, 0.415 * h, 0.004 * w, 0.006 * w)
    canvas.shape(trunk, bgr("#6d5743"), below=bgr("#54422f"), relief=0.6, depth=2)
    for dx, dy, r in (
        (-0.026, 0.2, 0.034), (0.026, 0.205, 0.034), (0.0, 0.15, 0.042), (0.0, 0.215, 0.03),
    ):  # fmt: skip
        crown = oval((x + dx) * w, dy * h, r * w, r * w * 0.95)
        canvas.shape(
            crown, bgr("#7f9f5d"), below=bgr("#5b7f49"), relief=0.45, depth=0.02 * h
        )


def _lamp_post(canvas: Canvas, w: int, h: int, x: float) -> None:
    post = capsule(x * w, 0.1 * h, x * w, 0.42 * h, 0.0022 * w, 0.0036 * w)
    canvas.shape(post, bgr("#4b5257"), below=bgr("#353b3f"), relief=0.6, depth=2)
    canvas.line([(x * w, 0.1 * h), ((x + 0.035) * w, 0.088 * h)], bgr("#4b5257"), 3)
    head = oval((x + 0.04) * w, 0.09 * h, 0.014 * w, 0.008 * h)
    canvas.shape(head, bgr("#5b6368"), below=bgr("#e9e2c4"))
