"""``watchpost evaluate counts``: a video through the whole product, against a hand count."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from watchpost.base import log
from watchpost.base.clock import NS_PER_S
from watchpost.base.errors import LearningError
from watchpost.base.files import replace_file
from watchpost.base.paths import DataFolder
from watchpost.learning.evaluation.counts import (
    CountedCrossing,
    CountScore,
    Truth,
    read_truth,
    score,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.description = (
        "Count a video through capture, inference, tracker, rules and ledger, and compare "
        "with a hand count. Exit code 0 only when they agree."
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
    """Run the evaluation; 0 when counted and true crossings agree, else 1."""
    from watchpost.edge.offline import run_file

    log.configure()
    truth = read_truth(options.truth)
    if not options.video.is_file():
        raise LearningError(
            f"There is no video file {options.video}.", todo="Check its name."
        )
    if options.rate is not None and not 0.5 <= options.rate <= 120:
        raise LearningError(
            f"--rate {options.rate:g} is no rate to look at.",
            todo="Give 0.5 to 120 looks a second.",
        )
    with tempfile.TemporaryDirectory(prefix="watchpost-evaluate-") as folder:
        crossings = run_file(
            options.video,
            (truth.line,),
            options.model,
            DataFolder(Path(folder)),
            on_progress=_show_progress,
            detections_per_s=options.rate,
        )
    if sys.stderr.isatty():
        print(file=sys.stderr)
    counted = [
        CountedCrossing(
            c.stream_ns / NS_PER_S, truth.name_of(c.direction), c.class_name
        )
        for c in crossings
    ]
    result = score(truth, counted)
    print(_text(options.video, truth, result))
    if options.json is not None:
        outcome = json.dumps(_record(options.video, truth, result), indent=1)
        replace_file(options.json, outcome.encode())
    return 0 if result.agrees else 1


def _show_progress(share: float) -> None:
    if sys.stderr.isatty():
        print(f"\rcounting {share:4.0%}", end="", file=sys.stderr, flush=True)


def _text(video: Path, truth: Truth, result: CountScore) -> str:
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
    return "\n".join(lines)


def _record(video: Path, truth: Truth, result: CountScore) -> dict[str, object]:
    return {
        "video": video.name,
        "agrees": result.agrees,
        "tolerance_s": truth.tolerance_s,
        "directions": [
            {
                "direction": d.direction,
                "counted": d.counted,
                "true": d.true,
                "allowed_difference": d.allowed,
                "late": d.late,
                "agrees": d.agrees,
            }
            for d in result.directions
        ],
        "crossings": [
            {"true_s": t, "counted_s": c, "direction": d} for t, c, d in result.pairs
        ],
    }
