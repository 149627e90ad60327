"""Tracker: milliseconds an update, against one written the usual way.

The reference does what widely used trackers do: one 8-state Kalman filter object a track,
matrix products a track, a full cost matrix and an assignment every frame. Where the
package supervision (0.29.1, the last with a ByteTrack) is installed, that is measured too
and is what the targets are about.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator
from functools import partial

import numpy as np
from lap import lapjv
from numpy.typing import NDArray

from watchpost.bench.conditions import Conditions
from watchpost.bench.report import Row, row, wall_ms
from watchpost.domain.detections import Detections
from watchpost.domain.geometry import cxcywh_from_xyxy, iou, xyxy_from_cxcywh
from watchpost.engine.tracking.tracker import Tracker

Array = NDArray[np.float64]
_FRAMES = 150
_ROUNDS = 3
# Goals of the architecture, accuracy first.
_TARGETS = {5: 8.0, 20: 15.0, 60: 25.0}


class _ReferenceTrack:
    """One track with the usual matrices (Wojke et al., 2017)."""

    move = np.eye(8) + np.eye(8, k=4)
    look = np.eye(4, 8)

    def __init__(self, box: Array) -> None:
        self.state = np.concatenate((box, np.zeros(4)))
        self.spread = np.diag(np.full(8, (0.1 * box[3]) ** 2))
        self.missed = 0

    def predict(self) -> None:
        noise = np.diag(np.r_[np.full(4, 0.05), np.full(4, 0.00625)] ** 2)
        self.state = self.move @ self.state
        self.spread = self.move @ self.spread @ self.move.T + noise * self.state[3] ** 2
        self.missed += 1

    def correct(self, box: Array) -> None:
        noise = np.eye(4) * (0.05 * self.state[3]) ** 2
        seen = self.look @ self.spread @ self.look.T + noise
        gain = np.linalg.solve(seen, self.look @ self.spread).T
        self.state = self.state + gain @ (box - self.look @ self.state)
        self.spread = self.spread - gain @ seen @ gain.T
        self.missed = 0


class ReferenceTracker:
    """SORT as it is commonly written: a list of filter objects."""

    def __init__(self) -> None:
        self._tracks: list[_ReferenceTrack] = []

    def update(self, xyxy: Array) -> None:
        """Take in one frame's boxes, shape (N, 4)."""
        boxes = cxcywh_from_xyxy(xyxy)
        for track in self._tracks:
            track.predict()
        taken: set[int] = set()
        if self._tracks and len(boxes):
            predicted = np.array([t.state[:4] for t in self._tracks])
            overlap = iou(xyxy_from_cxcywh(predicted), xyxy)
            _, column_of_row, _ = lapjv(1 - overlap, extend_cost=True)
            for index, column in enumerate(column_of_row):
                if column >= 0 and overlap[index, column] > 0.3:
                    self._tracks[index].correct(boxes[column])
                    taken.add(int(column))
        self._tracks = [t for t in self._tracks if t.missed < 30]
        self._tracks += [
            _ReferenceTrack(box) for i, box in enumerate(boxes) if i not in taken
        ]


def crowd(people: int, *, seed: int = 7) -> Iterator[Detections]:
    """Yield frames of people who walk about, with missed and trembling boxes."""
    rng = np.random.default_rng(seed)
    place = rng.uniform(0.1, 0.9, (people, 2))
    speed = rng.normal(0, 0.004, (people, 2))
    size = rng.uniform((0.02, 0.06), (0.05, 0.15), (people, 2))
    for _ in range(_FRAMES):
        place += speed
        speed[(place < 0.05) | (place > 0.95)] *= -1
        seen = rng.random(people) > 0.05
        centre = (place + rng.normal(0, 0.001, place.shape))[seen]
        half = size[seen] / 2
        boxes = np.concatenate((centre - half, centre + half), axis=1)
        scores = rng.uniform(0.5, 0.95, len(boxes))
        yield Detections(
            boxes.astype(np.float32),
            scores.astype(np.float32),
            np.zeros(len(boxes), np.int32),
        )


def measure(_conditions: Conditions) -> list[Row]:
    """Return the ratios reference by ours, at 5, 20 and 60 boxes."""
    rows = []
    for people, target in _TARGETS.items():
        frames = list(crowd(people))
        arrays = [f.xyxy_norm.astype(np.float64) for f in frames]
        ours_ms, usual, peer = [], [], []
        for _ in range(_ROUNDS):
            ours_ms.append(wall_ms(partial(_ours, frames)) / _FRAMES)
            usual.append(wall_ms(partial(_reference, arrays)) / _FRAMES / ours_ms[-1])
            if importlib.util.find_spec("supervision") is not None:
                peer.append(wall_ms(partial(_peer, frames)) / _FRAMES / ours_ms[-1])
        rows.append(row(f"track.{people}.ms", "ms", ours_ms))
        name = f"track.{people}.usual"
        rows.append(row(name, "ratio", usual, note="filters one by one / ours"))
        if peer:
            rows.append(
                row(
                    f"track.{people}",
                    "ratio",
                    peer,
                    target=target,
                    better="more",
                    note="supervision's ByteTrack / ours",
                )
            )
    return rows


def _ours(frames: list[Detections]) -> None:
    tracker = Tracker()
    for index, frame in enumerate(frames):
        tracker.update(frame, index * 66_000_000)


def _reference(arrays: list[Array]) -> None:
    tracker = ReferenceTracker()
    for boxes in arrays:
        tracker.update(boxes)


def _peer(frames: list[Detections]) -> None:
    supervision = importlib.import_module("supervision")
    tracker = supervision.ByteTrack(frame_rate=15)
    scale = np.array([1280, 720, 1280, 720], np.float32)
    for frame in frames:
        tracker.update_with_detections(
            supervision.Detections(
                xyxy=frame.xyxy_norm * scale,
                confidence=frame.scores,
                class_id=frame.class_ids,
            )
        )
