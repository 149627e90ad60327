"""What a layout is told about a model and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from watchpost.domain.frames import Colour, Fit

Array = NDArray[np.float32]
AnyArray = NDArray[np.generic]

Triple = tuple[float, float, float]
UNIT: Triple = (1.0, 1.0, 1.0)
TO_FRACTIONS: Triple = (1 / 255, 1 / 255, 1 / 255)
DEFAULT_THRESHOLD = 0.15
_SUM_TOLERANCE = 0.02
# exp(12) cells are wider than any picture.
MAX_LOG_SIZE = 12.0


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """What a trial run showed.

    Attributes:
        width, height: The picture input's size.
        outputs: By name, in the graph's order, batch dimension as the model gave it.
        metadata: What the exporter left in the file.
        names: Class names found there; may be empty.
        size_input: Whether the model also asks for the picture's size.
    """

    width: int
    height: int
    outputs: Mapping[str, AnyArray]
    metadata: Mapping[str, str]
    names: tuple[str, ...] = ()
    size_input: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to use a model.

    Attributes:
        evidence: What says so, one sentence without its full stop.
        outputs: Names of the outputs to decode, in the decoder's order.
        classes: How many.
        names: Their names, where the layout itself says what they are.
        colour, fit, pad: The picture it was trained with.
        mean, scale: ``tensor = (picture - mean) * scale``.
        score_threshold: Lowest score worth handing on.
    """

    evidence: str
    outputs: tuple[str, ...]
    classes: int
    colour: Colour
    fit: Fit
    pad: int = 114
    mean: Triple = (0.0, 0.0, 0.0)
    scale: Triple = UNIT
    score_threshold: float = DEFAULT_THRESHOLD
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """What a decoder needs beside the outputs.

    Attributes:
        width, height: The picture input's size, pixels.
        classes: How many the model has.
        threshold: Rows below this score may be left out.
    """

    width: int
    height: int
    classes: int
    threshold: float


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Decoded boxes, one row each.

    Attributes:
        xyxy: Left, top, right, bottom in pixels of the model's input; (N, 4), float32.
        scores: 0..1; (N,), float32.
        class_ids: (N,), int32.
    """

    xyxy: Array
    scores: Array
    class_ids: NDArray[np.int32]


def one_output(facts: Facts) -> tuple[str, AnyArray] | None:
    """Return the only output, or None when there are more."""
    if len(facts.outputs) != 1:
        return None
    return next(iter(facts.outputs.items()))


def rows(output: AnyArray) -> Array:
    """Return an output of shape (1, N, C) or (N, C) as (N, C) float32."""
    matrix = output[0] if output.ndim == 3 else output
    return np.asarray(matrix, np.float32)


def best_class(scores: Array) -> tuple[Array, NDArray[np.int32]]:
    """Return each row's best score, (N,), and its class, (N,); input (N, C)."""
    class_ids = scores.argmax(axis=1).astype(np.int32)
    return scores[np.arange(len(scores)), class_ids], class_ids


def xyxy_from_centres(boxes: Array) -> Array:
    """Return corners of (N, 4) rows of centre x, centre y, width, height."""
    half = boxes[:, 2:4] * np.float32(0.5)
    return np.concatenate((boxes[:, :2] - half, boxes[:, :2] + half), axis=1)


def are_pixels(boxes: Array) -> bool:
    """Say whether (N, 4) rows of centre and size are pixels, not logarithms of sizes."""
    return bool(np.abs(boxes[:, 2:4]).max(initial=0) > MAX_LOG_SIZE)


def cell_count(width: int, height: int, strides: Sequence[int]) -> int:
    """Return how many grid cells these strides make of a picture."""
    return sum((width // s) * (height // s) for s in strides)


def cell_grid(width: int, height: int, strides: Sequence[int]) -> tuple[Array, Array]:
    """Return every cell's column and row, (N, 2), and its stride, (N, 1), row by row."""
    points, steps = [], []
    for stride in strides:
        y, x = np.mgrid[: height // stride, : width // stride]
        points.append(np.stack((x.ravel(), y.ravel()), axis=1))
        steps.append(np.full((x.size, 1), stride))
    return (
        np.concatenate(points).astype(np.float32),
        np.concatenate(steps).astype(np.float32),
    )


def probabilities(values: Array) -> Array:
    """Return values that are in 0..1 as they are, others through the logistic function."""
    inside = bool((values >= 0).all() and (values <= 1).all())
    if inside:
        return values
    return logistic(values)


def logistic(values: Array) -> Array:
    """Return logits as chances, 0..1, float32; beyond 60 they are as good as sure."""
    clipped: Array = np.clip(values, -60, 60)
    result: Array = (1 / (1 + np.exp(-clipped))).astype(np.float32)
    return result


def shares(values: Array) -> Array:
    """Return softmax over the last axis, or rows as they are that add up to 1."""
    sums = values.sum(axis=-1)
    if bool((values >= 0).all() and (np.abs(sums - 1) < _SUM_TOLERANCE).all()):
        return values
    weights = np.exp(values - values.max(axis=-1, keepdims=True))
    result: Array = weights / weights.sum(axis=-1, keepdims=True)
    return result
