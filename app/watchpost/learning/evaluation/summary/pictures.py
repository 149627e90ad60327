"""What detectors find in the labelled picture sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from watchpost.learning.evaluation.detector import DetectorScore


@dataclass(frozen=True, slots=True)
class ModelScore:
    """One model on one picture set.

    Attributes:
        title: What it is called.
        licence: Of its weights.
        sha256: Of its file.
        width, height: Of its input, pixels.
        score: Over the classes that the model under test knows; None where it could not
            be measured.
        problem: Why not.
    """

    title: str
    licence: str
    sha256: str
    width: int
    height: int
    score: DetectorScore | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SetResult:
    """One picture set.

    Attributes:
        name: Its folder.
        learnt: Whether the model learnt from it; None where it has no card.
        scores: The model under test first, then public ones.
        note: Why there is nothing to measure; that is no failure.
        problem: Why it could not be measured.
    """

    name: str
    learnt: bool | None = None
    scores: tuple[ModelScore, ...] = ()
    note: str = ""
    problem: str = ""

    @property
    def problems(self) -> list[tuple[str, str]]:
        """What could not be measured, and why."""
        said = [(self.name, self.problem)] if self.problem else []
        return said + [
            (f"{self.name}, {one.title}", one.problem)
            for one in self.scores
            if one.problem
        ]

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes that the model under test was measured on."""
        ours = self.scores[0].score if self.scores else None
        return tuple(ours.classes) if ours else ()

    @property
    def shared(self) -> tuple[str, ...]:
        """Those of them that every model was measured on."""
        measured = [one.score for one in self.scores if one.score is not None]
        return tuple(
            name for name in self.classes if all(name in s.classes for s in measured)
        )

    def record(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        return {
            "set": self.name,
            "learnt_from": self.learnt,
            "note": self.note,
            "problem": self.problem,
            "models": [_model_record(one) for one in self.scores],
        }


def shared_ap50(score: DetectorScore, classes: Sequence[str]) -> float:
    """Return the mean AP50 over some classes that were measured; 0 without any."""
    values = [score.classes[name].ap50 for name in classes]
    return float(np.mean(values)) if values else 0.0


def _model_record(one: ModelScore) -> dict[str, Any]:
    record: dict[str, Any] = {
        "title": one.title,
        "licence": one.licence,
        "sha256": one.sha256,
        "input": [one.width, one.height],
        "problem": one.problem,
    }
    if one.score is None:
        return record
    return record | {
        "pictures": one.score.pictures,
        "map50": one.score.ap50,
        "map50_95": one.score.ap,
        "network_ms": one.score.network_ms,
        "classes": {
            name: {"objects": s.objects, "ap50": s.ap50, "ap50_95": s.ap}
            for name, s in one.score.classes.items()
        },
    }
