"""A camera's mailbox without a camera, for tests of the pool."""

from __future__ import annotations

from pathlib import Path

from watchpost.base.clock import SYSTEM_CLOCK
from watchpost.domain.frames import FrameKey, InputSpec
from watchpost.engine.frames import FrameHeader, FrameRing
from watchpost.engine.scheduler import Scheduler


class MailboxCamera:
    """Writes grey pictures into a mailbox and tells a scheduler."""

    def __init__(
        self, camera_id: str, folder: Path, spec: InputSpec, scheduler: Scheduler
    ) -> None:
        self.camera_id = camera_id
        self._scheduler = scheduler
        self.ring = FrameRing.create(
            folder / f"{camera_id}.frames",
            slots=3,
            width=spec.width,
            height=spec.height,
            channels=3,
        )
        self._sequence = 0

    def show(self, level: int = 128, *, moving: bool = True) -> FrameHeader:
        """Show one picture of this grey level."""
        slot, pixels = self.ring.begin()
        pixels[...] = level
        header = FrameHeader(
            FrameKey(1, self._sequence),
            self._sequence * 66_666_667,
            SYSTEM_CLOCK.utc_ns(),
            640,
            640,
            moving,
        )
        self._sequence += 1
        self.ring.commit(slot, header)
        self._scheduler.frame_ready(self.camera_id, self.ring.path, slot, header)
        return header
