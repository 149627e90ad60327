"""``watchpost evaluate detector``: a model file on labelled pictures."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from watchpost import resources
from watchpost.base import log
from watchpost.base.errors import LearningError
from watchpost.base.files import replace_file
from watchpost.engine.inference.inspection import inspect_model
from watchpost.engine.inference.model import ModelInfo
from watchpost.learning.datasets import (
    PictureFile,
    picture_files,
    read_class_names,
)
from watchpost.learning.evaluation.detector import (
    DetectorScore,
    examples_of,
    record_of,
    score_detector,
)
from watchpost.learning.evaluation.ugly_detector import (
    UglyScore,
    UglyScores,
    score_ugly,
)

_DETECTOR = "models/detector.onnx"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.description = (
        "Run a model on labelled pictures with the product's own reader and print its "
        "average precision (COCO's, at an overlap of 0.5 and over 0.5 to 0.95) for each "
        "class that both know by name, and the network's time on one thread."
    )
    parser.add_argument(
        "--images", type=Path, required=True, metavar="DIR", help="the pictures"
    )
    parser.add_argument(
        "--labels",
        type=Path,
        required=True,
        metavar="DIR",
        help="YOLO labels: a text file of the same name for each; pictures without one "
        "are left out",
    )
    parser.add_argument(
        "--classes",
        type=Path,
        required=True,
        metavar="FILE",
        help="class names of the labels, one a line",
    )
    parser.add_argument(
        "--model", type=Path, help="an ONNX file; default: the shipped one"
    )
    parser.add_argument(
        "--ugly",
        action="store_true",
        help="also on the pictures under every condition of the ugly suite that a still "
        "can show, and how much of the precision each leaves (rPC)",
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write the outcome here"
    )


def run(options: argparse.Namespace) -> int:
    """Run the evaluation; returns the exit code.

    Raises:
        LearningError: Pictures, labels or class names cannot be used, or the model knows
            none of the classes.
    """
    log.configure()
    names = tuple(read_class_names(options.classes))
    files = picture_files(options.images, options.labels)
    model = inspect_model(options.model or resources.path(_DETECTOR))
    if not set(names) & set(model.classes):
        raise LearningError(
            f"The model knows none of the classes in {options.classes}; it knows "
            f"{', '.join(model.classes[:8])}.",
            todo="Give the classes the names that the model uses.",
        )
    result = score_detector(model, examples_of(files, names), names, tell=_tell(files))
    print(_text(model, names, result))
    record = record_of(model, names, result)
    if options.ugly:
        ugly = score_ugly(
            model,
            lambda: examples_of(files, names),
            names,
            result,
            on_score=lambda score: print(_ugly_line(score, result), flush=True),
        )
        print(_ugly_text(ugly))
        record["ugly"] = ugly.record()
    if options.json is not None:
        outcome = json.dumps(record, indent=1)
        replace_file(options.json, outcome.encode())
    return 0


def _tell(files: list[PictureFile]) -> Callable[[int], None]:
    def tell(count: int) -> None:
        if sys.stderr.isatty():
            end = "\n" if count == len(files) else ""
            print(f"\rpicture {count} of {len(files)}", end=end, file=sys.stderr)

    return tell


def _text(model: ModelInfo, names: tuple[str, ...], result: DetectorScore) -> str:
    lines = [
        f"{model.path.name}, {model.input.width} x {model.input.height}, layout "
        f"{model.layout}, on {result.pictures} pictures",
        f"{'class':<16} {'objects':>7} {'AP50':>6} {'AP50-95':>8}",
    ]
    for name, score in result.classes.items():
        lines.append(f"{name:<16} {score.objects:>7} {score.ap50:6.1%} {score.ap:8.1%}")
    lines.append(f"{'mean':<16} {'':>7} {result.ap50:6.1%} {result.ap:8.1%}")
    lines.append(f"network: {result.network_ms:.1f} ms a picture on one thread")
    if unknown := [name for name in names if name not in model.classes]:
        lines.append(f"not known to the model, not measured: {', '.join(unknown)}")
    return "\n".join(lines)


def _ugly_line(score: UglyScore, clean: DetectorScore) -> str:
    kept = f"  kept {score.score.ap50 / clean.ap50:4.0%}" if clean.ap50 else ""
    name = f"{score.id}.{score.severity} {score.title}"
    return f"{name:<28} {score.amount:<12} AP50 {score.score.ap50:6.1%}{kept}"


def _ugly_text(ugly: UglyScores) -> str:
    means = [("mean", ugly.rpc()), *((n, ugly.rpc(n)) for n in ugly.clean.classes)]
    lines = [
        f"rPC {name:<16} {'-' if value is None else f'{value:6.1%}'}"
        for name, value in means
    ]
    if ugly.left_out:
        lines.append(f"not measured, no H.264 encoder here: {', '.join(ugly.left_out)}")
    return "\n".join(lines)
