"""``watchpost evaluate tracker``: our tracker on given detections, against true tracks."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from watchpost.base import log
from watchpost.base.clock import NS_PER_MS, NS_PER_S, SYSTEM_CLOCK
from watchpost.base.errors import LearningError
from watchpost.base.files import replace_file
from watchpost.domain.detections import Detections
from watchpost.engine.tracking.tracker import Tracker
from watchpost.learning.evaluation.mot import (
    Boxes,
    Sequence,
    find_sequences,
    read_sequence,
    read_tracks,
    scored,
)
from watchpost.learning.evaluation.tracking_metrics import TrackingScore, score_tracks
from watchpost.learning.evaluation.tracking_peers import installed_peers, run_peer

_EXPECTED = "ref_tracker/expected_metrics.json"
_TRACKS = "ref_tracker/tracks.txt"
_PEERS = "baselines.json"
# The files state three digits behind the point, of percent.
_SAME = 6e-6
_FIELDS = {
    "HOTA": "hota",
    "DetA": "det_a",
    "AssA": "ass_a",
    "LocA": "loc_a",
    "MOTA": "mota",
    "MOTP": "motp",
    "IDF1": "idf1",
    "IDP": "idp",
    "IDR": "idr",
    "IDSW": "switches",
    "Frag": "fragments",
    "MT": "mostly_tracked",
    "ML": "mostly_lost",
    "FP": "false_positives",
    "FN": "misses",
    "TP": "hits",
}
_TABLE = ("HOTA", "IDF1", "MOTA", "IDSW", "DetA", "AssA", "FP", "FN")
_COUNTS = ("IDSW", "FP", "FN")


@dataclass(frozen=True, slots=True)
class Followed:
    """Our tracker on one sequence.

    Attributes:
        score: Against the truth.
        update_ms: Median time of an update.
        boxes: Mean detections a frame.
    """

    score: TrackingScore
    update_ms: float
    boxes: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.description = (
        "Run the tracker on the detections of MOTChallenge sequences and print HOTA, "
        "IDF1, MOTA and switches against their true tracks, beside other trackers' from "
        f"{_PEERS} where the folder has one. The measures are first checked: where a "
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
    folders = find_sequences(options.mot)
    peers = _peers(options.mot)
    agrees = True
    checks: dict[str, list[str]] = {}
    found: dict[str, Followed] = {}
    for folder in folders:
        sequence = read_sequence(folder)
        if (folder / _EXPECTED).exists():
            checks[sequence.name] = wrong_measures(folder, sequence)
            agrees &= not checks[sequence.name]
            print(_check_text(sequence.name, checks[sequence.name]))
        if sequence.detections is not None:
            found[sequence.name] = follow(sequence)
            theirs = peers.setdefault(sequence.name, {})
            if options.peers:
                theirs |= live_peers(sequence)
            agrees &= not behind(found[sequence.name].score, theirs)
            print(_text(sequence, found[sequence.name], theirs))
    if options.json is not None:
        outcome = {
            "agrees": agrees,
            "measures_reproduced": {name: not wrong for name, wrong in checks.items()},
            "sequences": {name: asdict(one) for name, one in found.items()},
            "peers": {name: peers.get(name, {}) for name in found},
        }
        replace_file(options.json, json.dumps(outcome, indent=1).encode())
    if options.report is not None:
        replace_file(options.report, _report(found, peers).encode())
    return 0 if agrees else 1


def follow(sequence: Sequence) -> Followed:
    """Run the tracker, as it serves cameras, on a sequence's detections.

    What is scored are confirmed tracks where a detection was found, not where somebody
    was only predicted.
    """
    assert sequence.detections is not None
    tracker = Tracker()
    size = np.array([sequence.width, sequence.height] * 2, np.float64)
    said, spent_ms = [], []
    for number, seen in enumerate(sequence.detections):
        detections = Detections(
            (seen.xyxy / size).astype(np.float32),
            seen.scores.astype(np.float32),
            np.zeros(len(seen.scores), np.int32),
        )
        start_ns = SYSTEM_CLOCK.monotonic_ns()
        tracks = tracker.update(
            detections,
            round(number / sequence.fps * NS_PER_S),
            aspect=sequence.width / sequence.height,
        )
        spent_ms.append((SYSTEM_CLOCK.monotonic_ns() - start_ns) / NS_PER_MS)
        shown = tracks.select(tracks.confirmed & (tracks.detection_rows >= 0))
        ones = np.ones(len(shown.ids))
        xyxy = shown.xyxy_norm.astype(np.float64) * size
        said.append(Boxes(shown.ids, xyxy, ones, ones.astype(np.int64)))
    score = score_tracks(*scored(sequence, tuple(said)))
    boxes = float(np.mean([len(seen.scores) for seen in sequence.detections]))
    return Followed(score, float(np.median(spent_ms)), boxes)


def live_peers(sequence: Sequence) -> dict[str, dict[str, float]]:
    """Return the figures of the public trackers installed here, in percent."""
    return {
        name: _figures(
            score_tracks(*scored(sequence, run_peer(sequence, begin(sequence))))
        )
        for name, begin in installed_peers().items()
    }


def wrong_measures(folder: Path, sequence: Sequence) -> list[str]:
    """Score a sequence's reference tracks; return what differs from what is expected.

    Raises:
        LearningError: The expected figures cannot be read.
    """
    path = folder / _EXPECTED
    try:
        expected = json.loads(path.read_text(encoding="utf-8"))
        values: Mapping[str, float] = expected["values_percent_or_count"]
    except (OSError, ValueError, KeyError) as error:
        raise LearningError(f"{path} cannot be read.", todo="Copy it again.") from error
    tracks = read_tracks(folder / _TRACKS, len(sequence.truth))
    score = score_tracks(*scored(sequence, tracks))
    wrong = []
    for name, value in values.items():
        ours = getattr(score, _FIELDS[name])
        wanted = value / 100 if isinstance(ours, float) else value
        if abs(ours - wanted) > _SAME:
            wrong.append(f"{name} {ours:g} instead of {wanted:g}")
    return wrong


def behind(score: TrackingScore, peers: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Return which peers have a better HOTA or IDF1."""
    return [
        f"{name} ({measure})"
        for name, values in peers.items()
        for measure in ("HOTA", "IDF1")
        if values[measure] / 100 > getattr(score, _FIELDS[measure])
    ]


def _peers(folder: Path) -> dict[str, dict[str, dict[str, float]]]:
    """Return other trackers' figures by sequence and tracker, in percent."""
    for path in (folder / _PEERS, folder.parent / _PEERS):
        if path.is_file():
            break
    else:
        return {}
    try:
        results = json.loads(path.read_text(encoding="utf-8"))["results"]
    except (OSError, ValueError, KeyError) as error:
        raise LearningError(f"{path} cannot be read.", todo="Copy it again.") from error
    by_sequence: dict[str, dict[str, dict[str, float]]] = {}
    for tracker, sequences in results.items():
        for name, values in sequences.items():
            by_sequence.setdefault(name, {})[tracker] = values
    return by_sequence


def _figures(score: TrackingScore) -> dict[str, float]:
    return {
        name: value if name in _COUNTS else round(100 * value, 3)
        for name in _TABLE
        for value in (getattr(score, _FIELDS[name]),)
    }


def _report(
    found: Mapping[str, Followed],
    peers: Mapping[str, Mapping[str, Mapping[str, float]]],
) -> str:
    lines = [
        "# Tracker",
        "",
        "One setting for all sequences, every tracker on the same detections. HOTA, DetA "
        "and AssA are means over overlaps 0.05 to 0.95, the rest is at 0.5.",
    ]
    for name, one in found.items():
        rows = {"**Watchpost**": _figures(one.score), **peers.get(name, {})}
        lines += ["", f"## {name}", "", f"| Tracker | {' | '.join(_TABLE)} |"]
        lines.append("|---|" + "---:|" * len(_TABLE))
        lines += [
            f"| {tracker} | {' | '.join(_cell(values, key) for key in _TABLE)} |"
            for tracker, values in rows.items()
        ]
    return "\n".join(lines) + "\n"


def _cell(values: Mapping[str, float], name: str) -> str:
    if name not in values:
        return "-"
    return f"{values[name]:.0f}" if name in _COUNTS else f"{values[name]:.2f}"


def _check_text(name: str, wrong: list[str]) -> str:
    if wrong:
        return f"{name}: measures of the reference tracks DIFFER: {', '.join(wrong)}"
    return f"{name}: measures of the reference tracks are reproduced"


def _text(
    sequence: Sequence,
    found: Followed,
    peers: Mapping[str, Mapping[str, float]],
) -> str:
    lines = [
        f"{sequence.name}: {len(sequence.truth)} frames at {sequence.fps:g} a second, "
        f"{found.boxes:.1f} boxes each, {found.update_ms:.2f} ms an update",
        f"  {'':<38} {'HOTA':>6} {'IDF1':>6} {'MOTA':>6} {'IDSW':>5}",
    ]
    score = found.score
    rows = {"ours": (score.hota, score.idf1, score.mota, score.switches)}
    for name, values in peers.items():
        shares = [values[measure] / 100 for measure in ("HOTA", "IDF1", "MOTA")]
        rows[name] = (shares[0], shares[1], shares[2], int(values["IDSW"]))
    lines += [
        f"  {name[:38]:<38} {hota:6.2%} {idf1:6.2%} {mota:6.2%} {switches:>5}"
        for name, (hota, idf1, mota, switches) in rows.items()
    ]
    if better := behind(score, peers):
        lines.append(f"  BEHIND {', '.join(better)}")
    return "\n".join(lines)
