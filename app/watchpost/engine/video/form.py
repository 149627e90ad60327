"""The format of an opened container's video, and what is refused."""

from __future__ import annotations

from typing import Any

from watchpost.base.errors import CaptureError
from watchpost.engine.video.decoder import MAX_PIXELS
from watchpost.engine.video.stream import StreamFormat


def video_form(container: Any, name: str) -> tuple[Any, StreamFormat]:
    """Return the first video stream of an opened container and its format.

    Args:
        container: Opened by ``av.open``.
        name: What to call it in sentences.

    Raises:
        CaptureError: It has no video, an unknown codec, or pictures that are too large.
    """
    streams = container.streams.video
    if not streams:
        raise CaptureError(
            f"{name} contains no video.",
            todo="Choose another file or stream; sound alone is not enough.",
            code="capture.no_video",
        )
    stream = streams[0]
    context = stream.codec_context
    if context is None:
        raise CaptureError(
            f"{name} contains video of a kind that is not known here.",
            todo="Convert it to H.264, or set the camera to H.264 or H.265.",
            code="capture.codec",
        )
    if context.width * context.height > MAX_PIXELS:
        raise CaptureError(
            f"{name} has pictures of {context.width} x {context.height} pixels.",
            todo="Use at most 8192 x 4608; the sub-stream of a camera is enough.",
            code="capture.too_large",
        )
    rate = stream.average_rate
    return stream, StreamFormat(
        codec=context.codec.name,
        width=context.width,
        height=context.height,
        extradata=bytes(context.extradata or b""),
        fps=float(rate) if rate else None,
    )
