"""The quality monitor inside a capture process: the picture is looked at where it is."""

from __future__ import annotations

import json

import cv2
import numpy as np
from av.video.frame import VideoFrame

from watchpost.base.clock import NS_PER_S
from watchpost.domain.quality import QualityReport
from watchpost.engine.capture.events import BaselineLearnt, QualityChanged
from watchpost.engine.capture.outbox import Outbox
from watchpost.engine.quality.baseline import Baseline
from watchpost.engine.quality.features import Luma
from watchpost.engine.quality.monitor import QualityMonitor

_EVERY_NS = NS_PER_S
_FIRST_TOLD_NS = 60 * NS_PER_S
_TOLD_EVERY_NS = 600 * NS_PER_S
# Formats whose first plane is luma, eight bits a pixel.
_PLANAR = ("yuv4", "yuvj4", "nv12", "nv21", "gray")
_FULL_RANGE = 2  # AVCOL_RANGE_JPEG
_STRETCH = np.clip((np.arange(256) - 16) * 255 / 219 + 0.5, 0, 255).astype(np.uint8)


class QualityWatch:
    """Looks at one picture a second and tells what changed. One thread at a time.

    Args:
        outbox: Where changes and, every ten minutes, the baseline go.
        baseline: What was learnt before, JSON text; may be empty.
    """

    def __init__(self, outbox: Outbox, baseline: str = "") -> None:
        known = Baseline.from_values(json.loads(baseline)) if baseline else Baseline()
        self._outbox = outbox
        self._monitor = QualityMonitor(known)
        self._due_ns = 0
        self._told: QualityReport | None = None
        self._learnt_due_ns: int | None = None
        self._drawn: int | None = None

    def look(self, frame: VideoFrame, pts_ns: int, at_ns: int) -> None:
        """Take note of a picture, and look at it when it is time.

        Args:
            frame: The decoded picture.
            pts_ns: Its time in the stream.
            at_ns: Its arrival, UTC nanoseconds.
        """
        self._monitor.arrived(pts_ns)
        if 0 <= self._due_ns - at_ns <= _EVERY_NS:
            return
        self._due_ns = at_ns + _EVERY_NS
        report = self._monitor.look_at_luma(luma_of_frame(frame), at_ns)
        told = self._told
        if told is None or (told.troubles, told.unknown) != (
            report.troubles,
            report.unknown,
        ):
            self._told = report
            self._outbox.put(
                QualityChanged(at_ns, report.troubles, report.since_ns, report.unknown)
            )
        self._tell_baseline(at_ns)

    def drawn_on(self, version: int) -> None:
        """Say which version the camera's rules have.

        Whoever draws on a moved camera's picture has seen where it looks now: with a new
        version its view is the usual one.
        """
        before, self._drawn = self._drawn, version
        if before not in (None, version) and self._monitor.accept_view():
            # What is kept of the old view is replaced as soon as the new one is known.
            self._learnt_due_ns = None

    def _tell_baseline(self, at_ns: int) -> None:
        due = self._learnt_due_ns
        if due is None or due - at_ns > _TOLD_EVERY_NS:
            self._learnt_due_ns = at_ns + _FIRST_TOLD_NS
        elif at_ns >= due:
            self._learnt_due_ns = at_ns + _TOLD_EVERY_NS
            values = json.dumps(self._monitor.baseline.to_values())
            self._outbox.put(BaselineLearnt(values.encode("ascii")))


def luma_of_frame(frame: VideoFrame) -> Luma:
    """Return a decoded picture's luma, shape (height, width), uint8, 0 black, 255 white.

    Video keeps to 16..235 unless it says otherwise (ITU-R BT.601 and BT.709), where the
    darkest picture of all is 16: it is stretched, or no picture would ever be black.
    """
    name = frame.format.name
    if not name.startswith(_PLANAR) or "1" in name[5:]:
        return frame.to_ndarray(format="gray").astype(np.uint8, copy=False)
    plane = frame.planes[0]
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    luma = rows[: frame.height, : frame.width]
    is_full = frame.color_range == _FULL_RANGE or name.startswith(("yuvj", "gray"))
    return luma if is_full else np.asarray(cv2.LUT(luma, _STRETCH), np.uint8)
