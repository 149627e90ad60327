"""``watchpost evaluate tracker``: our tracker on given detections, against true tracks."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from watchpost.base import log
from watchpost.base.files import replace_file
from watchpost.learning.evaluation.tracker import (
    PEERS,
    TABLE,
    SequenceResult,
    cell,
    figures,
    measure_tracker,
    record,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.description = (
        "Run the tracker on the detections of MOTChallenge sequences and print HOTA, "
        "IDF1, MOTA and switches against their true tracks, beside other trackers' from "
        f"{PEERS} where the folder has one. The measures are first checked: where a "
        "sequence has ref_tracker/ with expected figures, they must come out the same. "
        "Exit code 1 when they do not, or another tracker has a better HOTA or IDF1."
    )
    parser.add_argument(
        "--mot",
        type=Path,
        required=True,
        metavar="DIR",
        help="a sequence, or a folder of sequences",
    )
    parser.add_argument(
        "--peers",
        action="store_true",
        help="also run the public trackers that are installed here (supervision, "
        "trackers, norfair) on the same detections",
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write the outcome here"
    )
    parser.add_argument(
        "--report", type=Path, metavar="FILE", help="write a table in Markdown here"
    )


def run(options: argparse.Namespace) -> int:
    """Run the evaluation; returns the exit code."""
    log.configure()
    results = measure_tracker(
        options.mot, live=options.peers, on_result=lambda one: print(_text(one))
    )
    if options.json is not None:
        outcome = json.dumps(record(results), indent=1)
        replace_file(options.json, outcome.encode())
    if options.report is not None:
        replace_file(options.report, _report(results).encode())
    return 0 if all(one.agrees for one in results) else 1


def _report(results: tuple[SequenceResult, ...]) -> str:
    lines = [
        "# Tracker",
        "",
        "One setting for all sequences, every tracker on the same detections. HOTA, DetA "
        "and AssA are means over overlaps 0.05 to 0.95, the rest is at 0.5.",
    ]
    for one in results:
        if one.followed is None:
            continue
        rows = {"**Watchpost**": figures(one.followed.score), **one.peers}
        lines += ["", f"## {one.name}", "", f"| Tracker | {' | '.join(TABLE)} |"]
        lines.append("|---|" + "---:|" * len(TABLE))
        lines += [
            f"| {tracker} | {' | '.join(cell(values, key) for key in TABLE)} |"
            for tracker, values in rows.items()
        ]
    return "\n".join(lines) + "\n"


def _check_text(name: str, wrong: tuple[str, ...]) -> str:
    if wrong:
        return f"{name}: measures of the reference tracks DIFFER: {', '.join(wrong)}"
    return f"{name}: measures of the reference tracks are reproduced"


def _text(result: SequenceResult) -> str:
    lines = [] if result.wrong is None else [_check_text(result.name, result.wrong)]
    if (found := result.followed) is None:
        return "\n".join(lines or [f"{result.name}: no detections, nothing to measure"])
    lines += [
        f"{result.name}: {result.frames} frames at {result.fps:g} a second, "
        f"{found.boxes:.1f} boxes each, {found.update_ms:.2f} ms an update",
        f"  {'':<38} {'HOTA':>6} {'IDF1':>6} {'MOTA':>6} {'IDSW':>5}",
    ]
    score = found.score
    rows = {"ours": (score.hota, score.idf1, score.mota, score.switches)}
    for name, values in result.peers.items():
        shares = [values[measure] / 100 for measure in ("HOTA", "IDF1", "MOTA")]
        rows[name] = (shares[0], shares[1], shares[2], int(values["IDSW"]))
    lines += [
        f"  {name[:38]:<38} {hota:6.2%} {idf1:6.2%} {mota:6.2%} {switches:>5}"
        for name, (hota, idf1, mota, switches) in rows.items()
    ]
    if result.behind:
        lines.append(f"  BEHIND {', '.join(result.behind)}")
    return "\n".join(lines)
