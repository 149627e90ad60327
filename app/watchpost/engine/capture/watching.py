"""The quality monitor inside a capture process: the picture is looked at where it is."""

from __future__ import annotations

import json

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

    def look(self, frame: VideoFrame, at_ns: int) -> None:
        """Look at a picture, when it is time.

        Args:
            frame: The decoded picture.
            at_ns: Its arrival, UTC nanoseconds.
        """
        if 0 <= self._due_ns - at_ns <= _EVERY_NS:
            return
        self._due_ns = at_ns + _EVERY_NS
        report = self._monitor.look_at_luma(_luma(frame), at_ns)
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


def _luma(frame: VideoFrame) -> Luma:
    """Return the picture's luma, shape (height, width), without a copy where it can be."""
    if frame.format.name.startswith(_PLANAR) and "1" not in frame.format.name[5:]:
        plane = frame.planes[0]
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        return rows[: frame.height, : frame.width]
    return frame.to_ndarray(format="gray").astype(np.uint8, copy=False)
