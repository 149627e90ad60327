"""What is usual for a camera, by the hour of the day."""

from __future__ import annotations

import base64
import binascii
from collections import deque
from typing import Any

import numpy as np
from numpy.typing import NDArray

from watchpost.base.clock import NS_PER_S
from watchpost.engine.quality.features import FIGURES, TILES, VIEW_SIZE, Features, Map

FEWEST = 10
"""Looks before anything is called usual."""

_HOURS = 24
_HOUR_NS = 3600 * NS_PER_S
_MOST = 48
_MINUTE_NS = 60 * NS_PER_S
_SLOWEST = 1 / 600
_VERSION = 2


class Baseline:
    """Medians by hour (UTC), the view without what passes through it.

    At first every look is taken in, then one a minute. One thread at a time.
    """

    def __init__(self) -> None:
        self.looks = 0
        """Looks taken in."""
        self.pairs = 0
        self.still = 0
        self.view: Map = np.zeros(VIEW_SIZE[::-1], np.float32)
        """Mean of the views, float32, shape (96, 160)."""
        self.detail: Map = np.zeros(TILES[::-1], np.float32)
        """Mean detail of each tile, float32, shape (9, 16)."""
        self.tiles: Map = np.zeros(TILES[::-1], np.float32)
        """Mean luma of each tile, float32, shape (9, 16)."""
        self.contrast: Map = np.zeros(TILES[::-1], np.float32)
        """Usual low standard deviation of each tile, float32, shape (9, 16)."""
        self._hours: dict[int, deque[tuple[float, ...]]] = {}
        self._learnt_ns: int | None = None
        self._usual: dict[int, NDArray[np.float64]] = {}

    @property
    def is_known(self) -> bool:
        """Whether it has seen enough to compare with."""
        return self.looks >= FEWEST

    @property
    def stands_still(self) -> float | None:
        """Share of pictures mostly equal to the one before; None while not known."""
        return self.still / self.pairs if self.pairs >= FEWEST else None

    def usual(self, at_ns: int) -> dict[str, float] | None:
        """Return the usual figures of that hour, or of the last hour known before it."""
        if not self.is_known:
            return None
        first = at_ns // _HOUR_NS
        for back in range(_HOURS):
            hour = (first - back) % _HOURS
            if len(self._hours.get(hour, ())) >= FEWEST:
                return dict(zip(FIGURES, self._medians(hour), strict=True))
        pooled = [sample for samples in self._hours.values() for sample in samples]
        medians = np.median(pooled, axis=0)
        return dict(zip(FIGURES, map(float, medians), strict=True))

    def learn(self, features: Features, at_ns: int, *, still: bool | None) -> None:
        """Take in a look at a picture that is as it should be.

        Args:
            features: Its figures.
            at_ns: UTC nanoseconds.
            still: Whether most of it equals the picture before, as only pictures without
                noise do; None when there was none before.
        """
        if still is not None:
            self.pairs += 1
            self.still += still
        hour = at_ns // _HOUR_NS % _HOURS
        samples = self._hours.setdefault(hour, deque(maxlen=_MOST))
        learnt = self._learnt_ns
        due = learnt is None or not 0 <= at_ns - learnt < _MINUTE_NS
        if len(samples) == _MOST and not due:
            return
        self._learnt_ns = at_ns
        samples.append(features.figures())
        self._usual.pop(hour, None)
        self.looks += 1
        share = max(1 / self.looks, _SLOWEST)
        self.view += share * (features.view - self.view)
        self.detail += share * (features.detail - self.detail)
        self.tiles += share * (features.tiles - self.tiles)
        if self.looks == 1:
            self.contrast = features.contrast.copy()
        else:
            rise = features.contrast - self.contrast
            # Low rather than mean: what stands there always, not what passes.
            self.contrast += rise * np.where(rise < 0, min(1.0, 4 * share), share / 4)

    def to_values(self) -> dict[str, Any]:
        """Return plain values that JSON can hold, some 20 to 100 KB."""
        return {
            "version": _VERSION,
            "looks": self.looks,
            "pairs": self.pairs,
            "still": self.still,
            "view": _coded(self.view),
            "detail": _coded(self.detail),
            "tiles": _coded(self.tiles),
            "contrast": _coded(self.contrast),
            "hours": {
                str(hour): [[float(f"{v:.4g}") for v in s] for s in samples]
                for hour, samples in self._hours.items()
            },
        }

    @staticmethod
    def from_values(values: dict[str, Any] | None) -> Baseline:
        """Return what plain values stand for; an empty one when they do not fit."""
        baseline = Baseline()
        if not values or values.get("version") != _VERSION:
            return baseline
        try:
            baseline.view = _decoded(values["view"], VIEW_SIZE)
            baseline.detail = _decoded(values["detail"], TILES)
            baseline.tiles = _decoded(values["tiles"], TILES)
            baseline.contrast = _decoded(values["contrast"], TILES)
            for hour, samples in values["hours"].items():
                baseline._hours[int(hour) % _HOURS] = deque(
                    (_figures(sample) for sample in samples), maxlen=_MOST
                )
            baseline.pairs = int(values["pairs"])
            baseline.still = int(values["still"])
            baseline.looks = (
                int(values["looks"]) if any(baseline._hours.values()) else 0
            )
        except (KeyError, TypeError, ValueError, AttributeError, binascii.Error):
            return Baseline()
        return baseline

    def _medians(self, hour: int) -> list[float]:
        if hour not in self._usual:
            self._usual[hour] = np.median(self._hours[hour], axis=0)
        return [float(value) for value in self._usual[hour]]


def _figures(sample: Any) -> tuple[float, ...]:
    figures = tuple(float(value) for value in sample)
    if len(figures) != len(FIGURES):
        raise ValueError("another number of figures")
    return figures


def _coded(array: Map) -> str:
    return base64.b64encode(array.astype("<f2").tobytes()).decode("ascii")


def _decoded(text: str, size: tuple[int, int]) -> Map:
    array = np.frombuffer(base64.b64decode(text, validate=True), "<f2")
    return array.reshape(size[::-1]).astype(np.float32)
