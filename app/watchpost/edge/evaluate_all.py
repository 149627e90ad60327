"""``watchpost evaluate all``: everything that a data folder allows, in one report.

Counts, detector and tracker are measured as the commands of their own do; the report is
written when all of it is there, so that an interrupted run leaves what was there before.

Exit code 0 only when everything was measured and all that is certain agrees: hand counts
whose truth file calls itself certain, the promise that looking five times a second counts
what every frame counts, seconds of zones and shelves, and the tracker's measures and
peers. What the model does not know, and videos without a line, are listed and cost
nothing. 1 when something disagrees or could not be measured, 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from watchpost import __version__
from watchpost.base import log
from watchpost.base.clock import NS_PER_S, SYSTEM_CLOCK
from watchpost.base.errors import ConfigError, LearningError
from watchpost.base.files import replace_file
from watchpost.learning.evaluation.summary.clips import ClipResult
from watchpost.learning.evaluation.summary.machine import this_machine
from watchpost.learning.evaluation.summary.pictures import SetResult
from watchpost.learning.evaluation.summary.report import REPORT, files_of
from watchpost.learning.evaluation.summary.result import Summary, Trouble
from watchpost.learning.evaluation.summary.telling import Telling
from watchpost.learning.evaluation.summary.ugly_found import find_ugly
from watchpost.learning.evaluation.tracker import SequenceResult
from watchpost.learning.interrupts import INTERRUPTED, interruptible

PARTS = ("counts", "detector", "tracker")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.description = (
        "Measure everything that a data folder allows and write one report: every "
        "counted video at every frame and at five looks a second, the detector on "
        "labelled pictures beside public models, the tracker beside others. Reports of "
        "'evaluate ugly' that lie in the folder already are named in it. Exit code 0 "
        "only when all was measured and all that is certain agrees."
    )
    parser.add_argument(
        "--data",
        type=Path,
        required=True,
        metavar="DIR",
        help="the folder with videos, images, mot and models",
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="where README.md, its charts and report.json are written",
    )
    parser.add_argument(
        "--model", type=Path, help="an ONNX file; default: the shipped one"
    )
    parser.add_argument(
        "--only",
        type=_parts,
        default=PARTS,
        metavar="PARTS",
        help=f"of {','.join(PARTS)}; default: all",
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write the outcome here too"
    )


def _parts(text: str) -> tuple[str, ...]:
    asked = {part.strip() for part in text.split(",") if part.strip()}
    if not asked or not asked <= set(PARTS):
        raise argparse.ArgumentTypeError(f"the parts are {', '.join(PARTS)}")
    return tuple(part for part in PARTS if part in asked)


def run(options: argparse.Namespace) -> int:
    """Measure, write the report, and say whether all that is certain agrees.

    Raises:
        ConfigError: The report cannot be written there.
        LearningError: There is no data folder.
        ModelError: The model cannot be used.
    """
    log.configure()
    if not options.data.is_dir():
        raise LearningError(
            f"There is no data folder {options.data}.", todo="Check its name."
        )
    if options.out.exists() and not options.out.is_dir():
        raise ConfigError(
            f"{options.out} is a file, and the report is a folder.",
            todo="Give --out another name.",
        )
    summary = _measure(options)
    with interruptible() as stopping:
        _write(options, summary)
    for text in summary.disagreements():
        print(f"does not agree: {text}")
    for one in summary.not_measured():
        print(f"could not be measured: {one.what}: {one.reason}")
    print(f"{'agrees' if summary.agrees else 'DOES NOT AGREE'}: {options.out / REPORT}")
    if stopping.is_set():
        return INTERRUPTED
    return 0 if summary.agrees else 1


def _measure(options: argparse.Namespace) -> Summary:
    # Counting loads the whole product; help does not wait for it.
    from watchpost.edge import measured_parts
    from watchpost.edge.measured_clips import measure_clips
    from watchpost.edge.offline import model_to_run

    machine, model = this_machine(), model_to_run(options.model)
    data, telling = _near(options.data), Telling(_say, _show_progress)
    clips: tuple[ClipResult, ...] = ()
    sets: list[SetResult] = []
    sequences: list[SequenceResult] = []
    troubles: list[Trouble] = []
    if "counts" in options.only:
        try:
            clips = measure_clips(data / "videos", model, telling)
        except LearningError as error:
            troubles.append(Trouble("videos", str(error)))
    if "detector" in options.only:
        others: measured_parts.PublicModels = ()
        try:
            others, unusable = measured_parts.public_models(data / "models", telling)
            troubles += unusable
        except LearningError as error:
            troubles.append(Trouble("models", str(error)))
        for name in measured_parts.PICTURE_SETS:
            folder = data / "images" / name
            sets.append(measured_parts.measure_set(folder, model, others, telling))
    if "tracker" in options.only:
        try:
            for one in measured_parts.measure_sequences(data / "mot", telling):
                if isinstance(one, Trouble):
                    troubles.append(one)
                else:
                    sequences.append(one)
        except LearningError as error:
            troubles.append(Trouble("mot", str(error)))
    today = datetime.fromtimestamp(SYSTEM_CLOCK.utc_ns() / NS_PER_S, UTC)
    return Summary(
        release=__version__,
        date=f"{today:%Y-%m-%d}",
        command=_command(options),
        model=model,
        machine=machine,
        parts=options.only,
        clips=clips,
        sets=tuple(sets),
        sequences=tuple(sequences),
        ugly=find_ugly(options.out),
        troubles=tuple(troubles),
    )


def _command(options: argparse.Namespace) -> str:
    words = ["watchpost evaluate all", f"--data {_near(options.data).as_posix()}"]
    words.append(f"--out {_near(options.out).as_posix()}")
    if options.model is not None:
        words.append(f"--model {_near(options.model).as_posix()}")
    if options.only != PARTS:
        words.append(f"--only {','.join(options.only)}")
    return " ".join(words)


def _near(path: Path) -> Path:
    """Return a path as seen from here: a report that is shared names no home folder."""
    try:
        return Path(os.path.relpath(path))
    except ValueError:
        # On Windows another drive cannot be reached from here.
        return path


def _write(options: argparse.Namespace, summary: Summary) -> None:
    files = files_of(summary)
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            replace_file(options.out / name, content)
        if options.json is not None:
            replace_file(options.json, files["report.json"])
    except OSError as error:
        raise ConfigError(
            f"The report cannot be written ({error}).",
            todo="Check the names after --out and --json, and the space on the disk.",
        ) from error


def _say(text: str) -> None:
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)
    print(text, flush=True)


def _show_progress(name: str, share: float) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{share:4.0%} {name}", end="", file=sys.stderr, flush=True)
