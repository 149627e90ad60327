"""Machined parts for the belt, good ones and ones with a fault that can be seen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

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

_PIT: Bgr = (34.0, 31.0, 28.0)


class Kind(StrEnum):
    """What is made on the line."""

    FLANGE = "flange"
    GEAR = "gear"
    PLATE = "plate"


class Fault(StrEnum):
    """What may be wrong with a part."""

    NONE = "none"
    CRACK = "crack"
    BURN = "burn"


@dataclass(frozen=True, slots=True)
class PartSprite:
    """A part and the shadow that it casts on the belt."""

    part: Sprite
    shadow: Sprite


def part_sprite(kind: Kind, fault: Fault, size: float) -> PartSprite:
    """Draw a part about ``size`` pixels across; anchor: its middle."""
    canvas = Canvas(size * 1.3, size * 1.3)
    c = size * 0.65
    r = size / 2
    body = _outline(kind, c, r)
    metal = {Kind.FLANGE: "#b4bcc2", Kind.GEAR: "#c2a878", Kind.PLATE: "#9fb0bd"}[kind]
    colour = bgr(metal)
    canvas.shape(
        body,
        shaded(colour, 1.12),
        below=shaded(colour, 0.84),
        relief=0.8,
        depth=r * 0.06,
    )
    _features(canvas, kind, c, r, colour)
    if fault is Fault.CRACK:
        _crack(canvas, kind, c, r)
    elif fault is Fault.BURN:
        _burn(canvas, c, r)
    soft = Canvas(size * 1.6, size * 1.6)
    offset = size * 0.8 - c
    soft.soft(body + offset, (14.0, 14.0, 12.0), r * 0.09, opacity=0.75)
    shadow = Sprite.of(soft.bgra(), size * 0.8, size * 0.8, trim=False)
    return PartSprite(Sprite.of(canvas.bgra(), c, c), shadow)


def _outline(kind: Kind, c: float, r: float) -> Points:
    if kind is Kind.FLANGE:
        return oval(c, c, r, r)
    if kind is Kind.PLATE:
        return block(c - r, c - r * 0.66, c + r, c + r * 0.66, r * 0.2)
    teeth = 14
    turn = np.linspace(0, 2 * np.pi, teeth * 4, endpoint=False)
    reach = np.tile((r * 0.84, r, r, r * 0.84), teeth)
    return np.stack((c + reach * np.cos(turn), c + reach * np.sin(turn)), axis=1)


def _features(canvas: Canvas, kind: Kind, c: float, r: float, colour: Bgr) -> None:
    if kind is Kind.PLATE:
        rib = block(c - r * 0.55, c - r * 0.2, c + r * 0.55, c + r * 0.2, r * 0.16)
        canvas.shape(
            rib, shaded(colour, 0.8), below=shaded(colour, 1.1), relief=0.4, depth=2
        )
        for x in (-0.74, 0.74):
            for y in (-0.4, 0.4):
                _hole(canvas, c + x * r, c + y * r, r * 0.12, colour)
        return
    canvas.shape(
        oval(c, c, r * 0.68, r * 0.68), shaded(colour, 0.78), below=shaded(colour, 0.95)
    )
    canvas.shape(
        oval(c, c, r * 0.5, r * 0.5),
        shaded(colour, 1.14),
        below=shaded(colour, 0.9),
        relief=0.7,
        depth=r * 0.05,
    )
    _hole(canvas, c, c, r * 0.24, colour)
    count, ring = (6, 0.83) if kind is Kind.FLANGE else (5, 0.59)
    for i in range(count):
        a = 2 * np.pi * i / count + 0.3
        x, y = c + ring * r * np.cos(a), c + ring * r * np.sin(a)
        _hole(canvas, float(x), float(y), r * 0.075, colour)


def _hole(canvas: Canvas, x: float, y: float, r: float, colour: Bgr) -> None:
    canvas.shape(oval(x, y, r * 1.22, r * 1.22), shaded(colour, 1.25))
    canvas.shape(oval(x, y, r, r), _PIT, below=shaded(_PIT, 1.7))


def _crack(canvas: Canvas, kind: Kind, c: float, r: float) -> None:
    """Break a piece out of the edge; a crack runs in from it."""
    top = 0.66 if kind is Kind.PLATE else 0.98
    bite = rounded(
        [
            (c + 0.02 * r, c - (top + 0.2) * r),
            (c + 0.5 * r, c - (top + 0.2) * r),
            (c + 0.46 * r, c - (top - 0.2) * r),
            (c + 0.3 * r, c - (top - 0.28) * r),
            (c + 0.22 * r, c - (top - 0.16) * r),
            (c + 0.1 * r, c - (top - 0.24) * r),
        ],
        1,
    )
    canvas.shape(bite + np.array((0, r * 0.05)), (205.0, 212.0, 216.0), opacity=0.8)
    canvas.cut(bite)
    line = [
        (c + 0.28 * r, c - (top - 0.24) * r),
        (c + 0.2 * r, c - 0.3 * r),
        (c + 0.34 * r, c - 0.12 * r),
        (c + 0.18 * r, c + 0.12 * r),
        (c + 0.26 * r, c + 0.36 * r),
    ]
    for i, (a, b) in enumerate(pairwise(line)):
        width = r * (0.055 - 0.011 * i)
        canvas.shape(capsule(*a, *b, width, width * 0.8), (20.0, 18.0, 18.0))
    fork = capsule(*line[2], c + 0.55 * r, c + 0.04 * r, r * 0.03, r * 0.012)
    canvas.shape(fork, (20.0, 18.0, 18.0))


def _burn(canvas: Canvas, c: float, r: float) -> None:
    """Scorch a patch of the surface: rust at its rim, soot in its middle."""
    patch = rounded(
        [
            (c - 0.58 * r, c - 0.05 * r),
            (c - 0.3 * r, c - 0.46 * r),
            (c + 0.12 * r, c - 0.4 * r),
            (c + 0.2 * r, c + 0.02 * r),
            (c - 0.05 * r, c + 0.45 * r),
            (c - 0.5 * r, c + 0.36 * r),
        ]
    )
    middle = patch.mean(axis=0)
    canvas.shape(patch, bgr("#a4552a"), opacity=0.85)
    canvas.shape((patch - middle) * 0.78 + middle, bgr("#6e3419"), opacity=0.85)
    canvas.shape((patch - middle) * 0.5 + middle, bgr("#2c1a14"), opacity=0.9)
    for x, y, s in ((0.42, 0.3, 0.09), (0.36, -0.28, 0.06), (-0.3, 0.58, 0.06)):
        spot = oval(c + x * r, c + y * r, s * r, s * r * 0.8)
        canvas.shape(spot, bgr("#8a4421"), opacity=0.85)
