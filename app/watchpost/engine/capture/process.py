"""The capture process of one camera, as the edge holds it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from watchpost.base.paths import DataFolder
from watchpost.domain.cameras import Source
from watchpost.domain.frames import InputSpec
from watchpost.engine.capture.events import CaptureEvent


class CaptureProcess:
    """Owns the child process that captures one camera.

    The child reconnects by itself (0.25 s to 2 s apart; a refused password at most once
    a minute). When it is gone ``Died`` comes, once; :meth:`start` begins another one with
    the next epoch and the wishes set before.

    Threads: methods are safe on any thread and return at once, but for :meth:`stop`.
    ``on_event`` is called on the handle's own thread, one event at a time.

    Args:
        camera_id: Names files; letters, digits and ``-_`` only.
        source: Where packets come from.
        folder: Recordings and frame rings go below it.
        first_epoch: Number of the first epoch; higher than any before.
        record: Record from the start.
        on_event: Called with every event.
        lockstep: A file's frames are delivered one by one, each after
            :meth:`proceed`; the first without. Waits for :meth:`set_input`.
        loop: Play a file or picture folder again at its end.
    """

    def __init__(
        self,
        camera_id: str,
        source: Source,
        *,
        folder: DataFolder,
        first_epoch: int,
        record: bool,
        on_event: Callable[[CaptureEvent], None],
        lockstep: bool = False,
        loop: bool = True,
    ) -> None:
        raise NotImplementedError

    @property
    def pid(self) -> int | None:
        """The child's process id, or None while there is none."""
        raise NotImplementedError

    @property
    def mailbox_path(self) -> Path | None:
        """Ring of pictures for the detector (3 slots), once there is one."""
        raise NotImplementedError

    @property
    def tile_path(self) -> Path | None:
        """Ring of pictures for display (8 slots, BGRA), while there is one."""
        raise NotImplementedError

    def start(self) -> None:
        """Start the child; again after it died."""
        raise NotImplementedError

    def stop(self, timeout_s: float = 4.0) -> None:
        """Close the recording, end the child; no event comes after this returned."""
        raise NotImplementedError

    def kill(self) -> None:
        """End the child at once; ``Died`` does not come."""
        raise NotImplementedError

    def set_input(self, spec: InputSpec) -> None:
        """Make pictures of this form for the detector, in a new mailbox."""
        raise NotImplementedError

    def set_tile(self, width: int, height: int, fps: float) -> None:
        """Make pictures for display, no larger than this, keeping the aspect."""
        raise NotImplementedError

    def clear_tile(self) -> None:
        """Stop making pictures for display."""
        raise NotImplementedError

    def set_recording(self, recording: bool) -> None:
        """Record, or do not."""
        raise NotImplementedError

    def set_relay(self, relay: bool) -> None:
        """Deliver ``PacketArrived``, or do not."""
        raise NotImplementedError

    def proceed(self) -> None:
        """Deliver the next frame (lockstep)."""
        raise NotImplementedError
