from __future__ import annotations

import numpy as np
import pytest
from av.video.frame import VideoFrame

from watchpost.base.clock import NS_PER_S
from watchpost.engine.capture.gate import MotionGate

STEP_NS = NS_PER_S // 15


class Camera:
    """A noisy still scene in which a person may walk."""

    def __init__(self, noise: float = 3.0) -> None:
        self._rng = np.random.default_rng(5)
        self._scene = self._rng.uniform(40, 200, (360, 640)).astype(np.float32)
        self._noise = noise

    def frame(self, person_at: int | None = None, light: float = 0.0) -> VideoFrame:
        grey = self._scene + self._rng.normal(0, self._noise, self._scene.shape) + light
        if person_at is not None:
            grey[120:300, person_at : person_at + 60] = 20
        rows = np.clip(grey, 0, 255).astype(np.uint8)
        return VideoFrame.from_ndarray(rows, format="gray")


@pytest.fixture
def gate() -> MotionGate:
    return MotionGate()


def test_noise_is_not_motion(gate: MotionGate) -> None:
    camera = Camera()
    moving = [gate.is_moving(camera.frame(), i * STEP_NS) for i in range(60)]
    # The first picture may be anything; the hold after it lasts 1.5 s.
    assert moving[0]
    assert not any(moving[30:])


def test_a_person_is_motion_until_a_while_after(gate: MotionGate) -> None:
    camera = Camera()
    for i in range(60):
        gate.is_moving(camera.frame(), i * STEP_NS)
    walking = [
        gate.is_moving(camera.frame(person_at=20 * i), (60 + i) * STEP_NS)
        for i in range(28)
    ]
    assert all(walking)
    after = [gate.is_moving(camera.frame(), (88 + i) * STEP_NS) for i in range(20)]
    assert all(after)


def test_a_clock_that_begins_again_does_not_hold_the_gate_open(
    gate: MotionGate,
) -> None:
    camera = Camera()
    for i in range(60):
        gate.is_moving(camera.frame(), 100 * NS_PER_S + i * STEP_NS)
    again = [gate.is_moving(camera.frame(), i * STEP_NS) for i in range(60)]
    assert again[0]
    assert not any(again[30:])


def test_another_picture_size_begins_anew(gate: MotionGate) -> None:
    camera = Camera()
    for i in range(60):
        gate.is_moving(camera.frame(), i * STEP_NS)
    upright = VideoFrame.from_ndarray(np.zeros((640, 360), np.uint8), format="gray")
    assert gate.is_moving(upright, 60 * STEP_NS)
