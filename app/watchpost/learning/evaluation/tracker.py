"""Our tracker on the detections of sequences, against their true tracks and other trackers.

The measures are checked first: where a sequence has ``ref_tracker/`` with expected
figures, they must come out the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from watchpost.base.clock import NS_PER_MS, NS_PER_S, SYSTEM_CLOCK
from watchpost.base.errors import LearningError
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
PEERS = "baselines.json"
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
TABLE = ("HOTA", "IDF1", "MOTA", "IDSW", "DetA", "AssA", "FP", "FN")
COUNTS = ("IDSW", "FP", "FN")


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


@dataclass(frozen=True, slots=True)
class SequenceResult:
    """What was found on one sequence.

    Attributes:
        name: Of the sequence.
        frames: Its length.
        fps: Frames a second.
        wrong: Measures of the reference tracks that differ from what is expected; None
            where nothing is expected.
        followed: Our tracker; None where the sequence has no detections.
        peers: Other trackers' figures on the same detections, in percent.
    """

    name: str
    frames: int
    fps: float
    wrong: tuple[str, ...] | None
    followed: Followed | None
    peers: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @property
    def behind(self) -> list[str]:
        """Which peers have a better HOTA or IDF1."""
        return behind(self.followed.score, self.peers) if self.followed else []

    @property
    def agrees(self) -> bool:
        """Whether measures are reproduced and no peer is better."""
        return not self.wrong and not self.behind


def measure_tracker(
    folder: Path,
    *,
    live: bool = False,
    on_result: Callable[[SequenceResult], None] = lambda _result: None,
) -> tuple[SequenceResult, ...]:
    """Measure the tracker on a sequence, or on every sequence of a folder.

    Args:
        folder: A sequence, or a folder of sequences; the peers' figures lie there.
        live: Also run the public trackers that are installed here.
        on_result: Told each result as soon as it is there.

    Raises:
        LearningError: There is no sequence, or a file cannot be read; says which.
    """
    peers = read_peers(folder)
    results = []
    for path in find_sequences(folder):
        results.append(measure_sequence(path, peers, live=live))
        on_result(results[-1])
    return tuple(results)


def measure_sequence(
    folder: Path,
    peers: Mapping[str, Mapping[str, Mapping[str, float]]],
    *,
    live: bool = False,
) -> SequenceResult:
    """Measure the tracker on one sequence.

    Args:
        folder: The sequence.
        peers: Other trackers' figures by sequence and tracker, in percent.
        live: Also run the public trackers that are installed here.

    Raises:
        LearningError: A file cannot be read; says which.
    """
    sequence = read_sequence(folder)
    wrong, followed = None, None
    theirs = dict(peers.get(sequence.name, {}))
    if (folder / _EXPECTED).exists():
        wrong = tuple(wrong_measures(folder, sequence))
    if sequence.detections is not None:
        followed = follow(sequence)
        theirs |= live_peers(sequence) if live else {}
    return SequenceResult(
        sequence.name, len(sequence.truth), sequence.fps, wrong, followed, theirs
    )


def record(results: tuple[SequenceResult, ...]) -> dict[str, Any]:
    """Return results as JSON takes them."""
    followed = {r.name: r.followed for r in results if r.followed is not None}
    return {
        "agrees": all(r.agrees for r in results),
        "measures_reproduced": {
            r.name: not r.wrong for r in results if r.wrong is not None
        },
        "sequences": {name: asdict(one) for name, one in followed.items()},
        "peers": {r.name: r.peers for r in results if r.followed is not None},
    }


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
        name: figures(
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


def read_peers(folder: Path) -> dict[str, dict[str, dict[str, float]]]:
    """Return other trackers' figures by sequence and tracker, in percent.

    Raises:
        LearningError: The file of figures cannot be read.
    """
    for path in (folder / PEERS, folder.parent / PEERS):
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


def figures(score: TrackingScore) -> dict[str, float]:
    """Return what a table shows of a score: shares in percent, and counts."""
    return {
        name: value if name in COUNTS else round(100 * value, 3)
        for name in TABLE
        for value in (getattr(score, _FIELDS[name]),)
    }


def cell(values: Mapping[str, float], name: str) -> str:
    """Return a figure of a table in words, ``-`` where it is not known."""
    if name not in values:
        return "-"
    return f"{values[name]:.0f}" if name in COUNTS else f"{values[name]:.2f}"
