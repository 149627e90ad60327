"""From packets to pictures, each picture by the number of its packet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import av
import av.error
from av.codec.context import CodecContext
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from watchpost.base.errors import CaptureError
from watchpost.engine.video.stream import StreamFormat, ffmpeg_packet

MAX_PIXELS = 8192 * 4608
"""Larger pictures are refused before memory is taken for them."""


@dataclass(frozen=True, slots=True, eq=False)
class DecodedPicture:
    """One picture and the number of the packet that it came in."""

    number: int
    frame: VideoFrame


class PacketDecoder:
    """Decodes one stream on the calling thread, no threads of its own.

    The number of each packet travels through the decoder in place of its time stamp, so
    that reordering (B pictures), missing time stamps and damaged packets never confuse
    which picture is which. ``thread_type`` is NONE: cheapest, and a frame-threaded
    decoder can dead-lock when it is closed.

    Raises:
        CaptureError: There is no decoder for this codec (``capture.codec``).
    """

    def __init__(self, form: StreamFormat) -> None:
        try:
            context = CodecContext.create(form.codec, "r")
        except (ValueError, av.error.FFmpegError) as error:
            raise _unknown(form.codec) from error
        if not isinstance(context, VideoCodecContext):
            raise _unknown(form.codec)
        self._context = context
        if form.extradata:
            self._context.extradata = form.extradata
        self._context.thread_type = "NONE"
        self._context.thread_count = 1
        self._context.options = {"max_pixels": str(MAX_PIXELS)}
        self.damaged = 0

    @property
    def reorders(self) -> bool:
        """Whether pictures may come out in another order than packets went in."""
        return bool(self._context.has_b_frames)

    def decode(self, number: int, payload: bytes) -> list[DecodedPicture]:
        """Feed one packet; return the pictures that came out, in order of presentation.

        Damaged packets give nothing and are counted in ``damaged``.
        """
        packet = ffmpeg_packet(payload)
        packet.pts = packet.dts = number
        return self._run(packet)

    def flush(self) -> list[DecodedPicture]:
        """Return the pictures still inside; the decoder is of no use afterwards."""
        return self._run(None)

    def _run(self, packet: Packet[Any] | None) -> list[DecodedPicture]:
        try:
            frames = self._context.decode(packet)
        except av.error.EOFError:
            return []
        except av.error.FFmpegError:
            self.damaged += 1
            return []
        return [DecodedPicture(f.pts, f) for f in frames if f.pts is not None]


def _unknown(codec: str) -> CaptureError:
    return CaptureError(
        f"Video of the kind {codec!r} cannot be decoded here.",
        todo="Set the camera to H.264 or H.265.",
        code="capture.codec",
    )
