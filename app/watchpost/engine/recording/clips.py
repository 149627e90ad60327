"""Cut a clip out of recorded segments: packets as they came, frames by their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from watchpost.domain.frames import FrameKey
from watchpost.protocol.live import Result


@dataclass(frozen=True, slots=True)
class RecordedFrame:
    """One frame of a clip.

    Attributes:
        key: Its name; None where the packet was recorded but never decoded.
        pts_ns: Since the start of its epoch.
        at_ns: Arrival, UTC nanoseconds.
        result: What was seen in exactly this frame; None where it was not analysed.
    """

    key: FrameKey | None
    pts_ns: int
    at_ns: int
    result: Result | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """Recorded video and what is known of each of its frames.

    Attributes:
        video: Matroska, beginning with a key frame; packets as the camera sent them.
        frames: ``frames[i]`` describes the i-th frame that a decoder yields.
        width, height: Pixels.
        fps: Mean frames a second.
    """

    video: bytes
    frames: tuple[RecordedFrame, ...]
    width: int
    height: int
    fps: float

    @property
    def from_ns(self) -> int:
        """Arrival of the first frame, UTC nanoseconds."""
        return self.frames[0].at_ns

    @property
    def to_ns(self) -> int:
        """Arrival of the last frame, UTC nanoseconds."""
        return self.frames[-1].at_ns


def read_clip(segments: Sequence[Path], from_ns: int, to_ns: int) -> Clip:
    """Cut a clip; also from a segment that is still being written.

    It begins at the last key frame at or before ``from_ns``. Where the camera's format
    changed within the stretch, the part around its middle is returned.

    Args:
        segments: ``.mkv`` files of one camera, oldest first, with their sidecars.
        from_ns: UTC nanoseconds.
        to_ns: UTC nanoseconds.

    Raises:
        CaptureError: Nothing readable was recorded then (``recording.none``).
    """
    raise NotImplementedError
