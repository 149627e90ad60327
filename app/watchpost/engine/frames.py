"""Frames shared between processes: a ring of picture slots in a mapped file.

A preallocated file rather than ``multiprocessing.shared_memory``: on Python 3.11 an
unrelated reader's exit unlinks the latter, and an oversize block in a small /dev/shm ends
in SIGBUS. One process writes, any number read. Each slot carries a sequence lock (odd
while it is written), so a reader can tell whether what it used was overwritten meanwhile.
Who is told about a new frame, and how, is the business of the channel between them.
"""

from __future__ import annotations

import contextlib
import mmap
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from watchpost.domain.frames import FrameKey

_MAGIC = b"WPR1"
_FILE = struct.Struct("<4sIIII")
_HELD = struct.Struct("<i")
_HELD_AT = 32
_SLOT = struct.Struct("<QIQqqIIB")
_HEAD_BYTES = 4096
_SLOT_HEAD_BYTES = 64
MAX_SLOTS = (_HEAD_BYTES - 64) // _SLOT_HEAD_BYTES


@dataclass(frozen=True, slots=True)
class FrameHeader:
    """What travels with a picture.

    Attributes:
        key: The frame's name within its camera.
        pts_ns: The camera's own time stamp since the start of the epoch.
        at_ns: Arrival, UTC nanoseconds.
        frame_width, frame_height: Size of the camera's picture (not of the slot).
        moving: False where the motion gate saw no change.
    """

    key: FrameKey
    pts_ns: int
    at_ns: int
    frame_width: int
    frame_height: int
    moving: bool = True


class FrameRing:
    """A ring of equally sized uint8 pictures, shape (height, width, channels)."""

    def __init__(self, path: Path, *, writable: bool) -> None:
        self.path = path
        with path.open("r+b") as file:
            # Readers write one field, the held slot, so they map it writable too.
            self._map = mmap.mmap(file.fileno(), 0)
        magic, self.slots, self.width, self.height, self.channels = _FILE.unpack_from(
            self._map, 0
        )
        if magic != _MAGIC:
            raise ValueError(f"{path} is not a frame ring.")
        self._slot_bytes = self.width * self.height * self.channels
        self._writable = writable
        self._newest = -1
        self._cursor = 0

    @classmethod
    def create(
        cls, path: Path, *, slots: int, width: int, height: int, channels: int
    ) -> FrameRing:
        """Make the file at its full size and open it for writing.

        Args:
            path: A new file; an existing one is replaced.
            slots: 3 for a mailbox, more where a reader looks back.
            width: Pixels.
            height: Pixels.
            channels: 3 (RGB or BGR) or 4 (BGRA).

        Raises:
            OSError: The disk is full; nothing is left behind.
        """
        assert 3 <= slots <= MAX_SLOTS
        size = _HEAD_BYTES + slots * width * height * channels
        path.unlink(missing_ok=True)
        try:
            with path.open("wb") as file:
                # Written, not truncated to size: a sparse file on a full disk would
                # turn a later write into SIGBUS.
                block = bytes(1 << 20)
                for start in range(0, size, len(block)):
                    file.write(block[: min(len(block), size - start)])
                file.seek(0)
                file.write(_FILE.pack(_MAGIC, slots, width, height, channels))
                file.seek(_HELD_AT)
                file.write(_HELD.pack(-1))
        except OSError:
            path.unlink(missing_ok=True)
            raise
        return cls(path, writable=True)

    @classmethod
    def open(cls, path: Path) -> FrameRing:
        """Open for reading.

        Raises:
            OSError: There is no such file.
            ValueError: It is not a frame ring.
        """
        return cls(path, writable=False)

    def close(self) -> None:
        """Unmap; views that are still alive keep the mapping until they go."""
        with contextlib.suppress(BufferError):
            self._map.close()

    # Writer

    def begin(self) -> tuple[int, NDArray[np.uint8]]:
        """Return a slot to write into: not the newest, not the held one."""
        assert self._writable
        held = self._held()
        slot = self._cursor
        while slot in (self._newest, held):
            slot = (slot + 1) % self.slots
        lock = self._lock(slot)
        self._set_lock(slot, lock + 1 if lock % 2 == 0 else lock)
        if self._held() == slot:
            # A reader claimed it between our look and our lock: leave it alone.
            self._set_lock(slot, lock)
            self._cursor = (slot + 1) % self.slots
            return self.begin()
        return slot, self.view(slot)

    def commit(self, slot: int, header: FrameHeader) -> None:
        """Publish a slot that :meth:`begin` gave out."""
        lock = self._lock(slot)
        _SLOT.pack_into(
            self._map,
            self._slot_at(slot),
            lock,
            header.key.epoch,
            header.key.sequence,
            header.pts_ns,
            header.at_ns,
            header.frame_width,
            header.frame_height,
            int(header.moving),
        )
        self._set_lock(slot, lock + 1)
        self._newest = slot
        self._cursor = (slot + 1) % self.slots

    # Readers

    def header(self, slot: int) -> FrameHeader | None:
        """Return a slot's header, or None while it is empty or being written."""
        lock, epoch, sequence, pts, at, width, height, moving = _SLOT.unpack_from(
            self._map, self._slot_at(slot)
        )
        if lock == 0 or lock % 2 == 1 or self._lock(slot) != lock:
            return None
        return FrameHeader(
            FrameKey(epoch, sequence), pts, at, width, height, bool(moving)
        )

    def headers(self) -> list[tuple[int, FrameHeader]]:
        """Return all complete slots, oldest frame first."""
        found = [(s, h) for s in range(self.slots) if (h := self.header(s)) is not None]
        return sorted(found, key=lambda item: item[1].key)

    def newest(self) -> tuple[int, FrameHeader] | None:
        """Return the newest complete frame."""
        found = self.headers()
        return found[-1] if found else None

    def view(self, slot: int) -> NDArray[np.uint8]:
        """Return a slot's pixels without a copy, shape (height, width, channels)."""
        start = _HEAD_BYTES + slot * self._slot_bytes
        pixels: NDArray[np.uint8] = np.frombuffer(
            self._map, np.uint8, self._slot_bytes, start
        ).reshape(self.height, self.width, self.channels)
        return pixels

    def hold(self, slot: int | None) -> None:
        """Ask the writer to spare one slot; None gives it back. One holder at a time."""
        _HELD.pack_into(self._map, _HELD_AT, -1 if slot is None else slot)

    def is_still(self, slot: int, header: FrameHeader) -> bool:
        """Say whether a slot still holds this frame, after it was used."""
        return self.header(slot) == header

    def _held(self) -> int:
        held: int = _HELD.unpack_from(self._map, _HELD_AT)[0]
        return held

    def _slot_at(self, slot: int) -> int:
        return 64 + slot * _SLOT_HEAD_BYTES

    def _lock(self, slot: int) -> int:
        lock: int = struct.unpack_from("<Q", self._map, self._slot_at(slot))[0]
        return lock

    def _set_lock(self, slot: int, value: int) -> None:
        struct.pack_into("<Q", self._map, self._slot_at(slot), value)
