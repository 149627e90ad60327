"""Sources of raw pictures, encoded here so that packets come out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from av.video.frame import VideoFrame

from watchpost.base.clock import NS_PER_S
from watchpost.engine.capture.sources.source import Pace
from watchpost.engine.video.encoder import PictureEncoder
from watchpost.engine.video.stream import CodedPacket, StreamFormat

PictureMaker = Callable[[int], "VideoFrame | None"]
"""Returns the picture with this index, or None: there is none (damaged)."""


class PacedPictures:
    """Pictures that can be made at any time, sent at a steady rate.

    In real time a picture whose moment has passed is left out, as a camera would lose it.

    Args:
        width, height: Pixels; made even.
        fps: Pictures a second.
        pace: When each is due.
        make: Makes them, in rising order.
        count: How many there are; None for no end.
        on_sent: Called with the number of the packet and the picture's index before the
            packet is passed on.
        skip_late: Leave out pictures whose moment has passed.
    """

    is_live = False

    def __init__(
        self,
        width: int,
        height: int,
        fps: float,
        pace: Pace,
        make: PictureMaker,
        *,
        count: int | None = None,
        on_sent: Callable[[int, int], None] | None = None,
        skip_late: bool = True,
    ) -> None:
        self._encoder = PictureEncoder(width, height, fps)
        self._fps = fps
        self._pace = pace
        self._make = make
        self._count = count
        self._on_sent = on_sent
        self._skip_late = skip_late

    @property
    def form(self) -> StreamFormat:
        """What a decoder needs."""
        return self._encoder.format

    @property
    def template(self) -> Any:
        """FFmpeg's stream with these parameters."""
        return self._encoder.template

    def packets(self) -> Iterator[CodedPacket]:
        """Yield one packet a picture."""
        index = number = 0
        while self._count is None or index < self._count:
            stream_ns = int(index * NS_PER_S / self._fps)
            at_ns = self._pace.wait(stream_ns)
            if at_ns is None:
                return
            picture = self._make(index)
            for payload, is_key in self._encode(picture, index):
                if self._on_sent is not None:
                    self._on_sent(number, index)
                yield CodedPacket(number, stream_ns, at_ns, is_key, payload)
                number += 1
            index += 1
            if self._skip_late:
                passed = int(self._pace.passed_ns() * self._fps / NS_PER_S)
                index = max(index, passed)
        self._pace.wait(int(index * NS_PER_S / self._fps))

    def _encode(
        self, picture: VideoFrame | None, index: int
    ) -> list[tuple[bytes, bool]]:
        return [] if picture is None else self._encoder.encode(picture, index)

    def close(self) -> None:
        """Free the encoder."""
        self._encoder.close()
