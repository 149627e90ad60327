"""Public trackers on the same detections, where their packages are installed.

They are there to compare with and no dependency of the product: the ByteTrack of
supervision (MIT, up to 0.30), the SORT, ByteTrack and OC-SORT of trackers (Apache-2.0) and
norfair (BSD-3-Clause). Each runs as its defaults are, told the frame rate where it takes
one; what it measured in a frame is scored, as with the product's own.
"""

from __future__ import annotations

import importlib
import importlib.util
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from watchpost.learning.evaluation.mot import Boxes, Sequence

# Ids (M,) and corners in pixels (M, 4) of one frame.
Found = tuple[NDArray[np.int64], NDArray[np.float64]]
Step = Callable[[Boxes], Found]

# SORT's; norfair has no default.
_NORFAIR_OVERLAP = 0.3


def installed_peers() -> dict[str, Callable[[Sequence], Step]]:
    """Return by name what begins each public tracker that is installed."""
    peers: dict[str, Callable[[Sequence], Step]] = {}
    if (supervision := _package("supervision")) is not None:
        if hasattr(supervision, "ByteTrack"):
            name = f"ByteTrack (supervision {supervision.__version__})"
            peers[name] = _begin_supervision
        if (trackers := _package("trackers")) is not None:
            for kind in ("SORT", "ByteTrack", "OCSORT"):
                if hasattr(trackers, f"{kind}Tracker"):
                    peers[f"{kind} (trackers)"] = _beginner_of_trackers(kind)
    if _package("norfair") is not None:
        peers["norfair"] = _begin_norfair
    return peers


def run_peer(sequence: Sequence, step: Step) -> tuple[Boxes, ...]:
    """Return a peer's tracks on a sequence's detections, frame by frame."""
    assert sequence.detections is not None
    said = []
    for seen in sequence.detections:
        ids, xyxy = step(seen)
        ones = np.ones(len(ids))
        said.append(Boxes(ids, xyxy.reshape(-1, 4), ones, ones.astype(np.int64)))
    return tuple(said)


def _package(name: str) -> Any:
    if importlib.util.find_spec(name) is None:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module(name)


def _begin_supervision(sequence: Sequence) -> Step:
    with warnings.catch_warnings():
        # It says that it will go; that is why a version is named.
        warnings.simplefilter("ignore")
        tracker = _package("supervision").ByteTrack(frame_rate=sequence.fps)

    def step(seen: Boxes) -> Found:
        out = tracker.update_with_detections(_supervision_form(seen))
        return np.asarray(out.tracker_id, np.int64), np.asarray(out.xyxy, np.float64)

    return step


def _beginner_of_trackers(kind: str) -> Callable[[Sequence], Step]:
    def begin(sequence: Sequence) -> Step:
        tracker = getattr(_package("trackers"), f"{kind}Tracker")(
            frame_rate=sequence.fps
        )

        def step(seen: Boxes) -> Found:
            out = tracker.update(_supervision_form(seen))
            ids = np.asarray(out.tracker_id, np.int64)
            # -1: seen, and not yet a track.
            known = ids >= 0
            return ids[known], np.asarray(out.xyxy, np.float64)[known]

        return step

    return begin


def _supervision_form(seen: Boxes) -> Any:
    return _package("supervision").Detections(
        xyxy=seen.xyxy.astype(np.float32),
        confidence=seen.scores.astype(np.float32),
        class_id=np.zeros(len(seen.scores), int),
    )


def _begin_norfair(_sequence: Sequence) -> Step:
    norfair = _package("norfair")
    tracker = norfair.Tracker(
        distance_function="iou", distance_threshold=1 - _NORFAIR_OVERLAP
    )

    def step(seen: Boxes) -> Found:
        given = [
            norfair.Detection(box.reshape(2, 2), np.full(2, score))
            for box, score in zip(seen.xyxy, seen.scores, strict=True)
        ]
        row_of = {id(one): row for row, one in enumerate(given)}
        found = [
            (one.id, row_of[id(one.last_detection)])
            for one in tracker.update(given)
            if id(one.last_detection) in row_of
        ]
        ids, rows = np.array(found, np.int64).reshape(-1, 2).T
        return ids, seen.xyxy[rows]

    return step
