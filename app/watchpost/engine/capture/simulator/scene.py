"""A simulated camera's scene: any frame by its number, and the truth about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from watchpost.base.errors import ConfigError
from watchpost.domain.rules import Direction, Line
from watchpost.engine.capture.simulator.bus_door import BusDoor
from watchpost.engine.capture.simulator.conveyor import Conveyor
from watchpost.engine.capture.simulator.painting import Picture
from watchpost.engine.capture.simulator.play import Facing, Play
from watchpost.engine.capture.simulator.shelf import Shelf
from watchpost.engine.capture.simulator.sprites import Placed, draw, warped
from watchpost.engine.capture.simulator.story import TrueCrossing
from watchpost.engine.capture.simulator.street import Street
from watchpost.engine.capture.simulator.troubles import Troubles

_PLAYS: dict[str, type[Play]] = {
    "bus_door": BusDoor,
    "shelf": Shelf,
    "conveyor": Conveyor,
    "street": Street,
}
SCENE_NAMES = tuple(_PLAYS)

Box = tuple[str, float, float, float, float]

MIN_VISIBLE = 0.3
_COARSE = 4
_SOLID = 48


class Scene:
    """One simulated camera. Not thread-safe; equal arguments give equal pictures.

    Attributes:
        name: Of the scene, such as ``bus_door``.
        fps: Frames a second.
        size: Width and height, pixels.
    """

    def __init__(
        self,
        name: str,
        play: Play,
        troubles: Troubles,
        *,
        fps: float,
        size: tuple[int, int],
    ) -> None:
        self.name = name
        self.fps = fps
        self.size = size
        self._play = play
        self._troubles = troubles
        self._parts: dict[int, tuple[TrueCrossing, ...]] = {}
        self._before: list[dict[str, tuple[int, int]]] = [
            {line.id: (0, 0) for line in play.lines}
        ]

    def frame(self, index: int) -> NDArray[np.uint8]:
        """Return a frame, shape (height, width, 3), BGR, uint8, the caller's own."""
        t = self._time(index)
        picture = self._play.backdrop(t)
        for placed in self._play.cast(t):
            draw(picture, placed)
        return np.asarray(self._troubles.apply(picture, t, index), np.uint8)

    def boxes(self, index: int) -> list[Box]:
        """Return class and left, top, right, bottom (fractions) of what can be seen.

        An object counts as seen when less than 70 % of it is outside the picture or
        hidden by walls and by objects in front; its box reaches over what objects in
        front hide of it, not over what walls do. Shake moves the boxes too.
        """
        width, height = self.size
        cast = self._play.cast(self._time(index))
        owner = np.zeros((height // _COARSE + 1, width // _COARSE + 1), np.int32)
        found: list[tuple[int, str, int, tuple[int, int, int, int]]] = []
        for number, placed in enumerate(cast, start=1):
            solid, whole, x0, y0 = _solid(placed, width, height)
            if solid is None:
                continue
            _own(owner, solid, x0, y0, number)
            if placed.name and cv2.countNonZero(solid) >= MIN_VISIBLE * whole > 0:
                left, top, w, h = cv2.boundingRect(solid)
                found.append((number, placed.name, whole, (x0 + left, y0 + top, w, h)))
        dx, dy = self._troubles.shift(index)
        seen: list[Box] = []
        counts = np.bincount(owner.ravel(), minlength=len(cast) + 1)
        for number, name, whole, (x, y, w, h) in found:
            if counts[number] * _COARSE**2 < MIN_VISIBLE * whole:
                continue
            left, right = np.clip(((x + dx) / width, (x + w + dx) / width), 0, 1)
            top, bottom = np.clip(((y + dy) / height, (y + h + dy) / height), 0, 1)
            seen.append((name, float(left), float(top), float(right), float(bottom)))
        return seen

    def lines(self) -> tuple[Line, ...]:
        """Return the counting lines that a technician would draw here."""
        return self._play.lines

    def truth(self, index: int) -> dict[str, tuple[int, int]]:
        """Return in and out per line id, from frame 0 up to and with a frame."""
        t = self._time(index)
        part = int(t // self._play.part_s)
        totals = dict(self._total_before(max(0, part - 1)))
        for number in range(max(0, part - 1), part + 1):
            _add(totals, (c for c in self._crossings(number) if c.at_s <= t))
        return totals

    def crossings(self, first: int, last: int) -> list[TrueCrossing]:
        """Return what crossed after frame ``first`` and up to frame ``last``, by time."""
        start, end = self._time(first), self._time(last)
        numbers = range(
            max(0, int(start // self._play.part_s) - 1),
            int(end // self._play.part_s) + 1,
        )
        found = [
            c for n in numbers for c in self._crossings(n) if start < c.at_s <= end
        ]
        return sorted(found, key=lambda c: c.at_s)

    def facings(self, index: int) -> tuple[Facing, ...]:
        """Return the places on the shelf and whether each is empty."""
        return tuple(self._play.facings(self._time(index)))

    def _time(self, index: int) -> float:
        if index < 0:
            raise ValueError(f"frame {index} is before the story began")
        return index / self.fps

    def _crossings(self, part: int) -> tuple[TrueCrossing, ...]:
        if part not in self._parts:
            if len(self._parts) > 64:
                self._parts.clear()
            self._parts[part] = tuple(self._play.crossings(part))
        return self._parts[part]

    def _total_before(self, part: int) -> dict[str, tuple[int, int]]:
        while len(self._before) <= part:
            totals = dict(self._before[-1])
            _add(totals, self._crossings(len(self._before) - 1))
            self._before.append(totals)
        return self._before[part]


def create_scene(
    name: str,
    *,
    seed: int,
    fps: float,
    size: tuple[int, int] = (768, 432),
    ugly: Sequence[str] = (),
) -> Scene:
    """Return a scene.

    Args:
        name: One of :data:`SCENE_NAMES`.
        seed: The same seed tells the same story.
        fps: Frames a second; the story's speed does not depend on it.
        size: Width and height in pixels; meant for 16:9.
        ugly: Names out of :data:`watchpost.engine.capture.simulator.TROUBLE_NAMES`.

    Raises:
        ConfigError: The scene or a trouble is unknown, or size or pace is unusable.
    """
    play = _play_of(name)
    if min(size) < 64 or not 0.1 <= fps <= 240:
        raise ConfigError(
            f"A simulated camera cannot have {size[0]}x{size[1]} at {fps:g} fps.",
            todo="Ask for at least 64 pixels a side and 0.1 to 240 frames a second.",
            code="capture.scene",
        )
    troubles = Troubles(tuple(ugly), seed=seed, size=size)
    return Scene(name, play(seed, size), troubles, fps=fps, size=size)


def lines_of(name: str) -> tuple[Line, ...]:
    """Return the counting lines of a scene, without the second that drawing it takes.

    Raises:
        ConfigError: The scene is unknown.
    """
    return _play_of(name).lines


def _play_of(name: str) -> type[Play]:
    if name not in _PLAYS:
        raise ConfigError(
            f"There is no simulated scene called {name!r}.",
            todo=f"Choose one of: {', '.join(SCENE_NAMES)}.",
            code="capture.scene",
        )
    return _PLAYS[name]


def _solid(
    placed: Placed, width: int, height: int
) -> tuple[Picture | None, int, int, int]:
    """Return what a sprite covers in the frame, its whole area, and left and top."""
    patch, x0, y0 = warped(placed, width, height)
    if patch is None or not placed.name:
        return None, 0, x0, y0
    alpha = np.ascontiguousarray(patch[:, :, 3])
    if placed.veil is not None:
        veil = placed.veil[y0 : y0 + alpha.shape[0], x0 : x0 + alpha.shape[1]]
        alpha = cv2.multiply(alpha, veil, scale=1 / 255)
    _, solid = cv2.threshold(alpha, _SOLID, 255, cv2.THRESH_BINARY)
    full = placed.sprite.levels[-1][:, :, 3]
    share = placed.sprite.width * placed.sprite.height / full.size
    whole = int(cv2.countNonZero(cv2.inRange(full, _SOLID, 255)) * share)
    return solid, int(whole * placed.scale**2), x0, y0


def _own(
    owner: NDArray[np.int32],
    solid: Picture,
    x0: int,
    y0: int,
    number: int,
) -> None:
    coarse = solid[::_COARSE, ::_COARSE] > 0
    top, left = y0 // _COARSE, x0 // _COARSE
    part = owner[top : top + coarse.shape[0], left : left + coarse.shape[1]]
    part[coarse[: part.shape[0], : part.shape[1]]] = number


def _add(
    totals: dict[str, tuple[int, int]],
    found: Iterable[TrueCrossing],
) -> None:
    for crossing in found:
        entered, left = totals[crossing.line_id]
        inward = crossing.direction is Direction.IN
        totals[crossing.line_id] = (entered + inward, left + (not inward))
