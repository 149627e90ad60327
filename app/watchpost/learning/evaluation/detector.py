"""How well a model file finds what is labelled in pictures.

The file is read, run and decoded by the very code that serves cameras, so that a wrong
layout, scale or letterbox shows here and not on a site.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from watchpost.base.errors import LearningError
from watchpost.engine.inference.looker import Looker
from watchpost.engine.inference.model import ModelInfo
from watchpost.learning.datasets import (
    Example,
    PictureFile,
    read_class_names,
    read_labels,
    read_picture,
    read_set,
)
from watchpost.learning.evaluation.precision import Boxes, ClassScore, score_class
from watchpost.learning.recipes import PictureSet

# Far below what anybody would act on: the whole curve is wanted, whatever the scale of a
# model's scores. Calibrated ones are low where others' are not.
_LOWEST_SCORE = 0.001


@dataclass(frozen=True, slots=True)
class DetectorScore:
    """The outcome on some pictures.

    Attributes:
        pictures: How many were looked at.
        classes: By class name; classes that do not occur are left out.
        network_ms: Median time of the network alone, on one thread.
    """

    pictures: int
    classes: Mapping[str, ClassScore]
    network_ms: float

    @property
    def ap50(self) -> float:
        """Mean over the classes; 0 where there are none."""
        return _mean([c.ap50 for c in self.classes.values()])

    @property
    def ap(self) -> float:
        """Mean over the classes of the mean over overlaps; 0 where there are none."""
        return _mean([c.ap for c in self.classes.values()])


def score_detector(
    model: ModelInfo,
    examples: Iterable[Example],
    classes: tuple[str, ...],
    *,
    tell: Callable[[int], None] = lambda _count: None,
) -> DetectorScore:
    """Measure a model on labelled pictures.

    A class is measured on those pictures alone whose labels speak of it.

    Args:
        model: As inspected.
        examples: Their ``class_ids`` index ``classes``.
        classes: The model's own classes are found among these by name.
        tell: Told how many pictures were looked at, from this thread.
    """
    looker = Looker(model, _LOWEST_SCORE)
    ours = {
        i: model.classes.index(n) for i, n in enumerate(classes) if n in model.classes
    }
    pairs: dict[str, list[tuple[Boxes, Boxes]]] = {classes[i]: [] for i in ours}
    spent_ms: list[float] = []
    for example in examples:
        # Square pixels: fractions would weigh width and height differently.
        scale = np.array([example.bgr.shape[1], example.bgr.shape[0]] * 2, np.float64)
        found = looker.look(np.ascontiguousarray(example.bgr))
        spent_ms.append(looker.network_ms)
        for index, theirs in ours.items():
            if not example.labelled[index]:
                continue
            seen = found.class_ids == theirs
            there = example.class_ids == index
            pairs[classes[index]].append(
                (
                    _boxes(found.xyxy_norm[seen] * scale, found.scores[seen]),
                    _boxes(example.boxes[there] * scale, np.ones(int(there.sum()))),
                )
            )
        tell(len(spent_ms))
    scores = {name: score_class(pictures) for name, pictures in pairs.items()}
    return DetectorScore(
        len(spent_ms),
        {n: s for n, s in scores.items() if s is not None},
        float(np.median(spent_ms)) if spent_ms else 0.0,
    )


def examples_of(
    files: Sequence[PictureFile], names: tuple[str, ...]
) -> Iterator[Example]:
    """Yield labelled pictures as they are, in a set that labels all its classes.

    Args:
        files: Pictures and their labels.
        names: The set's classes, in the labels' order.

    Raises:
        LearningError: A picture cannot be decoded, or a label is of another form.
    """
    every = {number: number for number in range(len(names))}
    labelled = np.ones(len(names), bool)
    for file in files:
        bgr = read_picture(file.picture)
        if bgr is None:
            raise LearningError(
                f"The picture {file.picture} cannot be decoded.",
                todo="Replace it, or take it and its labels out.",
            )
        boxes, class_ids = read_labels(file.label, every)
        yield Example(bgr, boxes, class_ids, labelled)


def labelled_folder(folder: Path, classes: tuple[str, ...]) -> tuple[Example, ...]:
    """Return a folder of YOLO labels as examples; it labels all that it names.

    Raises:
        LearningError: The folder holds no pictures with labels.
    """
    names = set(read_class_names(folder / "classes.txt"))
    which = PictureSet(
        folder=folder.name,
        labelled=tuple(name for name in classes if name in names),
        licence="",
    )
    return tuple(read_set(folder.parent, which, classes))


def record_of(
    model: ModelInfo, names: tuple[str, ...], result: DetectorScore
) -> dict[str, Any]:
    """Return an outcome as JSON takes it.

    Args:
        model: That was measured.
        names: The picture set's classes.
        result: Its score.
    """
    return {
        "model": model.path.name,
        "sha256": model.sha256,
        "pictures": result.pictures,
        "map50": result.ap50,
        "map50_95": result.ap,
        "network_ms": result.network_ms,
        "classes": {
            name: {"objects": s.objects, "ap50": s.ap50, "ap50_95": s.ap}
            for name, s in result.classes.items()
        },
        "not_measured": [name for name in names if name not in model.classes],
    }


def _boxes(xyxy: NDArray[np.floating], scores: NDArray[np.floating]) -> Boxes:
    return Boxes(xyxy.astype(np.float64), scores.astype(np.float64))


def _mean(values: list[float]) -> float:
    return float(np.mean(values)) if values else 0.0
