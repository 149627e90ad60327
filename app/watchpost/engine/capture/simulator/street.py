"""A street from a pole: cars, a bus, a truck, cyclists and pedestrians pass a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from watchpost.domain.rules import Anchor, Line
from watchpost.engine.capture.simulator.painting import Picture, bgr
from watchpost.engine.capture.simulator.people import STRIDE_OF_HEIGHT, View, Wardrobe
from watchpost.engine.capture.simulator.play import Facing
from watchpost.engine.capture.simulator.sprites import Placed, Sprite
from watchpost.engine.capture.simulator.story import (
    Path,
    TrueCrossing,
    all_crossings,
)
from watchpost.engine.capture.simulator.street_backdrop import street_backdrop
from watchpost.engine.capture.simulator.vehicles import (
    BODIES,
    PAINTS,
    bicycle_sprite,
    bus_sprite,
    car_sprite,
    truck_sprite,
    underbody_shadow,
)
from watchpost.engine.capture.simulator.walkers import (
    Floor,
    Stop,
    Walker,
    shadow_sprite,
    walk,
)

LINE_X = 0.4
_CAR = 0.27
_CARS = 9
_TURNS_PER_S = 1.1
# Lane: soles of the wheels, direction, speed in picture widths a second.
_FAR, _NEAR, _CYCLE = (0.555, -1, 0.2), (0.715, 1, 0.24), (0.8, 1, 0.155)


@dataclass(frozen=True, slots=True)
class _Model:
    """A vehicle as it is drawn; ``length`` in cars."""

    name: str
    sprite: Sprite
    shadow: Sprite
    length: float


@dataclass(frozen=True, slots=True)
class _Drive:
    """One vehicle's or cyclist's way."""

    model: int
    rider: int
    path: Path
    leftwards: bool


class Street:
    """The play on the street. Times are seconds since the start."""

    part_s = 30.0
    # Drawn upwards, so that going to the right counts as in.
    lines: tuple[Line, ...] = (
        Line(
            "vehicles",
            "Vehicles",
            LINE_X,
            0.8,
            LINE_X,
            0.38,
            Anchor.CENTRE,
            ("car", "bus", "truck"),
        ),
        Line(
            "people",
            "People",
            LINE_X,
            0.985,
            LINE_X,
            0.5,
            Anchor.CENTRE,
            ("person",),
        ),
    )

    def __init__(self, seed: int, size: tuple[int, int]) -> None:
        self._seed = seed
        self._width, self._height = size
        self._floor = Floor(0.42, 0.02, size[0] / size[1])
        self._full = size[1] * 0.42
        self._wardrobe = Wardrobe(seed, self._full, count=9)
        self._shadow = shadow_sprite(self._full)
        self._picture = street_backdrop(size)
        self._models = _models(seed, size)
        self._drives_of: dict[int, tuple[_Drive, ...]] = {}
        self._walkers_of: dict[int, tuple[Walker, ...]] = {}

    def backdrop(self, t: float) -> Picture:
        """Return the empty street."""
        del t
        return self._picture.copy()

    def cast(self, t: float) -> list[Placed]:
        """Return who is there, and their shadows, back to front."""
        part = int(t // self.part_s)
        layers: list[tuple[float, list[Placed]]] = []
        for number in range(max(0, part - 1), part + 2):
            layers.extend(
                self._driven(drive, t)
                for drive in self._drives(number)
                if drive.path.start_s <= t <= drive.path.end_s
            )
            layers.extend(
                self._walked(walker, t)
                for walker in self._walkers(number)
                if walker.alive(t)
            )
        layers.sort(key=lambda layer: layer[0])
        return [placed for _, group in layers for placed in group]

    def crossings(self, part: int) -> Sequence[TrueCrossing]:
        """Return which vehicles and people pass the lines; riders are people too."""
        found = []
        for drive in self._drives(part):
            name = self._models[drive.model].name
            name = "person" if name == "bicycle" else name
            shift = (0.0, -0.1)
            found.extend(all_crossings(drive.path, self.lines, name, shift=shift))
        for walker in self._walkers(part):
            tall = self._floor.height(float(walker.path.places[0, 1]))
            shift = (0.0, -tall / 2)
            found.extend(all_crossings(walker.path, self.lines, "person", shift=shift))
        return sorted(found, key=lambda c: c.at_s)

    def facings(self, t: float) -> Sequence[Facing]:
        """Return nothing: a street has no shelf."""
        del t
        return ()

    def _driven(self, drive: _Drive, t: float) -> tuple[float, list[Placed]]:
        model = self._models[drive.model]
        x, y = drive.path.at(t)
        px, py = x * self._width, y * self._height
        scale = _nearness(y)
        flip = drive.leftwards
        group = [
            Placed(model.shadow, px, py, scale, flip=flip),
            Placed(model.sprite, px, py, scale, model.name, flip),
        ]
        if model.name == "bicycle":
            turns = (t - drive.path.start_s) * _TURNS_PER_S * STRIDE_OF_HEIGHT
            rider = self._wardrobe.sprite(drive.rider, View.RIDING, turns, walking=True)
            tall = self._floor.height(y) * self._height / self._full
            group.append(Placed(rider, px, py, tall, "person", flip))
        return y, group

    def _walked(self, walker: Walker, t: float) -> tuple[float, list[Placed]]:
        person = walker.place(self._wardrobe, self._floor, self._full, t, self._height)
        shadow = Placed(self._shadow, person.x, person.y, person.scale)
        return person.y / self._height, [shadow, person]

    def _drives(self, part: int) -> tuple[_Drive, ...]:
        if part not in self._drives_of:
            if len(self._drives_of) > 16:
                self._drives_of.clear()
            rng = np.random.default_rng((self._seed, 51, part))
            drives = [
                *self._lane(rng, part, _FAR),
                *self._lane(rng, part, _NEAR),
                *self._cyclists(rng, part),
            ]
            self._drives_of[part] = tuple(drives)
        return self._drives_of[part]

    def _lane(
        self, rng: np.random.Generator, part: int, lane: tuple[float, int, float]
    ) -> list[_Drive]:
        y, way, speed = lane
        drives = []
        t = part * self.part_s + float(rng.uniform(0, 1.5))
        while t < (part + 1) * self.part_s - 2.5:
            chance = float(rng.random())
            model = int(rng.integers(_CARS))
            if chance > 0.92:
                model = _CARS
            elif chance > 0.84:
                model = _CARS + 1
            length = self._models[model].length
            reach = 0.06 + 0.5 * length * _CAR / (self._width / self._height) * 1.8
            pace = speed * float(rng.uniform(0.95, 1.05))
            drives.append(_drive(model, 0, (t, y), (way, pace), reach))
            gap = float(rng.exponential(1.8)) + (4.0 if rng.random() < 0.2 else 0.0)
            t += (0.35 + 0.24 * length) / speed * 0.85 + gap
        return drives

    def _cyclists(self, rng: np.random.Generator, part: int) -> list[_Drive]:
        y, way, speed = _CYCLE
        drives = []
        t = part * self.part_s + float(rng.uniform(1, 9))
        while t < (part + 1) * self.part_s - 4:
            model = _CARS + 2 + int(rng.integers(2))
            rider = int(rng.integers(100))
            pace = speed * float(rng.uniform(0.95, 1.05))
            drives.append(_drive(model, rider, (t, y), (way, pace), 0.1))
            t += float(rng.uniform(4.5, 12))
        return drives

    def _walkers(self, part: int) -> tuple[Walker, ...]:
        if part not in self._walkers_of:
            if len(self._walkers_of) > 16:
                self._walkers_of.clear()
            rng = np.random.default_rng((self._seed, 52, part))
            self._walkers_of[part] = tuple(self._strollers(rng, part))
        return self._walkers_of[part]

    def _strollers(self, rng: np.random.Generator, part: int) -> list[Walker]:
        walkers = []
        t = part * self.part_s + 2.0
        while t < (part + 1) * self.part_s - 3:
            y = float(rng.uniform(0.91, 0.985))
            start, end = (-0.08, 1.08) if rng.random() < 0.5 else (1.08, -0.08)
            speed = float(rng.uniform(0.62, 1.05))
            who = int(rng.integers(100))
            stops = [Stop(start, y), Stop(LINE_X, y), Stop(end, y)]
            chance = float(rng.random())
            if chance < 0.12:
                near = LINE_X + (0.05 if start > 0.5 else -0.05)
                stops = [Stop(start, y), Stop(near, y, 1.5), Stop(start, y)]
            walkers.append(walk(who, stops, self._floor, speed=speed, at=1, at_s=t))
            if chance > 0.8:
                beside = [Stop(s.x, y - 0.05, s.wait_s) for s in stops]
                walkers.append(
                    walk(who + 1, beside, self._floor, speed=speed, at=1, at_s=t + 0.1)
                )
            t += float(rng.uniform(3.0, 7.5))
        return walkers


def _nearness(y: float) -> float:
    """Return how large a vehicle is whose wheels stand at ``y``; 1 in the near lane."""
    return 0.62 + 0.38 * (y - 0.42) / (_NEAR[0] - 0.42)


def _drive(
    model: int,
    rider: int,
    start: tuple[float, float],
    motion: tuple[int, float],
    reach: float,
) -> _Drive:
    """Return a way at even speed from beyond one edge to beyond the other."""
    (t, y), (way, speed) = start, motion
    lasts = (1 + 2 * reach) / speed
    ends = (-reach, 1 + reach) if way > 0 else (1 + reach, -reach)
    times = np.array((t, t + lasts))
    path = Path(times, np.array([(ends[0], y), (ends[1], y)]), times)
    return _Drive(model, rider, path, way < 0)


def _models(seed: int, size: tuple[int, int]) -> tuple[_Model, ...]:
    """Return cars, then a bus, a truck and two bicycles."""
    rng = np.random.default_rng((seed, 53))
    length = _CAR * size[1] * 1.8
    colours = rng.permutation(len(PAINTS))
    shadow = underbody_shadow(length)
    models = [
        _Model(
            "car",
            car_sprite(
                BODIES[i % len(BODIES)],
                bgr(PAINTS[int(colours[i % len(PAINTS)])]),
                length,
            ),
            shadow,
            1.0,
        )
        for i in range(_CARS)
    ]
    long = length * 2.2
    models.append(
        _Model("bus", bus_sprite(bgr("#b8453c"), long), underbody_shadow(long), 2.2)
    )
    long = length * 1.55
    models.append(
        _Model(
            "truck", truck_sprite(bgr("#2f6a8f"), long), underbody_shadow(long), 1.55
        )
    )
    small = length * 0.54
    models.extend(
        _Model("bicycle", bicycle_sprite(bgr(c), small), underbody_shadow(small), 0.5)
        for c in ("#31596b", "#8a3a35")
    )
    return tuple(models)
