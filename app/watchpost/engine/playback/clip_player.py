"""Any frame of a clip, exactly."""

from __future__ import annotations

import bisect
import io
from dataclasses import dataclass
from types import TracebackType

import av
import av.error
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from watchpost.base.errors import CaptureError
from watchpost.engine.video.decoder import DecodedPicture, PacketDecoder
from watchpost.engine.video.form import video_form
from watchpost.engine.video.scaling import PictureScaler
from watchpost.engine.video.stream import StreamFormat

_CACHE_BYTES = 192 << 20
# H.264 and H.265 hold back at most 16 pictures.
_MOST_HELD_BACK = 17


@dataclass(frozen=True, slots=True, eq=False)
class _Packet:
    payload: bytes
    is_key: bool
    pts: int


class ClipPlayer:
    """Decodes frames of a clip by index; steps of one are cheap both ways.

    Frames are numbered in the order of presentation, and told apart by the packet that
    they come from: a damaged one never shifts the others. One thread at a time.

    Args:
        video: Matroska as :func:`watchpost.engine.recording.clips.read_clip` makes it.

    Raises:
        CaptureError: It cannot be decoded (``clip.broken``).
    """

    def __init__(self, video: bytes) -> None:
        self._packets, self._form = _read(video)
        numbers = range(len(self._packets))
        self._order = sorted(numbers, key=lambda n: self._packets[n].pts)
        self._index = {number: index for index, number in enumerate(self._order)}
        self._keys = [n for n in numbers if self._packets[n].is_key]
        self._decoder: PacketDecoder | None = None
        self._next = 0
        self._cache: dict[int, VideoFrame] = {}
        self._scaler = PictureScaler("bgra")

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self._packets)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, pixels."""
        return self._form.width, self._form.height

    def frame(self, index: int) -> NDArray[np.uint8]:
        """Return a frame, BGRA, shape (height, width, 4), uint8.

        The array belongs to the caller. A frame that is damaged shows the one before.

        Raises:
            IndexError: There is no such frame.
            CaptureError: Nothing near it can be decoded.
        """
        if not 0 <= index < len(self._order):
            raise IndexError(f"frame {index} of {len(self._order)}")
        number = self._order[index]
        if number not in self._cache:
            self._decode_to(number)
        picture = self._cache.get(number) or self._nearest(index)
        self._forget(index)
        pixels = np.empty((picture.height, picture.width, 4), np.uint8)
        self._scaler.scale_into(picture, pixels)
        return pixels

    def close(self) -> None:
        """Free what decoding holds."""
        self._cache.clear()
        self._decoder = None

    def _decode_to(self, number: int) -> None:
        begin = self._beginning_for(number)
        if self._decoder is None or not begin <= self._next <= number + _MOST_HELD_BACK:
            self._decoder = PacketDecoder(self._form)
            self._next = begin
        while self._next < len(self._packets):
            packet = self._packets[self._next]
            self._keep(self._decoder.decode(self._next, packet.payload))
            self._next += 1
            if number in self._cache or self._next > number + _MOST_HELD_BACK:
                return
        self._keep(self._decoder.flush())
        self._decoder = None

    def _beginning_for(self, number: int) -> int:
        """Return the packet to begin decoding at."""
        at = bisect.bisect_right(self._keys, number) - 1
        # What is shown before its key frame needs pictures before that, too.
        if at > 0 and self._index[number] < self._index[self._keys[at]]:
            at -= 1
        return self._keys[max(at, 0)] if self._keys else 0

    def _keep(self, pictures: list[DecodedPicture]) -> None:
        for picture in pictures:
            self._cache[picture.number] = picture.frame

    def _nearest(self, index: int) -> VideoFrame:
        known = [self._index[number] for number in self._cache]
        if not known:
            raise _broken()
        best = min(known, key=lambda i: (i > index, abs(i - index)))
        return self._cache[self._order[best]]

    def _forget(self, index: int) -> None:
        size = self._form.width * self._form.height * 3 // 2
        most = max(32, _CACHE_BYTES // max(1, size))
        if len(self._cache) <= most:
            return
        by_distance = sorted(self._cache, key=lambda n: abs(self._index[n] - index))
        for number in by_distance[most * 3 // 4 :]:
            del self._cache[number]

    def __enter__(self) -> ClipPlayer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _read(video: bytes) -> tuple[list[_Packet], StreamFormat]:
    try:
        with av.open(io.BytesIO(video), "r", format="matroska") as container:
            stream, form = video_form(container, "The clip")
            packets = [
                _Packet(bytes(p), bool(p.is_keyframe), p.pts)
                for p in container.demux(stream)
                if p.size and p.pts is not None
            ]
    except (av.error.FFmpegError, CaptureError) as error:
        raise _broken() from error
    if not packets:
        raise _broken()
    return packets, form


def _broken() -> CaptureError:
    return CaptureError(
        "This clip cannot be decoded.",
        todo="The recording may be damaged; the count itself is not affected.",
        code="clip.broken",
    )
