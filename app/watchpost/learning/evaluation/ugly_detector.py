"""What the ugly suite's conditions cost a detector on labelled pictures.

Performance under corruption and its relative form rPC follow Michaelis et al.,
"Benchmarking Robustness in Object Detection" (2019), at an overlap of 0.5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from watchpost.engine.inference.model import ModelInfo
from watchpost.learning.corruptions.coding import has_encoder
from watchpost.learning.corruptions.suite import SUITE, Condition, Stream
from watchpost.learning.corruptions.view import Moving, moved_boxes
from watchpost.learning.datasets import Example
from watchpost.learning.evaluation.detector import DetectorScore, score_detector

# A still is shown for so long that a coder has found its rate and a sway its way.
_FRAMES, _FPS = 6, 15.0
_LEAST_VISIBLE = 0.3
# Whole frames that are lost say nothing about a picture.
_NOT_OF_STILLS = {"U16"}
_CODED = {"U12"}


@dataclass(frozen=True, slots=True)
class UglyScore:
    """A detector's score under one condition.

    Attributes:
        id, title, amount: As in the suite.
        severity: 1, 2 or 3.
        score: On the spoilt pictures.
    """

    id: str
    title: str
    amount: str
    severity: int
    score: DetectorScore


@dataclass(frozen=True, slots=True)
class UglyScores:
    """A detector's scores under all conditions that stills can show.

    Attributes:
        clean: On the pictures as they are.
        conditions: In the suite's order.
        left_out: Conditions that could not be measured here.
    """

    clean: DetectorScore
    conditions: tuple[UglyScore, ...]
    left_out: tuple[str, ...] = ()

    def retention(self, of: UglyScore, name: str | None = None) -> float | None:
        """Return AP50 beside the clean one, of a class or the mean; None: clean is 0."""
        clean, spoilt = _ap50(self.clean, name), _ap50(of.score, name)
        return spoilt / clean if clean else None

    def rpc(self, name: str | None = None) -> float | None:
        """Return the mean retention, of a class or the mean over classes."""
        kept = [
            r for c in self.conditions if (r := self.retention(c, name)) is not None
        ]
        return float(np.mean(kept)) if kept else None

    def record(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        return {
            "rpc": self.rpc(),
            "rpc_by_class": {name: self.rpc(name) for name in self.clean.classes},
            "left_out": list(self.left_out),
            "conditions": [
                {
                    "id": c.id,
                    "severity": c.severity,
                    "title": c.title,
                    "amount": c.amount,
                    "map50": c.score.ap50,
                    "retention": self.retention(c),
                    "ap50": {n: s.ap50 for n, s in c.score.classes.items()},
                }
                for c in self.conditions
            ],
        }


def _ap50(score: DetectorScore, name: str | None) -> float:
    return score.ap50 if name is None else score.classes[name].ap50


def score_ugly(
    model: ModelInfo,
    examples: Callable[[], Iterable[Example]],
    classes: tuple[str, ...],
    clean: DetectorScore,
    *,
    severities: Sequence[int] = (1, 2, 3),
    on_score: Callable[[UglyScore], None] = lambda _score: None,
) -> UglyScores:
    """Measure a model on spoilt pictures, under one condition after the other.

    Args:
        model: As inspected.
        examples: Gives all labelled pictures anew with each call.
        classes: That ``class_ids`` of the examples index.
        clean: The model's score on the pictures as they are.
        severities: Which.
        on_score: Told each score as soon as it is there.
    """
    scores, left_out = [], []
    for condition in SUITE:
        if not condition.is_graded or condition.id in _NOT_OF_STILLS:
            continue
        if condition.id in _CODED and not has_encoder():
            left_out.append(condition.id)
            continue
        for severity in severities:
            ugly = _spoilt(examples(), condition, severity)
            made = UglyScore(
                condition.id,
                condition.title,
                condition.amount(severity),
                severity,
                score_detector(model, ugly, classes),
            )
            scores.append(made)
            on_score(made)
    return UglyScores(clean, tuple(scores), tuple(left_out))


def _spoilt(
    examples: Iterable[Example], condition: Condition, severity: int
) -> Iterator[Example]:
    """Yield pictures as they look under a condition; boxes follow what moves."""
    for number, example in enumerate(examples):
        yield spoilt(example, condition, severity, seed=number)


def spoilt(
    example: Example, condition: Condition, severity: int, *, seed: int
) -> Example:
    """Return a labelled picture as it looks under a condition.

    Boxes follow what moves; those of which less than 30 % are left in the picture go.
    """
    stream = Stream(_FPS, seed)
    if len(example.boxes):
        top, bottom = example.boxes[:, 1], example.boxes[:, 3]
        stream = Stream(
            _FPS,
            seed,
            subject_height=float(np.median(bottom - top)),
            subject_y=float(np.median((top + bottom) / 2)),
        )
    change = condition.make(severity, stream)
    last, bgr = _FRAMES - 1, example.bgr
    for frame in range(_FRAMES) if condition.id in _CODED else (last,):
        arrived = change.apply(example.bgr, frame, frame / _FPS)
        bgr = bgr if arrived is None else arrived
    if not isinstance(change, Moving) or not len(example.boxes):
        return replace(example, bgr=bgr)
    height, width = bgr.shape[:2]
    size = np.array([width, height] * 2, np.float64)
    matrix = change.matrix(width, height, last, last / _FPS)
    moved = moved_boxes(example.boxes * size, matrix) / size
    inside = np.clip(moved, 0.0, 1.0)
    kept = _area(inside) >= _LEAST_VISIBLE * _area(moved)
    return replace(
        example,
        bgr=bgr,
        boxes=inside[kept].astype(np.float32),
        class_ids=example.class_ids[kept],
    )


def _area(boxes: np.ndarray[Any, np.dtype[np.float64]]) -> Any:
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
