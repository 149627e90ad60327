"""People: how each looks, and their pictures from three sides in every step of a walk.

A figure is built in a unit of its own height, y upwards from the sole, and seen a little
from above: the head is large, the legs are short. Proportions after the eight-heads canon
of figure drawing; the gait is two sine waves, half a period apart.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from copy import copy
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from watchpost.engine.capture.simulator.painting import (
    Bgr,
    Canvas,
    Points,
    bgr,
    capsule,
    oval,
    rounded,
    shaded,
)
from watchpost.engine.capture.simulator.sprites import Sprite

STEPS = 8
STANDING = -1
STRIDE_OF_HEIGHT = 0.84

_SKINS = ("#f0cdb4", "#e3b391", "#c98f68", "#a06a45", "#7a4b30", "#58361f")
_HAIRS = ("#2a211d", "#3d2a1f", "#6b4a2f", "#8d6a42", "#b9925b", "#9a9792", "#241f24")
_TOPS = (
    "#33506b", "#8a3b3b", "#3f5f4a", "#c9a24b", "#57506e", "#d7d3c8", "#26292e",
    "#a65d3f", "#5b7f95", "#7b7f83", "#b8686f", "#2f6f73",
)  # fmt: skip
_LEGS = ("#2b3446", "#23262b", "#4b4a47", "#5a4a3a", "#3c4a63", "#77705f", "#1f2733")
_SHOES = ("#1c1c1f", "#3a2a20", "#e6e3dc", "#56565c")
_BAGS = ("#2d3a3a", "#7a3f2a", "#3a3f63", "#22262b", "#8a7a4b")


class View(StrEnum):
    """How somebody is seen; ``SIDE`` walks and ``RIDING`` cycles to the right."""

    FRONT = "front"
    BACK = "back"
    SIDE = "side"
    RIDING = "riding"


class Hair(StrEnum):
    """Cuts that change the outline."""

    SHORT = "short"
    LONG = "long"
    BUN = "bun"
    CAP = "cap"
    BALD = "bald"


@dataclass(frozen=True, slots=True)
class Look:
    """How one person looks. Colours are BGR; sizes are factors around 1."""

    skin: Bgr
    hair: Bgr
    cut: Hair
    top: Bgr
    legs: Bgr
    shoes: Bgr
    bag: Bgr | None
    jacket: bool
    dress: bool
    build: float
    tall: float


def random_look(rng: np.random.Generator) -> Look:
    """Return somebody."""

    def pick(colours: tuple[str, ...]) -> Bgr:
        return bgr(colours[int(rng.integers(len(colours)))])

    cut = (Hair.SHORT, Hair.SHORT, Hair.LONG, Hair.BUN, Hair.CAP, Hair.LONG, Hair.BALD)
    style = cut[int(rng.integers(len(cut)))]
    return Look(
        skin=pick(_SKINS),
        hair=pick(_HAIRS),
        cut=style,
        top=pick(_TOPS),
        legs=pick(_LEGS),
        shoes=pick(_SHOES),
        bag=pick(_BAGS) if rng.random() < 0.45 else None,
        jacket=bool(rng.random() < 0.65),
        dress=style in (Hair.LONG, Hair.BUN) and bool(rng.random() < 0.35),
        build=float(rng.uniform(0.9, 1.16)),
        tall=float(rng.uniform(0.9, 1.06)),
    )


class Wardrobe:
    """Draws and keeps the pictures of a fixed cast.

    Args:
        seed: Chooses who belongs to the cast.
        height: Pixels of a person of average height at full scale.
        count: How many different people.
    """

    def __init__(self, seed: int, height: float, count: int = 12) -> None:
        rng = np.random.default_rng((seed, 11))
        self.looks = tuple(random_look(rng) for _ in range(count))
        self._height = height
        self._kept: OrderedDict[tuple[int, View, int], Sprite] = OrderedDict()

    def sprite(self, who: int, view: View, walked: float, *, walking: bool) -> Sprite:
        """Return a picture, its anchor between the soles.

        Args:
            who: Number in the cast.
            view: From which side.
            walked: In own body heights, chooses the step.
            walking: False for standing still.
        """
        step = STANDING
        if walking:
            step = int(walked / STRIDE_OF_HEIGHT * STEPS) % STEPS
        key = (who % len(self.looks), view, step)
        if key not in self._kept:
            if len(self._kept) >= 320:
                self._kept.popitem(last=False)
            self._kept[key] = figure(self.looks[key[0]], view, step, self._height)
        self._kept.move_to_end(key)
        return self._kept[key]


def figure(look: Look, view: View, step: int, height: float) -> Sprite:
    """Draw somebody ``height`` pixels tall (times the look's own size)."""
    tall = height * look.tall
    pen = _Pen(tall, 0.48 if view in (View.FRONT, View.BACK) else 0.84)
    phase = 2 * math.pi * (step + 0.5) / STEPS
    swing = 0.0 if step == STANDING else 1.0
    if view is View.SIDE:
        _draw_side(pen, look, phase, swing)
    elif view is View.RIDING:
        _draw_rider(pen, look, phase)
    else:
        _draw_upright(pen, look, phase, swing, back=view is View.BACK)
    return Sprite.of(pen.canvas.bgra(), pen.x0, pen.y0)


class _Pen:
    """Maps body units to pixels and shades with a depth that fits the body."""

    def __init__(self, tall: float, width: float) -> None:
        self.tall = tall
        self.canvas = Canvas(tall * width, tall * 1.1)
        self.x0 = tall * width / 2
        self.y0 = tall * 1.05

    def moved(self, x: float) -> _Pen:
        """Return a pen on the same canvas, ``x`` units to the right."""
        other = copy(self)
        other.x0 += x * self.tall
        return other

    def put(
        self, outline: Points | list[Points], colour: Bgr, relief: float = 0.5
    ) -> None:
        outlines = [outline] if isinstance(outline, np.ndarray) else outline
        unit = (self.tall, -self.tall)
        self.canvas.shape(
            [one * unit + (self.x0, self.y0) for one in outlines],
            shaded(colour, 1.06),
            below=shaded(colour, 0.86),
            relief=relief,
            depth=max(1.0, self.tall * 0.016),
        )

    def tint(self, outline: Points, colour: Bgr, opacity: float) -> None:
        points = outline * (self.tall, -self.tall) + (self.x0, self.y0)
        self.canvas.shape(points, colour, opacity=opacity)

    def limb(
        self,
        joints: list[tuple[float, float]],
        radii: list[float],
        colour: Bgr,
        relief: float = 0.5,
    ) -> None:
        self.put(tube(joints, radii), colour, relief)


def tube(joints: list[tuple[float, float]], radii: list[float]) -> list[Points]:
    """Return the outlines of a jointed limb, to be painted as one body."""
    return [
        capsule(*joints[i], *joints[i + 1], radii[i], radii[i + 1])
        for i in range(len(joints) - 1)
    ]


def _draw_side(pen: _Pen, look: Look, phase: float, swing: float) -> None:
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
    pen: _Pen, look: Look, hip: float, angles: tuple[float, float], *, far: bool
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
    pen: _Pen, look: Look, neck: float, phase: float, swing: float, *, far: bool
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


def _side_head(pen: _Pen, look: Look, neck: float, x: float = 0.0) -> None:
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


def _side_hair(pen: _Pen, look: Look, y: float) -> None:
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


def _draw_rider(pen: _Pen, look: Look, phase: float) -> None:
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


def _draw_upright(
    pen: _Pen, look: Look, phase: float, swing: float, *, back: bool
) -> None:
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
    pen: _Pen, look: Look, side: int, up: float, hip: float, *, back: bool
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
    pen: _Pen, look: Look, side: int, swing: float, neck: float, sway: float
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


def _armpits(pen: _Pen, look: Look, neck: float, hip: float, sway: float) -> None:
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
    pen: _Pen, look: Look, neck: float, hem: float, sway: float, *, back: bool
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
    pen: _Pen, look: Look, neck: float, sway: float, *, back: bool
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


def _face(pen: _Pen, look: Look, x: float, y: float) -> None:
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


def _hair_before(pen: _Pen, look: Look, x: float, y: float) -> None:
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


def _hair_behind(pen: _Pen, look: Look, x: float, y: float) -> None:
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
