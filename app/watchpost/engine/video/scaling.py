"""Pictures to another size and form, written into an array."""

from __future__ import annotations

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

_BYTES_PER_PIXEL = {"bgr24": 3, "rgb24": 3, "bgra": 4, "gray": 1}


class PictureScaler:
    """Scales decoded pictures to one form: swscale, fast bilinear, no threads.

    One scaler per use: changing the form makes swscale set up again.
    """

    def __init__(self, pixel_format: str) -> None:
        self._format = pixel_format
        self._bytes = _BYTES_PER_PIXEL[pixel_format]
        self._reformatter = VideoReformatter()

    def scale_into(self, frame: VideoFrame, pixels: NDArray[np.uint8]) -> None:
        """Fill an array with the picture.

        Args:
            frame: Any size and pixel format.
            pixels: Shape (height, width, bytes of a pixel), uint8; may be a part of a
                larger array.
        """
        height, width = pixels.shape[:2]
        scaled = self._reformatter.reformat(
            frame,
            width,
            height,
            self._format,
            interpolation=Interpolation.FAST_BILINEAR,
            threads=1,
        )
        plane = scaled.planes[0]
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(
            plane.height, plane.line_size
        )
        pixels[:] = rows[:, : width * self._bytes].reshape(pixels.shape)
