"""Loops that do all of a camera's work in one thread, to hold the product against.

:data:`NAIVE` is what is written first everywhere: OpenCV reads and draws, ONNX Runtime
runs as it is out of the box, a tracker keeps a list of filters. :data:`TUNED` is the same
with one thread for ONNX Runtime. :data:`BARE` only decodes, scales and infers, with the
product's own parts: nothing that does the work can be cheaper.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from watchpost.base.channel import Channel, ChannelClosedError
from watchpost.base.errors import ConfigError
from watchpost.base.processes import Child
from watchpost.bench.report import cpu_ms, wall_ms
from watchpost.domain.detections import Detections
from watchpost.domain.frames import Colour, FrameKey
from watchpost.engine.frames import FrameHeader
from watchpost.engine.inference.model import ModelInfo

NAIVE, TUNED, BARE = "naive", "tuned", "bare"
_WARM_UP = 8
_LIMIT_S = 300.0


def run_loop(
    kind: str, video: Path, info: ModelInfo, results: int
) -> tuple[float, float]:
    """Run a loop in a process of its own.

    Args:
        kind: Which one.
        video: Played again at its end.
        info: The model.
        results: How many frames are looked at.

    Returns:
        CPU milliseconds and wall-clock milliseconds a result.

    Raises:
        ConfigError: It did not finish.
    """
    child = Child(f"bench {kind}", loop_main, kind, video, info, results)
    try:
        got = child.channel.receive(_LIMIT_S)
    except ChannelClosedError:
        got = None
    finally:
        child.stop()
    if got is None:
        raise ConfigError(
            f"The {kind} loop to compare with did not finish.",
            todo="Measure again when less is running on this computer.",
            code="bench.loop",
        )
    return float(got[0]["cpu_ms"]), float(got[0]["wall_ms"])


def loop_main(
    channel: Channel, kind: str, video: Path, info: ModelInfo, results: int
) -> None:
    """Run and tell the figures; the child's body."""
    loop = Bare(video, info) if kind == BARE else Naive(video, info, kind == TUNED)
    for _ in range(_WARM_UP):
        loop.step()
    figures: dict[str, float] = {}

    def work() -> None:
        figures["wall_ms"] = wall_ms(loop.step, results)

    figures["cpu_ms"] = cpu_ms(work, 1) / results
    channel.send(figures)


class Naive:
    """The usual loop. One thread."""

    def __init__(self, video: Path, info: ModelInfo, tuned: bool) -> None:
        import cv2
        import onnxruntime

        from watchpost.bench.track import ReferenceTracker
        from watchpost.engine.inference.layouts import LAYOUTS
        from watchpost.engine.inference.reading import Frame

        options = onnxruntime.SessionOptions()
        if tuned:
            options.intra_op_num_threads = 1
        self._session: Any = onnxruntime.InferenceSession(
            str(info.path), options, providers=["CPUExecutionProvider"]
        )
        self._cv2 = cv2
        self._video = str(video)
        self._capture = cv2.VideoCapture(self._video)
        self._info = info
        self._layout = LAYOUTS[info.layout]
        spec = info.input
        self._frame = Frame(
            spec.width, spec.height, len(info.classes), info.score_threshold
        )
        self._tracker = ReferenceTracker()

    def step(self) -> int:
        """Look at the next frame; return how many objects are in it."""
        whole, read = self._capture.read()
        if not whole:
            self._capture = self._cv2.VideoCapture(self._video)
            whole, read = self._capture.read()
        picture: NDArray[np.uint8] = np.asarray(read, np.uint8)
        detections = self._look(picture)
        height, width = picture.shape[:2]
        boxes = detections.xyxy_norm * np.array([width, height] * 2, np.float32)
        if len(boxes):
            self._tracker.update(boxes.astype(np.float64))
        for (left, top, right, bottom), score in zip(
            boxes.astype(int), detections.scores, strict=True
        ):
            self._cv2.rectangle(picture, (left, top), (right, bottom), (0, 255, 0), 2)
            font = self._cv2.FONT_HERSHEY_SIMPLEX
            self._cv2.putText(
                picture, f"{score:.2f}", (left, top), font, 0.5, (0, 255, 0), 1
            )
        return len(detections)

    def _look(self, picture: NDArray[np.uint8]) -> Detections:
        from watchpost.engine.inference.suppression import (
            above,
            detections_from,
            suppress,
        )

        info = self._info
        height, width = picture.shape[:2]
        place = info.input.placement(width, height)
        small = self._cv2.resize(picture, (place.width, place.height))
        canvas = np.full(
            (info.input.height, info.input.width, 3), info.input.pad, np.uint8
        )
        canvas[
            place.top : place.top + place.height, place.left : place.left + place.width
        ] = small
        if info.input.colour is Colour.RGB:
            canvas = np.ascontiguousarray(canvas[..., ::-1])
        tensor = (canvas.astype(np.float32) - info.tensor.mean) * info.tensor.scale
        if not info.tensor.channels_last:
            tensor = tensor.transpose(2, 0, 1)
        inputs = {
            info.tensor.name: np.ascontiguousarray(tensor[None], info.tensor.dtype)
        }
        if info.tensor.size_input is not None:
            size = (info.input.width, info.input.height)
            inputs[info.tensor.size_input] = np.array([size], np.int64)
        outputs = self._session.run(list(info.outputs), inputs)
        found = above(self._layout.decode(outputs, self._frame), info.score_threshold)
        if self._layout.overlap is not None:
            found = suppress(found, self._layout.overlap)
        return detections_from(found, place)


class Bare:
    """Decoding, scaling and inference with the product's parts. One thread."""

    def __init__(self, video: Path, info: ModelInfo) -> None:
        import av

        from watchpost.engine.inference.worker import Network
        from watchpost.engine.video.decoder import PacketDecoder
        from watchpost.engine.video.form import video_form
        from watchpost.engine.video.scaling import PictureScaler

        self._info = info
        with av.open(str(video)) as container:
            stream, self._form = video_form(container, video.name)
            self._packets = [bytes(p) for p in container.demux(stream) if p.size]
        self._decoder = PacketDecoder(self._form)
        self._network = Network(info, info.score_threshold)
        self._scaler = PictureScaler(f"{info.input.colour.value}24")
        self._picture = np.full(
            (info.input.height, info.input.width, 3), info.input.pad, np.uint8
        )
        self._number = 0

    def step(self) -> int:
        """Look at the next frame; return how many objects are in it."""
        frames = self._decoder.decode(
            self._number, self._packets[self._number % len(self._packets)]
        )
        self._number += 1
        count = 0
        for decoded in frames:
            width, height = decoded.frame.width, decoded.frame.height
            at = self._info.input.placement(width, height)
            self._scaler.scale_into(
                decoded.frame,
                self._picture[
                    at.top : at.top + at.height, at.left : at.left + at.width
                ],
            )
            self._network.picture.copy(self._picture)
            header = FrameHeader(FrameKey(1, self._number), 0, 0, width, height)
            count += len(self._network.look(header)[0])
        return count
