"""The capture process of one camera, as the edge holds it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from watchpost.base.channel import ChannelClosedError, Message
from watchpost.base.clock import NS_PER_S, SYSTEM_CLOCK, Clock
from watchpost.base.log import get_logger
from watchpost.base.paths import DataFolder
from watchpost.base.processes import Child
from watchpost.domain.cameras import Source
from watchpost.domain.frames import InputSpec
from watchpost.engine.capture.child import capture_main
from watchpost.engine.capture.events import (
    CaptureEvent,
    Died,
    FrameReady,
    Opened,
    RecordingChanged,
    StateChanged,
    TileOpened,
)
from watchpost.engine.capture.messages import decode
from watchpost.engine.capture.wishes import CaptureTask, TileWish, Wishes

_LOOK_S = 0.5
_SILENT_NS = 8 * NS_PER_S
_SLOW_START_NS = 30 * NS_PER_S

_log = get_logger(__name__)


class CaptureProcess:
    """Owns the child process that captures one camera.

    The child reconnects by itself (0.25 s to 2 s apart; a refused password at most once
    a minute). When it is gone, or has hung for 8 s, ``Died`` comes, once; :meth:`start`
    begins another one with the next epoch and the wishes set before.

    Threads: methods are safe on any thread and return at once, but for :meth:`stop`.
    ``on_event`` is called on the handle's own thread, one event at a time; a call that
    takes long loses pictures and relayed packets, never recordings.

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
        clock: Time.
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
        baseline: str = "",
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        if not camera_id or not camera_id.replace("-", "").replace("_", "").isalnum():
            raise ValueError(f"{camera_id!r} cannot name files.")
        self.camera_id = camera_id
        self._source = source
        self._folder = folder
        self._next_epoch = first_epoch
        self._on_event = on_event
        self._lockstep = lockstep
        self._loop = loop
        self._baseline = baseline
        self._clock = clock
        self._lock = threading.Lock()
        self._wishes = Wishes(record=record)
        self._child: Child | None = None
        self._thread: threading.Thread | None = None
        self._mailbox_path: Path | None = None
        self._tile: TileOpened | None = None

    @property
    def pid(self) -> int | None:
        """The child's process id, or None while there is none."""
        child = self._child
        return None if child is None else child.pid

    @property
    def next_epoch(self) -> int:
        """The first epoch that no frame has yet."""
        return self._next_epoch

    @property
    def mailbox_path(self) -> Path | None:
        """Ring of pictures for the detector (3 slots), once there is one."""
        return self._mailbox_path

    @property
    def tile(self) -> TileOpened | None:
        """Ring of pictures for display (8 slots, BGRA), while there is one."""
        return self._tile

    @property
    def tile_path(self) -> Path | None:
        """Path of that ring."""
        tile = self._tile
        return None if tile is None else tile.path

    def start(self) -> None:
        """Start the child; again after it died. Harmless while it runs."""
        with self._lock:
            if self._child is not None:
                return
            task = CaptureTask(
                camera_id=self.camera_id,
                recordings=str(self._folder.recordings),
                frames=str(self._folder.frames),
                first_epoch=self._next_epoch,
                lockstep=self._lockstep,
                loop=self._loop,
                baseline=self._baseline,
            )
            self._tile = None
            self._mailbox_path = None
            child = Child(
                f"capture {self.camera_id}",
                capture_main,
                task,
                self._source,
                self._wishes.to_message(),
            )
            self._child = child
            self._thread = threading.Thread(
                target=self._receive,
                args=(child,),
                name=f"capture {self.camera_id}",
                daemon=True,
            )
            self._thread.start()

    def stop(self, timeout_s: float = 4.0) -> None:
        """Close the recording, end the child; no event comes after this returned.

        Blocks; may be called from ``on_event``, where the last events are then lost.
        """
        with self._lock:
            child, self._child = self._child, None
            thread, self._thread = self._thread, None
        if child is None:
            return
        self._say(child, {"do": "stop"})
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout_s)
        child.stop(1.0)
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout_s)

    def kill(self) -> None:
        """End the child at once; ``Died`` does not come."""
        with self._lock:
            child, self._child = self._child, None
            self._thread = None
        if child is not None:
            child.kill()

    def set_input(self, spec: InputSpec) -> None:
        """Make pictures of this form for the detector, in a new mailbox."""
        self._wish(spec=spec)

    def set_tile(self, width: int, height: int, fps: float) -> None:
        """Make pictures for display, no larger than this, keeping the aspect."""
        self._wish(tile=TileWish(width, height, fps))

    def clear_tile(self) -> None:
        """Stop making pictures for display."""
        self._wish(tile=None)
        self._tile = None

    def set_recording(self, recording: bool) -> None:
        """Record, or do not."""
        self._wish(record=recording)

    def set_rules_version(self, version: int) -> None:
        """Say that other rules were drawn: a moved camera's view is the usual one now."""
        self._wish(rules_version=version)

    def set_relay(self, relay: bool) -> None:
        """Deliver ``PacketArrived``, or do not; begins anywhere in a group of pictures."""
        self._wish(relay=relay)

    def proceed(self) -> None:
        """Deliver the next frame (lockstep)."""
        child = self._child
        if child is not None:
            self._say(child, {"do": "proceed"})

    def _wish(self, **values: object) -> None:
        with self._lock:
            wishes = self._wishes.changed(**values)
            if wishes == self._wishes:
                return
            self._wishes = wishes
            child = self._child
            if child is not None:
                self._say(child, {"do": "wish", **wishes.to_message()})

    def _say(self, child: Child, message: Message) -> None:
        try:
            child.channel.send(message)
        except ChannelClosedError:
            return  # The receiving thread sees the same and tells.

    def _receive(self, child: Child) -> None:
        heard_ns = self._clock.monotonic_ns()
        patience_ns = _SLOW_START_NS
        while True:
            try:
                received = child.channel.receive(_LOOK_S)
            except ChannelClosedError:
                self._end(child, hung=False)
                return
            now_ns = self._clock.monotonic_ns()
            if received is None:
                if now_ns - heard_ns > patience_ns:
                    self._end(child, hung=True)
                    return
                continue
            heard_ns, patience_ns = now_ns, _SILENT_NS
            self._deliver(decode(*received))

    def _deliver(self, event: CaptureEvent) -> None:
        if isinstance(event, StateChanged):
            _log.info(
                "camera", camera=self.camera_id, state=event.state, code=event.code
            )
        elif isinstance(event, RecordingChanged):
            _log.info(
                "recording" if event.recording else "not recording",
                camera=self.camera_id,
                code=event.code,
            )
        elif isinstance(event, Opened):
            self._next_epoch = event.epoch + 1
        elif isinstance(event, FrameReady):
            self._mailbox_path = event.mailbox_path
        elif isinstance(event, TileOpened):
            if self._wishes.tile is None:
                return
            self._tile = event
        try:
            self._on_event(event)
        except Exception as error:  # noqa: BLE001 - the thread's loop top
            _log.error(
                "event not handled",
                camera=self.camera_id,
                kind=type(event).__name__,
                error=repr(error),
                exc_info=True,
            )

    def _end(self, child: Child, *, hung: bool) -> None:
        with self._lock:
            if self._child is not child:
                return  # It was asked to stop, or killed by us.
            self._child = None
        child.kill()
        code = "capture.hung" if hung else "capture.crashed"
        _log.warning(
            "capture process gone",
            camera=self.camera_id,
            code=code,
            exit_code=child.exit_code,
        )
        what = "hung and was ended" if hung else "ended unexpectedly"
        self._deliver(
            Died(
                f"The process that reads this camera {what}. It is started again.",
                code,
                None if hung else child.exit_code,
            )
        )
