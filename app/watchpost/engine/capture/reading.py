"""The reading side of a capture process: connects, reads, records, connects again."""

from __future__ import annotations

import threading

import av.error

from watchpost.base.clock import NS_PER_S, SYSTEM_CLOCK, Clock
from watchpost.base.errors import CaptureError
from watchpost.base.log import get_logger
from watchpost.domain.cameras import CameraState, Source, SourceKind
from watchpost.engine.capture import troubles
from watchpost.engine.capture.condition import Condition
from watchpost.engine.capture.events import Truth
from watchpost.engine.capture.figures import Figures
from watchpost.engine.capture.outbox import Outbox
from watchpost.engine.capture.sources.opening import open_source
from watchpost.engine.capture.sources.simulated import Counts
from watchpost.engine.capture.sources.source import PacketSource, Waiting
from watchpost.engine.capture.viewing import Viewing
from watchpost.engine.capture.wishes import CaptureTask
from watchpost.engine.recording.recorder import Recorder

_STALLED_NS = 2 * NS_PER_S
_BLIND_NS = 8 * NS_PER_S
_WELL_NS = 5 * NS_PER_S

_log = get_logger(__name__)


class Reading:
    """Reads one source for ever on a thread of its own.

    Every connection, and every pass through a file, is an epoch.
    """

    def __init__(
        self,
        task: CaptureTask,
        source: Source,
        *,
        recorder: Recorder,
        viewing: Viewing,
        outbox: Outbox,
        condition: Condition,
        figures: Figures,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._task = task
        self._source = source
        self._recorder = recorder
        self._viewing = viewing
        self._outbox = outbox
        self._condition = condition
        self._figures = figures
        self._clock = clock
        self._stop = threading.Event()
        self._waiting = Waiting(self._stop, clock)
        self._epoch = task.first_epoch - 1
        self._begin_at_ns = clock.utc_ns()
        self._tries = 0
        self._progress_ns = clock.monotonic_ns()
        self._last_packet_ns: int | None = None
        self._is_live = False
        self._thread = threading.Thread(target=self._run, name="reading", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout_s: float) -> bool:
        """Ask the thread to end; False when it is still in a read after the time."""
        self._stop.set()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def stuck_ns(self) -> int:
        """Return how long ago the thread was last seen to go on."""
        if not self._thread.is_alive() or self._condition.state in (
            CameraState.RETRYING,
            CameraState.REFUSED,
            CameraState.FAILED,
        ):
            return 0
        return self._clock.monotonic_ns() - self._progress_ns

    def look_for_stall(self) -> None:
        """Tell when a live camera has been silent for two seconds. Any thread."""
        last = self._last_packet_ns
        if not self._is_live or last is None:
            return
        if self._clock.monotonic_ns() - last > _STALLED_NS:
            self._condition.replace(
                CameraState.LIVE, CameraState.STALLED, troubles.stalled(self._source)
            )

    def _run(self) -> None:
        self._condition.set(CameraState.CONNECTING)
        while not self._stop.is_set():
            try:
                again = self._play()
            except (CaptureError, av.error.FFmpegError, OSError) as error:
                self._pause(troubles.explain(error, self._source))
            except Exception as error:  # noqa: BLE001 - the thread's loop top
                _log.error("capture failed", error=repr(type(error)), exc_info=True)
                self._pause(troubles.explain(error, self._source))
            else:
                if not again:
                    return

    def _play(self) -> bool:
        """Play one epoch; say whether another is to follow."""
        self._progress_ns = self._clock.monotonic_ns()
        self._last_packet_ns = None
        source = open_source(
            self._source,
            self._waiting,
            begin_at_ns=self._begin_at_ns,
            lockstep=self._task.lockstep,
            on_truth=self._tell_truth,
        )
        try:
            self._is_live = source.is_live
            self._epoch += 1
            paced = self._task.lockstep and not source.is_live
            self._viewing.begin(self._epoch, source.form, paced=paced)
            self._pass_on(source)
            if self._stop.is_set():
                return False
            if source.is_live:
                raise troubles.disconnected(self._source)
            last = not self._task.loop
            self._viewing.end(last=last)
            if not self._viewing.pictures and not self._stop.is_set():
                raise troubles.no_picture(self._source)
            return not last
        finally:
            self._is_live = False
            source.close()

    def _pass_on(self, source: PacketSource) -> None:
        begin_ns = self._clock.monotonic_ns()
        for packet in source.packets():
            if self._stop.is_set():
                return
            now_ns = self._clock.monotonic_ns()
            self._progress_ns = self._last_packet_ns = now_ns
            place = self._recorder.write(
                packet, self._epoch, source.form, source.template
            )
            self._figures.arrived(len(packet.payload))
            self._viewing.put(packet, place)
            self._progress_ns = self._clock.monotonic_ns()
            self._begin_at_ns = packet.at_ns + NS_PER_S // 25
            if now_ns - begin_ns > _WELL_NS:
                self._tries = 0
            if now_ns - begin_ns > _BLIND_NS and self._is_blind():
                raise troubles.no_picture(self._source)

    def _is_blind(self) -> bool:
        return not self._task.lockstep and not self._viewing.pictures

    def _tell_truth(self, number: int, counts: Counts) -> None:
        # The encoder never reorders: packet and picture have the same number.
        self._outbox.put(Truth(self._epoch, number, counts))

    def _pause(self, error: CaptureError) -> None:
        if self._stop.is_set():
            return
        retry = troubles.retry_of(error, self._tries)
        self._tries += 1
        wait_ns = int(retry.after_s * NS_PER_S)
        self._condition.set(retry.state, error, self._clock.utc_ns() + wait_ns)
        if self._source.kind is SourceKind.SIMULATED or not self._task.lockstep:
            self._begin_at_ns = self._clock.utc_ns()
        self._waiting.until(self._clock.monotonic_ns() + wait_ns)
        self._begin_at_ns = max(self._begin_at_ns, self._clock.utc_ns())
        self._progress_ns = self._clock.monotonic_ns()
