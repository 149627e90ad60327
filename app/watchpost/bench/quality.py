"""Camera quality monitor: milliseconds a look; there is one a second and camera."""

from __future__ import annotations

from functools import partial

import numpy as np

from watchpost.base.clock import NS_PER_S
from watchpost.bench.conditions import Conditions
from watchpost.bench.report import Row, row, wall_ms
from watchpost.engine.quality.features import Luma
from watchpost.engine.quality.monitor import QualityMonitor

_LOOKS = 30
_ROUNDS = 5
_TARGET_MS = 3.0


def measure(_conditions: Conditions) -> list[Row]:
    """Return the cost of a look at a picture of 1920 x 1080."""
    noise = np.random.default_rng(1).integers(0, 256, (1080, 1920), dtype=np.uint8)
    monitor = QualityMonitor()
    _look(monitor, noise, 0)
    took = [
        wall_ms(partial(_look, monitor, noise, 1 + index * _LOOKS)) / _LOOKS
        for index in range(_ROUNDS)
    ]
    return [row("quality.look", "ms", took, target=_TARGET_MS, better="less")]


def _look(monitor: QualityMonitor, luma: Luma, first: int) -> None:
    for index in range(_LOOKS):
        monitor.look_at_luma(luma, (first + index) * NS_PER_S)
