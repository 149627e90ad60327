"""What a scene's director must offer so that a :class:`Scene` can film it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from watchpost.domain.rules import Line
from watchpost.engine.capture.simulator.painting import Picture
from watchpost.engine.capture.simulator.sprites import Placed
from watchpost.engine.capture.simulator.story import TrueCrossing


@dataclass(frozen=True, slots=True)
class Facing:
    """One place on a shelf.

    Attributes:
        name: Such as ``B3``: board and column.
        left, top, right, bottom: Fractions of the picture.
        empty: Nothing stands there.
    """

    name: str
    left: float
    top: float
    right: float
    bottom: float
    empty: bool


class Play(Protocol):
    """What a scene shows and what happens in it. Times are seconds since the start."""

    lines: tuple[Line, ...]
    part_s: float

    def __init__(self, seed: int, size: tuple[int, int]) -> None:
        """Draw what the story needs; takes a second or less."""

    def backdrop(self, t: float) -> Picture:
        """Return what stands still, BGR, the caller's own to draw on."""
        ...

    def cast(self, t: float) -> list[Placed]:
        """Return everything that is drawn on the backdrop, back to front."""
        ...

    def crossings(self, part: int) -> Sequence[TrueCrossing]:
        """Return what crosses in a part; none later than the end of the next part."""
        ...

    def facings(self, t: float) -> Sequence[Facing]:
        """Return the places on a shelf, none in other scenes."""
        ...
