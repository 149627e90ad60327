"""People who walk through a scene along knots on the floor."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from watchpost.engine.capture.simulator.painting import Canvas, oval
from watchpost.engine.capture.simulator.people import View, Wardrobe
from watchpost.engine.capture.simulator.sprites import Placed, Sprite
from watchpost.engine.capture.simulator.story import Path

# A step of the picture up or down is a longer way on the floor than one across.
DEPTH = 1.6
_ROUNDING_PASSES = 2


@dataclass(frozen=True, slots=True)
class Floor:
    """How tall people are where they stand: ``slope * (y - horizon)`` of the picture.

    Attributes:
        slope: Height gained by a step down the picture.
        horizon: Where the height would be nothing, fraction of the picture.
        aspect: Width by height of the picture.
    """

    slope: float
    horizon: float
    aspect: float

    def height(self, y: float) -> float:
        """Return the height of a person whose soles are at ``y``."""
        return self.slope * (y - self.horizon)


@dataclass(frozen=True, slots=True)
class Stop:
    """A place on the way, fractions of the picture, and how long one waits there."""

    x: float
    y: float
    wait_s: float = 0.0
    facing: View | None = None


@dataclass(frozen=True, slots=True)
class Walker:
    """One person's way, with the side shown on each piece of it."""

    who: int
    path: Path
    views: tuple[tuple[View, bool, bool], ...]

    def alive(self, t: float) -> bool:
        """Return whether the person is on the way."""
        return self.path.start_s <= t <= self.path.end_s

    def place(
        self, wardrobe: Wardrobe, floor: Floor, full: float, t: float, height: float
    ) -> Placed:
        """Return the person at a moment.

        Args:
            wardrobe: Who draws.
            floor: How tall people are.
            full: Pixels of an average person at scale 1 in the wardrobe.
            t: Seconds since the start.
            height: Of the picture, pixels.
        """
        x, y = self.path.at(t)
        piece = int(np.searchsorted(self.path.times, t, side="right")) - 1
        view, flip, walking = self.views[min(max(piece, 0), len(self.views) - 1)]
        sprite = wardrobe.sprite(
            self.who, view, self.path.walked_at(t), walking=walking
        )
        scale = floor.height(y) * height / full
        return Placed(
            sprite, x * height * floor.aspect, y * height, scale, "person", flip
        )


def walk(
    who: int, stops: Sequence[Stop], floor: Floor, *, speed: float, at: int, at_s: float
) -> Walker:
    """Return somebody who goes from stop to stop.

    Args:
        who: Number in the cast.
        stops: At least two.
        floor: Of the scene.
        speed: Own heights a second; 0.8 is a normal walk.
        at: Number of the stop that is reached at ``at_s``.
        at_s: Seconds since the start.
    """
    times, places, walked = [0.0], [(stops[0].x, stops[0].y)], [0.0]
    views: list[tuple[View, bool, bool]] = []
    reached = [0.0]
    for group in _legs(stops):
        points = _rounded([(s.x, s.y) for s in group])
        for (ax, ay), (bx, by) in pairwise(points):
            gx, gy = (bx - ax) * floor.aspect, (by - ay) * DEPTH
            way = math.hypot(gx, gy) / floor.height((ay + by) / 2)
            times.append(times[-1] + way / speed)
            places.append((bx, by))
            walked.append(walked[-1] + way)
            views.append((_view(gx, gy), gx < 0, True))
        for stop in group[1:]:
            gap = [math.hypot(stop.x - x, stop.y - y) for x, y in places]
            reached.append(times[int(np.argmin(gap))])
        reached[-1] = times[-1]
        if group[-1].wait_s > 0:
            times.append(times[-1] + group[-1].wait_s)
            places.append(places[-1])
            walked.append(walked[-1])
            view, flip, _ = views[-1]
            views.append((group[-1].facing or view, flip, False))
    path = Path(
        np.array(times) + (at_s - reached[at]), np.array(places), np.array(walked)
    )
    return Walker(who, path, tuple(views))


def shadow_sprite(height: float) -> Sprite:
    """Return the soft shadow of a person ``height`` pixels tall."""
    width, depth = height * 0.5, height * 0.18
    canvas = Canvas(width, depth)
    canvas.soft(
        oval(width / 2, depth / 2, width * 0.25, depth * 0.22),
        (28.0, 22.0, 18.0),
        height * 0.022,
        opacity=0.62,
    )
    return Sprite.of(canvas.bgra(), width / 2, depth / 2, trim=False)


def _legs(stops: Sequence[Stop]) -> list[list[Stop]]:
    """Cut the way at each stop where somebody waits."""
    legs, current = [], [stops[0]]
    for stop in stops[1:]:
        current.append(stop)
        if stop.wait_s > 0:
            legs.append(current)
            current = [stop]
    if len(current) > 1:
        legs.append(current)
    return legs


def _rounded(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    for _ in range(_ROUNDING_PASSES):
        cut = [points[0]]
        for (ax, ay), (bx, by) in pairwise(points):
            cut.append((0.75 * ax + 0.25 * bx, 0.75 * ay + 0.25 * by))
            cut.append((0.25 * ax + 0.75 * bx, 0.25 * ay + 0.75 * by))
        cut.append(points[-1])
        points = cut
    return points


def _view(gx: float, gy: float) -> View:
    if abs(gx) > abs(gy):
        return View.SIDE
    return View.FRONT if gy > 0 else View.BACK
