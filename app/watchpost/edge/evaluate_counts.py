"""``watchpost evaluate counts``: a video through the whole product, against a hand count.

What the truth file speaks of is scored: crossings of its line, and second by second who
is in a zone, how long a queue is, and how many stand on a shelf.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from watchpost.base import log
from watchpost.base.errors import LearningError
from watchpost.base.files import replace_file
from watchpost.learning.evaluation.counted_file import CountedFile
from watchpost.learning.evaluation.counts import (
    CountScore,
    Truth,
    has_line,
    read_truth,
)
from watchpost.learning.evaluation.values import ValueScore, read_values


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
    from watchpost.edge.counted_files import count_file

    outcome = count_file(
        options.video,
        truth,
        values,
        options.model,
        rate=options.rate,
        on_progress=_show_progress,
    )
    if sys.stderr.isatty():
        print(file=sys.stderr)
    print(_text(outcome))
    if options.json is not None:
        replace_file(options.json, json.dumps(outcome.record(), indent=1).encode())
    return 0 if outcome.agrees else 1


def _show_progress(share: float) -> None:
    if sys.stderr.isatty():
        print(f"\rcounting {share:4.0%}", end="", file=sys.stderr, flush=True)


def _text(outcome: CountedFile) -> str:
    lines = []
    if outcome.truth is not None and outcome.crossings is not None:
        lines += _crossing_lines(outcome.video, outcome.truth, outcome.crossings)
    for value in outcome.values:
        lines += _value_lines(outcome.video, value)
    return "\n".join(lines)


def _crossing_lines(video: str, truth: Truth, result: CountScore) -> list[str]:
    lines = [f"{video}, line {truth.line.name!r}"]
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


def _value_lines(video: str, result: ValueScore) -> list[str]:
    right, looks = result.right, result.looks
    lines = [f"{video}, {result.truth.quantity} ({result.truth.class_name})"]
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
