"""The luma that the quality monitor sees: 0 is black and 255 white in every format."""

from __future__ import annotations

import numpy as np
import pytest
from av.video.frame import VideoFrame

from watchpost.engine.capture.watching import luma_of_frame


def _frame(level: int, form: str, *, full: bool = False) -> VideoFrame:
    picture = np.full((48, 64, 3), level, np.uint8)
    frame = VideoFrame.from_ndarray(picture, format="bgr24")
    return frame.reformat(format=form, dst_color_range="JPEG" if full else "MPEG")


@pytest.mark.parametrize(
    ("form", "full"),
    [
        ("yuv420p", False),
        ("yuv420p", True),
        ("yuvj420p", True),
        ("nv12", False),
        ("yuv420p10le", False),
    ],
)
@pytest.mark.parametrize("level", [0, 128, 255])
def test_black_is_black_and_white_is_white(form: str, full: bool, level: int) -> None:
    luma = luma_of_frame(_frame(level, form, full=full))
    assert luma.shape == (48, 64)
    assert luma.dtype == np.uint8
    assert abs(int(np.median(luma)) - level) <= 2
