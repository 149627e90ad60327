"""A bus's middle door from inside: people board and alight over one line.

The camera hangs opposite the door, under the ceiling, and looks down obliquely. People
outside are seen through the open door and the windows only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from watchpost.domain.rules import Anchor, Line
from watchpost.engine.capture.simulator.bus_backdrop import (
    DOOR_LEFT,
    DOOR_RIGHT,
    SILL,
    bus_backdrop,
)
from watchpost.engine.capture.simulator.painting import Picture
from watchpost.engine.capture.simulator.people import View, Wardrobe
from watchpost.engine.capture.simulator.play import Facing
from watchpost.engine.capture.simulator.sprites import Placed
from watchpost.engine.capture.simulator.story import TrueCrossing, all_crossings
from watchpost.engine.capture.simulator.walkers import (
    Floor,
    Stop,
    Walker,
    shadow_sprite,
    walk,
)

LINE_Y = 0.705
_MIDDLE = (DOOR_LEFT + DOOR_RIGHT) / 2
_FIRST_S, _LAST_S = 4.0, 24.0
_TALLEST = 0.7
_KINDS = (
    ("board", 3.0),
    ("alight", 3.0),
    ("pair", 1.6),
    ("row", 1.6),
    ("swap", 1.4),
    ("turn_back", 1.2),
    ("think_better", 0.8),
    ("stand", 1.4),
)


class BusDoor:
    """The play at the bus door. Times are seconds since the start."""

    part_s = 27.0
    lines: tuple[Line, ...] = (
        Line(
            "door",
            "Door",
            DOOR_LEFT - 0.03,
            LINE_Y,
            DOOR_RIGHT + 0.03,
            LINE_Y,
            Anchor.BOTTOM,
            ("person",),
        ),
    )

    def __init__(self, seed: int, size: tuple[int, int]) -> None:
        self._seed = seed
        self._width, self._height = size
        self._floor = Floor(0.64, -0.1, size[0] / size[1])
        self._full = size[1] * _TALLEST
        self._wardrobe = Wardrobe(seed, self._full)
        self._shadow = shadow_sprite(self._full)
        self._picture, self._veil = bus_backdrop(size)
        self._parts: dict[int, tuple[Walker, ...]] = {}

    def backdrop(self, t: float) -> Picture:
        """Return the empty bus."""
        del t
        return self._picture.copy()

    def cast(self, t: float) -> list[Placed]:
        """Return who is there, and their shadows, back to front."""
        placed = []
        for walker in self._walkers_at(t):
            person = walker.place(
                self._wardrobe, self._floor, self._full, t, self._height
            )
            outside = person.y < (SILL + 0.012) * self._height
            veil = self._veil if outside else None
            shadow = Placed(self._shadow, person.x, person.y, person.scale, veil=veil)
            placed.append((person.y, shadow, replace(person, veil=veil)))
        placed.sort(key=lambda p: p[0])
        return [sprite for _, shadow, person in placed for sprite in (shadow, person)]

    def crossings(self, part: int) -> Sequence[TrueCrossing]:
        """Return who boards and alights in a part of the story."""
        found = [
            crossing
            for walker in self._walkers(part)
            for crossing in all_crossings(walker.path, self.lines, "person")
        ]
        return sorted(found, key=lambda c: c.at_s)

    def facings(self, t: float) -> Sequence[Facing]:
        """Return nothing: a bus has no shelf."""
        del t
        return ()

    def _walkers_at(self, t: float) -> list[Walker]:
        part = int(t // self.part_s)
        return [
            walker
            for number in range(max(0, part - 1), part + 2)
            for walker in self._walkers(number)
            if walker.alive(t)
        ]

    def _walkers(self, part: int) -> tuple[Walker, ...]:
        if part not in self._parts:
            if len(self._parts) > 16:
                self._parts.clear()
            self._parts[part] = tuple(_Episodes(self._seed, part, self).told())
        return self._parts[part]

    @property
    def floor(self) -> Floor:
        """How tall people are where they stand."""
        return self._floor


class _Episodes:
    """Writes one part of the story."""

    def __init__(self, seed: int, part: int, play: BusDoor) -> None:
        self._rng = np.random.default_rng((seed, 21, part))
        self._start = part * play.part_s
        self._floor = play.floor
        self._who = int(self._rng.integers(100))
        self._walkers: list[Walker] = []

    def told(self) -> list[Walker]:
        names = [name for name, _ in _KINDS]
        weights = np.array([weight for _, weight in _KINDS])
        t = self._start + _FIRST_S + float(self._rng.uniform(0, 0.8))
        while t < self._start + _LAST_S:
            kind = names[int(self._rng.choice(len(names), p=weights / weights.sum()))]
            lasts = getattr(self, f"_{kind}")(t)
            pause = 3.5 if self._rng.random() < 0.15 else 0.0
            t += lasts + pause + float(self._rng.uniform(0.9, 2.0))
        return self._walkers

    def _add(self, stops: list[Stop], at: int, at_s: float, speed: float) -> None:
        self._who += 1
        self._walkers.append(
            walk(self._who, stops, self._floor, speed=speed, at=at, at_s=at_s)
        )

    def _speed(self) -> float:
        return float(self._rng.uniform(0.5, 1.05))

    def _outside(self, x: float) -> list[Stop]:
        """Return a way from beyond the picture to just before the door."""
        left = self._rng.random() < 0.5
        depth = float(self._rng.uniform(0.535, 0.575))
        return [
            Stop(-0.09 if left else 1.09, depth),
            Stop(x + (-0.1 if left else 0.1), depth + 0.01),
            Stop(x, depth + 0.045),
        ]

    def _inside(self, x: float) -> list[Stop]:
        """Return a way from just inside the door out of the picture."""
        left = self._rng.random() < 0.5
        depth = float(self._rng.uniform(0.86, 0.96))
        return [
            Stop(x + (-0.02 if left else 0.02), depth - 0.05),
            Stop(x + (-0.14 if left else 0.14), depth),
            Stop(-0.14 if left else 1.14, depth + 0.01),
        ]

    def _door(self) -> float:
        return _MIDDLE + float(self._rng.uniform(-0.045, 0.045))

    def _board(self, t: float) -> float:
        self._boards(self._door(), t, self._speed())
        return 1.0

    def _boards(self, x: float, t: float, speed: float) -> None:
        stops = [*self._outside(x), Stop(x, LINE_Y), *self._inside(x)]
        self._add(stops, 3, t, speed)

    def _alight(self, t: float) -> float:
        self._alights(self._door(), t, self._speed())
        return 1.0

    def _alights(self, x: float, t: float, speed: float) -> None:
        stops = [*self._inside(x)[::-1], Stop(x, LINE_Y), *self._outside(x)[::-1]]
        self._add(stops, 3, t, speed)

    def _pair(self, t: float) -> float:
        """Two side by side, at one pace."""
        speed = self._speed()
        go = self._boards if self._rng.random() < 0.6 else self._alights
        state = self._rng.bit_generator.state
        go(_MIDDLE - 0.065, t, speed)
        # The second one takes the same turns, or they would walk through each other.
        self._rng.bit_generator.state = state
        go(_MIDDLE + 0.065, t + 0.08, speed)
        return 1.2

    def _row(self, t: float) -> float:
        """Two or three, one behind the other."""
        speed = float(self._rng.uniform(0.6, 0.85))
        count = int(self._rng.integers(2, 4))
        x = self._door()
        go = self._boards if self._rng.random() < 0.5 else self._alights
        for i in range(count):
            go(x, t + i * 0.95, speed)
        return 0.95 * count

    def _swap(self, t: float) -> float:
        """One waits outside until another has alighted."""
        side = -1 if self._rng.random() < 0.5 else 1
        speed = self._speed()
        self._alights(_MIDDLE - side * 0.05, t, speed)
        wait = 2.2 + float(self._rng.uniform(0, 0.6))
        x = _MIDDLE + side * 0.075
        stops = [
            Stop(0.5 + side * 0.59, 0.565),
            Stop(x, 0.59, wait, View.FRONT),
            Stop(x, LINE_Y),
            *self._inside(x),
        ]
        self._add(stops, 2, t + 2.2, 0.75)
        return 3.2

    def _turn_back(self, t: float) -> float:
        """Boards, stops with the toes on the line and goes back out."""
        x = self._door()
        stops = [
            *self._outside(x),
            Stop(x, LINE_Y - 0.022, 1.1, View.FRONT),
            *self._outside(x)[::-1],
        ]
        self._add(stops, 3, t, self._speed())
        return 2.4

    def _think_better(self, t: float) -> float:
        """Goes to alight, stops before the line and stays in the bus."""
        x = self._door()
        stops = [
            *self._inside(x)[::-1],
            Stop(x, LINE_Y + 0.05, 1.3, View.BACK),
            *self._inside(x),
        ]
        self._add(stops, 3, t, self._speed())
        return 2.6

    def _stand(self, t: float) -> float:
        """Stands still beside the door while life goes on."""
        side = -1 if self._rng.random() < 0.5 else 1
        x = _MIDDLE + side * 0.2
        stops = [
            Stop(0.5 + side * 0.64, 0.84),
            Stop(x + side * 0.05, 0.79),
            Stop(x, 0.775, 5.0, View.FRONT),
            Stop(0.5 + side * 0.64, 0.85),
        ]
        self._add(stops, 2, t, 0.8)
        self._board(t + 2.0)
        return 4.0
