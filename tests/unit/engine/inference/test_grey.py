"""The small grey picture that comes with a look: the whole frame, without its border."""

from __future__ import annotations

import numpy as np
import pytest

from watchpost.domain.frames import Colour, Fit, InputSpec
from watchpost.engine.inference.model import TensorSpec
from watchpost.engine.inference.picture_input import PictureInput


@pytest.mark.parametrize("channels_last", [False, True])
@pytest.mark.parametrize("fit", list(Fit))
@pytest.mark.parametrize("colour", list(Colour))
def test_it_shows_what_the_camera_shows(
    channels_last: bool, fit: Fit, colour: Colour
) -> None:
    spec = InputSpec(416, 416, fit, colour)
    given = PictureInput(spec, TensorSpec("x", channels_last=channels_last))
    at = spec.placement(640, 360)
    picture = np.full((416, 416, 3), spec.pad, np.uint8)
    shown = picture[at.top : at.top + at.height, at.left : at.left + at.width]
    shown[:] = 200
    shown[: at.height // 2, : at.width // 2] = 10
    given.copy(picture)
    grey = given.grey(at)
    assert grey.dtype == np.uint8
    assert grey.shape == (at.height // 3, at.width // 3)
    height, width = grey.shape
    assert set(np.unique(grey[: height // 2 - 1, : width // 2 - 1])) == {10}
    assert set(np.unique(grey[height // 2 + 1 :])) == {200}
    assert set(np.unique(grey[:, width // 2 + 1 :])) == {200}
