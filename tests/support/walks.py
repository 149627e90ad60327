"""People who walk through a picture on demand: detections with exact truth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from watchpost.domain.detections import Detections
from watchpost.domain.events import Crossing
from watchpost.domain.frames import FrameKey
from watchpost.domain.rules import Line, RuleSet
from watchpost.engine.frames import FrameHeader
from watchpost.engine.pipeline import CameraPipeline

WIDTH, HEIGHT = 0.08, 0.3
VERTICAL = Line("door", "Door", 0.5, 0.0, 0.5, 1.0)
Point = tuple[float, float]


def detections_at(points: Sequence[Point], *, score: float = 0.9) -> Detections:
    """Return one box of a walker's size around each centre."""
    boxes = np.array(
        [
            (x - WIDTH / 2, y - HEIGHT / 2, x + WIDTH / 2, y + HEIGHT / 2)
            for x, y in points
        ],
        np.float32,
    ).reshape(-1, 4)
    count = len(points)
    return Detections(
        boxes, np.full(count, score, np.float32), np.zeros(count, np.int32)
    )


def header(index: int, *, fps: float = 10.0, epoch: int = 1) -> FrameHeader:
    """Return the header of the index-th frame of a 1280 x 720 camera."""
    moment = round(index / fps * 1e9)
    return FrameHeader(FrameKey(epoch, index), moment, moment, 1280, 720)


def count_walk(
    frames: Iterable[Sequence[Point]],
    *,
    line: Line = VERTICAL,
    pipeline: CameraPipeline | None = None,
    fps: float = 10.0,
) -> list[Crossing]:
    """Run walkers, given as their centres in every frame, through a camera's pipeline."""
    camera = pipeline or CameraPipeline("c", ["person"], RuleSet(1, (line,)))
    counted: list[Crossing] = []
    for index, points in enumerate(frames):
        out = camera.analysed(header(index, fps=fps), detections_at(points))
        counted.extend(out.crossings)
    return counted


def straight(start: Point, stop: Point, steps: int) -> list[Point]:
    """Return evenly spaced points from start to stop, both included."""
    return [
        (float(x), float(y))
        for x, y in zip(
            np.linspace(start[0], stop[0], steps),
            np.linspace(start[1], stop[1], steps),
            strict=True,
        )
    ]
