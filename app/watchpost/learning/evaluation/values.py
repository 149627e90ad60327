"""Occupancy, queues and facings against what a person saw: the truth, and its score.

A truth file (:mod:`watchpost.learning.evaluation.counts`) may hold lists of stretches
``{"from_s", "to_s", "<objects>": number}``: ``shelf_count`` (how many stand on the shelf;
``facings`` names their places, left, top, right, bottom in pixels), ``zone_count`` and
``queue_length`` (in the polygon ``zone``, pixels; without one in the whole picture), and
``people_in_picture``. What lies between the stretches is not scored.

The unit is the second: each stretch is cut into whole seconds from its beginning, and a
second's value is the commonest one that was told in it. A second in which nothing could
be told is not right either.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from watchpost.base.errors import LearningError
from watchpost.domain.rules import Anchor, Zone
from watchpost.learning.evaluation.intervals import Share, share_of

RIGHT_SHARE = 0.99
"""So many of the seconds must be right."""

Box = tuple[float, float, float, float]


class Quantity(StrEnum):
    """What is looked at each second."""

    FACINGS = "facings"
    OCCUPANCY = "occupancy"
    QUEUE = "queue length"


_KEYS = {
    "shelf_count": Quantity.FACINGS,
    "people_in_picture": Quantity.OCCUPANCY,
    "zone_count": Quantity.OCCUPANCY,
    "queue_length": Quantity.QUEUE,
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one second to another so many were there."""

    from_s: float
    to_s: float
    count: int

    def seconds(self) -> list[float]:
        """Return where its whole seconds begin."""
        whole = int(self.to_s - self.from_s + 1e-6)
        return [self.from_s + number for number in range(whole)]


@dataclass(frozen=True, slots=True)
class TrueValues:
    """One quantity of one video, as a person saw it.

    Attributes:
        quantity: What was looked at.
        class_name: What was counted.
        stretches: In order of time.
        zone: Where, for occupancy and queues; None for a shelf.
        facings: The shelf's places, fractions of the picture; empty where the file does
            not name them.
    """

    quantity: Quantity
    class_name: str
    stretches: tuple[Stretch, ...]
    zone: Zone | None = None
    facings: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class ToldValue:
    """What was told of one frame; ``count`` None where it could not be told."""

    t_s: float
    count: int | None


@dataclass(frozen=True, slots=True)
class SecondScore:
    """One scored second; ``told`` None where nothing could be told in it."""

    from_s: float
    true: int
    told: int | None


@dataclass(frozen=True, slots=True)
class ValueScore:
    """The outcome of one quantity.

    Attributes:
        truth: What it was held against.
        seconds: Every scored second.
        looks: Frames told right, told wrong, and not to be told, of those in the
            stretches.
    """

    truth: TrueValues
    seconds: tuple[SecondScore, ...]
    looks: tuple[int, int, int]

    @property
    def right(self) -> Share:
        """The share of seconds that were told right, with its interval."""
        return share_of(sum(s.told == s.true for s in self.seconds), len(self.seconds))

    @property
    def wrong(self) -> tuple[SecondScore, ...]:
        """The seconds that were not told right."""
        return tuple(s for s in self.seconds if s.told != s.true)

    @property
    def agrees(self) -> bool:
        """Whether enough of them were."""
        return self.right.value >= RIGHT_SHARE


def read_values(path: Path) -> tuple[TrueValues, ...]:
    """Read what a truth file says of zones and shelves; nothing is an answer.

    Raises:
        LearningError: It is missing, not JSON, or has a wrong part; says which.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LearningError(
            f"The truth file {path} cannot be read ({error}).",
            todo="Check its name and that it is JSON.",
        ) from error
    try:
        return tuple(
            _values(raw, key, quantity)
            for key, quantity in _KEYS.items()
            if raw.get(key)
        )
    except (
        AttributeError,
        KeyError,
        TypeError,
        ValueError,
        ZeroDivisionError,
    ) as error:
        raise LearningError(
            f"The truth file {path} has a wrong part ({error}).",
            todo="Each stretch needs from_s, to_s and one number, such as bottles.",
        ) from error


def score_values(truth: TrueValues, told: Sequence[ToldValue]) -> ValueScore:
    """Hold what was told, frame by frame, against the truth, second by second."""
    seconds = []
    right = wrong = silent = 0
    for stretch in truth.stretches:
        for from_s in stretch.seconds():
            within = [v.count for v in told if from_s <= v.t_s < from_s + 1]
            known = Counter(count for count in within if count is not None)
            right += known[stretch.count]
            wrong += known.total() - known[stretch.count]
            silent += len(within) - known.total()
            most = known.most_common(1)
            seconds.append(
                SecondScore(from_s, stretch.count, most[0][0] if most else None)
            )
    return ValueScore(truth, tuple(seconds), (right, wrong, silent))


def _values(raw: dict[str, Any], key: str, quantity: Quantity) -> TrueValues:
    width, height = (float(v) for v in raw["frame_size"])
    rows = raw[key]
    names = {name for row in rows for name in row if name not in ("from_s", "to_s")}
    if len(names) != 1:
        raise ValueError(f"{key} counts {sorted(names)}, not one thing")
    plural = names.pop()
    stretches = tuple(
        sorted(
            (
                Stretch(float(row["from_s"]), float(row["to_s"]), int(row[plural]))
                for row in rows
            ),
            key=lambda stretch: stretch.from_s,
        )
    )
    class_name = plural.removesuffix("s")
    if quantity is Quantity.FACINGS:
        facings = tuple(
            (x1 / width, y1 / height, x2 / width, y2 / height)
            for x1, y1, x2, y2 in raw.get("facings", ())
        )
        return TrueValues(quantity, class_name, stretches, facings=facings)
    corners = [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)]
    points = corners if key == "people_in_picture" else raw.get("zone") or corners
    whole = points is corners
    zone = Zone(
        id="truth",
        name=key,
        points=tuple((x / width, y / height) for x, y in points),
        # Feet may be cut off by the picture's edge; a middle never is.
        anchor=Anchor.CENTRE if whole else Anchor.BOTTOM,
        classes=(class_name,),
    )
    problem = zone.problem()
    if problem is not None:
        raise ValueError(problem)
    return TrueValues(quantity, class_name, stretches, zone=zone)
