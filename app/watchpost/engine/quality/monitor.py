"""Watches one camera's picture: figures in, troubles with hysteresis and delays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from watchpost.base.clock import NS_PER_S
from watchpost.domain.quality import HARMLESS, QualityReport, QualityTrouble
from watchpost.engine.quality.arrivals import Arrivals
from watchpost.engine.quality.baseline import Baseline
from watchpost.engine.quality.features import (
    Features,
    Luma,
    any_in_tiles,
    features_of,
    luma_of,
)
from watchpost.engine.quality.judging import Levels, Past, judge

# A trouble whose measure fell below this share of its limit is over.
_LEAVE = 0.8
# With a sensor's noise most of a picture changes, with things that move a part of it.
_NOISY = 0.7
_OTHER_VIEW = 0.5
_LONG_NS = 30 * NS_PER_S


@dataclass(frozen=True, slots=True)
class _Delays:
    """How long a trouble must last to stand, and be away to end.

    What is measured on a mean over looks shows ``late_s`` after it began.
    """

    on_s: float
    off_s: float
    late_s: float = 0.0


_DELAYS = {
    QualityTrouble.COVERED: _Delays(5, 10),
    QualityTrouble.DARK: _Delays(5, 10),
    QualityTrouble.BRIGHT: _Delays(5, 10),
    QualityTrouble.FROZEN: _Delays(7, 2),
    QualityTrouble.MOVED: _Delays(8, 15, late_s=3),
    QualityTrouble.BLURRED: _Delays(8, 10),
    QualityTrouble.FLICKER: _Delays(3, 20),
    QualityTrouble.DAMAGED: _Delays(8, 10),
    QualityTrouble.GAPS: _Delays(3, 10),
    QualityTrouble.DIRTY: _Delays(120, 60),
    QualityTrouble.LOW_LIGHT: _Delays(10, 30),
}


class _State:
    """One trouble over time."""

    def __init__(self, delays: _Delays) -> None:
        self._on_ns = int(delays.on_s * NS_PER_S)
        self._off_ns = int(delays.off_s * NS_PER_S)
        self._late_ns = int(delays.late_s * NS_PER_S)
        self.bad_since_ns: int | None = None
        self._good_since_ns: int | None = None
        self.standing = False

    def take(self, level: float | None, at_ns: int) -> None:
        """Take in how large it is beside its limit; None: it cannot be told."""
        if level is None:
            # What cannot be seen any more neither begins nor ends.
            self._good_since_ns = None
            if not self.standing:
                self.bad_since_ns = None
        elif level >= 1.0 or (self.standing and level >= _LEAVE):
            self._good_since_ns = None
            if self.bad_since_ns is None:
                self.bad_since_ns = at_ns - self._late_ns
            self.standing = self.standing or at_ns - self.bad_since_ns >= self._on_ns
        else:
            self._be_good(at_ns)

    def forget(self) -> None:
        """Begin anew, as after a gap."""
        self.bad_since_ns = self._good_since_ns = None
        self.standing = False

    def _be_good(self, at_ns: int) -> None:
        if not self.standing:
            self.bad_since_ns = None
            return
        if self._good_since_ns is None:
            self._good_since_ns = at_ns
        if at_ns - self._good_since_ns >= self._off_ns:
            self.forget()


class QualityMonitor:
    """Looks at one camera's picture, once a second. One thread at a time.

    Time comes with the pictures; it reads no clock.

    Args:
        baseline: What is usual for the camera, learnt before; it is learnt on. None: it
            begins with nothing and cannot tell much for the first seconds.
        learns: Whether good pictures are taken into the baseline.
    """

    def __init__(
        self, baseline: Baseline | None = None, *, learns: bool = True
    ) -> None:
        self.baseline = baseline if baseline is not None else Baseline()
        self._learns = learns
        self._states = {trouble: _State(_DELAYS[trouble]) for trouble in QualityTrouble}
        self._past = Past()
        self._arrivals = Arrivals()
        self._thumb: Luma | None = None
        self._at_ns: int | None = None

    def arrived(self, pts_ns: int) -> None:
        """Take note of a picture, looked at or not, by its time in the stream."""
        self._arrivals.add(pts_ns)

    def look(self, bgr: NDArray[np.uint8], at_ns: int) -> QualityReport:
        """Look at a picture.

        Args:
            bgr: Shape (H, W, 3), uint8.
            at_ns: Its time, nanoseconds; the hour of the day is taken from it as UTC.
        """
        return self.look_at_luma(luma_of(bgr), at_ns)

    def look_at_luma(self, luma: Luma, at_ns: int) -> QualityReport:
        """Look at a picture's luma, shape (H, W), uint8, at the camera's own size."""
        self._begin_anew_after_gap(at_ns)
        features = features_of(luma)
        changed = self._changed(features)
        same = None if changed is None else changed == 0
        self._past.add(features, same=same)
        levels = judge(
            features, self.baseline, self._past, self._arrivals.missing(), at_ns
        )
        for trouble, state in self._states.items():
            state.take(levels[trouble], at_ns)
        if self._learns and not self._is_suspect(levels):
            still = None if changed is None else changed < _NOISY
            self.baseline.learn(features, at_ns, still=still)
        return self._report(levels, at_ns)

    def accept_view(self) -> bool:
        """Take a moved camera's new view as the usual one, and learn it from nothing.

        Returns:
            Whether the camera had moved; where it had not, what is usual stays.
        """
        if not self._states[QualityTrouble.MOVED].standing:
            return False
        self.baseline = Baseline()
        self._forget()
        return True

    def _begin_anew_after_gap(self, at_ns: int) -> None:
        before, self._at_ns = self._at_ns, at_ns
        if before is not None and not 0 <= at_ns - before < _LONG_NS:
            self._forget()

    def _forget(self) -> None:
        for state in self._states.values():
            state.forget()
        self._past = Past()
        self._thumb = None

    def _changed(self, features: Features) -> float | None:
        """Return the share of tiles in which any pixel changed, 0..1."""
        before, self._thumb = self._thumb, features.thumb
        if before is None or before.shape != features.thumb.shape:
            return None
        changed = np.bitwise_xor(before, features.thumb)
        return float(any_in_tiles(changed).mean())

    def _is_suspect(self, levels: Levels) -> bool:
        """What may be a trouble must not become the usual."""
        if not self.baseline.is_known:
            return False
        # A view that is learnt, half of another, is soon like neither.
        if (levels[QualityTrouble.MOVED] or 0.0) >= _OTHER_VIEW:
            return True
        return any(
            state.standing or state.bad_since_ns is not None
            for trouble, state in self._states.items()
            if trouble not in HARMLESS
        )

    def _report(self, levels: Levels, at_ns: int) -> QualityReport:
        standing = tuple(t for t in QualityTrouble if self._states[t].standing)
        begins = [
            begin
            for trouble in standing
            if trouble not in HARMLESS
            and (begin := self._states[trouble].bad_since_ns) is not None
        ]
        return QualityReport(
            at_ns,
            standing,
            min(begins, default=None),
            tuple(t for t in QualityTrouble if levels[t] is None and t not in standing),
        )
