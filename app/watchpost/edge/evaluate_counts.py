"""``watchpost evaluate counts``: a video through the whole product, against a hand count.

What the truth file speaks of is scored: crossings of its line, and second by second who
is in a zone, how long a queue is, and how many stand on a shelf.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from watchpost.base import log
from watchpost.base.clock import NS_PER_S
from watchpost.base.errors import LearningError
from watchpost.base.files import replace_file
from watchpost.base.paths import DataFolder
from watchpost.domain.rules import RuleSet, Shelf
from watchpost.edge.value_watch import ValueWatch
from watchpost.learning.evaluation.counts import (
    CountedCrossing,
    CountScore,
    Truth,
    has_line,
    read_truth,
    score,
)
from watchpost.learning.evaluation.values import (
    Box,
    TrueValues,
    ValueScore,
    read_values,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.description = (
        "Count a video through capture, inference, tracker, rules and ledger, and compare "
        "with a hand count: crossings, and second by second zones, queues and shelves. "
        "Exit code 0 only when they agree."
    )
    parser.add_argument("video", type=Path, help="the video file")
    parser.add_argument("--truth", type=Path, required=True, help="its COUNTS.json")
    parser.add_argument(
        "--model", type=Path, help="an ONNX file; default: the shipped one"
    )
    parser.add_argument(
        "--rate",
        type=float,
        metavar="N",
        help="look N times a second where something moves, and at every frame where "
        "somebody is near the line, as live (default: at every frame)",
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write the outcome here"
    )


def run(options: argparse.Namespace) -> int:
    """Run the evaluation; 0 when all that was told agrees with the truth, else 1."""
    log.configure()
    values = read_values(options.truth)
    # A file without a line may still speak of zones or shelves.
    truth = (
        None if values and not has_line(options.truth) else read_truth(options.truth)
    )
    if not options.video.is_file():
        raise LearningError(
            f"There is no video file {options.video}.", todo="Check its name."
        )
    if options.rate is not None and not 0.5 <= options.rate <= 120:
        raise LearningError(
            f"--rate {options.rate:g} is no rate to look at.",
            todo="Give 0.5 to 120 looks a second.",
        )
    outcome = _measure(options, truth, values)
    print(_text(options.video, outcome))
    if options.json is not None:
        record = json.dumps(_record(options.video, outcome), indent=1)
        replace_file(options.json, record.encode())
    return 0 if outcome.agrees else 1


@dataclass(frozen=True, slots=True)
class _Outcome:
    truth: Truth | None
    crossings: CountScore | None
    values: tuple[ValueScore, ...]
    shelf: Shelf | None

    @property
    def agrees(self) -> bool:
        return (self.crossings is None or self.crossings.agrees) and all(
            score.agrees for score in self.values
        )


def _measure(
    options: argparse.Namespace, truth: Truth | None, values: tuple[TrueValues, ...]
) -> _Outcome:
    from watchpost.edge.offline import run_file

    watch = ValueWatch(values, lambda v: _places(options, v))
    lines = () if truth is None else (truth.line,)
    with tempfile.TemporaryDirectory(prefix="watchpost-evaluate-") as folder:
        crossings = run_file(
            options.video,
            RuleSet(1, lines, watch.zones, watch.shelves),
            options.model,
            DataFolder(Path(folder)),
            on_output=watch.take,
            on_progress=_show_progress,
            detections_per_s=options.rate,
        )
    if sys.stderr.isatty():
        print(file=sys.stderr)
    crossed = None
    if truth is not None:
        counted = [
            CountedCrossing(
                c.stream_ns / NS_PER_S, truth.name_of(c.direction), c.class_name
            )
            for c in crossings
        ]
        crossed = score(truth, counted)
    shelf = watch.shelves[0] if watch.shelves else None
    return _Outcome(truth, crossed, watch.scores(), shelf)


def _places(options: argparse.Namespace, values: TrueValues) -> tuple[Box, ...]:
    from watchpost.edge.offline import model_to_run
    from watchpost.learning.evaluation.shelf_places import find_places

    return find_places(options.video, model_to_run(options.model), values.class_name)


def _show_progress(share: float) -> None:
    if sys.stderr.isatty():
        print(f"\rcounting {share:4.0%}", end="", file=sys.stderr, flush=True)


def _text(video: Path, outcome: _Outcome) -> str:
    lines = []
    if outcome.truth is not None and outcome.crossings is not None:
        lines += _crossing_lines(video, outcome.truth, outcome.crossings)
    for value in outcome.values:
        lines += _value_lines(video, value)
    return "\n".join(lines)


def _crossing_lines(video: Path, truth: Truth, result: CountScore) -> list[str]:
    lines = [f"{video.name}, line {truth.line.name!r}"]
    for true_s, counted_s, direction in result.pairs:
        true_text = "      -" if true_s is None else f"{true_s:7.2f}"
        counted_text = "      -" if counted_s is None else f"{counted_s:7.2f}"
        note = ""
        if true_s is None:
            note = "  counted, but did not happen"
        elif counted_s is None:
            note = "  not counted"
        elif abs(true_s - counted_s) > truth.tolerance_s:
            note = f"  {counted_s - true_s:+.2f} s off"
        lines.append(
            f"  true {true_text} s  counted {counted_text} s  {direction}{note}"
        )
    for item in result.directions:
        allowed = f", may differ by {item.allowed}" if item.allowed else ""
        verdict = "agrees" if item.agrees else "DOES NOT AGREE"
        lines.append(
            f"{item.direction}: counted {item.counted}, true {item.true}{allowed}: {verdict}"
        )
    return lines


def _value_lines(video: Path, result: ValueScore) -> list[str]:
    right, looks = result.right, result.looks
    lines = [f"{video.name}, {result.truth.quantity} ({result.truth.class_name})"]
    for second in result.wrong:
        told = "not to be told" if second.told is None else f"told {second.told}"
        lines.append(f"  from {second.from_s:7.2f} s  true {second.true}  {told}")
    verdict = "agrees" if result.agrees else "DOES NOT AGREE"
    lines.append(
        f"{result.truth.quantity}: {right.count} of {right.total} seconds right "
        f"({right.value:.1%}, 95 % interval {right.low:.1%} to {right.high:.1%}): "
        f"{verdict}"
    )
    lines.append(
        f"  single looks: {looks[0]} right, {looks[1]} wrong, {looks[2]} not to be told"
    )
    return lines


def _record(video: Path, outcome: _Outcome) -> dict[str, object]:
    record: dict[str, object] = {"video": video.name, "agrees": outcome.agrees}
    if outcome.truth is not None and outcome.crossings is not None:
        record |= {
            "tolerance_s": outcome.truth.tolerance_s,
            "directions": [
                {
                    "direction": d.direction,
                    "counted": d.counted,
                    "true": d.true,
                    "allowed_difference": d.allowed,
                    "late": d.late,
                    "agrees": d.agrees,
                }
                for d in outcome.crossings.directions
            ],
            "crossings": [
                {"true_s": t, "counted_s": c, "direction": d}
                for t, c, d in outcome.crossings.pairs
            ],
        }
    if outcome.values:
        record["values"] = [_value_record(value) for value in outcome.values]
    if outcome.shelf is not None:
        record["facings"] = outcome.shelf.facings
    return record


def _value_record(result: ValueScore) -> dict[str, object]:
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
