"""What happens in a scene: paths through the picture and who crosses which line.

A story is endless and made in parts of fixed length from the seed and the part's number,
so that any moment can be asked for without playing what came before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from watchpost.domain.rules import Direction, Line

Floats = NDArray[np.float64]

_SAMPLES_PER_S = 60


@dataclass(frozen=True, slots=True)
class TrueCrossing:
    """Somebody or something really crossed a line.

    Attributes:
        line_id: Which line.
        direction: In or out, as :class:`watchpost.domain.rules.Direction` defines it.
        class_name: What crossed.
        at_s: When, seconds since the story began.
    """

    line_id: str
    direction: Direction
    class_name: str
    at_s: float


@dataclass(frozen=True, slots=True)
class Path:
    """A way through the picture, straight between knots.

    Attributes:
        times: Shape (N,), seconds since the story began, rising.
        places: Shape (N, 2), fractions of the picture.
        walked: Shape (N,), metres or any unit in which steps are counted.
    """

    times: Floats
    places: Floats
    walked: Floats

    @property
    def start_s(self) -> float:
        """When it begins."""
        return float(self.times[0])

    @property
    def end_s(self) -> float:
        """When it ends."""
        return float(self.times[-1])

    def at(self, t: float) -> tuple[float, float]:
        """Return x, y at a moment."""
        x = np.interp(t, self.times, self.places[:, 0])
        return float(x), float(np.interp(t, self.times, self.places[:, 1]))

    def walked_at(self, t: float) -> float:
        """Return how far it has gone at a moment."""
        return float(np.interp(t, self.times, self.walked))

    def heading(self, t: float, over_s: float = 0.16) -> tuple[float, float]:
        """Return the motion around a moment, fractions a second."""
        ax, ay = self.at(t - over_s)
        bx, by = self.at(t + over_s)
        return (bx - ax) / (2 * over_s), (by - ay) / (2 * over_s)


def crossings(
    path: Path, line: Line, class_name: str, *, shift: tuple[float, float] = (0.0, 0.0)
) -> list[TrueCrossing]:
    """Return where a path goes over a line, both in fractions of the picture.

    Args:
        path: The way of the point that is placed.
        line: The line.
        class_name: Of whoever goes along the path.
        shift: From the placed point to the point that counts.
    """
    if line.classes and class_name not in line.classes:
        return []
    count = max(2, int((path.end_s - path.start_s) * _SAMPLES_PER_S) + 2)
    t = np.linspace(path.start_s, path.end_s, count)
    x = np.interp(t, path.times, path.places[:, 0]) + shift[0]
    y = np.interp(t, path.times, path.places[:, 1]) + shift[1]
    dx, dy = line.bx - line.ax, line.by - line.ay
    side = dx * (y - line.ay) - dy * (x - line.ax)
    along = (dx * (x - line.ax) + dy * (y - line.ay)) / (dx * dx + dy * dy)
    found = []
    for i in np.flatnonzero((side[:-1] > 0) != (side[1:] > 0)):
        if 0 <= along[i] <= 1:
            share = side[i] / (side[i] - side[i + 1])
            direction = Direction.IN if side[i + 1] > 0 else Direction.OUT
            at_s = float(t[i] + share * (t[i + 1] - t[i]))
            found.append(TrueCrossing(line.id, direction, class_name, at_s))
    return found


def all_crossings(
    path: Path,
    lines: Sequence[Line],
    class_name: str,
    *,
    shift: tuple[float, float] = (0.0, 0.0),
) -> list[TrueCrossing]:
    """Return where a path goes over any of the lines, in order of time."""
    found = [
        c for line in lines for c in crossings(path, line, class_name, shift=shift)
    ]
    return sorted(found, key=lambda c: c.at_s)


def crossing_at(
    line: Line, class_name: str, at_s: float, *, forward: bool
) -> TrueCrossing:
    """Return a crossing at a known moment.

    Args:
        line: An upright line.
        class_name: What crosses it.
        at_s: When.
        forward: From left to right.
    """
    # Towards the right of a line drawn upwards is in.
    inward = (line.by < line.ay) == forward
    direction = Direction.IN if inward else Direction.OUT
    return TrueCrossing(line.id, direction, class_name, at_s)
