"""A model on one picture, in a child: boxes in the picture's own fractions, or words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from support.models import info, write_detector
from watchpost.base.errors import ModelError
from watchpost.engine.inference import looking
from watchpost.engine.inference.looking import look_at_picture
from watchpost.engine.inference.model import ModelInfo

POISON = 255


@pytest.fixture
def model(tmp_path: Path) -> ModelInfo:
    return info(write_detector(tmp_path / "model.onnx", spins=True))


def png(width: int, height: int, level: int) -> bytes:
    _, coded = cv2.imencode(".png", np.full((height, width, 3), level, np.uint8))
    return coded.tobytes()


def test_each_reading_sees_the_picture_in_its_own_fractions(model: ModelInfo) -> None:
    # The one object of the made model: 4 to 36 by 20 to 36 of its 64 x 64 input.
    both = replace(model, others=(replace(model, layout=model.layout),))
    looks = look_at_picture(both, png(128, 128, 200))
    assert [look.layout for look in looks] == [model.layout] * 2
    for look in looks:
        np.testing.assert_allclose(
            look.found.xyxy_norm, [[4 / 64, 20 / 64, 36 / 64, 36 / 64]], atol=0.01
        )
        assert look.network_ms > 0


@pytest.mark.parametrize("content", [b"", b"GIF89a no picture", png(64, 64, 200)[:60]])
def test_what_is_no_picture_is_said(model: ModelInfo, content: bytes) -> None:
    with pytest.raises(ModelError, match="cannot be read") as refused:
        look_at_picture(model, content)
    assert refused.value.code == "picture.unreadable"


def test_too_large_a_file_is_not_even_sent(model: ModelInfo) -> None:
    with pytest.raises(ModelError, match="33 MiB; it may have 32"):
        look_at_picture(model, bytes(33 << 20))


def test_a_model_that_hangs_on_this_picture_is_stopped(
    model: ModelInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "TRIAL_LIMIT_S", 0.3)
    with pytest.raises(ModelError, match="did not answer"):
        look_at_picture(model, png(64, 64, POISON))


def test_a_file_that_changed_since_is_refused(model: ModelInfo) -> None:
    model.path.write_bytes(model.path.read_bytes() + b"\0")
    with pytest.raises(ModelError):
        look_at_picture(model, png(64, 64, 200))
