"""How far a picture is beyond what is usual: one level for each trouble, 1 the limit.

Limits are those measured on real clips under defocus, under- and over-exposure, cover,
shift and recompression. A level of None says that the trouble cannot be told: there is
no baseline yet, the scene has too little in it, or a greater trouble hides it.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from watchpost.domain.quality import QualityTrouble
from watchpost.engine.quality.baseline import Baseline
from watchpost.engine.quality.features import (
    Features,
    Map,
    likeness,
    shift_between,
    turn_between,
)

Levels = dict[QualityTrouble, float | None]

_BLUR = 0.4
_DARK_SHARE = 0.4
# Three stops less light, of which a picture's gamma leaves this share of grey levels.
_DIMMED = 0.39
_BRIGHT_SHARE = 0.3
_RISE = 0.2
_LOST_SHARE = 0.35
_FLAT = 4.0
_STRUCTURE = 8.0
_SHIFT = 0.02
_PEAK = 0.08
_KNOWN_LOOK = 0.35
_KNOWN_VIEW = 0.5
_STILL = 0.02
_SMOOTH_RISE = 0.22
_BLOCKS = 1.35
_LOW_LIGHT = 45.0
_GAIN = 0.12
_TURNS = 4
_WINDOW = 8
# The view is a mean over some looks, so that who stands before it is not in its way.
_VIEW_SHARE = 1 / 6
_DULL = 0.5
_DULL_SHARE = 0.12
_FEWEST_TILES = 20
_DETAIL = 1.5
_MISSING = 0.15


class Past:
    """The last looks, for what only shows over time."""

    def __init__(self) -> None:
        self.same: bool | None = None
        """Whether the last picture equals the one before it."""
        self.dull: Map | None = None
        """Detail of each tile, a mean over some minutes."""
        self.view: Map | None = None
        """The view, a mean over some seconds."""
        self._gains: deque[float] = deque(maxlen=_WINDOW)
        self._tiles: Map | None = None

    def add(self, features: Features, *, same: bool | None) -> None:
        """Take in a look."""
        self.same = same
        if self._tiles is not None:
            gains = np.log2((features.tiles + 4) / (self._tiles + 4))
            # The median over tiles: people who pass change some of them, light all.
            self._gains.append(float(np.median(gains)))
        self._tiles = features.tiles
        if self.dull is None:
            self.dull = features.detail.copy()
        else:
            self.dull += (features.detail - self.dull) / 60
        if self.view is None:
            self.view = features.view.copy()
        else:
            self.view += _VIEW_SHARE * (features.view - self.view)

    def flicker(self) -> float | None:
        """Return the level of flicker, or None before some looks were taken."""
        if len(self._gains) < _WINDOW:
            return None
        gains = np.array(self._gains)
        strong = np.abs(gains) > _GAIN
        turns = np.count_nonzero(
            (gains[1:] * gains[:-1] < 0) & strong[1:] & strong[:-1]
        )
        return turns / _TURNS


def judge(
    features: Features,
    baseline: Baseline,
    past: Past,
    missing: float | None,
    at_ns: int,
) -> Levels:
    """Return the level of each trouble.

    Args:
        features: The picture's figures.
        baseline: What is usual.
        past: The looks before, with this one in.
        missing: Share of pictures that did not arrive, or None where it is not known.
        at_ns: Time of the picture, UTC nanoseconds.
    """
    usual = baseline.usual(at_ns)
    levels: Levels = dict.fromkeys(QualityTrouble)
    levels[QualityTrouble.LOW_LIGHT] = _LOW_LIGHT / max(features.mean, 1.0)
    levels[QualityTrouble.FROZEN] = _frozen(baseline, past)
    levels[QualityTrouble.FLICKER] = past.flicker()
    levels[QualityTrouble.GAPS] = None if missing is None else missing / _MISSING
    if usual is None:
        # Without a baseline only what no scene looks like can be told.
        levels[QualityTrouble.DARK] = features.dark / 0.9
        levels[QualityTrouble.BRIGHT] = features.bright / 0.7
        return levels
    dark = _dark(features, usual, baseline)
    bright = features.bright / max(_BRIGHT_SHARE, usual["bright"] + _RISE)
    levels[QualityTrouble.DARK] = dark
    levels[QualityTrouble.BRIGHT] = bright
    visible = dark < 1 and bright < 1
    covered = _covered(features, baseline) if visible else None
    levels[QualityTrouble.COVERED] = covered
    if visible and (covered is None or covered < 1):
        _judge_details(features, usual, baseline, levels)
        blur = levels[QualityTrouble.BLURRED]
        if blur is not None and blur < 2:
            levels[QualityTrouble.MOVED] = _moved(features, past, baseline)
        levels[QualityTrouble.DIRTY] = _dirty(baseline, past)
    return levels


def _judge_details(
    features: Features, usual: dict[str, float], baseline: Baseline, levels: Levels
) -> None:
    # A picture with next to no structure is never sharp.
    blur = None
    if usual["sharpness"] > 4:
        blur = _BLUR * usual["sharpness"] / max(features.sharpness, 0.1)
    levels[QualityTrouble.BLURRED] = blur
    blocks = (features.blockiness - 1) / (
        max(_BLOCKS, usual["blockiness"] + _BLOCKS - 1) - 1
    )
    smooth = 0.0
    if blur is not None and blur < 1:
        smooth = (features.smooth - usual["smooth"]) / _SMOOTH_RISE
    levels[QualityTrouble.DAMAGED] = max(blocks, smooth)


def _frozen(baseline: Baseline, past: Past) -> float | None:
    """Equal pictures mean something only where a sensor's noise was seen before."""
    still = baseline.stands_still
    if past.same is None or still is None or still > _STILL:
        return None
    return 1.0 if past.same else 0.0


def _dark(features: Features, usual: dict[str, float], baseline: Baseline) -> float:
    share = features.dark / max(_DARK_SHARE, usual["dark"] + _RISE)
    # Dimmed as a whole; covered in part, the tiles would not go with the usual ones.
    like = np.corrcoef(features.tiles.ravel(), baseline.tiles.ravel())[0, 1]
    dimmed = _DIMMED * usual["mean"] / max(features.mean, 1.0)
    return float(max(share, dimmed if like > 0.6 else 0.0))


def _covered(features: Features, baseline: Baseline) -> float | None:
    """Parts of the picture that always had structure have next to none now."""
    usual = baseline.contrast
    busy = usual > _STRUCTURE
    if np.count_nonzero(busy) < _FEWEST_TILES:
        return None
    now = features.contrast[busy]
    return float(((now < _FLAT) & (now < 0.4 * usual[busy])).mean() / _LOST_SHARE)


def _moved(features: Features, past: Past, baseline: Baseline) -> float | None:
    """Ask this look, which knows at once, and the mean of some, which knows better."""
    found = [_shifted(baseline, features.view, _KNOWN_LOOK)]
    if past.view is not None:
        found += [
            _shifted(baseline, past.view, _KNOWN_VIEW),
            _turned(baseline, past.view),
        ]
    return max((level for level in found if level is not None), default=None)


def _shifted(baseline: Baseline, view: Map, known: float) -> float | None:
    if likeness(baseline.view, view) >= known:
        return 0.0
    shift, peak = shift_between(baseline.view, view)
    return shift / _SHIFT if peak >= _PEAK else None


def _turned(baseline: Baseline, view: Map) -> float | None:
    if likeness(baseline.view, view) >= _KNOWN_VIEW:
        return 0.0
    turn = turn_between(baseline.view, view)
    return None if turn is None else turn / _SHIFT


def _dirty(baseline: Baseline, past: Past) -> float | None:
    busy = baseline.detail > _DETAIL
    if past.dull is None or np.count_nonzero(busy) < _FEWEST_TILES:
        return None
    dull = past.dull[busy] < _DULL * baseline.detail[busy]
    return float(dull.mean() / _DULL_SHARE)
