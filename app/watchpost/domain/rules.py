"""Rules that a technician draws on a camera's picture."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from watchpost.domain.geometry import crosses_itself

MIN_LINE_LENGTH = 0.02
MIN_ZONE_AREA = 0.0005


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
        gate: End points (ax, ay, bx, by) of a second line that makes it a gate of two:
            only who goes over both, one after the other, counts. None: a plain line.
    """

    id: str
    name: str
    ax: float
    ay: float
    bx: float
    by: float
    anchor: Anchor = Anchor.CENTRE
    classes: tuple[str, ...] = ()
    gate: tuple[float, float, float, float] | None = None

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
        if self.gate is not None:
            return self._gate_problem(self.gate)
        return None

    def stages(self) -> tuple[Line, ...]:
        """Return the plain lines to go over, in the order in which IN passes them.

        One for a plain line. A gate's two look the same way, whichever way its second
        was drawn, and have the identifiers ``id`` (this line's own) and ``id/2``.
        """
        if self.gate is None:
            return (self,)
        own = replace(self, gate=None)
        ax, ay, bx, by = self.gate
        if (bx - ax) * (self.bx - self.ax) + (by - ay) * (self.by - self.ay) < 0:
            ax, ay, bx, by = bx, by, ax, ay
        other = replace(own, id=f"{self.id}/2", ax=ax, ay=ay, bx=bx, by=by)
        behind = _side(own, ax, ay) + _side(own, bx, by) > 0
        return (own, other) if behind else (other, own)

    def _gate_problem(self, gate: tuple[float, float, float, float]) -> str | None:
        ax, ay, bx, by = gate
        second = replace(self, ax=ax, ay=ay, bx=bx, by=by, gate=None)
        problem = second.problem()
        if problem is not None:
            return problem
        apart = _side(self, ax, ay) * _side(self, bx, by) > 0
        apart &= _side(second, self.ax, self.ay) * _side(second, self.bx, self.by) > 0
        if not apart:
            return (
                f"The two lines of the gate {self.name!r} meet. Draw them beside each "
                "other."
            )
        return None


def _side(line: Line, x: float, y: float) -> float:
    """Return a number that is positive on the IN side of the endless line."""
    return (line.bx - line.ax) * (y - line.ay) - (line.by - line.ay) * (x - line.ax)


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of the picture that is watched: who is in it, how long, who waits.

    Attributes:
        id: Stable for the life of the zone.
        name: As the technician calls it.
        points: Corners in order, fractions of the picture; three at least.
        anchor: The point of the box that must be inside.
        classes: Names of the classes that are looked at; empty means all.
        slow: Who moves slower than this waits, in heights of its own box a second.
    """

    id: str
    name: str
    points: tuple[tuple[float, float], ...]
    anchor: Anchor = Anchor.BOTTOM
    classes: tuple[str, ...] = ()
    slow: float = 0.2

    def problem(self) -> str | None:
        """Return the sentence that says why the zone cannot be used, or None."""
        if not self.name.strip():
            return "A zone needs a name. Type one."
        if len(self.points) < 3:
            return f"The zone {self.name!r} has no inside. Give it three corners."
        ends = [v for point in self.points for v in point]
        if not all(math.isfinite(v) and -0.001 <= v <= 1.001 for v in ends):
            return f"The zone {self.name!r} leaves the picture. Keep its corners inside it."
        # A triangle can only be flat.
        if len(self.points) > 3 and crosses_itself(np.array(self.points, np.float64)):
            return (
                f"The border of the zone {self.name!r} crosses itself. Draw its corners "
                "in the order in which one would walk around it."
            )
        pairs = zip(self.points, (*self.points[1:], self.points[0]), strict=True)
        area = abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairs)) / 2
        if area < MIN_ZONE_AREA:
            return (
                f"The zone {self.name!r} is too small to stand in. Pull its corners "
                "apart."
            )
        if not (math.isfinite(self.slow) and self.slow > 0):
            return f"Nobody could wait in the zone {self.name!r}. Set its slow speed above 0."
        return None


@dataclass(frozen=True, slots=True)
class Shelf:
    """A row of places for products, each of them filled or not.

    Attributes:
        id: Stable for the life of the shelf.
        name: As the technician calls it.
        facings: The places in the order of the row: left, top, right, bottom,
            fractions of the picture.
        product: Name of the class that stands there.
        obstacles: Names of the classes that may stand in front.
    """

    id: str
    name: str
    facings: tuple[tuple[float, float, float, float], ...]
    product: str
    obstacles: tuple[str, ...] = ("person",)

    def problem(self) -> str | None:
        """Return the sentence that says why the shelf cannot be used, or None."""
        if not self.name.strip():
            return "A shelf needs a name. Type one."
        if not self.facings:
            return f"The shelf {self.name!r} has no places. Draw one at least."
        if not self.product.strip() or self.product in self.obstacles:
            return (
                f"What stands on the shelf {self.name!r} is not said. Name one class "
                "that is no obstacle."
            )
        for left, top, right, bottom in self.facings:
            ends = (left, top, right, bottom)
            if not all(math.isfinite(v) and -0.001 <= v <= 1.001 for v in ends):
                return (
                    f"A place of the shelf {self.name!r} leaves the picture. Keep it "
                    "inside."
                )
            if right - left <= 0 or (right - left) * (bottom - top) < MIN_ZONE_AREA:
                return (
                    f"A place of the shelf {self.name!r} is too small. Pull its corners "
                    "apart."
                )
        return None


@dataclass(frozen=True, slots=True)
class Station:
    """Where parts that pass are inspected: each is told pass, fail or not inspected.

    Attributes:
        id: Stable for the life of the station; verdicts are kept under it.
        name: As the technician calls it.
        points: Corners of its place in order, fractions of the picture; three at least.
        parts: Names of the classes that are a whole part.
        defects: Names of the classes that make a part fail. One that is among ``parts``
            too is a whole part that is faulty; any other is a mark upon a part.
        min_score: A defect is believed from here on, 0..1.
        min_looks: Who was looked at less often was not inspected.
    """

    id: str
    name: str
    points: tuple[tuple[float, float], ...]
    parts: tuple[str, ...]
    defects: tuple[str, ...]
    min_score: float = 0.4
    min_looks: int = 3

    def problem(self) -> str | None:
        """Return the sentence that says why the station cannot be used, or None."""
        place = Zone(self.id, self.name or "?", self.points).problem()
        if not self.name.strip():
            return "A station needs a name. Type one."
        if place is not None:
            return place.replace("zone", "station")
        if not self.parts:
            return (
                f"What the station {self.name!r} inspects is not said. Name one class of "
                "parts at least."
            )
        if not self.defects or set(self.parts) <= set(self.defects):
            return (
                f"No part could ever {'fail' if not self.defects else 'pass'} in the "
                f"station {self.name!r}. Name classes of defects, and one of parts that "
                "is none."
            )
        if not 0 < self.min_score <= 1 or self.min_looks < 1:
            return (
                f"The station {self.name!r} cannot judge so. Set its score between 0 and "
                "1 and its looks to 1 or more."
            )
        return None


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules of one camera; replaced as a whole, each time with a higher version."""

    version: int
    lines: tuple[Line, ...] = ()
    zones: tuple[Zone, ...] = ()
    shelves: tuple[Shelf, ...] = ()
    stations: tuple[Station, ...] = ()
