"""A shop shelf from the front: hands take bottles and put them back.

A part of the story begins and ends with a full shelf, so each can be told alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from watchpost.domain.rules import Anchor, Line
from watchpost.engine.capture.simulator.bottles import (
    BRANDS,
    arm_sprite,
    bottle_sprite,
    fingers_sprite,
)
from watchpost.engine.capture.simulator.looks import random_look
from watchpost.engine.capture.simulator.painting import Picture
from watchpost.engine.capture.simulator.play import Facing
from watchpost.engine.capture.simulator.shelf_backdrop import BOARDS, shelf_backdrop
from watchpost.engine.capture.simulator.sprites import Placed, draw
from watchpost.engine.capture.simulator.story import (
    Path,
    TrueCrossing,
    all_crossings,
)

LINE_Y = 0.8
COLUMNS = 9
_BOTTLE = 0.262
_SHOPPERS = 5
_ACTION_S = 3.9
_ACTIONS = 11
_MISSING_AT_MOST = 4
_NEARER = 1.16
_AWAY_Y = 1.32


@dataclass(frozen=True, slots=True)
class _Reach:
    """One hand's way to a facing and back.

    Attributes:
        place: Number of the facing.
        shopper: Whose hand.
        hand: Where the palm is.
        grip_s, release_s: When it holds the bottle of that facing.
        shoulder_x: Where the arm comes from, fraction of the picture.
    """

    place: int
    shopper: int
    hand: Path
    grip_s: float
    release_s: float
    shoulder_x: float

    @property
    def puts_back(self) -> bool:
        """Whether the bottle ends on the shelf."""
        return self.release_s < self.hand.end_s

    def held(self) -> Path:
        """Return the way of the bottle while it is in the hand."""
        knots = self.hand.times
        inside = knots[(knots > self.grip_s) & (knots < self.release_s)]
        times = np.concatenate(((self.grip_s,), inside, (self.release_s,)))
        places = np.array([self.hand.at(float(t)) for t in times])
        return Path(times, places, times)


class Shelf:
    """The play at the shelf. Times are seconds since the start."""

    part_s = _ACTION_S * _ACTIONS + 1.5
    # Drawn from right to left, so that putting back counts as in.
    lines: tuple[Line, ...] = (
        Line(
            "shelf",
            "Shelf edge",
            0.985,
            LINE_Y,
            0.015,
            LINE_Y,
            Anchor.CENTRE,
            ("bottle",),
        ),
    )

    def __init__(self, seed: int, size: tuple[int, int]) -> None:
        self._seed = seed
        self._width, self._height = size
        rng = np.random.default_rng((seed, 31))
        self._places = _places()
        order = rng.permutation(len(BRANDS))
        self._brands = [
            int(order[(i % COLUMNS // 2 + 4 * (i // COLUMNS)) % len(BRANDS)])
            for i in range(len(self._places))
        ]
        full = _BOTTLE * size[1]
        self._bottles = [bottle_sprite(brand, full * _NEARER) for brand in BRANDS]
        looks = [random_look(rng) for _ in range(_SHOPPERS)]
        tall = float(size[1])
        self._arms = [
            (
                arm_sprite(look.skin, look.top, tall, open_hand=True),
                arm_sprite(look.skin, look.top, tall, open_hand=False),
                fingers_sprite(look.skin, tall),
            )
            for look in looks
        ]
        self._bare = shelf_backdrop(size)
        self._filled: dict[frozenset[int], Picture] = {}
        self._parts: dict[int, tuple[_Reach, ...]] = {}

    def backdrop(self, t: float) -> Picture:
        """Return the shelf with the bottles that stand on it."""
        missing = self._missing(t)
        if missing not in self._filled:
            if len(self._filled) > 12:
                self._filled.clear()
            picture = self._bare.copy()
            for i in range(len(self._places)):
                if i not in missing:
                    draw(picture, replace(self._standing(i), painted=False))
            self._filled[missing] = picture
        return self._filled[missing].copy()

    def cast(self, t: float) -> list[Placed]:
        """Return the bottles that stand, then hands and what they hold."""
        missing = self._missing(t)
        placed = [
            self._standing(i) for i in range(len(self._places)) if i not in missing
        ]
        for reach in self._reaches_at(t):
            placed.extend(self._hand(reach, t))
        return placed

    def crossings(self, part: int) -> Sequence[TrueCrossing]:
        """Return which bottles are taken (out) and put back (in)."""
        found = [
            crossing
            for reach in self._reaches(part)
            for crossing in all_crossings(reach.held(), self.lines, "bottle")
        ]
        return sorted(found, key=lambda c: c.at_s)

    def facings(self, t: float) -> Sequence[Facing]:
        """Return every place on the shelf and whether it is empty."""
        missing = self._missing(t)
        result = []
        for i, (x, y) in enumerate(self._places):
            sprite = self._bottles[self._brands[i]]
            half = sprite.width / _NEARER / self._width / 2
            tall = sprite.height / _NEARER / self._height
            name = f"{'ABC'[i // COLUMNS]}{i % COLUMNS + 1}"
            result.append(Facing(name, x - half, y - tall, x + half, y, i in missing))
        return result

    def _standing(self, i: int) -> Placed:
        sprite = self._bottles[self._brands[i]]
        x, y = self._places[i]
        half = sprite.height / _NEARER / 2
        return Placed(
            sprite,
            x * self._width,
            y * self._height - half,
            1 / _NEARER,
            "bottle",
            painted=True,
        )

    def _hand(self, reach: _Reach, t: float) -> list[Placed]:
        x, y = reach.hand.at(t)
        px, py = x * self._width, y * self._height
        opened, closed, fingers = self._arms[reach.shopper]
        lean = math.atan2(reach.shoulder_x * self._width - px, 1.5 * self._height - py)
        holds = reach.grip_s <= t <= reach.release_s
        if not holds:
            return [Placed(opened, px, py, 1.0, "person", turn=-lean)]
        board = self._places[reach.place][1]
        nearer = float(np.clip((y - (board - 0.14)) / 0.2, 0, 1))
        scale = (1 + (_NEARER - 1) * nearer) / _NEARER
        bottle = self._bottles[self._brands[reach.place]]
        return [
            Placed(closed, px, py, 1.0, "person", turn=-lean),
            Placed(bottle, px, py, scale, "bottle", turn=-lean * 0.4 * nearer),
            Placed(fingers, px, py, 1.0, turn=-lean * 0.5),
        ]

    def _missing(self, t: float) -> frozenset[int]:
        missing: set[int] = set()
        for reach in self._reaches(int(t // self.part_s)):
            if reach.grip_s <= t:
                missing.add(reach.place)
            if reach.puts_back and reach.release_s < t:
                missing.discard(reach.place)
        return frozenset(missing)

    def _reaches_at(self, t: float) -> list[_Reach]:
        part = int(t // self.part_s)
        return [r for r in self._reaches(part) if r.hand.start_s <= t <= r.hand.end_s]

    def _reaches(self, part: int) -> tuple[_Reach, ...]:
        if part not in self._parts:
            if len(self._parts) > 16:
                self._parts.clear()
            self._parts[part] = tuple(self._tell(part))
        return self._parts[part]

    def _tell(self, part: int) -> list[_Reach]:
        """Write one part: takes, returns, looks; the last ones fill the shelf again."""
        rng = np.random.default_rng((self._seed, 32, part))
        gone: list[int] = []
        reaches = []
        for action in range(_ACTIONS):
            t = (
                part * self.part_s
                + 0.8
                + action * _ACTION_S
                + float(rng.uniform(0, 0.3))
            )
            left = _ACTIONS - action
            if len(gone) >= left or (gone and rng.random() < 0.28):
                place = gone.pop(int(rng.integers(len(gone))))
                reaches.append(self._bring(rng, place, t))
                continue
            if rng.random() < 0.12:
                continue
            here = [i for i in range(len(self._places)) if i not in gone]
            place = here[int(rng.integers(len(here)))]
            full = len(gone) >= min(_MISSING_AT_MOST, left - 1)
            if full or rng.random() < 0.18:
                reaches.append(self._look(rng, place, t))
            else:
                gone.append(place)
                reaches.append(self._take(rng, place, t))
        return reaches

    def _knots(
        self, rng: np.random.Generator, place: int
    ) -> tuple[int, float, tuple[float, float], tuple[float, float]]:
        """Return shopper, shoulder, the grip on the facing and the point in front."""
        x, board = self._places[place]
        sprite = self._bottles[self._brands[place]]
        grip = (x, board - sprite.height / _NEARER / 2 / self._height)
        shoulder = float(np.clip(x + rng.uniform(-0.22, 0.22), 0.05, 0.95))
        return int(rng.integers(_SHOPPERS)), shoulder, grip, (x, grip[1] + 0.05)

    def _take(self, rng: np.random.Generator, place: int, t: float) -> _Reach:
        who, shoulder, grip, front = self._knots(rng, place)
        pace = float(rng.uniform(0.8, 1.25))
        path = _eased(
            t,
            [(shoulder, _AWAY_Y), front, grip, grip, front, (shoulder, _AWAY_Y)],
            [1.0 / pace, 0.25, 0.2, 0.35, 1.2 / pace],
        )
        return _Reach(place, who, path, t + 1 / pace + 0.4, path.end_s, shoulder)

    def _bring(self, rng: np.random.Generator, place: int, t: float) -> _Reach:
        who, shoulder, grip, front = self._knots(rng, place)
        pace = float(rng.uniform(0.8, 1.2))
        path = _eased(
            t,
            [(shoulder, _AWAY_Y), front, grip, grip, front, (shoulder, _AWAY_Y)],
            [1.2 / pace, 0.35, 0.2, 0.25, 0.9 / pace],
        )
        return _Reach(place, who, path, t, t + 1.2 / pace + 0.45, shoulder)

    def _look(self, rng: np.random.Generator, place: int, t: float) -> _Reach:
        """Take a bottle, look at it before the line and put it back."""
        who, shoulder, grip, _ = self._knots(rng, place)
        near = (grip[0] + 0.3 * (shoulder - grip[0]), LINE_Y - 0.15)
        path = _eased(
            t,
            [
                (shoulder, _AWAY_Y),
                grip,
                grip,
                near,
                near,
                grip,
                grip,
                (shoulder, _AWAY_Y),
            ],
            [0.8, 0.15, 0.5, 0.6, 0.5, 0.15, 0.7],
        )
        return _Reach(place, who, path, t + 0.9, t + 2.6, shoulder)


def _places() -> list[tuple[float, float]]:
    """Return the foot of each facing, fractions of the picture."""
    return [
        (0.085 + column * (0.83 / (COLUMNS - 1)), board)
        for board in BOARDS
        for column in range(COLUMNS)
    ]


def _eased(
    start_s: float, points: Sequence[tuple[float, float]], lasting: Sequence[float]
) -> Path:
    """Return a way that slows down at each point."""
    times, places = [start_s], [points[0]]
    for (ax, ay), (bx, by), lasts in zip(points, points[1:], lasting, strict=False):
        begun = times[-1]
        for share in np.linspace(0, 1, 9)[1:]:
            soft = float(share * share * (3 - 2 * share))
            times.append(begun + lasts * float(share))
            places.append((ax + (bx - ax) * soft, ay + (by - ay) * soft))
    return Path(np.array(times), np.array(places), np.array(times))
