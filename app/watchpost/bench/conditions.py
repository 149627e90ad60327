"""Under which conditions is measured."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from watchpost.bench.models import chosen
from watchpost.engine.inference.model import ModelInfo


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the command line said.

    Attributes:
        seconds: How long things are watched; None: as long as each measurement likes.
        model: Detector to measure with; None: the shipped one.
    """

    seconds: float | None = None
    model: Path | None = None

    def lasting(self, usual_s: float) -> float:
        """Return how long to watch where nothing was said."""
        return usual_s if self.seconds is None else self.seconds

    def detector(self) -> ModelInfo:
        """Return the detector, inspected; takes a second or two.

        Raises:
            ModelError: There is none, or it cannot be used.
        """
        return chosen(self.model)
