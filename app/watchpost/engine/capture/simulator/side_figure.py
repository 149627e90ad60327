"""Somebody seen from the side: walking to the right, standing, or on a bicycle."""

from __future__ import annotations

import math

from watchpost.engine.capture.simulator.body_pen import BodyPen
from watchpost.engine.capture.simulator.looks import Hair, Look
from watchpost.engine.capture.simulator.painting import capsule, oval, rounded, shaded


def draw_side(pen: BodyPen, look: Look, phase: float, swing: float) -> None:
    """Draw somebody from the side.

    Args:
        pen: Its place is between the soles.
        look: Who it is.
        phase: Of the step, radians.
        swing: 0 stands still, 1 walks.
    """
    b = look.build
    bob = 0.008 * swing * math.cos(2 * phase)
    hip, neck = 0.475 + bob, 0.80 + bob
    far_leg, near_leg = _stride(phase + math.pi, swing), _stride(phase, swing)
    _side_arm(pen, look, neck, phase, swing, far=True)
    _side_leg(pen, look, hip, far_leg, far=True)
    _side_leg(pen, look, hip, near_leg, far=False)
    if look.bag is not None:
        pack = rounded(
            [
                (-0.05, neck - 0.02),
                (-0.15 * b, neck - 0.04),
                (-0.165 * b, neck - 0.24),
                (-0.05, neck - 0.26),
            ]
        )
        pen.put(pack, look.bag)
    hem = hip - (0.17 if look.dress else 0.05 if look.jacket else 0.0)
    flare = 0.11 if look.dress else 0.086
    torso = rounded(
        [
            (-0.045, neck + 0.012),
            (0.035, neck + 0.012),
            (0.085 * b, neck - 0.11),
            (0.078 * b, hip + 0.09),
            (flare * b, hem),
            (-flare * b, hem),
            (-0.082 * b, hip + 0.1),
            (-0.09 * b, neck - 0.09),
        ]
    )
    pen.put(torso, look.top, 0.6)
    _side_arm(pen, look, neck, phase, swing, far=False)
    _side_head(pen, look, neck)


def _stride(phase: float, swing: float) -> tuple[float, float]:
    """Return thigh and shin angles, forward positive, of a leg."""
    thigh = swing * (0.44 * math.sin(phase) + 0.07)
    bend = swing * (0.05 + 0.8 * max(0.0, math.cos(phase)) ** 1.5)
    return thigh, thigh - bend


def _side_leg(
    pen: BodyPen, look: Look, hip: float, angles: tuple[float, float], *, far: bool
) -> None:
    thigh, shin = angles
    b = look.build
    tone = 0.72 if far else 1.0
    knee = (0.235 * math.sin(thigh), hip - 0.225 * math.cos(thigh))
    ankle = (knee[0] + 0.215 * math.sin(shin), knee[1] - 0.205 * math.cos(shin))
    heel = (ankle[0] - 0.012, max(0.022, ankle[1] - 0.022))
    tilt = math.sin(shin) * 0.5
    toe = (heel[0] + 0.085, max(0.014, heel[1] + 0.02 * (tilt > 0) - 0.05 * (tilt < 0)))
    cloth = look.skin if look.dress else look.legs
    cloth = shaded(cloth, tone)
    pen.limb([heel, toe], [0.026, 0.016], shaded(look.shoes, tone))
    pen.limb(
        [(0.0, hip), knee, ankle],
        [0.076 * b, 0.054 * b, 0.036],
        cloth,
    )


def _side_arm(
    pen: BodyPen, look: Look, neck: float, phase: float, swing: float, *, far: bool
) -> None:
    angle = swing * 0.42 * math.sin(phase if far else phase + math.pi) + 0.03
    bend = 0.18 + swing * 0.32 * max(0.0, math.sin(phase if far else phase + math.pi))
    tone = 0.74 if far else 0.94
    shoulder = (-0.01, neck - 0.045)
    elbow = (
        shoulder[0] + 0.155 * math.sin(angle),
        shoulder[1] - 0.15 * math.cos(angle),
    )
    wrist = (
        elbow[0] + 0.14 * math.sin(angle + bend),
        elbow[1] - 0.135 * math.cos(angle + bend),
    )
    sleeve = shaded(look.top, tone)
    lower = sleeve if look.jacket else shaded(look.skin, tone)
    hand = (wrist[0] + 0.022, wrist[1] - 0.024)
    pen.limb([wrist, hand], [0.021, 0.019], shaded(look.skin, tone))
    pen.limb([elbow, wrist], [0.033, 0.025], lower)
    pen.limb([shoulder, elbow], [0.046, 0.035], sleeve, 0.7)


def _side_head(pen: BodyPen, look: Look, neck: float, x: float = 0.0) -> None:
    pen = pen.moved(x)
    pen.limb([(-0.005, neck - 0.02), (0.008, neck + 0.06)], [0.042, 0.038], look.skin)
    y = neck + 0.094
    face = rounded(
        [
            (-0.055, y + 0.05),
            (0.0, y + 0.078),
            (0.056, y + 0.048),
            (0.058, y + 0.012),
            (0.074, y - 0.008),
            (0.058, y - 0.02),
            (0.054, y - 0.062),
            (0.018, y - 0.075),
            (-0.04, y - 0.045),
        ],
        2,
    )
    pen.put(face, look.skin, 0.4)
    pen.tint(oval(0.046, y + 0.006, 0.007, 0.008), (30, 28, 32), 0.7)
    pen.tint(oval(0.05, y - 0.042, 0.013, 0.004), (60, 60, 120), 0.45)
    _side_hair(pen, look, y)
    pen.put(oval(-0.008, y - 0.008, 0.012, 0.018), shaded(look.skin, 0.9), 0.3)


def _side_hair(pen: BodyPen, look: Look, y: float) -> None:
    if look.cut is Hair.BALD:
        return
    cap = rounded(
        [
            (0.062, y + 0.052),
            (0.02, y + 0.092),
            (-0.05, y + 0.085),
            (-0.082, y + 0.02),
            (-0.066, y - 0.045),
            (-0.03, y - 0.03),
            (-0.016, y + 0.022),
            (0.03, y + 0.04),
        ],
        2,
    )
    if look.cut is Hair.CAP:
        colour = shaded(look.bag or look.legs, 1.15)
        pen.put(cap, look.hair, 0.5)
        pen.put(oval(-0.006, y + 0.052, 0.07, 0.045), colour, 0.6)
        pen.put(oval(0.072, y + 0.038, 0.036, 0.01, turn=-0.15), shaded(colour, 0.8))
        return
    if look.cut is Hair.LONG:
        fall = rounded(
            [
                (-0.02, y + 0.05),
                (-0.075, y + 0.05),
                (-0.1, y - 0.09),
                (-0.085, y - 0.17),
                (-0.03, y - 0.15),
                (-0.01, y - 0.03),
            ]
        )
        pen.put(fall, shaded(look.hair, 0.92))
    if look.cut is Hair.BUN:
        pen.put(oval(-0.095, y + 0.05, 0.035, 0.034), look.hair, 0.7)
    pen.put(cap, look.hair, 0.6)


def draw_rider(pen: BodyPen, look: Look, phase: float) -> None:
    """Draw somebody on a saddle, one body unit tall when standing.

    The sole of the pen is the ground below the bicycle's crank.
    """
    hip, crank = (-0.12, 0.52), (-0.03, 0.2)
    for turn, tone in ((phase + math.pi, 0.72), (phase, 1.0)):
        foot = (crank[0] + 0.085 * math.cos(turn), crank[1] - 0.085 * math.sin(turn))
        knee = _bent(hip, foot, 0.235, 0.235)
        cloth = shaded(look.legs, tone)
        toe = (foot[0] + 0.07, foot[1] - 0.006)
        pen.limb([(foot[0] - 0.01, foot[1]), toe], [0.026, 0.017], look.shoes)
        pen.limb([hip, knee, foot], [0.075, 0.052, 0.034], cloth)
    shoulder = (0.07, 0.86)
    if look.bag is not None:
        pack = capsule(-0.1, 0.67, -0.005, 0.86, 0.07, 0.06)
        pen.put(pack, look.bag)
    pen.put(
        [
            capsule(hip[0], hip[1] + 0.03, *shoulder, 0.085, 0.075),
            capsule(-0.03, 0.72, 0.045, 0.8, 0.088, 0.088),
        ],
        look.top,
        0.6,
    )
    grip = (0.27, 0.63)
    elbow = (0.15, 0.7)
    lower = look.top if look.jacket else look.skin
    pen.limb([grip, (0.285, 0.625)], [0.024, 0.02], look.skin)
    pen.limb([elbow, grip], [0.034, 0.026], shaded(lower, 0.95))
    pen.limb([(0.06, 0.845), elbow], [0.046, 0.036], shaded(look.top, 0.93), 0.7)
    _side_head(pen, look, 0.885, x=0.1)


def _bent(
    hip: tuple[float, float], foot: tuple[float, float], thigh: float, shin: float
) -> tuple[float, float]:
    """Return the knee, forward of the line from hip to foot."""
    dx, dy = foot[0] - hip[0], foot[1] - hip[1]
    reach = min(math.hypot(dx, dy), thigh + shin - 1e-6)
    along = (reach**2 + thigh**2 - shin**2) / (2 * reach)
    out = math.sqrt(max(0.0, thigh**2 - along**2))
    ux, uy = dx / reach, dy / reach
    return hip[0] + ux * along - uy * out, hip[1] + uy * along + ux * out
