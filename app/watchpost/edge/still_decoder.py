"""Runs in a child: the last frame of a clip as JPEG. A decoder may crash; we may not."""

from __future__ import annotations

from watchpost.base.channel import Channel

JPEG_QUALITY = 90


def still_decoder_main(channel: Channel, index: int) -> None:
    """Receive a clip's video, send a frame of it as JPEG; empty when it has none.

    Args:
        channel: To the edge.
        index: Which frame; -1 is the last.
    """
    import cv2

    from watchpost.base.errors import CaptureError
    from watchpost.engine.playback import ClipPlayer

    received = channel.receive()
    assert received is not None
    jpeg = b""
    try:
        with ClipPlayer(received[1]) as player:
            wanted = index if index >= 0 else len(player) + index
            picture = cv2.cvtColor(player.frame(wanted), cv2.COLOR_BGRA2BGR)
            ok, coded = cv2.imencode(
                ".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY)
            )
            jpeg = coded.tobytes() if ok else b""
    except (CaptureError, IndexError):
        jpeg = b""
    channel.send({"type": "jpeg"}, jpeg)
