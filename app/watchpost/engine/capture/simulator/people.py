"""People: how each looks, and their pictures from three sides in every step of a walk.

A figure is built in a unit of its own height, y upwards from the sole, and seen a little
from above: the head is large, the legs are short. Proportions after the eight-heads canon
of figure drawing; the gait is two sine waves, half a period apart.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from enum import StrEnum

import numpy as np

from watchpost.engine.capture.simulator.body_pen import BodyPen
from watchpost.engine.capture.simulator.looks import Look, random_look
from watchpost.engine.capture.simulator.side_figure import draw_rider, draw_side
from watchpost.engine.capture.simulator.sprites import Sprite
from watchpost.engine.capture.simulator.upright_figure import draw_upright

STEPS = 8
STANDING = -1
STRIDE_OF_HEIGHT = 0.84


class View(StrEnum):
    """How somebody is seen; ``SIDE`` walks and ``RIDING`` cycles to the right."""

    FRONT = "front"
    BACK = "back"
    SIDE = "side"
    RIDING = "riding"


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
    pen = BodyPen(tall, 0.48 if view in (View.FRONT, View.BACK) else 0.84)
    phase = 2 * math.pi * (step + 0.5) / STEPS
    swing = 0.0 if step == STANDING else 1.0
    if view is View.SIDE:
        draw_side(pen, look, phase, swing)
    elif view is View.RIDING:
        draw_rider(pen, look, phase)
    else:
        draw_upright(pen, look, phase, swing, back=view is View.BACK)
    return Sprite.of(pen.canvas.bgra(), pen.x0, pen.y0)
