"""The canned site's clips, encoded as a camera would send them."""

from __future__ import annotations

import io
from fractions import Fraction
from functools import cache

import av
import numpy as np

from support.pictures import picture


@cache
def clip_video(camera_id: str, frames: int, width: int, height: int) -> bytes:
    """Return a Matroska file; the picture drifts so that each frame differs."""
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as container:
        stream = container.add_stream("mpeg4", rate=Fraction(12))
        stream.width, stream.height = width, height
        stream.pix_fmt = "yuv420p"
        stream.gop_size = 12
        stream.bit_rate = 4_000_000
        still = picture(camera_id, width, height)[..., :3]
        for index in range(frames):
            moved = np.ascontiguousarray(
                np.roll(still, round((index - 61) * 0.004 * width), 1)
            )
            frame = av.VideoFrame.from_ndarray(moved, format="bgr24")
            frame.pts = index
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return file.getvalue()
