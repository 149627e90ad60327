"""``watchpost evaluate ugly``: a counted clip under every condition of the ugly suite."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from functools import partial
from pathlib import Path

import watchpost
from watchpost import resources
from watchpost.base import log
from watchpost.base.errors import ConfigError, LearningError
from watchpost.base.files import replace_file
from watchpost.engine.inference.inspection import inspect_model
from watchpost.learning.corruptions.suite import chosen
from watchpost.learning.evaluation import charts, ugly_report
from watchpost.learning.evaluation.counts import read_truth
from watchpost.learning.evaluation.playing import Eye
from watchpost.learning.evaluation.ugly import UglyPlan, run_suite
from watchpost.learning.evaluation.ugly_journal import Journal
from watchpost.learning.evaluation.ugly_result import ConditionResult, UglyResult
from watchpost.learning.evaluation.watching import LearntMonitors

_DETECTOR = "models/detector.onnx"
_REPORTS = {".html", ".md"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.description = (
        "Count a video under every condition of the ugly suite (blur, light, dust, "
        "compression, lost frames, tunnels and so on) through the motion gate, scheduler, "
        "detector, tracker and rules of a live camera, and compare with a hand count. "
        "Exit code 0 when every condition could be measured."
    )
    parser.add_argument("video", type=Path, help="the video file")
    parser.add_argument("--truth", type=Path, required=True, help="its COUNTS.json")
    parser.add_argument(
        "--model", type=Path, help="an ONNX file; default: the shipped one"
    )
    parser.add_argument(
        "--only",
        type=_names,
        default=(),
        metavar="IDS",
        help="conditions, such as U1,U5,Q10; default: all",
    )
    parser.add_argument(
        "--severities",
        type=_severities,
        default=(1, 2, 3),
        metavar="N,..",
        help="of 1,2,3; default: all",
    )
    parser.add_argument(
        "--seconds", type=float, metavar="N", help="only the first so many of the clip"
    )
    parser.add_argument(
        "--rate",
        type=float,
        metavar="N",
        help="play at most so many pictures a second; default: all",
    )
    parser.add_argument(
        "--resume",
        type=Path,
        metavar="FILE",
        help="keep each result here at once, and go on from what the file holds",
    )
    parser.add_argument(
        "--window",
        type=float,
        default=10.0,
        metavar="S",
        help="seconds of a window of which the accuracy is taken (default: %(default)s)",
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write the outcome here"
    )
    parser.add_argument(
        "--report",
        type=Path,
        metavar="FILE",
        help="write a report here: .html in one file, .md with charts beside it",
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in text.split(",") if name.strip())


def _severities(text: str) -> tuple[int, ...]:
    found = {int(part) for part in text.split(",")}
    if not found <= {1, 2, 3}:
        raise argparse.ArgumentTypeError("a severity is 1, 2 or 3")
    return tuple(sorted(found))


def run(options: argparse.Namespace) -> int:
    """Measure, print, and write what is asked for; 0 when all of it was measured."""
    log.configure()
    _check(options)
    plan = UglyPlan(
        options.video,
        read_truth(options.truth),
        chosen(options.only),
        options.severities,
        options.window,
        options.seconds,
        options.rate,
    )
    model = inspect_model(options.model or resources.path(_DETECTOR))
    journal = _journal(options, plan, model.sha256)
    result = run_suite(
        plan,
        Eye(model),
        make_monitor=LearntMonitors(),
        on_progress=_show_progress,
        known=journal.known if journal else None,
        on_result=partial(_take_result, journal),
    )
    print()
    for name, value, wanted in ugly_report.headline(result):
        asked = "" if wanted == "-" else f"  ({wanted})"
        print(f"{name:32} {value:>6}{asked}")
    if options.json is not None:
        replace_file(options.json, json.dumps(result.record(), indent=1).encode())
    if options.report is not None:
        _write_report(options.report, result)
    return 1 if any(c.problem for c in result.conditions) else 0


def _check(options: argparse.Namespace) -> None:
    if not options.video.is_file():
        raise LearningError(
            f"There is no video file {options.video}.", todo="Check its name."
        )
    amounts = (options.window, options.seconds, options.rate)
    if any(amount is not None and not amount > 0 for amount in amounts):
        raise ConfigError(
            "A window, a length and a rate are more than 0.",
            todo="Give --window, --seconds and --rate numbers above 0.",
        )
    if options.report is not None and options.report.suffix not in _REPORTS:
        raise ConfigError(
            f"A report is no {options.report.suffix or 'file without an ending'}.",
            todo="Let the name of --report end in .html or .md.",
        )


def _journal(
    options: argparse.Namespace, plan: UglyPlan, model_sha256: str
) -> Journal | None:
    if options.resume is None:
        return None
    measured = {
        "version": watchpost.__version__,
        "video": [plan.video.name, plan.video.stat().st_size],
        "truth": hashlib.sha256(options.truth.read_bytes()).hexdigest(),
        "model": model_sha256,
        "window_s": plan.window_s,
        "until_s": plan.until_s,
        "rate": plan.rate,
        "seed": plan.seed,
    }
    return Journal(options.resume, measured)


def _take_result(journal: Journal | None, row: ConditionResult) -> None:
    if journal is not None:
        journal.add(row)
    _show_result(row)


def _write_report(path: Path, result: UglyResult) -> None:
    if path.suffix == ".html":
        replace_file(path, ugly_report.html(result).encode())
        return
    name = f"{path.stem}-{{}}.svg"
    for chart in ugly_report.charts_of(result):
        replace_file(
            path.with_name(name.format(chart.name)), charts.alone(chart.svg).encode()
        )
    replace_file(path, ugly_report.markdown(result, name).encode())


def _show_progress(name: str, share: float) -> None:
    if sys.stderr.isatty():
        print(f"\r{share:4.0%} {name:<8}", end="", file=sys.stderr, flush=True)


def _show_result(row: ConditionResult) -> None:
    if sys.stderr.isatty():
        print("\r", end="", file=sys.stderr, flush=True)
    name = f"{row.name} {row.title}" if row.severity else row.title
    text = f"{name:<36} {row.amount:<20}"
    if row.problem:
        print(f"{text} not measured: {row.problem}", flush=True)
        return
    if row.accuracy is None:
        print(f"{text} nothing crossed", flush=True)
        return
    found = row.accuracy
    kept = "" if row.retention is None else f"  kept {row.retention:4.0%}"
    print(
        f"{text} {found.counted:3d} of {found.true:<3d} {found.value:4.0%} "
        f"[{found.low:4.0%}, {found.high:4.0%}]{kept}  "
        f"off {row.failures.failed}/{row.failures.windows}" + _silent_text(row),
        flush=True,
    )


def _silent_text(row: ConditionResult) -> str:
    if row.failures.silent is None:
        return ""
    flagged = "green" if row.flagged_after_s is None else f"{row.flagged_after_s:.0f} s"
    return f"  silent {row.failures.silent}  flagged {flagged}"
