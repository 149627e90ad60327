"""Objects followed over time, as a struct of arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from watchpost.domain.detections import Boxes


@dataclass(frozen=True, slots=True, eq=False)
class Tracks:
    """Tracks at one moment; row i of every array is the same object.

    Attributes:
        ids: From 1, never used again within a tracker; shape (N,), int64.
        xyxy_norm: Boxes, fractions of the picture; shape (N, 4), float32. The measured
            box where ``detection_rows`` is not -1, else the predicted one.
        scores: Confidence of the last measured box; shape (N,), float32.
        class_ids: Majority class over the track's life, by score; shape (N,), int32.
        confirmed: Seen often and surely enough to be shown and counted; shape (N,), bool.
        detection_rows: Row of the detection behind it in this frame, -1 while it is
            unseen; shape (N,), int64.
        velocities: Centre's speed, fractions of the picture a second; shape (N, 2).
        ended_ids: Tracks given up since the last update; shape (M,), int64.
    """

    ids: NDArray[np.int64]
    xyxy_norm: Boxes
    scores: NDArray[np.float32]
    class_ids: NDArray[np.int32]
    confirmed: NDArray[np.bool_]
    detection_rows: NDArray[np.int64]
    velocities: NDArray[np.float32]
    ended_ids: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)

    def seen(self) -> Tracks:
        """Return the tracks that have a measured box in this frame."""
        return self.select(self.detection_rows >= 0)

    def select(self, rows: NDArray[np.bool_]) -> Tracks:
        """Return the rows that a mask picks; ``ended_ids`` stay."""
        return Tracks(
            self.ids[rows],
            self.xyxy_norm[rows],
            self.scores[rows],
            self.class_ids[rows],
            self.confirmed[rows],
            self.detection_rows[rows],
            self.velocities[rows],
            self.ended_ids,
        )
