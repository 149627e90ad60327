"""Rules that a technician draws on a camera's picture."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

MIN_LINE_LENGTH = 0.02


class Anchor(StrEnum):
    """The point of a box that crosses a line."""

    CENTRE = "centre"
    BOTTOM = "bottom"
    TOP = "top"


class Direction(StrEnum):
    """Which way somebody crossed.

    Standing at the line's first point and looking to its second, ``IN`` goes to the
    right-hand side (in image coordinates, y down: the side where the cross product
    (b - a) x (p - a) is positive).
    """

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Line:
    """A counting line.

    Attributes:
        id: Stable for the life of the line; counts are kept under it.
        name: As the technician calls it.
        ax, ay, bx, by: End points, fractions of the picture.
        anchor: The point of the box that must cross.
        classes: Names of the classes that count; empty means all.
    """

    id: str
    name: str
    ax: float
    ay: float
    bx: float
    by: float
    anchor: Anchor = Anchor.CENTRE
    classes: tuple[str, ...] = ()

    def length(self) -> float:
        """Return the length in fractions of the picture."""
        return math.hypot(self.bx - self.ax, self.by - self.ay)

    def problem(self) -> str | None:
        """Return the sentence that says why the line cannot be used, or None."""
        ends = (self.ax, self.ay, self.bx, self.by)
        if not all(math.isfinite(v) and -0.001 <= v <= 1.001 for v in ends):
            return (
                f"The line {self.name!r} leaves the picture. Keep both ends inside it."
            )
        if self.length() < MIN_LINE_LENGTH:
            return (
                f"The line {self.name!r} has no length. Put its ends at least "
                f"{MIN_LINE_LENGTH:.0%} of the picture apart."
            )
        if not self.name.strip():
            return "A line needs a name. Type one."
        return None


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules of one camera; replaced as a whole, each time with a higher version."""

    version: int
    lines: tuple[Line, ...] = ()
