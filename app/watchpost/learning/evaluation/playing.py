"""A clip through the chain of a live camera, in this process and as fast as it can.

Motion gate, scheduler (five looks a second, every frame while somebody is near a line),
detector, tracker and rules are those of an edge; time is the clip's own. What is left out
is what a condition of the picture cannot touch: processes, rings, the recorder and the
ledger. Each picture may be spoilt on its way in, before the gate sees it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import av.error
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from watchpost.base.clock import NS_PER_MS, NS_PER_S, SYSTEM_CLOCK
from watchpost.base.errors import CaptureError
from watchpost.domain.cameras import Source, SourceKind
from watchpost.domain.events import Crossing
from watchpost.domain.frames import FrameKey
from watchpost.domain.quality import QualityReport
from watchpost.domain.rules import Line, RuleSet
from watchpost.engine.capture.gate import MotionGate
from watchpost.engine.capture.naming import PictureNames
from watchpost.engine.capture.sources.file import FileSource
from watchpost.engine.capture.sources.source import Waiting
from watchpost.engine.frames import FrameHeader
from watchpost.engine.inference.jobs import Analysed
from watchpost.engine.inference.model import ModelInfo
from watchpost.engine.inference.worker import Network
from watchpost.engine.pipeline import CameraPipeline
from watchpost.engine.scheduler import Scheduler
from watchpost.engine.video.decoder import DecodedPicture, PacketDecoder
from watchpost.engine.video.scaling import PictureScaler
from watchpost.learning.corruptions.pictures import Change, Picture
from watchpost.learning.corruptions.view import Tilted, moved_points

# The suite is defined at 720 lines; larger pictures are brought down to that first.
_MOST_LINES = 720
_CAMERA = "clip"
_QUALITY_EVERY_S = 1.0
# Times of pictures are rounded; one that is a little early is on time.
_EARLY_S = 0.001


class Monitor(Protocol):
    """Looks at a picture once a second, as an edge's quality monitor does."""

    def arrived(self, pts_ns: int) -> None:
        """Take note of a picture, looked at or not."""
        ...

    def look(self, bgr: Picture, at_ns: int) -> QualityReport:
        """Return how the picture is."""
        ...


@dataclass(frozen=True, slots=True)
class QualityLook:
    """One look of the quality monitor.

    Attributes:
        t_s: Seconds since the clip's start.
        is_trusted: Whether the camera was green.
        since_s: Since when it has not been, as the monitor says in hindsight.
        troubles: Names of what was wrong.
    """

    t_s: float
    is_trusted: bool
    since_s: float
    troubles: tuple[str, ...]


@dataclass(slots=True)
class Played:
    """What came of one pass through a clip.

    Attributes:
        frames: Pictures that arrived.
        seconds: Time of the last picture that was decoded, seconds.
        looks: Pictures that the detector saw.
        crossings: What was counted, in order.
        look_ms: Milliseconds of each look: scaling, inference, tracking, rules.
        quality: What the quality monitor said; empty without one.
        subjects: Height and middle (y) of each tracked box, fractions; rows of two.
    """

    frames: int = 0
    seconds: float = 0.0
    looks: int = 0
    crossings: list[Crossing] = field(default_factory=list)
    look_ms: list[float] = field(default_factory=list)
    quality: list[QualityLook] = field(default_factory=list)
    subjects: list[NDArray[np.float64]] = field(default_factory=list)


class _StreamClock:
    """Time that stands where the stream is."""

    def __init__(self) -> None:
        self.now_ns = 0

    def monotonic_ns(self) -> int:
        return self.now_ns

    def utc_ns(self) -> int:
        return self.now_ns

    def sleep(self, seconds: float) -> None:
        self.now_ns += round(seconds * NS_PER_S)


class Eye:
    """The detector and the scaling before it; one thread.

    Raises:
        ModelError: The file has changed since it was inspected, or cannot be loaded.
    """

    def __init__(self, model: ModelInfo) -> None:
        self.model = model
        self._network = Network(model, model.score_threshold)
        self._network.warm_up()
        spec = model.input
        self._scaler = PictureScaler(f"{spec.colour.value}24")
        self._canvas = np.full((spec.height, spec.width, 3), spec.pad, np.uint8)
        self._size = (0, 0)

    def look(self, frame: VideoFrame, header: FrameHeader) -> Analysed:
        """Return what the model sees in a picture.

        Raises:
            RuntimeError: ONNX Runtime could not run it.
        """
        spec = self.model.input
        if self._size != (frame.width, frame.height):
            self._size = (frame.width, frame.height)
            self._canvas[:] = spec.pad
        at = spec.placement(frame.width, frame.height)
        self._scaler.scale_into(
            frame,
            self._canvas[at.top : at.top + at.height, at.left : at.left + at.width],
        )
        self._network.picture.copy(self._canvas)
        found, spent_ms = self._network.look(header)
        return Analysed(found, spent_ms, self.model.sha256)


def play(
    video: Path,
    line: Line,
    eye: Eye,
    change: Change | None = None,
    *,
    monitor: Monitor | None = None,
    until_s: float | None = None,
    rate: float | None = None,
    tell: Callable[[float], None] = lambda _t_s: None,
) -> Played:
    """Count a clip and return what came of it.

    Args:
        video: The file.
        line: What is counted across, as drawn in the unspoilt view; where a condition
            changes the view for good, the line is drawn anew in it.
        eye: The detector.
        change: What happens to each picture; None: nothing.
        monitor: Looks once a second.
        until_s: Stop there.
        rate: Most pictures a second; others are left out before anything happens to them,
            as by a camera that sends no more.
        tell: Told the time in the clip after every picture.

    Raises:
        CaptureError: The file is no video.
    """
    run = _Pass(line, eye, change, monitor)
    due_s = 0.0
    for number, (t_s, bgr) in enumerate(pictures(video)):
        if rate is not None and t_s < due_s - _EARLY_S:
            continue
        due_s = max(due_s, t_s - 0.5) + (1 / rate if rate else 0.0)
        if until_s is not None and t_s > until_s:
            break
        run.take(number, t_s, bgr)
        tell(t_s)
    return run.played


def pictures(video: Path) -> Iterator[tuple[float, Picture]]:
    """Read a file as a camera does, to (seconds since its start, BGR picture).

    Raises:
        CaptureError: It is no video.
    """
    try:
        scaler = PictureScaler("bgr24")
        for picture, pts_ns in _decoded(video):
            bgr = np.empty((*_size_within(picture), 3), np.uint8)
            scaler.scale_into(picture, bgr)
            yield pts_ns / NS_PER_S, bgr
    except (av.error.FFmpegError, OSError) as error:
        raise CaptureError(
            f"{video} cannot be read as a video.",
            todo="Check the name and that the file is whole.",
            code="capture.file",
        ) from error


def _decoded(video: Path) -> Iterator[tuple[VideoFrame, int]]:
    source = FileSource(
        Source(SourceKind.FILE, str(video)),
        Waiting(threading.Event(), SYSTEM_CLOCK),
        0,
        lockstep=True,
    )
    try:
        decoder, names = PacketDecoder(source.form), PictureNames(paced=True)

        def named(found: list[DecodedPicture]) -> Iterator[tuple[VideoFrame, int]]:
            for picture in found:
                name = names.name(picture.number, reorders=decoder.reorders)
                if name is not None:
                    yield picture.frame, name.pts_ns

        for packet in source.packets():
            names.feed(packet)
            yield from named(decoder.decode(packet.number, packet.payload))
            names.settled(reorders=decoder.reorders)
        yield from named(decoder.flush())
    finally:
        source.close()


def _size_within(frame: VideoFrame) -> tuple[int, int]:
    if frame.height <= _MOST_LINES:
        return frame.height, frame.width
    return _MOST_LINES, round(frame.width * _MOST_LINES / frame.height / 2) * 2


class _Pass:
    """One pass through a clip."""

    def __init__(
        self,
        line: Line,
        eye: Eye,
        change: Change | None,
        monitor: Monitor | None,
    ) -> None:
        self.played = Played()
        self._line, self._eye = line, eye
        self._change, self._monitor = change, monitor
        self._quality_due_s = 0.0
        self._clock = _StreamClock()
        self._gate = MotionGate()
        self._scheduler = Scheduler(lambda _gap: None, clock=self._clock)
        self._pipeline: CameraPipeline | None = None

    def take(self, number: int, t_s: float, bgr: Picture) -> None:
        """Take in the clip's next picture."""
        self.played.seconds = t_s
        if self._pipeline is None:
            self._pipeline = self._begin(bgr)
        arrived: Picture | None = bgr
        if self._change is not None:
            arrived = self._change.apply(bgr, number, t_s)
        if arrived is None:
            return
        self.played.frames += 1
        self._check_quality(arrived, t_s)
        at_ns = self._clock.now_ns = round(t_s * NS_PER_S)
        frame = VideoFrame.from_ndarray(np.ascontiguousarray(arrived), format="bgr24")
        header = FrameHeader(
            FrameKey(0, number),
            at_ns,
            at_ns,
            frame.width,
            frame.height,
            self._gate.is_moving(frame, at_ns),
        )
        if self._scheduler.frame_ready(_CAMERA, Path(), 0, header):
            self._look(self._pipeline, frame)

    def _begin(self, bgr: Picture) -> CameraPipeline:
        line = self._line
        if isinstance(self._change, Tilted):
            height, width = bgr.shape[:2]
            line = seen_through(line, self._change, width, height)
        return CameraPipeline(_CAMERA, self._eye.model.classes, RuleSet(1, (line,)))

    def _look(self, pipeline: CameraPipeline, frame: VideoFrame) -> None:
        job = self._scheduler.take(0.0)
        assert job is not None
        begin_ns = SYSTEM_CLOCK.monotonic_ns()
        outcome = self._eye.look(frame, job.header)
        output = pipeline.analysed(job.header, outcome.detections)
        self.played.look_ms.append((SYSTEM_CLOCK.monotonic_ns() - begin_ns) / NS_PER_MS)
        self._scheduler.done(job, outcome)
        self._scheduler.boost(_CAMERA, output.boost)
        self.played.looks += 1
        self.played.crossings.extend(output.crossings)
        boxes = output.tracks.xyxy_norm.astype(np.float64)
        if len(boxes):
            middles = (boxes[:, 1] + boxes[:, 3]) / 2
            self.played.subjects.append(
                np.stack((boxes[:, 3] - boxes[:, 1], middles), axis=1)
            )

    def _check_quality(self, bgr: Picture, t_s: float) -> None:
        if self._monitor is None:
            return
        self._monitor.arrived(round(t_s * NS_PER_S))
        if t_s < self._quality_due_s:
            return
        self._quality_due_s = max(self._quality_due_s, t_s - 0.5) + _QUALITY_EVERY_S
        report = self._monitor.look(bgr, round(t_s * NS_PER_S))
        since_s = t_s if report.since_ns is None else report.since_ns / NS_PER_S
        self.played.quality.append(
            QualityLook(
                t_s, report.is_trusted, since_s, tuple(map(str, report.troubles))
            )
        )


def seen_through(line: Line, view: Tilted, width: int, height: int) -> Line:
    """Return a line as a technician would draw it in a tilted view of the same place."""
    size = np.array([width, height], np.float64)
    ends = np.array([[line.ax, line.ay], [line.bx, line.by]]) * size
    (ax, ay), (bx, by) = moved_points(ends, view.matrix(width, height, 0, 0.0)) / size
    return replace(line, ax=float(ax), ay=float(ay), bx=float(bx), by=float(by))
