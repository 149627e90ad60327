"""Somebody seen from the front or from behind, walking or standing."""

from __future__ import annotations

import math

import numpy as np

from watchpost.engine.capture.simulator.body_pen import BodyPen, tube
from watchpost.engine.capture.simulator.looks import Hair, Look
from watchpost.engine.capture.simulator.painting import (
    Points,
    bgr,
    capsule,
    oval,
    rounded,
    shaded,
)


def draw_upright(
    pen: BodyPen, look: Look, phase: float, swing: float, *, back: bool
) -> None:
    """Draw somebody from the front, or from behind; else as :func:`draw_side`."""
    b = look.build
    sway = 0.008 * swing * math.sin(phase)
    bob = 0.008 * swing * math.cos(2 * phase)
    hip, neck = 0.475 + bob, 0.80 + bob
    lift = 0.5 + 0.5 * math.sin(phase)
    legs = ((-1, swing * lift), (1, swing * (1 - lift)))
    for side, up in sorted(legs, key=lambda leg: leg[1], reverse=True):
        _upright_leg(pen, look, side, up, hip, back=back)
    hem = hip - (0.19 if look.dress else 0.05 if look.jacket else 0.0)
    flare = 0.165 if look.dress else 0.118
    torso = rounded(
        [
            (sway - 0.045, neck + 0.015),
            (sway + 0.045, neck + 0.015),
            (sway + 0.13 * b, neck - 0.028),
            (sway + 0.138 * b, neck - 0.08),
            (0.112 * b, hip + 0.15),
            (flare * b, hem),
            (-flare * b, hem),
            (-0.112 * b, hip + 0.15),
            (sway - 0.138 * b, neck - 0.08),
            (sway - 0.13 * b, neck - 0.028),
        ],
        2,
    )
    arm_swing = swing * math.sin(phase)
    sleeves = [
        outline
        for side in (-1, 1)
        for outline in _upright_arm(pen, look, side, side * arm_swing, neck, sway)
    ]
    pen.put([torso, *sleeves], look.top, 0.55)
    _armpits(pen, look, neck, hip, sway)
    _upright_details(pen, look, neck, hem, sway, back=back)
    _upright_head(pen, look, neck, sway, back=back)


def _upright_leg(
    pen: BodyPen, look: Look, side: int, up: float, hip: float, *, back: bool
) -> None:
    b = look.build
    x = side * 0.056 * b
    raise_by = 0.055 * up
    knee = (x * 1.12, hip - 0.225 + 0.35 * raise_by)
    ankle = (x * 1.02, 0.06 + raise_by)
    tone = 1.0 - 0.22 * up
    cloth = shaded(look.skin if look.dress else look.legs, tone)
    toe = 0.012 if back else -0.026
    shoe = capsule(
        ankle[0],
        ankle[1] - 0.022,
        ankle[0] + side * 0.01,
        ankle[1] - 0.022 + toe,
        0.03,
        0.034,
    )
    pen.put(shoe, shaded(look.shoes, tone))
    pen.limb([(x, hip), knee, ankle], [0.07 * b, 0.054 * b, 0.037], cloth)


def _upright_arm(
    pen: BodyPen, look: Look, side: int, swing: float, neck: float, sway: float
) -> list[Points]:
    """Draw hand and bare forearm; return the sleeve, which is one with the torso."""
    b = look.build
    shoulder = (sway + side * 0.118 * b, neck - 0.056)
    elbow = (sway + side * 0.155 * b, neck - 0.205 + 0.012 * swing)
    wrist = (sway + side * (0.16 - 0.022 * swing) * b, neck - 0.335 + 0.04 * swing)
    hand = (wrist[0] - side * 0.004, wrist[1] - 0.03)
    pen.limb([wrist, hand], [0.02, 0.019], look.skin)
    if look.jacket:
        return tube([shoulder, elbow, wrist], [0.046, 0.036, 0.027])
    pen.limb([elbow, wrist], [0.031, 0.024], look.skin)
    return tube([shoulder, elbow], [0.046, 0.037])


def _armpits(pen: BodyPen, look: Look, neck: float, hip: float, sway: float) -> None:
    """Part the arms from the torso with a crease on either side."""
    b = look.build
    for side in (-1, 1):
        crease = capsule(
            sway + side * 0.1 * b,
            neck - 0.105,
            sway + side * 0.113 * b,
            hip + 0.1,
            0.004,
            0.007,
        )
        pen.tint(crease, shaded(look.top, 0.45), 0.6)


def _upright_details(
    pen: BodyPen, look: Look, neck: float, hem: float, sway: float, *, back: bool
) -> None:
    dark = shaded(look.top, 0.62)
    if back:
        if look.bag is not None:
            pack = rounded(
                [
                    (sway - 0.09, neck - 0.02),
                    (sway + 0.09, neck - 0.02),
                    (sway + 0.105, neck - 0.25),
                    (sway - 0.105, neck - 0.25),
                ]
            )
            pen.put(pack, look.bag, 0.7)
            pocket = rounded(
                [
                    (sway - 0.07, neck - 0.15),
                    (sway + 0.07, neck - 0.15),
                    (sway + 0.075, neck - 0.235),
                    (sway - 0.075, neck - 0.235),
                ]
            )
            pen.put(pocket, shaded(look.bag, 0.85), 0.5)
        return
    if look.jacket:
        shirt = np.array(
            [
                (sway - 0.034, neck + 0.01),
                (sway + 0.034, neck + 0.01),
                (sway, neck - 0.1),
            ]
        )
        pen.tint(shirt, bgr("#e9e6df"), 0.85)
        pen.tint(
            capsule(sway, neck - 0.09, sway * 0.4, hem + 0.015, 0.004, 0.004), dark, 0.8
        )
    if look.bag is not None:
        for side in (-1, 1):
            strap = capsule(
                sway + side * 0.072,
                neck - 0.012,
                sway + side * 0.092,
                neck - 0.17,
                0.014,
                0.012,
            )
            pen.put(strap, look.bag, 0.4)


def _upright_head(
    pen: BodyPen, look: Look, neck: float, sway: float, *, back: bool
) -> None:
    x, y = sway * 1.2, neck + 0.097
    if look.cut is Hair.LONG and not back:
        fall = rounded(
            [
                (x - 0.07, y + 0.05),
                (x + 0.07, y + 0.05),
                (x + 0.092, y - 0.13),
                (x + 0.04, y - 0.16),
                (x - 0.04, y - 0.16),
                (x - 0.092, y - 0.13),
            ]
        )
        pen.put(fall, shaded(look.hair, 0.8))
    pen.limb([(sway, neck - 0.02), (x, neck + 0.05)], [0.042, 0.038], look.skin)
    for side in (-1, 1):
        pen.put(oval(x + side * 0.064, y, 0.012, 0.02), shaded(look.skin, 0.9), 0.3)
    head = rounded(
        [
            (x - 0.06, y + 0.055),
            (x, y + 0.085),
            (x + 0.06, y + 0.055),
            (x + 0.066, y - 0.015),
            (x + 0.036, y - 0.078),
            (x, y - 0.088),
            (x - 0.036, y - 0.078),
            (x - 0.066, y - 0.015),
        ],
        2,
    )
    pen.put(head, look.skin, 0.5)
    if back:
        _hair_behind(pen, look, x, y)
        return
    _face(pen, look, x, y)
    _hair_before(pen, look, x, y)


def _face(pen: BodyPen, look: Look, x: float, y: float) -> None:
    for side in (-1, 1):
        pen.tint(
            oval(x + side * 0.025, y - 0.004, 0.014, 0.012), shaded(look.skin, 0.7), 0.6
        )
        pen.tint(oval(x + side * 0.025, y - 0.004, 0.007, 0.007), (24, 22, 24), 0.85)
        brow = capsule(
            x + side * 0.013, y + 0.018, x + side * 0.038, y + 0.017, 0.004, 0.003
        )
        pen.tint(brow, shaded(look.hair, 0.8), 0.75)
    pen.tint(oval(x + 0.004, y - 0.028, 0.009, 0.012), shaded(look.skin, 0.72), 0.55)
    pen.tint(oval(x, y - 0.052, 0.019, 0.005), (70, 66, 130), 0.55)
    pen.tint(oval(x, y - 0.078, 0.03, 0.01), shaded(look.skin, 0.6), 0.35)


def _hair_before(pen: BodyPen, look: Look, x: float, y: float) -> None:
    if look.cut is Hair.BALD:
        return
    fringe = rounded(
        [
            (x - 0.07, y - 0.005),
            (x - 0.074, y + 0.06),
            (x - 0.03, y + 0.1),
            (x + 0.035, y + 0.1),
            (x + 0.074, y + 0.06),
            (x + 0.07, y - 0.005),
            (x + 0.054, y + 0.035),
            (x + 0.02, y + 0.05),
            (x - 0.035, y + 0.04),
            (x - 0.056, y + 0.03),
        ],
        2,
    )
    if look.cut is Hair.CAP:
        colour = shaded(look.bag or look.legs, 1.15)
        pen.put(oval(x, y + 0.06, 0.073, 0.045), colour, 0.6)
        pen.put(oval(x, y + 0.03, 0.062, 0.015), shaded(colour, 0.75), 0.4)
        return
    if look.cut is Hair.BUN:
        pen.put(oval(x, y + 0.105, 0.034, 0.028), look.hair, 0.7)
    pen.put(fringe, look.hair, 0.6)


def _hair_behind(pen: BodyPen, look: Look, x: float, y: float) -> None:
    if look.cut is Hair.BALD:
        return
    length = 0.17 if look.cut is Hair.LONG else 0.055
    mane = rounded(
        [
            (x - 0.074, y + 0.045),
            (x - 0.035, y + 0.1),
            (x + 0.035, y + 0.1),
            (x + 0.074, y + 0.045),
            (x + 0.074, y - length * 0.8),
            (x + 0.03, y - length),
            (x - 0.03, y - length),
            (x - 0.074, y - length * 0.8),
        ],
        2,
    )
    pen.put(mane, look.hair, 0.6)
    if look.cut is Hair.BUN:
        pen.put(oval(x, y + 0.075, 0.04, 0.036), shaded(look.hair, 1.1), 0.8)
    if look.cut is Hair.CAP:
        colour = shaded(look.bag or look.legs, 1.15)
        pen.put(oval(x, y + 0.05, 0.077, 0.058), colour, 0.6)
