"""A pen in units of a body: its height is 1, y goes upwards from the sole."""

from __future__ import annotations

from copy import copy

import numpy as np

from watchpost.engine.capture.simulator.painting import (
    Bgr,
    Canvas,
    Points,
    capsule,
    shaded,
)


class BodyPen:
    """Maps body units to pixels and shades with a depth that fits the body."""

    def __init__(self, tall: float, width: float) -> None:
        self.tall = tall
        self.canvas = Canvas(tall * width, tall * 1.1)
        self.x0 = tall * width / 2
        self.y0 = tall * 1.05

    def moved(self, x: float) -> BodyPen:
        """Return a pen on the same canvas, ``x`` units to the right."""
        other = copy(self)
        other.x0 += x * self.tall
        return other

    def put(
        self, outline: Points | list[Points], colour: Bgr, relief: float = 0.5
    ) -> None:
        """Paint outlines, body units, as one body lit from above; relief is 0..1."""
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
        """Lay a flat colour over what is there; opacity is 0..1."""
        points = outline * (self.tall, -self.tall) + (self.x0, self.y0)
        self.canvas.shape(points, colour, opacity=opacity)

    def limb(
        self,
        joints: list[tuple[float, float]],
        radii: list[float],
        colour: Bgr,
        relief: float = 0.5,
    ) -> None:
        """Paint a jointed limb; joints and radii in body units."""
        self.put(tube(joints, radii), colour, relief)


def tube(joints: list[tuple[float, float]], radii: list[float]) -> list[Points]:
    """Return the outlines of a jointed limb, to be painted as one body."""
    return [
        capsule(*joints[i], *joints[i + 1], radii[i], radii[i + 1])
        for i in range(len(joints) - 1)
    ]
