"""The empty bus: its side wall with the open door, and the street behind."""

from __future__ import annotations

import numpy as np

from watchpost.engine.capture.simulator.painting import (
    Canvas,
    Picture,
    bgr,
    block,
    capsule,
    oval,
    rounded,
)

DOOR_LEFT, DOOR_RIGHT = 0.335, 0.645
DOOR_TOP, SILL = 0.085, 0.665
_WINDOWS = ((0.015, 0.245), (0.735, 0.985))
_WINDOW_TOP, _WINDOW_BOTTOM = 0.115, 0.42


def bus_backdrop(size: tuple[int, int]) -> tuple[Picture, Picture]:
    """Return the empty picture and where people outside can be seen through (uint8)."""
    w, h = size
    street = _street(w, h)
    wall = _wall(w, h)
    hidden = wall[:, :, 3].astype(np.float32) / 255
    picture = street.astype(np.float32) * (1 - hidden[:, :, None]) + wall[:, :, :3]
    veil = np.clip((1 - hidden) * 255, 0, 255).astype(np.uint8)
    # Below the sill is the bus's own floor; whoever stands outside is not seen there.
    veil[round(SILL * h) + 1 :] = 0
    return np.clip(picture, 0, 255).astype(np.uint8), veil


def _street(w: int, h: int) -> Picture:
    canvas = Canvas(w, h)
    canvas.shape(block(0, 0, w, h), bgr("#dbe6ea"), below=bgr("#f2f3ee"))
    houses = (
        (0.00, 0.13, "#cdb9a0"), (0.13, 0.30, "#b9c3c4"), (0.30, 0.44, "#d8c6ae"),
        (0.44, 0.60, "#c4a794"), (0.60, 0.78, "#c9ccc4"), (0.78, 1.0, "#d2bda6"),
    )  # fmt: skip
    for left, right, colour in houses:
        top = 0.02 + 0.05 * ((left * 37) % 1)
        canvas.shape(
            block(left * w, top * h, right * w, 0.45 * h),
            bgr(colour),
            below=bgr("#c9c2b6"),
        )
        for row in range(3):
            for column in range(3):
                x = left + (right - left) * (0.14 + 0.27 * column)
                y = top + 0.04 + 0.1 * row
                pane = block(x * w, y * h, (x + 0.026) * w, (y + 0.062) * h, 1)
                canvas.shape(pane, bgr("#8fa3ad"), below=bgr("#b6c4c8"))
    for left, right, colour in ((0.31, 0.43, "#7f9a86"), (0.46, 0.59, "#b07a5e")):
        canvas.shape(block(left * w, 0.33 * h, right * w, 0.36 * h), bgr(colour))
    for x, r in ((0.37, 0.055), (0.66, 0.06), (0.16, 0.055), (0.9, 0.06)):
        canvas.shape(
            capsule(x * w, 0.3 * h, x * w, 0.46 * h, 0.004 * w, 0.005 * w),
            bgr("#7d6a58"),
        )
        for dx, dy, s in ((0, 0, 1.0), (-0.03, 0.03, 0.75), (0.03, 0.025, 0.8)):
            canvas.shape(
                oval((x + dx) * w, (0.22 + dy) * h, r * s * w, r * s * w * 0.9),
                bgr("#9db48c"),
                below=bgr("#84a079"),
                relief=0.25,
                depth=0.02 * h,
            )
    canvas.shape(block(0, 0.44 * h, w, 0.5 * h), bgr("#a3a6a6"), below=bgr("#adb0ae"))
    canvas.shape(block(0, 0.495 * h, w, 0.508 * h), bgr("#d9d8d2"))
    canvas.shape(block(0, 0.508 * h, w, h), bgr("#cfccc4"), below=bgr("#bdb9b0"))
    for i in range(-6, 16):
        x = i / 8
        foot = 0.5 + (x - 0.5) * 1.55
        canvas.line(
            [(x * w, 0.508 * h), (foot * w, 0.68 * h)], bgr("#b3aea4"), 1.2, opacity=0.7
        )
    for y in (0.54, 0.585, 0.64):
        canvas.line([(0, y * h), (w, y * h)], bgr("#b3aea4"), 1.2, opacity=0.7)
    return canvas.picture()


def _wall(w: int, h: int) -> Picture:
    canvas = Canvas(w, h)
    _panels(canvas, w, h)
    _floor(canvas, w, h)
    for left, right in _WINDOWS:
        _window(canvas, w, h, left, right)
    _seats(canvas, w, h)
    _door(canvas, w, h)
    _poles(canvas, w, h)
    return canvas.bgra()


def _panels(canvas: Canvas, w: int, h: int) -> None:
    canvas.shape(block(0, 0, w, h), bgr("#c3c9cb"), below=bgr("#9aa2a6"))
    canvas.shape(block(0, 0.45 * h, w, SILL * h), bgr("#8d979d"), below=bgr("#6d777e"))
    canvas.shape(block(0, 0.445 * h, w, 0.456 * h), bgr("#dfe3e4"))
    canvas.shape(block(0, 0, w, 0.06 * h), bgr("#eceff0"), below=bgr("#d3d9db"))
    canvas.shape(
        block(0.04 * w, 0.012 * h, 0.96 * w, 0.03 * h, 0.008 * h), bgr("#ffffff")
    )
    canvas.soft(
        block(0.02 * w, 0.055 * h, 0.98 * w, 0.07 * h), bgr("#5f6a70"), 5, opacity=0.35
    )


def _floor(canvas: Canvas, w: int, h: int) -> None:
    canvas.shape(block(0, SILL * h, w, h), bgr("#6a737c"), below=bgr("#59626b"))
    rng = np.random.default_rng(4)
    for _ in range(420):
        x, y = float(rng.random()) * w, (SILL + 0.01 + 0.33 * float(rng.random())) * h
        r = 0.5 + 0.9 * (y / h - SILL) * 2
        tone = bgr("#8a939a") if rng.random() < 0.5 else bgr("#4c545c")
        canvas.shape(oval(x, y, r * 1.3, r * 0.7), tone, opacity=0.45)
    day = rounded(
        [
            ((DOOR_LEFT + 0.01) * w, SILL * h),
            ((DOOR_RIGHT - 0.01) * w, SILL * h),
            ((DOOR_RIGHT + 0.13) * w, 0.93 * h),
            ((DOOR_LEFT + 0.06) * w, 0.93 * h),
        ],
        1,
    )
    canvas.soft(day, bgr("#dfe3de"), 0.022 * h, opacity=0.3)
    canvas.soft(
        block(0, (SILL - 0.01) * h, w, (SILL + 0.016) * h),
        bgr("#22282d"),
        0.014 * h,
        opacity=0.5,
    )


def _window(canvas: Canvas, w: int, h: int, left: float, right: float) -> None:
    r = 0.035 * h
    frame = block(
        (left - 0.012) * w,
        (_WINDOW_TOP - 0.022) * h,
        (right + 0.012) * w,
        (_WINDOW_BOTTOM + 0.022) * h,
        r * 1.4,
    )
    canvas.shape(frame, bgr("#3a4147"), below=bgr("#2a3035"), relief=0.6, depth=2)
    pane = block(left * w, _WINDOW_TOP * h, right * w, _WINDOW_BOTTOM * h, r)
    canvas.cut(pane)
    canvas.shape(pane, bgr("#a9bcc0"), opacity=0.16)
    width = right - left
    for start, wide in ((0.12, 0.16), (0.34, 0.05)):
        a = left + width * start
        gleam = np.array(
            [
                ((a + 0.05) * w, (_WINDOW_TOP + 0.004) * h),
                ((a + 0.05 + width * wide) * w, (_WINDOW_TOP + 0.004) * h),
                ((a + width * wide) * w, (_WINDOW_BOTTOM - 0.004) * h),
                (a * w, (_WINDOW_BOTTOM - 0.004) * h),
            ]
        )
        canvas.shape(gleam, bgr("#ffffff"), opacity=0.13)


def _seats(canvas: Canvas, w: int, h: int) -> None:
    for x in (0.02, 0.125, 0.79, 0.895):
        canvas.soft(
            block((x - 0.004) * w, 0.63 * h, (x + 0.1) * w, 0.7 * h, 0.02 * h),
            bgr("#1d2327"),
            0.012 * h,
            opacity=0.5,
        )
        legs = block((x + 0.012) * w, 0.62 * h, (x + 0.082) * w, 0.69 * h)
        canvas.shape(legs, bgr("#3b4248"), below=bgr("#2c3237"))
        back = block(x * w, 0.37 * h, (x + 0.094) * w, 0.6 * h, 0.03 * h)
        canvas.shape(
            back, bgr("#3f6f86"), below=bgr("#2f566b"), relief=0.6, depth=0.012 * h
        )
        panel = block((x + 0.014) * w, 0.39 * h, (x + 0.08) * w, 0.56 * h, 0.022 * h)
        canvas.shape(
            panel, bgr("#55889e"), below=bgr("#41728a"), relief=0.3, depth=0.008 * h
        )
        grip = block((x + 0.03) * w, 0.355 * h, (x + 0.064) * w, 0.385 * h, 0.012 * h)
        canvas.shape(grip, bgr("#e0b23c"), relief=0.6, depth=2)
        cushion = block(
            (x - 0.004) * w, 0.575 * h, (x + 0.098) * w, 0.645 * h, 0.026 * h
        )
        canvas.shape(
            cushion, bgr("#487a92"), below=bgr("#2c5063"), relief=0.7, depth=0.014 * h
        )


def _door(canvas: Canvas, w: int, h: int) -> None:
    outer = block(
        (DOOR_LEFT - 0.02) * w,
        (DOOR_TOP - 0.035) * h,
        (DOOR_RIGHT + 0.02) * w,
        (SILL + 0.002) * h,
        0.02 * h,
    )
    canvas.shape(outer, bgr("#4a5258"), below=bgr("#343b41"), relief=0.7, depth=3)
    canvas.cut(block(DOOR_LEFT * w, DOOR_TOP * h, DOOR_RIGHT * w, SILL * h))
    for edge, inward in ((DOOR_LEFT, 1), (DOOR_RIGHT, -1)):
        for fold in (0, 1):
            a = edge + inward * (0.002 + fold * 0.017)
            b = a + inward * 0.015
            drop = 0.006 * fold
            leaf = np.array(
                [
                    (a * w, DOOR_TOP * h),
                    (b * w, (DOOR_TOP + 0.012) * h),
                    (b * w, (SILL - 0.008 - drop) * h),
                    (a * w, (SILL - drop) * h),
                ]
            )
            canvas.shape(leaf, bgr("#8fa6ad"), below=bgr("#7d949b"), opacity=0.8)
            canvas.line(
                [(b * w, (DOOR_TOP + 0.012) * h), (b * w, (SILL - 0.008) * h)],
                bgr("#2b3136"),
                0.004 * w,
            )
    sign = block(0.43 * w, 0.052 * h, 0.55 * w, 0.083 * h, 0.006 * h)
    canvas.shape(sign, bgr("#1f2529"), relief=0.5, depth=1.5)
    for i in range(9):
        canvas.shape(
            oval((0.442 + i * 0.012) * w, 0.0675 * h, 0.003 * w, 0.006 * h),
            bgr("#f0b64a"),
            opacity=0.9,
        )
    strip = np.array(
        [
            ((DOOR_LEFT - 0.004) * w, SILL * h),
            ((DOOR_RIGHT + 0.004) * w, SILL * h),
            ((DOOR_RIGHT + 0.01) * w, (SILL + 0.022) * h),
            ((DOOR_LEFT - 0.01) * w, (SILL + 0.022) * h),
        ]
    )
    canvas.shape(strip, bgr("#e8bd45"), below=bgr("#c99d2e"))


def _poles(canvas: Canvas, w: int, h: int) -> None:
    for x in (DOOR_LEFT - 0.032, DOOR_RIGHT + 0.032):
        canvas.soft(
            oval((x + 0.006) * w, 0.712 * h, 0.018 * w, 0.01 * h),
            bgr("#1d2327"),
            3,
            opacity=0.5,
        )
        pole = block((x - 0.0055) * w, 0.055 * h, (x + 0.0055) * w, 0.71 * h, 0.005 * w)
        canvas.shape(
            pole, bgr("#edc250"), below=bgr("#c99a2c"), relief=1.0, depth=0.003 * w
        )
        knob = block((x - 0.011) * w, 0.36 * h, (x + 0.011) * w, 0.42 * h, 0.008 * h)
        canvas.shape(knob, bgr("#c8423a"), below=bgr("#9a2f2a"), relief=0.6, depth=2)
    rail = block(0.0, 0.09 * h, 0.28 * w, 0.102 * h, 0.006 * h)
    canvas.shape(rail, bgr("#edc250"), below=bgr("#b98c26"), relief=0.8, depth=2)
    rail = block(0.7 * w, 0.09 * h, w, 0.102 * h, 0.006 * h)
    canvas.shape(rail, bgr("#edc250"), below=bgr("#b98c26"), relief=0.8, depth=2)
