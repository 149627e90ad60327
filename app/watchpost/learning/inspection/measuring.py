"""How many defects escape an inspection model, and how many good parts it rejects.

A *part* is one picture. It is rejected when its heat reaches the threshold anywhere. Since
no picture of the set is without defects, a *good part* is a held-back picture whose
defects were filled in from its template; all else in it is as captured. *Clean windows*
are a second look without any such repair: squares of 160 pixels of the pictures as they
came that keep clear of every labelled defect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from watchpost.base.errors import LearningError
from watchpost.learning.evaluation.intervals import Share, wilson_share
from watchpost.learning.inspection.pairs import Pair, repaired
from watchpost.learning.inspection.samples import STRIDE

Heat = NDArray[np.float32]
HeatOf = Callable[[Pair], Heat]
_WINDOW = 160
_CLEAR = 24
_THRESHOLDS = np.linspace(0.02, 0.98, 97)


class HeatReader:
    """Runs an inspection model on one core.

    Args:
        model: Path or content of an ONNX file with one input (1, 2, height, width) and one
            output (1, kinds, height / 8, width / 8).

    Raises:
        LearningError: It is of another form.
    """

    def __init__(self, model: Path | bytes) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            model if isinstance(model, bytes) else str(model),
            options,
            providers=["CPUExecutionProvider"],
        )
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        shape = inputs[0].shape
        if len(inputs) != 1 or len(outputs) != 1 or len(shape) != 4 or shape[1] != 2:
            raise LearningError(
                "This is no inspection model: it does not take a part with its template.",
                todo="Name one that watchpost train made from an inspection recipe.",
            )
        self._name, self._size = inputs[0].name, (int(shape[2]), int(shape[3]))

    def __call__(self, pair: Pair) -> Heat:
        """Return heat 0..1, shape (kinds, rows, columns).

        Raises:
            LearningError: The part is of another size.
        """
        if pair.test.shape != self._size:
            raise LearningError(
                f"{pair.name} is of another size than the model's input, "
                f"{self._size[1]} x {self._size[0]}.",
                todo="Set width and height in the recipe.",
            )
        both = np.stack((pair.test, pair.template))[None].astype(np.float32)
        heat: Heat = self._session.run(None, {self._name: both})[0][0]
        return heat


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """The hottest cells of everything that is looked at.

    Attributes:
        defects: At each labelled defect, shape (D,); ``kinds`` are the labels, ``named``
            what the model calls them.
        bad_parts: Of each part with defects; ``good_parts`` of each repaired one.
        windows: Of each clean window.
    """

    defects: NDArray[np.float64]
    kinds: NDArray[np.int32]
    named: NDArray[np.int32]
    bad_parts: NDArray[np.float64]
    good_parts: NDArray[np.float64]
    windows: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Inspected:
    """What a threshold makes of :class:`Scores`.

    Attributes:
        threshold: Heat from which on a part is rejected.
        escaped: Defects below it; ``escaped_by_kind`` in the order of the kinds.
        passed: Bad parts that pass.
        rejected: Good parts that do not.
        windows: Clean windows that are hot.
        named: Defects that were found and called by their kind, of those found.
    """

    threshold: float
    escaped: Share
    escaped_by_kind: tuple[Share, ...]
    passed: Share
    rejected: Share
    windows: Share
    named: Share


@dataclass(frozen=True, slots=True)
class Crossed:
    """What all folds measured together.

    Attributes:
        measured: Each fold at its own threshold; ``thresholds`` are those, by fold.
        others: All folds at one other threshold each.
        boards: By fold, what it was measured on.
        steps: Of all folds; ``spent_s`` likewise.
    """

    measured: Inspected
    thresholds: tuple[float, ...]
    others: tuple[Inspected, ...]
    boards: tuple[tuple[str, ...], ...]
    steps: int
    spent_s: float


def score(pairs: Sequence[Pair], heat_of: HeatOf) -> Scores:
    """Return the hottest cells of all defects, parts, repaired parts and windows."""
    defects, kinds, named, bad, good, windows = [], [], [], [], [], []
    for pair in pairs:
        heat = heat_of(pair)
        hottest = heat.max(0)
        bad.append(float(hottest.max()))
        for box, kind in zip(pair.boxes, pair.kinds, strict=True):
            left, top, right, low = (int(v) // STRIDE for v in box)
            inside = heat[:, top : low + 1, left : right + 1].reshape(len(heat), -1)
            defects.append(float(inside.max()))
            named.append(int(inside.max(1).argmax()))
            kinds.append(int(kind))
        windows += [
            float(hottest[rows, columns].max()) for rows, columns in _windows(pair)
        ]
        good.append(float(heat_of(repaired(pair)).max()))
    return Scores(
        np.array(defects),
        np.array(kinds, np.int32),
        np.array(named, np.int32),
        np.array(bad),
        np.array(good),
        np.array(windows),
    )


def choose_threshold(scores: Scores, escapes: float, false_rejects: float) -> float:
    """Return the threshold that keeps two goals at once with the most room.

    The middle of the range at which both are kept, so that new pictures have room both
    ways. Where no threshold keeps both, it is the middle of those with the least sum of
    both shares, each measured in its goal.

    Args:
        scores: Of the parts that were learnt from.
        escapes: Share of defects that may escape.
        false_rejects: Share of good parts that may be rejected.
    """
    escaped, rejected = (
        np.array([np.mean(scores.defects < at) for at in _THRESHOLDS]) / escapes,
        np.array([np.mean(scores.good_parts >= at) for at in _THRESHOLDS])
        / false_rejects,
    )
    kept = (escaped <= 1) & (rejected <= 1)
    costs = escaped + rejected
    best = kept if kept.any() else np.isclose(costs, costs.min())
    return float(np.median(_THRESHOLDS[best]))


def judge(scores: Scores, threshold: float, kinds: int) -> Inspected:
    """Return what a threshold makes of the scores.

    Args:
        scores: As :func:`score` returns them.
        threshold: 0..1.
        kinds: How many kinds of defects there are.
    """
    found = scores.defects >= threshold
    right = found & (scores.named == scores.kinds)
    return Inspected(
        threshold,
        _share(~found),
        tuple(_share(~found[scores.kinds == kind]) for kind in range(kinds)),
        _share(scores.bad_parts < threshold),
        _share(scores.good_parts >= threshold),
        _share(scores.windows >= threshold),
        wilson_share(int(right.sum()), int(found.sum())),
    )


def together(parts: Sequence[Inspected]) -> Inspected:
    """Return what several models made of their own parts, as one count.

    Its threshold is the mean of theirs.

    Args:
        parts: At least one, all of the same kinds of defects.
    """
    return Inspected(
        float(np.mean([part.threshold for part in parts])),
        _sum([part.escaped for part in parts]),
        tuple(
            _sum(shares)
            for shares in zip(*(part.escaped_by_kind for part in parts), strict=True)
        ),
        _sum([part.passed for part in parts]),
        _sum([part.rejected for part in parts]),
        _sum([part.windows for part in parts]),
        _sum([part.named for part in parts]),
    )


def _sum(shares: Sequence[Share]) -> Share:
    return wilson_share(
        sum(share.count for share in shares), sum(share.total for share in shares)
    )


def _share(are: NDArray[np.bool_]) -> Share:
    return wilson_share(int(are.sum()), len(are))


def _windows(pair: Pair) -> Iterator[tuple[slice, slice]]:
    """Yield the rows and columns of cells of each clean window."""
    height, width = pair.test.shape
    for top in range(0, height - _WINDOW + 1, _WINDOW):
        for left in range(0, width - _WINDOW + 1, _WINDOW):
            clear = all(
                box[2] + _CLEAR < left
                or box[0] - _CLEAR > left + _WINDOW
                or box[3] + _CLEAR < top
                or box[1] - _CLEAR > top + _WINDOW
                for box in pair.boxes
            )
            if clear:
                yield (
                    slice(top // STRIDE, (top + _WINDOW) // STRIDE),
                    slice(left // STRIDE, (left + _WINDOW) // STRIDE),
                )
