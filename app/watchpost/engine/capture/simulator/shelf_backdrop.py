"""The empty shelf: two boards with price rails, a lit back wall and the plinth."""

from __future__ import annotations

import numpy as np

from watchpost.engine.capture.simulator.painting import Canvas, Picture, bgr, block

BOARDS = (0.345, 0.68)
_EDGE = 0.045


def shelf_backdrop(size: tuple[int, int]) -> Picture:
    """Return the shelf without bottles."""
    w, h = size
    canvas = Canvas(w, h)
    canvas.shape(block(0, 0, w, h), bgr("#d9d2c6"), below=bgr("#b9b1a4"))
    tops = (0.0, BOARDS[0] + _EDGE)
    for top, board in zip(tops, BOARDS, strict=True):
        _bay(canvas, w, h, top, board)
    for board in BOARDS:
        _rail(canvas, w, h, board)
    _plinth(canvas, w, h)
    for x in (0.0, 0.982):
        post = block(x * w, 0, (x + 0.018) * w, 0.77 * h)
        canvas.shape(post, bgr("#c8cbcc"), below=bgr("#9fa4a6"), relief=0.6, depth=4)
        for i in range(26):
            y = (0.015 + i * 0.029) * h
            slot = block((x + 0.006) * w, y, (x + 0.012) * w, y + 0.013 * h, 1.5)
            canvas.shape(slot, bgr("#5e6467"))
    return canvas.picture()


def _bay(canvas: Canvas, w: int, h: int, top: float, board: float) -> None:
    wall = block(0, top * h, w, board * h)
    canvas.shape(wall, bgr("#a59b8d"), below=bgr("#d7cec0"))
    for i in range(1, 12):
        x = i / 12 * w
        canvas.line([(x, top * h), (x, board * h)], bgr("#8f8578"), 1.2, opacity=0.35)
    shade = block(-20, (top - 0.06) * h, w + 20, (top + 0.05) * h)
    canvas.soft(shade, bgr("#3a332b"), 0.03 * h, opacity=0.55)
    tray = np.array(
        [
            (0, (board - 0.035) * h),
            (w, (board - 0.035) * h),
            (w, board * h),
            (0, board * h),
        ]
    )
    canvas.shape(tray, bgr("#c9bfb0"), below=bgr("#ece5d8"))
    for i in range(9):
        x = (0.085 + i * 0.83 / 8) * w
        spot = block(x - 0.036 * w, (board - 0.022) * h, x + 0.036 * w, board * h, 6)
        canvas.soft(spot, bgr("#4a4136"), 3, opacity=0.4)


def _rail(canvas: Canvas, w: int, h: int, board: float) -> None:
    rng = np.random.default_rng(round(board * 100))
    rail = block(0, board * h, w, (board + _EDGE) * h)
    canvas.shape(rail, bgr("#f4f5f4"), below=bgr("#cfd3d4"), relief=0.5, depth=2)
    canvas.shape(block(0, (board + 0.005) * h, w, (board + 0.008) * h), bgr("#ffffff"))
    for i in range(9):
        x = (0.085 + i * 0.83 / 8) * w
        _price(canvas, x, board * h, w, h, offer=bool(rng.random() < 0.25))


def _price(canvas: Canvas, x: float, y: float, w: int, h: int, *, offer: bool) -> None:
    card = block(x - 0.026 * w, y + 0.008 * h, x + 0.026 * w, y + 0.04 * h, 2)
    canvas.shape(card, bgr("#f6d65a" if offer else "#ffffff"))
    ink = bgr("#b3392f" if offer else "#3b4145")
    price = block(x + 0.002 * w, y + 0.015 * h, x + 0.022 * w, y + 0.032 * h, 1)
    canvas.shape(price, ink, opacity=0.85)
    for i in range(3):
        line = block(
            x - 0.022 * w,
            y + (0.015 + 0.007 * i) * h,
            x - (0.006 + 0.004 * (i % 2)) * w,
            y + (0.018 + 0.007 * i) * h,
        )
        canvas.shape(line, ink, opacity=0.5)


def _plinth(canvas: Canvas, w: int, h: int) -> None:
    top = BOARDS[-1] + _EDGE
    canvas.shape(block(0, top * h, w, 0.865 * h), bgr("#5f686d"), below=bgr("#464e53"))
    canvas.soft(
        block(-20, (top - 0.01) * h, w + 20, (top + 0.02) * h),
        bgr("#15181a"),
        0.018 * h,
        opacity=0.6,
    )
    canvas.shape(block(0, 0.855 * h, w, 0.885 * h), bgr("#2d3336"))
    canvas.shape(block(0, 0.885 * h, w, h), bgr("#b5aea3"), below=bgr("#cdc6ba"))
    for i in range(-3, 14):
        head = i / 10
        foot = 0.5 + (head - 0.5) * 1.35
        canvas.line(
            [(head * w, 0.885 * h), (foot * w, h)], bgr("#958e83"), 1.4, opacity=0.7
        )
    canvas.line([(0, 0.935 * h), (w, 0.935 * h)], bgr("#958e83"), 1.4, opacity=0.7)
    canvas.soft(
        block(-20, 0.88 * h, w + 20, 0.895 * h), bgr("#1f2224"), 0.014 * h, opacity=0.6
    )
