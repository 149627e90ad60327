"""Decoded pictures into the rings: the detector's mailbox and the tile for display."""

from __future__ import annotations

from pathlib import Path

from av.video.frame import VideoFrame

from watchpost.base.clock import NS_PER_S
from watchpost.domain.frames import InputSpec, Placement
from watchpost.engine.capture.wishes import TileWish
from watchpost.engine.frames import FrameHeader, FrameRing
from watchpost.engine.video.scaling import PictureScaler

MAILBOX_SLOTS = 3
TILE_SLOTS = 8


class RingFiles:
    """Names and removes the ring files of one camera.

    A ring that somebody still maps cannot be removed on Windows; it goes with the next
    start. Names hold the epoch, which rises for ever, so none is used twice.
    """

    def __init__(self, folder: Path, prefix: str) -> None:
        self._folder = folder
        self._prefix = prefix
        self._number = 0
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob(f"{prefix}-*.ring"):
            remove_ring(left)

    def new(self, use: str, epoch: int) -> Path:
        """Return the path of a new ring."""
        self._number += 1
        return self._folder / f"{self._prefix}-{use}-{epoch}-{self._number}.ring"


def remove_ring(path: Path) -> None:
    """Remove a ring's file; one that is in use stays."""
    try:
        path.unlink(missing_ok=True)
    except PermissionError:
        return


class Mailbox:
    """Pictures as one detector wants them; the newest wins.

    Args:
        path: Of the ring.
        spec: Form of the pictures.
        frame_width, frame_height: Size of the camera's pictures.

    Raises:
        OSError: The disk is full.
    """

    def __init__(
        self, path: Path, spec: InputSpec, frame_width: int, frame_height: int
    ) -> None:
        self.spec = spec
        self.size = (frame_width, frame_height)
        self.ring = FrameRing.create(
            path,
            slots=MAILBOX_SLOTS,
            width=spec.width,
            height=spec.height,
            channels=3,
        )
        for slot in range(MAILBOX_SLOTS):
            self.ring.view(slot)[:] = spec.pad
        self._placement: Placement = spec.placement(frame_width, frame_height)
        self._scaler = PictureScaler(f"{spec.colour.value}24")

    def publish(self, frame: VideoFrame, header: FrameHeader) -> int:
        """Scale the picture into a free slot and return the slot."""
        slot, pixels = self.ring.begin()
        at = self._placement
        self._scaler.scale_into(
            frame, pixels[at.top : at.top + at.height, at.left : at.left + at.width]
        )
        self.ring.commit(slot, header)
        return slot

    def close(self) -> None:
        """Unmap the ring and remove its file."""
        self.ring.close()
        remove_ring(self.ring.path)


class Tile:
    """Pictures for display, BGRA, at most so many a second.

    Args:
        path: Of the ring.
        wish: The pictures are no larger, and never larger than the camera's.
        frame_width, frame_height: Size of the camera's pictures.

    Raises:
        OSError: The disk is full.
    """

    def __init__(
        self, path: Path, wish: TileWish, frame_width: int, frame_height: int
    ) -> None:
        self._frame_size = (frame_width, frame_height)
        width, height = _size_within(wish, self._frame_size)
        self.ring = FrameRing.create(
            path, slots=TILE_SLOTS, width=width, height=height, channels=4
        )
        self._scaler = PictureScaler("bgra")
        self.set_fps(wish.fps)
        self._due_ns = 0

    def fits(self, wish: TileWish, frame_size: tuple[int, int]) -> bool:
        """Say whether this ring serves a wish for pictures of this size."""
        return self._frame_size == frame_size and (
            self.ring.width,
            self.ring.height,
        ) == _size_within(wish, frame_size)

    def set_fps(self, fps: float) -> None:
        """Make at most so many pictures a second."""
        self._interval_ns = int(NS_PER_S / fps)

    def publish(self, frame: VideoFrame, header: FrameHeader) -> None:
        """Scale the picture into a free slot, unless the one before is too young."""
        # A little early is on time: arrivals jitter.
        if header.at_ns < self._due_ns - self._interval_ns // 4:
            return
        behind = header.at_ns - self._due_ns > self._interval_ns
        self._due_ns = (header.at_ns if behind else self._due_ns) + self._interval_ns
        slot, pixels = self.ring.begin()
        self._scaler.scale_into(frame, pixels)
        self.ring.commit(slot, header)

    def close(self) -> None:
        """Unmap the ring and remove its file."""
        self.ring.close()
        remove_ring(self.ring.path)


def _size_within(wish: TileWish, frame_size: tuple[int, int]) -> tuple[int, int]:
    width, height = frame_size
    scale = min(wish.width / width, wish.height / height, 1.0)
    return max(1, round(width * scale)), max(1, round(height * scale))
