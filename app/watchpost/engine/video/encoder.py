"""Raw pictures to packets, so that every source is a packet source.

FFmpeg's own ``mpeg4`` encoder: LGPL, cheap, no reordering (decisions/0006).
"""

from __future__ import annotations

import io
from fractions import Fraction
from typing import Any

import av
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter

from watchpost.engine.video.stream import StreamFormat

_BITS_PER_PIXEL = 0.22


class PictureEncoder:
    """Encodes pictures of one size; a key frame every second.

    Attributes:
        format: What a decoder needs.
        template: FFmpeg's stream with these parameters, for the recorder.
    """

    def __init__(self, width: int, height: int, fps: float) -> None:
        # The container is only there because PyAV hangs stream parameters onto one.
        self._container: Any = av.open(io.BytesIO(), "w", format="matroska")
        rate = Fraction(fps).limit_denominator(1000)
        stream = self._container.add_stream("mpeg4", rate=rate)
        self._width, self._height = width // 2 * 2, height // 2 * 2
        stream.width, stream.height = self._width, self._height
        stream.pix_fmt = "yuv420p"
        stream.bit_rate = int(self._width * self._height * fps * _BITS_PER_PIXEL)
        context = stream.codec_context
        context.gop_size = max(1, round(fps))
        context.max_b_frames = 0
        context.thread_type = "NONE"
        context.thread_count = 1
        self._container.start_encoding()
        self._time_base = 1 / rate
        self._reformatter = VideoReformatter()
        self.template: Any = stream
        self.format = StreamFormat(
            codec="mpeg4",
            width=self._width,
            height=self._height,
            extradata=bytes(context.extradata or b""),
            fps=float(rate),
        )

    def encode(self, frame: VideoFrame, index: int) -> list[tuple[bytes, bool]]:
        """Encode one picture of any size and form; return (payload, is key frame).

        Args:
            frame: Scaled to the encoder's size where it differs.
            index: Rises with every picture.
        """
        picture = self._reformatter.reformat(
            frame,
            self._width,
            self._height,
            "yuv420p",
            interpolation=Interpolation.FAST_BILINEAR,
            threads=1,
        )
        picture.pts = index
        picture.time_base = self._time_base
        return [(bytes(p), bool(p.is_keyframe)) for p in self.template.encode(picture)]

    def close(self) -> None:
        """Free the encoder."""
        self._container.close()
