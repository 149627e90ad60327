"""A model on single pictures of any size, away from cameras and mailboxes."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from watchpost.domain.detections import Detections
from watchpost.domain.frames import Colour, FrameKey
from watchpost.engine.frames import FrameHeader
from watchpost.engine.inference.model import ModelInfo
from watchpost.engine.inference.worker import Network


class Looker:
    """Runs a model file on pictures in this process; one thread.

    Raises:
        ModelError: The file has changed since it was inspected.
    """

    def __init__(self, model: ModelInfo, threshold: float) -> None:
        self._spec = model.input
        self._network = Network(model, threshold)
        self.network_ms = 0.0

    def look(self, bgr: NDArray[np.uint8]) -> Detections:
        """Return what the model sees in a picture, shape (height, width, 3).

        ``network_ms`` then says how long the network itself took.

        Raises:
            RuntimeError: ONNX Runtime could not run it.
        """
        height, width = bgr.shape[:2]
        self._network.picture.copy(self._placed(bgr))
        header = FrameHeader(FrameKey(0, 0), 0, 0, width, height)
        found, self.network_ms = self._network.look(header)
        return found

    def _placed(self, bgr: NDArray[np.uint8]) -> NDArray[np.uint8]:
        spec = self._spec
        at = spec.placement(bgr.shape[1], bgr.shape[0])
        canvas = np.full((spec.height, spec.width, 3), spec.pad, np.uint8)
        is_smaller = at.width < bgr.shape[1]
        canvas[at.top : at.top + at.height, at.left : at.left + at.width] = cv2.resize(
            bgr,
            (at.width, at.height),
            interpolation=cv2.INTER_AREA if is_smaller else cv2.INTER_LINEAR,
        )
        return canvas[..., ::-1] if spec.colour is Colour.RGB else canvas
