"""False alarms of the camera quality monitor on clips whose picture is as it should be.

A clip is looked at once a second, over and over as if it went on for long. Where it begins
again the scene jumps, as no camera's does: that makes an alarm rather more likely. Of
``n`` alarms, the upper limit is the exact Poisson one (Garwood, 1936), found by bisection.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from watchpost.base.clock import NS_PER_S
from watchpost.base.errors import LearningError
from watchpost.domain.quality import HARMLESS, QualityTrouble
from watchpost.engine.quality.features import Luma, luma_of
from watchpost.engine.quality.monitor import QualityMonitor
from watchpost.learning.evaluation.playing import pictures

WANTED_A_DAY = 1.0
DAY_S = 24 * 3600.0
_CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class CleanClip:
    """What the monitor said about one clip.

    Attributes:
        video: File name.
        seconds: How long it was watched, in the stream's time.
        alarms: Second and trouble of each alarm; what is told but harmless is none.
        unknown: What could not be told at the end.
    """

    video: str
    seconds: int
    alarms: tuple[tuple[int, QualityTrouble], ...]
    unknown: tuple[QualityTrouble, ...]


@dataclass(frozen=True, slots=True)
class AlarmRate:
    """Alarms in a day of one camera.

    Attributes:
        value: Measured.
        high: Upper limit at 95 % confidence; with no alarm at all it only tells how
            short a time was watched.
    """

    value: float
    high: float


def watch_clean(video: Path, seconds: int) -> CleanClip:
    """Look at a clip once a second for so long, beginning again at its end.

    Raises:
        CaptureError: It is no video.
        LearningError: There is no picture in it.
    """
    watched, length_s = _watched(video)
    monitor = QualityMonitor()
    alarms: list[tuple[int, QualityTrouble]] = []
    before: frozenset[QualityTrouble] = frozenset()
    unknown: tuple[QualityTrouble, ...] = ()
    for number in itertools.count():
        again, index = divmod(number, len(watched))
        t_s, luma = watched[index]
        now_s = again * length_s + t_s
        if now_s >= seconds:
            break
        monitor.arrived(round(now_s * NS_PER_S))
        if luma is None:
            continue
        report = monitor.look_at_luma(luma, round(now_s * NS_PER_S))
        now = frozenset(report.troubles) - HARMLESS
        alarms += [(int(now_s), trouble) for trouble in sorted(now - before)]
        before, unknown = now, report.unknown
    return CleanClip(video.name, seconds, tuple(alarms), unknown)


def alarm_rate(clips: Sequence[CleanClip]) -> AlarmRate:
    """Return the alarms in a camera's day over all clips, which last some time."""
    alarms = sum(len(clip.alarms) for clip in clips)
    days = sum(clip.seconds for clip in clips) / DAY_S
    return AlarmRate(alarms / days, _most_expected(alarms) / days)


def _watched(video: Path) -> tuple[list[tuple[float, Luma | None]], float]:
    """Return each picture's second, with its luma where one is looked at, and the length.

    The length is such that the clip can begin again without a step.

    Raises:
        CaptureError: It is no video.
        LearningError: There is no picture in it.
    """
    found: list[tuple[float, Luma | None]] = []
    due_s = 0.0
    for t_s, bgr in pictures(video):
        found.append((t_s, luma_of(bgr) if t_s >= due_s else None))
        if t_s >= due_s:
            due_s += 1.0
    if not found:
        raise LearningError(
            f"{video.name} has no picture.", todo="Choose another clip."
        )
    steps = np.diff([t_s for t_s, _luma in found])
    return found, found[-1][0] + (float(np.median(steps)) if len(steps) else 1.0)


def _most_expected(alarms: int) -> float:
    """Return the mean with which so few alarms come in a twentieth of all cases."""
    low, high = 0.0, 10.0 + 3.0 * alarms
    for _ in range(60):
        mean = (low + high) / 2
        terms = (
            math.exp(n * math.log(mean) - mean - math.lgamma(n + 1))
            for n in range(alarms + 1)
        )
        low, high = (mean, high) if sum(terms) > 1 - _CONFIDENCE else (low, mean)
    return high
