"""Counts a video through the whole product and holds it against its truth file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from watchpost.base.clock import NS_PER_S
from watchpost.base.paths import DataFolder
from watchpost.domain.rules import RuleSet
from watchpost.edge.offline import model_to_run, run_file
from watchpost.edge.value_watch import ValueWatch
from watchpost.engine.frames import FrameHeader
from watchpost.engine.pipeline import PipelineOutput
from watchpost.learning.evaluation.counted_file import CountedFile
from watchpost.learning.evaluation.counts import CountedCrossing, Truth, score
from watchpost.learning.evaluation.shelf_places import find_places
from watchpost.learning.evaluation.values import Box, TrueValues


def count_file(
    video: Path,
    truth: Truth | None,
    values: tuple[TrueValues, ...],
    model: Path | None,
    *,
    rate: float | None = None,
    on_progress: Callable[[float], None] = lambda _share: None,
) -> CountedFile:
    """Count a video and compare.

    Args:
        video: The file.
        truth: Its line and hand count, or None.
        values: What is true of its zones and shelves, second by second.
        model: An ONNX file; None takes the shipped one.
        rate: Look so often a second, as a live camera; None: at every frame.
        on_progress: Called with the share done, 0..1, on a thread of the run.

    Raises:
        WatchpostError: The file or the model cannot be used, or nothing stands on a shelf
            whose truth does not name its places.
    """

    def places(values: TrueValues) -> tuple[Box, ...]:
        return find_places(video, model_to_run(model), values.class_name)

    watch = ValueWatch(values, places)
    looked_s: list[float] = []

    def take(header: FrameHeader, output: PipelineOutput) -> None:
        looked_s.append(header.pts_ns / NS_PER_S)
        watch.take(header, output)

    lines = () if truth is None else (truth.line,)
    with tempfile.TemporaryDirectory(prefix="watchpost-evaluate-") as folder:
        crossings = run_file(
            video,
            RuleSet(1, lines, watch.zones, watch.shelves),
            model,
            DataFolder(Path(folder)),
            on_output=take,
            on_progress=on_progress,
            detections_per_s=rate,
        )
    crossed = None
    if truth is not None:
        counted = [
            CountedCrossing(
                c.stream_ns / NS_PER_S, truth.name_of(c.direction), c.class_name
            )
            for c in crossings
        ]
        crossed = score(truth, counted)
    return CountedFile(
        video=video.name,
        truth=truth,
        crossings=crossed,
        values=watch.scores(),
        shelf=watch.shelves[0] if watch.shelves else None,
        looks=len(looked_s),
        seconds=max(looked_s, default=0.0),
    )
