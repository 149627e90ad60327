"""A counted clip under every condition of the ugly suite.

Retention and rPC follow Michaelis et al., "Benchmarking Robustness in Object Detection"
(2019), with count accuracy in place of average precision. The silent failure rate is the
share of windows whose count is off by more than a fifth while the camera was green.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import psutil
from numpy.typing import NDArray

from watchpost.base.clock import NS_PER_S, SYSTEM_CLOCK
from watchpost.base.errors import LearningError
from watchpost.learning.corruptions.suite import Condition, Stream
from watchpost.learning.evaluation.counts import CountedCrossing, Truth, score
from watchpost.learning.evaluation.playing import (
    Eye,
    Monitor,
    Played,
    QualityLook,
    play,
)
from watchpost.learning.evaluation.ugly_result import (
    CLEAN,
    ConditionResult,
    UglyResult,
)
from watchpost.learning.evaluation.windows import (
    Accuracy,
    Failures,
    accuracy,
    failures,
    window_counts,
)

_FALLBACK_SUBJECT = (0.3, 0.5)
_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class UglyPlan:
    """What is to be measured.

    Attributes:
        video: The clip.
        truth: Its hand count.
        conditions: Of the suite.
        severities: Of those that have severities.
        window_s: Length of a window.
        until_s: Stop there; None plays the whole clip.
        rate: Most pictures a second that are played; None plays all.
        seed: Of all chances.
    """

    video: Path
    truth: Truth
    conditions: Sequence[Condition]
    severities: tuple[int, ...] = (1, 2, 3)
    window_s: float = 10.0
    until_s: float | None = None
    rate: float | None = None
    seed: int = 1

    def steps(self) -> list[tuple[Condition, int]]:
        """Return every condition with every severity that is asked for."""
        return [
            (condition, severity)
            for condition in self.conditions
            for severity in condition.severities
            if severity in self.severities or not condition.is_graded
        ]


def run_suite(
    plan: UglyPlan,
    eye: Eye,
    *,
    make_monitor: Callable[[], Monitor] | None = None,
    known: Mapping[str, ConditionResult] | None = None,
    on_progress: Callable[[str, float], None] = lambda _name, _share: None,
    on_result: Callable[[ConditionResult], None] = lambda _result: None,
) -> UglyResult:
    """Count a clip under every condition.

    Args:
        plan: What is to be measured.
        eye: The detector.
        make_monitor: Makes a camera quality monitor that knows the clean camera, one for
            each condition.
        known: Results of a run before, by the condition's name; these are not measured
            again. The clean clip is: the monitor learns from it.
        on_progress: Told the condition at hand and the share of all work that is done.
        on_result: Told each result as soon as it is there; the clean clip's first.

    Raises:
        LearningError: The clip is too short to hold anything.
        CaptureError: It is no video.
    """
    steps, known = plan.steps(), known or {}
    passes = 1 + sum(_name(*step) not in known for step in steps)
    measuring = _Measuring(plan, eye, make_monitor, passes, on_progress)
    clean = measuring.clean()
    on_result(clean)
    results = []
    for condition, severity in steps:
        before = known.get(_name(condition, severity))
        results.append(before or measuring.condition(condition, severity))
        on_result(results[-1])
    return UglyResult(
        video=plan.video.name,
        model=eye.model.path.name,
        model_sha256=eye.model.sha256,
        window_s=plan.window_s,
        rate=plan.rate,
        seconds=measuring.seconds,
        has_monitor=make_monitor is not None,
        clean=clean,
        conditions=tuple(results),
    )


def _name(condition: Condition, severity: int) -> str:
    return f"{condition.id}.{severity}" if condition.is_graded else condition.id


class _Measuring:
    """One clip, first as it is and then under one condition after the other."""

    def __init__(
        self,
        plan: UglyPlan,
        eye: Eye,
        make_monitor: Callable[[], Monitor] | None,
        passes: int,
        on_progress: Callable[[str, float], None],
    ) -> None:
        self._plan, self._eye, self._make_monitor = plan, eye, make_monitor
        self._passes, self._on_progress = passes, on_progress
        self._done = 0
        self._clean_value: float | None = None
        self._stream = Stream(fps=25.0, seed=plan.seed)
        until = (plan.until_s, plan.truth.until_s)
        self._until_s = min((t for t in until if t is not None), default=None)
        self.seconds = 0.0

    def clean(self) -> ConditionResult:
        """Count the clip as it is; every condition is measured against this."""
        begin_ns = SYSTEM_CLOCK.monotonic_ns()
        played = self._play(CLEAN, None)
        if played.frames < 2:
            raise LearningError(
                f"{self._plan.video.name} has no moving picture to count in.",
                todo="Choose a longer clip, or a larger number of seconds.",
            )
        self.seconds = played.seconds
        subject = _FALLBACK_SUBJECT
        if played.subjects:
            height, middle = np.median(np.concatenate(played.subjects), axis=0)
            subject = float(height), float(middle)
        fps = (played.frames - 1) / max(played.seconds, 1e-3)
        self._stream = Stream(fps, self._plan.seed, *subject)
        result = self._result(played, begin_ns)
        self._clean_value = result.accuracy.value if result.accuracy else None
        return replace(result, retention=self._retention(result.accuracy))

    def condition(self, condition: Condition, severity: int) -> ConditionResult:
        """Count the clip under one condition."""
        begin_ns = SYSTEM_CLOCK.monotonic_ns()
        name = _name(condition, severity)
        problem = ""
        try:
            played = self._play(name, condition, severity)
        except LearningError as error:
            played, problem = Played(), error.what
            self._done += 1
        result = replace(
            self._result(played, begin_ns),
            id=condition.id,
            title=condition.title,
            severity=severity,
            amount=condition.amount(severity),
            is_graded=condition.is_graded,
            problem=problem,
        )
        if problem:
            return replace(result, accuracy=None, failures=Failures(0, 0, None))
        return replace(result, retention=self._retention(result.accuracy))

    def _play(
        self, name: str, condition: Condition | None, severity: int = 0
    ) -> Played:
        length_s = self.seconds or self._until_s

        def tell(t_s: float) -> None:
            share = 0.0 if not length_s else min(1.0, t_s / length_s)
            self._on_progress(name, (self._done + share) / self._passes)

        played = play(
            self._plan.video,
            self._plan.truth.line,
            self._eye,
            None if condition is None else condition.make(severity, self._stream),
            monitor=None if self._make_monitor is None else self._make_monitor(),
            until_s=self._until_s,
            rate=self._plan.rate,
            tell=tell,
        )
        self._done += 1
        return played

    def _retention(self, found: Accuracy | None) -> float | None:
        if found is None or not self._clean_value:
            return None
        return found.value / self._clean_value

    def _result(self, played: Played, begin_ns: int) -> ConditionResult:
        """Return the result of a pass, as the clean clip's."""
        truth, window_s = self._plan.truth, self._plan.window_s
        counted = [
            CountedCrossing(
                c.stream_ns / NS_PER_S, truth.name_of(c.direction), c.class_name
            )
            for c in played.crossings
        ]
        cells = window_counts(
            truth, score(truth, counted), window_s=window_s, end_s=self.seconds
        )
        windows = 1 + max(c.window for c in cells)
        flagged = _flagged(played.quality, windows, window_s)
        said = Counter(t for look in played.quality for t in look.troubles)
        look_ms = played.look_ms or [0.0]
        return ConditionResult(
            id=CLEAN,
            title="Clean",
            severity=0,
            amount="",
            is_graded=False,
            accuracy=accuracy(cells),
            directions={
                name: accuracy([c for c in cells if c.direction == name])
                for name in (truth.in_name, truth.out_name)
            },
            retention=None,
            failures=failures(cells, flagged if self._make_monitor else None),
            flagged_after_s=next(
                (look.t_s for look in played.quality if not look.is_trusted), None
            ),
            troubles=tuple(name for name, _ in said.most_common()),
            frames=played.frames,
            looks=played.looks,
            look_ms=float(np.percentile(look_ms, 50)),
            look_ms_p95=float(np.percentile(look_ms, 95)),
            memory_mib=psutil.Process().memory_info().rss / _MIB,
            took_s=(SYSTEM_CLOCK.monotonic_ns() - begin_ns) / NS_PER_S,
        )


def _flagged(
    quality: Sequence[QualityLook], windows: int, window_s: float
) -> NDArray[np.bool_]:
    """Return for each window whether the camera was not green at some time in it.

    A trouble is told some seconds after it began, with the time when it did; counts since
    then are in doubt too.
    """
    flagged = np.zeros(windows, bool)
    for look in quality:
        if not look.is_trusted:
            first, last = int(look.since_s / window_s), int(look.t_s / window_s)
            flagged[min(windows - 1, first) : last + 1] = True
    return flagged
