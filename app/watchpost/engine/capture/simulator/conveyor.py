"""Parts on a belt from above, some of them faulty; the belt stops now and then.

The belt's travel is the same in every part of the story, so what lies on it follows from
the travel alone and any moment can be shown without playing what came before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from watchpost.domain.rules import Anchor, Line
from watchpost.engine.capture.simulator.conveyor_backdrop import (
    BELT_BOTTOM,
    BELT_TOP,
    conveyor_backdrop,
)
from watchpost.engine.capture.simulator.painting import Picture
from watchpost.engine.capture.simulator.parts import Fault, Kind, part_sprite
from watchpost.engine.capture.simulator.play import Facing
from watchpost.engine.capture.simulator.sprites import Placed, Sprite, composed
from watchpost.engine.capture.simulator.story import TrueCrossing, crossing_at

BELT_LINE_X = 0.6
FAULT_SHARE = 0.18
_CELLS = 18
_CELL = 0.24
_SAMPLES_PER_S = 50
_PART = 0.235
_TURN_STEP = 0.1


@dataclass(frozen=True, slots=True)
class _Piece:
    """One part on the belt; ``u`` is where on the endless belt, in picture widths."""

    u: float
    y: float
    kind: Kind
    fault: Fault
    turn: float

    @property
    def name(self) -> str:
        """Its class."""
        return "part" if self.fault is Fault.NONE else "defect"


class Conveyor:
    """The play on the belt. Times are seconds since the start."""

    part_s = 32.0
    # Drawn upwards, so that forward on the belt counts as in.
    lines: tuple[Line, ...] = (
        Line(
            "belt",
            "Parts",
            BELT_LINE_X,
            BELT_BOTTOM + 0.03,
            BELT_LINE_X,
            BELT_TOP - 0.03,
            Anchor.CENTRE,
            ("part", "defect"),
        ),
        Line(
            "defects",
            "Defects",
            BELT_LINE_X + 0.12,
            BELT_BOTTOM + 0.03,
            BELT_LINE_X + 0.12,
            BELT_TOP - 0.03,
            Anchor.CENTRE,
            ("defect",),
        ),
    )
    _travel = _CELLS * _CELL

    def __init__(self, seed: int, size: tuple[int, int]) -> None:
        self._seed = seed
        self._width, self._height = size
        self._picture, self._belt = conveyor_backdrop(size)
        tall = size[1] * _PART
        self._sprites = {
            (kind, fault): part_sprite(kind, fault, tall)
            for kind in Kind
            for fault in Fault
        }
        self._lying: dict[tuple[Kind, Fault, int], tuple[Sprite, Sprite]] = {}
        self._travels: dict[int, NDArray[np.float64]] = {}
        self._cells: dict[int, tuple[_Piece, ...]] = {}

    def backdrop(self, t: float) -> Picture:
        """Return the machine with the belt where it has moved to."""
        picture = self._picture.copy()
        period = self._belt.shape[1] - self._width
        shift = round(self._travelled(t) * self._width) % period
        top = round(BELT_TOP * self._height)
        strip = self._belt[:, period - shift : period - shift + self._width]
        picture[top : top + strip.shape[0]] = strip
        return picture

    def cast(self, t: float) -> list[Placed]:
        """Return the parts and their shadows."""
        gone = self._travelled(t)
        first = int((gone - 1.2) // _CELL)
        pieces = [
            piece
            for cell in range(first, int((gone + 0.2) // _CELL) + 1)
            for piece in self._pieces(cell)
            if -0.15 < gone - piece.u < 1.15
        ]
        placed = []
        for piece in pieces:
            whole, alone = self._turned(piece)
            x, y = (gone - piece.u) * self._width, piece.y * self._height
            placed.append(Placed(whole, x, y))
            placed.append(Placed(alone, x, y, name=piece.name, painted=True))
        return placed

    def crossings(self, part: int) -> Sequence[TrueCrossing]:
        """Return what passes the lines, good parts and faulty ones."""
        begin = part * self._travel
        table = self._table(part)
        times = np.linspace(0, self.part_s, len(table))
        found = []
        for line in self.lines:
            first = int((begin - line.ax) // _CELL) - 1
            for cell in range(first, int((begin + self._travel) // _CELL) + 1):
                for piece in self._pieces(cell):
                    need = piece.u + line.ax - begin
                    if not 0 < need <= self._travel or piece.name not in line.classes:
                        continue
                    at_s = part * self.part_s + float(np.interp(need, table, times))
                    found.append(crossing_at(line, piece.name, at_s, forward=True))
        return sorted(found, key=lambda c: c.at_s)

    def facings(self, t: float) -> Sequence[Facing]:
        """Return nothing: a belt has no shelf."""
        del t
        return ()

    def _turned(self, piece: _Piece) -> tuple[Sprite, Sprite]:
        """Return the part as it lies, with its shadow and alone."""
        key = (piece.kind, piece.fault, round(piece.turn / _TURN_STEP))
        if key not in self._lying:
            sprite = self._sprites[piece.kind, piece.fault]
            turn = key[2] * _TURN_STEP
            side = 2 * (sprite.shadow.width // 2 + round(0.04 * self._height))
            c, off = side / 2, 0.014 * self._height
            shadow = Placed(sprite.shadow, c + off, c + off, turn=turn)
            part = Placed(sprite.part, c, c, turn=turn)
            self._lying[key] = (composed([shadow, part], side), composed([part], side))
        return self._lying[key]

    def _travelled(self, t: float) -> float:
        part = int(t // self.part_s)
        table = self._table(part)
        place = (t - part * self.part_s) / self.part_s * (len(table) - 1)
        low = min(int(place), len(table) - 2)
        share = place - low
        return part * self._travel + float(
            table[low] * (1 - share) + table[low + 1] * share
        )

    def _table(self, part: int) -> NDArray[np.float64]:
        """Return the travel since the part began, sampled, with its stop."""
        if part not in self._travels:
            if len(self._travels) > 16:
                self._travels.clear()
            rng = np.random.default_rng((self._seed, 41, part))
            count = int(self.part_s * _SAMPLES_PER_S) + 1
            t = np.linspace(0, self.part_s, count)
            stop = float(rng.uniform(8, 20))
            lasts = float(rng.uniform(3, 6))
            # A belt comes to rest and to speed again within half a second.
            slow = np.clip((t - stop) / 0.5, 0, 1) - np.clip(
                (t - stop - lasts) / 0.5, 0, 1
            )
            speed = 1 - slow
            travel = np.concatenate(((0.0,), np.cumsum((speed[1:] + speed[:-1]) / 2)))
            self._travels[part] = travel / travel[-1] * self._travel
        return self._travels[part]

    def _pieces(self, cell: int) -> tuple[_Piece, ...]:
        if cell not in self._cells:
            if len(self._cells) > 256:
                self._cells.clear()
            self._cells[cell] = tuple(self._lay(cell))
        return self._cells[cell]

    def _lay(self, cell: int) -> list[_Piece]:
        """Put nothing, one part or two side by side on a piece of belt."""
        rng = np.random.default_rng((self._seed, 42, cell + 1_000_000))
        chance = float(rng.random())
        if chance < 0.12:
            return []
        u = cell * _CELL + _CELL / 2 + float(rng.uniform(-0.04, 0.04))
        rows = (
            (0.37, 0.635) if chance > 0.72 else (0.5 + float(rng.uniform(-0.1, 0.1)),)
        )
        return [
            self._piece(rng, u + float(rng.uniform(-0.015, 0.015)), y) for y in rows
        ]

    def _piece(self, rng: np.random.Generator, u: float, y: float) -> _Piece:
        kind = list(Kind)[int(rng.integers(len(Kind)))]
        fault = Fault.NONE
        if rng.random() < FAULT_SHARE:
            fault = Fault.CRACK if rng.random() < 0.5 else Fault.BURN
        spread = 0.35 if kind is Kind.PLATE else 0.9
        return _Piece(u, y, kind, fault, float(rng.uniform(-spread, spread)))
