"""What came of one video that was counted through the product, beside its hand count."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from watchpost.domain.rules import Shelf
from watchpost.learning.evaluation.counts import CountScore, Truth
from watchpost.learning.evaluation.values import ValueScore


@dataclass(frozen=True, slots=True)
class CountedFile:
    """The outcome of a video.

    Attributes:
        video: The file's name.
        truth: Its line and hand count; None where the truth file speaks of no line.
        crossings: How the counts compare; None without a line.
        values: How zones, queues and shelves compare, second by second.
        shelf: The shelf that was looked at, with its places; None without one.
        looks: Pictures that the detector saw.
        seconds: Time in the video of the last of them.
    """

    video: str
    truth: Truth | None
    crossings: CountScore | None
    values: tuple[ValueScore, ...] = ()
    shelf: Shelf | None = None
    looks: int = 0
    seconds: float = 0.0

    @property
    def agrees(self) -> bool:
        """Whether all that the truth file speaks of agrees with it."""
        return (self.crossings is None or self.crossings.agrees) and all(
            score.agrees for score in self.values
        )

    def record(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        record: dict[str, Any] = {
            "video": self.video,
            "agrees": self.agrees,
            "looks": self.looks,
            "seconds": self.seconds,
        }
        if self.truth is not None and self.crossings is not None:
            record |= {
                "tolerance_s": self.truth.tolerance_s,
                "directions": [
                    {
                        "direction": d.direction,
                        "counted": d.counted,
                        "true": d.true,
                        "allowed_difference": d.allowed,
                        "late": d.late,
                        "agrees": d.agrees,
                    }
                    for d in self.crossings.directions
                ],
                "crossings": [
                    {"true_s": t, "counted_s": c, "direction": d}
                    for t, c, d in self.crossings.pairs
                ],
            }
        if self.values:
            record["values"] = [_value_record(value) for value in self.values]
        if self.shelf is not None:
            record["facings"] = self.shelf.facings
        return record


def _value_record(result: ValueScore) -> dict[str, Any]:
    right = result.right
    return {
        "quantity": result.truth.quantity.value,
        "class": result.truth.class_name,
        "seconds": right.total,
        "right": right.count,
        "right_share": right.value,
        "interval_95": [right.low, right.high],
        "agrees": result.agrees,
        "wrong_seconds": [asdict(second) for second in result.wrong],
        "looks": dict(zip(("right", "wrong", "not_told"), result.looks, strict=True)),
    }
