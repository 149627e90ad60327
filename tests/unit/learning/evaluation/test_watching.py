from __future__ import annotations

import numpy as np

from watchpost.base.clock import NS_PER_S
from watchpost.learning.corruptions.light import exposed
from watchpost.learning.corruptions.pictures import Picture
from watchpost.learning.evaluation.watching import LearntMonitors


def picture(number: int) -> Picture:
    rng = np.random.default_rng(7)
    coarse = rng.integers(60, 200, (18, 32, 3), np.uint8)
    bgr = np.kron(coarse, np.ones((10, 10, 1), np.uint8))
    bgr[60:100, 4 * number : 4 * number + 30] = 230
    return bgr


def test_a_later_monitor_knows_the_camera_that_the_first_has_seen() -> None:
    make = LearntMonitors()
    first = make()
    for second in range(20):
        assert first.look(picture(second), second * NS_PER_S).is_trusted
    second_monitor, third_monitor = make(), make()
    dark = [
        second_monitor.look(exposed(picture(s), -5.0), s * NS_PER_S) for s in range(20)
    ]
    assert not dark[-1].is_trusted
    assert dark[-1].since_ns == 0
    # What the second has seen is nothing to the third, nor to the first.
    for second in range(20):
        assert third_monitor.look(picture(second), second * NS_PER_S).is_trusted
    assert first.baseline.looks == 20
