"""Videos whose every picture carries its number, as black and white blocks."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

BITS = 12
_COLUMNS = 4
_ROWS = BITS // _COLUMNS


def marked_picture(number: int, width: int, height: int) -> NDArray[np.uint8]:
    """Draw a number: 12 blocks over the whole picture, highest bit first; BGR."""
    assert 0 <= number < 1 << BITS
    picture = np.zeros((height, width, 3), np.uint8)
    for bit in range(BITS):
        row, column = divmod(bit, _COLUMNS)
        top, bottom = height * row // _ROWS, height * (row + 1) // _ROWS
        left, right = width * column // _COLUMNS, width * (column + 1) // _COLUMNS
        on = number >> (BITS - 1 - bit) & 1
        picture[top:bottom, left:right] = 225 if on else 30
    return picture


def read_mark(picture: NDArray[np.uint8]) -> int:
    """Read the number off a picture of any size, 3 or 4 channels."""
    height, width = picture.shape[:2]
    number = 0
    for bit in range(BITS):
        row, column = divmod(bit, _COLUMNS)
        y, x = height * (2 * row + 1) // (2 * _ROWS), width * (2 * column + 1) // 8
        block = picture[y - 2 : y + 3, x - 2 : x + 3, :3]
        number = number << 1 | int(block.mean() > 128)
    return number


def write_marked_video(
    path: Path,
    *,
    frames: int,
    fps: int = 25,
    size: tuple[int, int] = (320, 240),
    codec: str = "mpeg4",
    b_frames: int = 0,
    gop: int = 12,
    first: int = 0,
    options: dict[str, str] | None = None,
) -> Path:
    """Write a video with pictures ``first`` to ``first + frames - 1``."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=fps)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.bit_rate = 1_500_000
        context = stream.codec_context
        context.gop_size = gop
        context.max_b_frames = b_frames
        context.thread_type = "NONE"
        context.options = options or {}
        for index in range(frames):
            frame = av.VideoFrame.from_ndarray(
                marked_picture(first + index, *size), "bgr24"
            )
            frame.pts, frame.time_base = index, Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path
