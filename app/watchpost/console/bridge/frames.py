"""Pictures of one camera for a tile, out of a ring of shared memory, without a copy.

A tile runs 300 ms behind live, so that a frame's own result is there when it is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QImage

from watchpost.base.clock import NS_PER_MS
from watchpost.base.errors import WatchpostError
from watchpost.base.log import get_logger
from watchpost.console.bridge.edges import EdgeLink
from watchpost.engine.frames import FrameHeader, FrameRing
from watchpost.protocol.cameras import TileLease, TileRequest

BEHIND_LIVE_NS = 300 * NS_PER_MS
_RENEW_MS = 2000
_SETTLE_MS = 120
_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class TileFrame:
    """One picture.

    Attributes:
        image: RGB32, looks into shared memory; use :meth:`RingReader.intact` after it
            was drawn, copy it to keep it.
        header: Whose frame it is.
        slot: Where it lies.
    """

    image: QImage
    header: FrameHeader
    slot: int


class RingReader:
    """Chooses the frame to draw from a ring."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ring = FrameRing.open(path)
        self._images: dict[int, QImage] = {}

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the pictures."""
        return self._ring.width, self._ring.height

    def frame(self, now_ns: int) -> TileFrame | None:
        """Return the newest frame that is 300 ms old, or the oldest there is.

        Args:
            now_ns: UTC by the edge's clock.
        """
        headers = self._ring.headers()
        if not headers:
            return None
        due = [item for item in headers if item[1].at_ns <= now_ns - BEHIND_LIVE_NS]
        slot, header = due[-1] if due else headers[0]
        return TileFrame(self._image(slot), header, slot)

    def intact(self, frame: TileFrame) -> bool:
        """Say whether a frame was not overwritten while it was drawn."""
        return self._ring.is_still(frame.slot, frame.header)

    def close(self) -> None:
        """Let go of the memory."""
        self._images.clear()
        self._ring.close()

    def _image(self, slot: int) -> QImage:
        if slot not in self._images:
            ring = self._ring
            self._images[slot] = QImage(
                ring.view(slot).data,
                ring.width,
                ring.height,
                ring.width * 4,
                QImage.Format.Format_RGB32,
            )
        return self._images[slot]


class Pictures(Protocol):
    """What a tile draws from."""

    def want(self, width: int, height: int, fps: float) -> None:
        """Ask for pictures of this size in device pixels, and this rate."""

    def frame(self, now_ns: int) -> TileFrame | None:
        """Return the frame to draw now; ``now_ns`` is UTC by this computer's clock."""

    def intact(self, frame: TileFrame) -> bool:
        """Say whether a frame that was drawn had not been overwritten meanwhile."""

    def close(self) -> None:
        """Stop asking for pictures."""


class LeasedPictures(QObject):
    """Pictures that an edge on this computer writes for us, while we renew the lease."""

    def __init__(self, link: EdgeLink, camera_id: str) -> None:
        super().__init__()
        self._link = link
        self._camera_id = camera_id
        self._request: TileRequest | None = None
        self._reader: RingReader | None = None
        self._next: RingReader | None = None
        self._asking = False
        self._closed = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._renew)

    def want(self, width: int, height: int, fps: float) -> None:
        """Ask for a size and rate; repeated calls while a window is resized are one."""
        request = TileRequest(width=width, height=height, fps=fps)
        if request == self._request:
            return
        first = self._request is None
        self._request = request
        if first:
            self._renew()
        else:
            self._timer.start(_SETTLE_MS)

    def frame(self, now_ns: int) -> TileFrame | None:
        """Return the frame to draw now."""
        now_ns += self._link.clock_ahead_ns
        if self._next is not None and (frame := self._next.frame(now_ns)) is not None:
            # Only now, so that a tile that changes its size never goes dark.
            if self._reader is not None:
                self._reader.close()
            self._reader, self._next = self._next, None
            return frame
        return self._reader.frame(now_ns) if self._reader is not None else None

    def intact(self, frame: TileFrame) -> bool:
        """Say whether a frame was not overwritten while it was drawn."""
        return self._reader is not None and self._reader.intact(frame)

    def close(self) -> None:
        """Let the lease run out."""
        self._closed = True
        self._timer.stop()
        for reader in (self._reader, self._next):
            if reader is not None:
                reader.close()
        self._reader = self._next = None

    def _renew(self) -> None:
        if self._closed or self._request is None:
            return
        self._timer.start(_RENEW_MS)
        if self._asking:
            return
        self._asking = True
        call = partial(self._link.port.lease_tile, self._camera_id, self._request)
        self._link.tasks.run(call, self._on_lease, self._on_refusal)

    def _on_lease(self, lease: TileLease) -> None:
        self._asking = False
        newest = self._next or self._reader
        path = Path(lease.path)
        same = newest is not None and newest.path == path
        if self._closed or (
            same and newest is not None and newest.size == (lease.width, lease.height)
        ):
            return
        try:
            reader = RingReader(path)
        except (OSError, ValueError) as error:
            # Replaced between the answer and now; the next renewal tells the new one.
            _log.info("tile ring not opened", camera=self._camera_id, error=str(error))
            return
        if self._next is not None:
            self._next.close()
        self._next = reader

    def _on_refusal(self, error: WatchpostError) -> None:
        # A camera that is away has no pictures; its state says so, and why.
        self._asking = False
        _log.debug("tile refused", camera=self._camera_id, code=error.code)
