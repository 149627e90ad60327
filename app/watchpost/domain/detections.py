"""What a detector saw in one frame, as a struct of arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """Boxes of one frame; row i of every array is the same object.

    Coordinates are fractions of the camera's picture (0..1, origin top left), so that
    they hold for the main stream, the sub stream and every tile size.

    Attributes:
        xyxy_norm: Left, top, right, bottom; shape (N, 4), float32.
        scores: Confidence 0..1; shape (N,), float32.
        class_ids: Index into the model's class list; shape (N,), int32.
    """

    xyxy_norm: Boxes
    scores: NDArray[np.float32]
    class_ids: NDArray[np.int32]

    def __post_init__(self) -> None:
        count = len(self.scores)
        if self.xyxy_norm.shape != (count, 4) or self.class_ids.shape != (count,):
            raise ValueError(
                f"Arrays disagree: boxes {self.xyxy_norm.shape}, scores "
                f"{self.scores.shape}, classes {self.class_ids.shape}."
            )

    def __len__(self) -> int:
        return len(self.scores)

    @staticmethod
    def empty() -> Detections:
        """Return the detections of a frame in which nothing was seen."""
        return Detections(
            np.empty((0, 4), np.float32), np.empty(0, np.float32), np.empty(0, np.int32)
        )

    def select(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> Detections:
        """Return the rows that a mask or an index array picks."""
        return Detections(self.xyxy_norm[rows], self.scores[rows], self.class_ids[rows])
