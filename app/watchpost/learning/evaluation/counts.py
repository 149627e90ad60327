"""Line counts against hand counts: the truth file, and how it is scored.

A truth file is JSON: ``frame_size``, ``line`` (x1, y1, x2, y2 in pixels), ``anchor``,
``crossings`` (``t_s``, ``direction``, ``class``, ``optional``), ``certain``, ``doubt``,
``tolerance_s``, ``evaluate_until_s``. Directions are ``up``, ``down``, ``left_to_right``
and ``right_to_left`` in image coordinates.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from watchpost.base.errors import LearningError
from watchpost.domain.rules import Anchor, Direction, Line

_STEPS = {
    "down": (0.0, 1.0),
    "up": (0.0, -1.0),
    "left_to_right": (1.0, 0.0),
    "right_to_left": (-1.0, 0.0),
}
_OPPOSITE = {
    "down": "up",
    "up": "down",
    "left_to_right": "right_to_left",
    "right_to_left": "left_to_right",
}


@dataclass(frozen=True, slots=True)
class TrueCrossing:
    """One crossing that a person saw.

    Attributes:
        t_s: Seconds since the start of the video.
        direction: As the truth file calls it.
        class_name: What crossed.
        optional: It may be counted or not.
    """

    t_s: float
    direction: str
    class_name: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class CountedCrossing:
    """One crossing that the system counted, in the same terms."""

    t_s: float
    direction: str
    class_name: str


@dataclass(frozen=True, slots=True)
class Truth:
    """A truth file, read.

    Attributes:
        line: In fractions of the picture, with the classes that count.
        in_name, out_name: What the file calls crossing to the line's in and out side.
        crossings: In order of time.
        certain: Totals must be exact; else they may differ by ``doubt``.
        doubt: Crossings.
        tolerance_s: How far a time may be off.
        until_s: Nothing is scored after it, or None.
    """

    line: Line
    in_name: str
    out_name: str
    crossings: tuple[TrueCrossing, ...]
    certain: bool
    doubt: int
    tolerance_s: float
    until_s: float | None

    def name_of(self, direction: Direction) -> str:
        """Return the file's word for in or out."""
        return self.in_name if direction is Direction.IN else self.out_name


@dataclass(frozen=True, slots=True)
class DirectionScore:
    """One direction's outcome.

    Attributes:
        direction: As the truth file calls it.
        counted, true: Crossings, optional ones that were counted taken out of both.
        allowed: How far they may differ.
        late: Matched crossings whose time is off by more than the tolerance.
    """

    direction: str
    counted: int
    true: int
    allowed: int
    late: int

    @property
    def agrees(self) -> bool:
        """Whether the totals agree as far as the truth is sure."""
        return abs(self.counted - self.true) <= self.allowed


@dataclass(frozen=True, slots=True)
class CountScore:
    """The outcome of a video.

    Attributes:
        directions: Every direction of the truth file, and its opposite.
        pairs: (true time or None, counted time or None, direction), by time.
    """

    directions: tuple[DirectionScore, ...]
    pairs: tuple[tuple[float | None, float | None, str], ...]

    @property
    def agrees(self) -> bool:
        """Whether every direction agrees."""
        return all(d.agrees for d in self.directions)


def read_truth(path: Path) -> Truth:
    """Read a truth file.

    Raises:
        LearningError: It is missing, not JSON, or lacks a part; says which.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LearningError(
            f"The truth file {path} cannot be read.", todo="Check its name."
        ) from error
    except ValueError as error:
        raise LearningError(
            f"The truth file {path} is not JSON ({error}).", todo="Repair it."
        ) from error
    try:
        return _truth(raw, path.stem)
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise LearningError(
            f"The truth file {path} lacks a part or has a wrong one ({error}).",
            todo="It needs frame_size, line, anchor and crossings with t_s and direction.",
        ) from error


def has_line(path: Path) -> bool:
    """Say whether a truth file that is JSON speaks of a line at all."""
    return bool(json.loads(path.read_text(encoding="utf-8")).get("line"))


def _truth(raw: dict[str, Any], name: str) -> Truth:
    if not raw.get("line") or not raw.get("anchor"):
        raise ValueError("this video was not counted")
    width, height = (float(v) for v in raw["frame_size"])
    x1, y1, x2, y2 = (float(v) for v in raw["line"])
    crossings = tuple(
        sorted(
            (
                TrueCrossing(
                    float(c["t_s"]),
                    c["direction"],
                    c.get("class", ""),
                    bool(c.get("optional", False)),
                )
                for c in raw["crossings"]
            ),
            key=lambda c: c.t_s,
        )
    )
    first = crossings[0].direction if crossings else "down"
    step = _STEPS[first]
    cross = (x2 - x1) / width * step[1] - (y2 - y1) / height * step[0]
    line = Line(
        id="truth",
        name=name,
        ax=x1 / width,
        ay=y1 / height,
        bx=x2 / width,
        by=y2 / height,
        anchor=_anchor(raw["anchor"]),
        classes=tuple(sorted({c.class_name for c in crossings if c.class_name})),
    )
    problem = line.problem()
    if problem is not None:
        raise ValueError(problem)
    inward, outward = (
        (first, _OPPOSITE[first]) if cross > 0 else (_OPPOSITE[first], first)
    )
    certain = bool(raw.get("certain", True))
    return Truth(
        line,
        inward,
        outward,
        crossings,
        certain,
        0 if certain else int(raw.get("doubt", 0)),
        float(raw.get("tolerance_s", 0.5)),
        raw.get("evaluate_until_s"),
    )


def _anchor(words: str) -> Anchor:
    if "bottom" in words or "foot" in words:
        return Anchor.BOTTOM
    # A detector of whole people has no better point for a head than the box's centre;
    # one of heads has its box there.
    return Anchor.CENTRE


def score(truth: Truth, counted: Sequence[CountedCrossing]) -> CountScore:
    """Compare counted crossings with the truth.

    Counted ones are paired with true ones of their direction in the order of time
    distance. An optional one is taken out on both sides: it costs nothing when missed
    and nothing when counted.
    """
    until = float("inf") if truth.until_s is None else truth.until_s
    inside = [c for c in counted if c.t_s <= until]
    true = [c for c in truth.crossings if c.t_s <= until]
    directions = []
    pairs: list[tuple[float | None, float | None, str]] = []
    for direction in (truth.in_name, truth.out_name):
        wanted = [c for c in true if c.direction == direction]
        got = sorted(c.t_s for c in inside if c.direction == direction)
        matched = _pair([c.t_s for c in wanted], got, truth.tolerance_s)
        free = [w for i, w in enumerate(wanted) if w.optional and i not in matched]
        used_optional = [w for i, w in enumerate(wanted) if w.optional and i in matched]
        directions.append(
            DirectionScore(
                direction,
                len(got) - len(used_optional),
                len(wanted) - len(free) - len(used_optional),
                truth.doubt,
                sum(
                    abs(wanted[i].t_s - got[j]) > truth.tolerance_s
                    for i, j in matched.items()
                ),
            )
        )
        used = set(matched.values())
        for i, w in enumerate(wanted):
            pairs.append((w.t_s, got[matched[i]] if i in matched else None, direction))
        pairs.extend((None, t, direction) for j, t in enumerate(got) if j not in used)
    pairs.sort(key=lambda p: p[0] if p[0] is not None else p[1] or 0.0)
    return CountScore(tuple(directions), tuple(pairs))


def _pair(
    wanted: Sequence[float], got: Sequence[float], tolerance_s: float
) -> dict[int, int]:
    """Pair times greedily, nearest first; beyond three tolerances is no pair."""
    if not wanted or not got:
        return {}
    apart = np.abs(np.subtract.outer(np.asarray(wanted), np.asarray(got)))
    pairs: dict[int, int] = {}
    while True:
        i, j = np.unravel_index(int(apart.argmin()), apart.shape)
        if apart[i, j] > 3 * tolerance_s:
            return pairs
        pairs[int(i)] = int(j)
        apart[i, :] = np.inf
        apart[:, j] = np.inf
