"""Cars, vans, a bus, a truck and bicycles from the side, driving to the right.

Units are the vehicle's own length; x from the rear (0) to the front (1), y upwards from
the ground. The camera stands above the roofs, so a strip of roof and bonnet shows.
"""

from __future__ import annotations

import math
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

_GLASS, _GLASS_LOW = "#33454f", "#5d7682"
PAINTS = (
    "#b23a34", "#2f5f93", "#e9e9e6", "#3b4147", "#8c979e", "#d8a637", "#3f7a63",
    "#5c4a6d", "#c7cdd0", "#7d2d2d", "#245a6b",
)  # fmt: skip

Outline = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Body:
    """The shape of one kind of car."""

    hull: Outline
    cabin: Outline
    windows: tuple[Outline, ...]
    wheels: tuple[float, float]
    wheel: float
    doors: tuple[float, ...]


_HATCH = Body(
    hull=[
        (0.005, 0.1), (0.0, 0.22), (0.03, 0.27), (0.3, 0.285), (0.62, 0.28),
        (0.8, 0.265), (0.95, 0.225), (1.0, 0.17), (0.995, 0.09), (0.96, 0.065),
        (0.04, 0.065),
    ],
    cabin=[
        (0.02, 0.24), (0.09, 0.36), (0.18, 0.405), (0.45, 0.405), (0.58, 0.37),
        (0.74, 0.255), (0.5, 0.23), (0.2, 0.23),
    ],
    windows=(
        [(0.09, 0.275), (0.14, 0.355), (0.21, 0.382), (0.31, 0.382), (0.31, 0.275)],
        [(0.335, 0.275), (0.335, 0.382), (0.44, 0.382), (0.54, 0.352), (0.655, 0.275)],
    ),
    wheels=(0.19, 0.8), wheel=0.088, doors=(0.322, 0.62),
)  # fmt: skip
_SALOON = Body(
    hull=[
        (0.005, 0.1), (0.0, 0.2), (0.03, 0.245), (0.2, 0.262), (0.6, 0.262),
        (0.8, 0.25), (0.96, 0.21), (1.0, 0.155), (0.995, 0.085), (0.96, 0.06),
        (0.04, 0.06),
    ],
    cabin=[
        (0.14, 0.235), (0.27, 0.345), (0.36, 0.365), (0.5, 0.365), (0.6, 0.335),
        (0.74, 0.24), (0.5, 0.215), (0.3, 0.215),
    ],
    windows=(
        [(0.22, 0.257), (0.295, 0.325), (0.36, 0.343), (0.41, 0.343), (0.41, 0.257)],
        [(0.43, 0.257), (0.43, 0.343), (0.5, 0.343), (0.575, 0.32), (0.67, 0.257)],
    ),
    wheels=(0.19, 0.81), wheel=0.08, doors=(0.42, 0.64),
)  # fmt: skip
_SUV = Body(
    hull=[
        (0.005, 0.11), (0.0, 0.25), (0.02, 0.3), (0.3, 0.315), (0.64, 0.31),
        (0.82, 0.295), (0.97, 0.25), (1.0, 0.19), (0.995, 0.1), (0.96, 0.075),
        (0.04, 0.075),
    ],
    cabin=[
        (0.01, 0.27), (0.05, 0.4), (0.12, 0.44), (0.5, 0.44), (0.6, 0.41),
        (0.72, 0.29), (0.5, 0.26), (0.2, 0.26),
    ],
    windows=(
        [(0.06, 0.31), (0.09, 0.4), (0.19, 0.415), (0.19, 0.31)],
        [(0.21, 0.31), (0.21, 0.415), (0.37, 0.415), (0.37, 0.31)],
        [(0.39, 0.31), (0.39, 0.415), (0.5, 0.415), (0.565, 0.39), (0.655, 0.31)],
    ),
    wheels=(0.19, 0.81), wheel=0.098, doors=(0.2, 0.38, 0.63),
)  # fmt: skip
BODIES = (_HATCH, _SALOON, _SUV)


class _Pen:
    """Maps a vehicle's units to pixels."""

    def __init__(self, length: float, tall: float) -> None:
        self.unit = length
        self.left = length * 0.05
        self.ground = length * (tall + 0.06)
        self.canvas = Canvas(length * 1.1, length * (tall + 0.12))

    def to(self, outline: Outline | Points) -> Points:
        points = np.asarray(outline, np.float64)
        return points * (self.unit, -self.unit) + (self.left, self.ground)

    def put(
        self,
        outline: Outline | Points,
        colour: Bgr,
        below: Bgr | None = None,
        *,
        relief: float = 0.0,
        opacity: float = 1.0,
    ) -> None:
        self.canvas.shape(
            self.to(outline),
            colour,
            below=below,
            relief=relief,
            depth=max(1.0, self.unit * 0.012),
            opacity=opacity,
        )

    def sprite(self) -> Sprite:
        return Sprite.of(self.canvas.bgra(), self.left + self.unit / 2, self.ground)

    def wheel(self, x: float, r: float) -> None:
        self.put(oval(x, r * 0.95, r * 1.16, r * 1.16), bgr("#17191c"))
        self.put(oval(x, r, r, r), bgr("#2c2f33"), bgr("#191b1d"), relief=0.5)
        self.put(oval(x, r, r * 0.64, r * 0.64), bgr("#c9ced1"), bgr("#8d9498"))
        for i in range(5):
            a = 2 * math.pi * i / 5 + 0.3
            gap = oval(
                x + 0.4 * r * math.cos(a), r + 0.4 * r * math.sin(a), r * 0.13, r * 0.13
            )
            self.put(gap, bgr("#43484c"))
        self.put(oval(x, r, r * 0.16, r * 0.16), bgr("#5d6468"))


def car_sprite(body: Body, paint: Bgr, length: float) -> Sprite:
    """Draw a car ``length`` pixels long; anchor: the ground below its middle."""
    pen = _Pen(length, 0.46)
    cabin = rounded(body.cabin, 2)
    pen.put(cabin, shaded(paint, 1.2), shaded(paint, 0.85), relief=0.5)
    pen.put(rounded(body.hull, 2), shaded(paint, 1.12), shaded(paint, 0.66), relief=0.7)
    for window in body.windows:
        pen.put(rounded(window, 1), bgr(_GLASS), bgr(_GLASS_LOW))
        xs = [x for x, _ in window]
        low, high = min(y for _, y in window), max(y for _, y in window)
        start = min(xs) + 0.35 * (max(xs) - min(xs))
        gleam: Outline = [
            (start, low), (start + 0.03, low), (start + 0.06, high - 0.004),
            (start + 0.03, high - 0.004),
        ]  # fmt: skip
        pen.put(gleam, bgr("#ffffff"), opacity=0.16)
    top = max(y for _, y in body.hull)
    for x in body.doors:
        pen.put(
            block(x, 0.09, x + 0.004, top - 0.012), shaded(paint, 0.5), opacity=0.55
        )
        handle = block(x - 0.055, top - 0.05, x - 0.02, top - 0.04, 0.004)
        pen.put(handle, shaded(paint, 0.6), opacity=0.8)
    pen.put(
        block(0.02, top - 0.078, 0.98, top - 0.072), shaded(paint, 1.4), opacity=0.4
    )
    sill = block(0.06, 0.058, 0.94, 0.085, 0.01)
    pen.put(sill, bgr("#24272a"))
    lamp = top - 0.075
    pen.put(oval(0.965, lamp, 0.026, 0.02, turn=0.5), bgr("#fdf6dc"), relief=0.3)
    pen.put(oval(0.02, lamp + 0.01, 0.017, 0.026), bgr("#c92f2a"), relief=0.3)
    pen.put(oval(0.665, top + 0.012, 0.018, 0.012), shaded(paint, 0.8), relief=0.6)
    for x in body.wheels:
        pen.wheel(x, body.wheel)
    return pen.sprite()


def bus_sprite(paint: Bgr, length: float) -> Sprite:
    """Draw a city bus; anchor: the ground below its middle."""
    pen = _Pen(length, 0.34)
    pen.put(
        block(0.0, 0.035, 1.0, 0.325, 0.02), shaded(paint, 1.12), shaded(paint, 0.8),
        relief=0.6,
    )  # fmt: skip
    pen.put(block(0.01, 0.285, 0.99, 0.325, 0.018), bgr("#f1f2f0"), bgr("#d9dcdc"))
    pen.put(block(0.015, 0.15, 0.985, 0.272, 0.012), bgr("#20282d"))
    for i in range(7):
        x = 0.025 + i * 0.125
        pane = block(x, 0.157, x + 0.117, 0.265, 0.008)
        pen.put(pane, bgr("#3f545e"), bgr("#7390a0"))
        gleam: Outline = [
            (x + 0.02, 0.157), (x + 0.05, 0.157), (x + 0.08, 0.265), (x + 0.05, 0.265),
        ]  # fmt: skip
        pen.put(gleam, bgr("#ffffff"), opacity=0.14)
    pen.put(block(0.91, 0.12, 0.982, 0.268, 0.01), bgr("#4c626d"), bgr("#86a2b0"))
    for x in (0.3, 0.62, 0.84):
        pen.put(block(x, 0.045, x + 0.062, 0.262, 0.005), bgr("#262e33"))
        for side in (0.003, 0.033):
            leaf = block(x + side, 0.055, x + side + 0.026, 0.255, 0.004)
            pen.put(leaf, bgr("#4f6672"), bgr("#8ba7b3"))
    pen.put(block(0.0, 0.1, 1.0, 0.116), shaded(paint, 0.62), opacity=0.7)
    pen.put(block(0.7, 0.284, 0.82, 0.31, 0.004), bgr("#1b1f22"))
    for i in range(6):
        pen.put(oval(0.715 + i * 0.018, 0.297, 0.005, 0.006), bgr("#f2b544"))
    pen.put(oval(0.982, 0.075, 0.012, 0.014), bgr("#fdf6dc"))
    pen.put(oval(0.012, 0.08, 0.009, 0.02), bgr("#c92f2a"))
    for x in (0.22, 0.75):
        pen.wheel(x, 0.05)
    return pen.sprite()


def truck_sprite(paint: Bgr, length: float) -> Sprite:
    """Draw a box truck; anchor: the ground below its middle."""
    pen = _Pen(length, 0.46)
    pen.put(block(0.02, 0.06, 0.98, 0.11), bgr("#2b2f33"), bgr("#1d2023"))
    pen.put(
        block(0.0, 0.1, 0.7, 0.45, 0.01), bgr("#f3f3f0"), bgr("#cfd2d2"), relief=0.4
    )
    pen.put(block(0.0, 0.405, 0.7, 0.45, 0.01), bgr("#ffffff"), bgr("#e6e8e8"))
    for i in range(1, 7):
        pen.put(block(i * 0.1, 0.11, i * 0.1 + 0.003, 0.4), bgr("#b4b9bb"), opacity=0.6)
    pen.put(block(0.08, 0.2, 0.62, 0.33, 0.02), paint, shaded(paint, 0.8), opacity=0.9)
    pen.put(block(0.14, 0.245, 0.44, 0.285, 0.01), bgr("#ffffff"), opacity=0.85)
    cab: Outline = [
        (0.72, 0.08), (0.72, 0.36), (0.76, 0.385), (0.87, 0.38), (0.95, 0.25),
        (0.995, 0.2), (1.0, 0.08),
    ]  # fmt: skip
    pen.put(rounded(cab, 1), shaded(paint, 1.15), shaded(paint, 0.75), relief=0.6)
    glass: Outline = [(0.775, 0.235), (0.775, 0.345), (0.85, 0.345), (0.92, 0.235)]
    pen.put(rounded(glass, 1), bgr(_GLASS), bgr(_GLASS_LOW))
    pen.put(block(0.765, 0.1, 0.769, 0.34), shaded(paint, 0.5), opacity=0.6)
    pen.put(oval(0.985, 0.135, 0.014, 0.02), bgr("#fdf6dc"))
    pen.put(oval(0.008, 0.125, 0.007, 0.014), bgr("#c92f2a"))
    for x in (0.14, 0.24, 0.84):
        pen.wheel(x, 0.062)
    return pen.sprite()


def bicycle_sprite(paint: Bgr, length: float) -> Sprite:
    """Draw a bicycle; anchor: the ground below its middle."""
    pen = _Pen(length, 0.62)
    r = 0.2
    for x in (0.2, 0.8):
        for radius, colour in ((r, "#1d2023"), (r - 0.028, "")):
            ring = pen.to(oval(x, r, radius, radius))
            if colour:
                pen.canvas.shape(ring, bgr(colour))
            else:
                pen.canvas.cut(ring)
        for i in range(6):
            a = math.pi * i / 6
            dx, dy = 0.18 * math.cos(a), 0.18 * math.sin(a)
            spoke = capsule(x - dx, r - dy, x + dx, r + dy, 0.003, 0.003)
            pen.put(spoke, bgr("#a9b0b4"), opacity=0.7)
    crank, seat, head = (0.44, 0.19), (0.36, 0.47), (0.68, 0.47)
    tubes = (
        ((0.2, r), crank), ((0.2, r), (0.375, 0.43)), (crank, seat),
        (crank, (0.69, 0.43)), ((0.375, 0.43), head), (head, (0.8, r)),
    )  # fmt: skip
    for start, end in tubes:
        pen.put(capsule(*start, *end, 0.016, 0.016), paint, shaded(paint, 0.8))
    pen.put(capsule(*head, 0.66, 0.56, 0.012, 0.012), bgr("#2a2d30"))
    pen.put(capsule(0.65, 0.565, 0.72, 0.565, 0.014, 0.014), bgr("#1d2023"))
    pen.put(capsule(0.3, 0.49, 0.42, 0.485, 0.024, 0.014), bgr("#1d2023"))
    pen.put(oval(*crank, 0.045, 0.045), bgr("#4a4f53"))
    return pen.sprite()


def underbody_shadow(length: float) -> Sprite:
    """Draw the soft shadow below a vehicle ``length`` pixels long."""
    canvas = Canvas(length * 1.24, length * 0.2)
    c = (length * 0.62, length * 0.1)
    canvas.soft(
        block(
            length * 0.12, c[1] - length * 0.025, length * 1.12, c[1] + length * 0.03
        ),
        (22.0, 20.0, 18.0),
        length * 0.022,
        opacity=0.7,
    )
    return Sprite.of(canvas.bgra(), *c, trim=False)
