"""One running camera: its capture process, its state, what it sees and counts."""

from __future__ import annotations

import threading
from dataclasses import replace

from watchpost.api.packets import PacketRelay, Stream
from watchpost.base.clock import NS_PER_S
from watchpost.base.errors import StoreError
from watchpost.base.log import get_logger
from watchpost.domain.cameras import CameraState, Source
from watchpost.domain.quality import QualityReport
from watchpost.domain.rules import RuleSet
from watchpost.edge.counting import CameraCounting
from watchpost.edge.engine_room import EngineRoom
from watchpost.edge.tiles import TileLeases
from watchpost.engine.capture.events import (
    BaselineLearnt,
    CaptureEvent,
    CaptureStats,
    Died,
    FrameReady,
    Opened,
    PacketArrived,
    QualityChanged,
    RecordingChanged,
    SegmentClosed,
    SegmentOpened,
    StateChanged,
    TileOpened,
    Truth,
)
from watchpost.engine.capture.process import CaptureProcess
from watchpost.engine.inference.jobs import Analysed, Job, NotDone, Outcome
from watchpost.engine.recording.results import ResultSidecar
from watchpost.protocol.cameras import CameraStatus, TileLease, TileRequest
from watchpost.protocol.live import CameraUpdate
from watchpost.store.cameras import CameraRecord

_FIRST_RESTART_S = 0.25
_LAST_RESTART_S = 5.0
# A capture process that lived this long was well: the next death counts as the first.
_WELL_AFTER_S = 60.0
_TILE_WAIT_S = 1.0

_NO_PICTURE: dict[str, object] = {
    "quality": (),
    "quality_unknown": (),
    "quality_sentence": "",
    "untrusted_since_ns": None,
}

_log = get_logger(__name__)


class RunningCamera:
    """Runs one camera and starts its capture process again when it dies.

    Events come on the capture handle's thread, results on pool threads, wishes on the
    server's threads, ``tick`` on the edge's own; methods are safe on any of them.
    """

    def __init__(self, record: CameraRecord, source: Source, room: EngineRoom) -> None:
        self._room = room
        self._record = record
        self._source = source
        self._lock = threading.RLock()
        self._capture: CaptureProcess | None = None
        self._status = CameraStatus(
            camera_id=record.id,
            state=CameraState.CONNECTING if record.enabled else CameraState.DISABLED,
            since_ns=room.clock.utc_ns(),
        )
        self._restart_at_ns: int | None = None
        self._restart_s = _FIRST_RESTART_S
        self._started_ns = 0
        self._recording_trouble = ""
        self._leases = TileLeases(room.clock)
        self._tile: TileRequest | None = None
        self._tile_opened = threading.Event()
        self._sidecar = ResultSidecar()
        self.counting = CameraCounting(record.id, record.rules, room)
        self.relay = PacketRelay(self._set_relay)

    @property
    def id(self) -> str:
        """The camera's identifier."""
        return self._record.id

    @property
    def record(self) -> CameraRecord:
        """The camera as it is stored."""
        return self._record

    @property
    def recording_trouble(self) -> str:
        """Why nothing is recorded though it should be; empty when all is well."""
        return self._recording_trouble

    @property
    def capture_pid(self) -> int | None:
        """The capture process, while there is one."""
        return self._capture.pid if self._capture is not None else None

    # Its life

    def start(self) -> None:
        """Begin to capture, unless the camera is switched off."""
        with self._lock:
            self._room.scheduler.add(self.id)
            self._room.scheduler.disable(self.id, not self._record.enabled)
            if self._record.enabled and self._capture is None:
                self._start_capture()

    def stop(self) -> None:
        """End the capture process, its recording closed in order."""
        with self._lock:
            capture, self._capture = self._capture, None
            self._restart_at_ns = None
        # Without the lock: the last events still come on the handle's own thread.
        if capture is not None:
            capture.stop()
        self.counting.finish()
        self._sidecar.close()

    def restart(self) -> None:
        """Connect anew."""
        self.stop()
        with self._lock:
            self._restart_s = _FIRST_RESTART_S
        self.start()

    def change(self, record: CameraRecord, source: Source) -> None:
        """Take a new description; connect anew only when the source changed."""
        with self._lock:
            before, self._record = self._record, record
            same = source == self._source and record.enabled == before.enabled
            self._source = source
        self.counting.replace_rules(record.rules)
        if same:
            capture = self._capture
            if capture is not None:
                capture.set_rules_version(record.rules.version)
            if capture is not None and record.record != before.record:
                capture.set_recording(record.record)
            return
        self.stop()
        if not record.enabled:
            self._set_state(StateChanged(CameraState.DISABLED))
        self.start()

    def change_rules(self, rules: RuleSet) -> None:
        """Count by other lines from the next frame on."""
        with self._lock:
            self._record = replace(self._record, rules=rules)
            capture = self._capture
        self.counting.replace_rules(rules)
        if capture is not None:
            capture.set_rules_version(rules.version)

    def tick(self) -> None:
        """Do what time asks for; called a few times a second."""
        now_ns = self._room.clock.monotonic_ns()
        with self._lock:
            due = self._restart_at_ns is not None and now_ns >= self._restart_at_ns
            if due and self._record.enabled:
                self._restart_at_ns = None
                self._start_capture()
        self._set_tile(self._leases.wanted())
        looked_ns = self._room.scheduler.attention(self.id).looked_at_ns
        if looked_ns is not None:
            self._room.coverage.looked(self.id, looked_ns)

    def _start_capture(self) -> None:
        capture = CaptureProcess(
            self.id,
            self._source,
            folder=self._room.folder,
            first_epoch=self._room.stores.cameras.next_epoch(self.id),
            record=self._record.record,
            on_event=self._on_event,
            baseline=self._room.stores.pictures.baseline(self.id),
        )
        capture.set_rules_version(self._record.rules.version)
        self._capture = capture
        # A new process begins to look anew; what stood ends here.
        self._status = self._status.model_copy(update=_NO_PICTURE)
        report = QualityReport(self._room.clock.utc_ns())
        self._keep_quality(report)
        self.counting.picture(report)
        self._started_ns = self._room.clock.monotonic_ns()
        self.counting.truth.restart()
        self._set_state(StateChanged(CameraState.CONNECTING))
        serving = self._room.serving()
        if serving is not None:
            capture.set_input(serving.info.input)
        capture.set_relay(self.relay.wanted)
        if self._tile is not None:
            capture.set_tile(self._tile.width, self._tile.height, self._tile.fps)
        capture.start()

    # What it is wished

    def serve(self) -> None:
        """Make pictures as the model that serves now wants them."""
        serving, capture = self._room.serving(), self._capture
        if serving is None:
            return
        self.counting.replace_model(serving)
        if capture is not None:
            capture.set_input(serving.info.input)

    def lease_tile(self, request: TileRequest) -> TileLease:
        """Grant pictures for five seconds."""
        self._set_tile(self._leases.lease(request))
        capture = self._capture
        tile = capture.tile if capture is not None else None
        if tile is None and self._status.state is CameraState.LIVE:
            # The first one comes within a few frames: better a moment later than at
            # the next request.
            self._tile_opened.wait(_TILE_WAIT_S)
            tile = capture.tile if capture is not None else None
        if tile is None:
            # Not there yet: the next request, two seconds on or sooner, finds it.
            return TileLease(path="", width=request.width, height=request.height)
        return TileLease(path=str(tile.path), width=tile.width, height=tile.height)

    def _set_tile(self, wanted: TileRequest | None) -> None:
        with self._lock:
            if wanted == self._tile:
                return
            self._tile = wanted
            self._tile_opened.clear()
            capture = self._capture
        if capture is None:
            return
        if wanted is None:
            capture.clear_tile()
        else:
            capture.set_tile(wanted.width, wanted.height, wanted.fps)

    def _set_relay(self, wanted: bool) -> None:
        capture = self._capture
        if capture is not None:
            capture.set_relay(wanted)

    # What it tells

    def status(self) -> CameraStatus:
        """Return how the camera is now."""
        attention = self._room.scheduler.attention(self.id)
        p50, p95 = self.counting.figures.latency_ms()
        line_ids = [line.id for line in self._record.rules.lines]
        told = self.counting.truth.of(line_ids)
        live = self._status.state is CameraState.LIVE
        looked_at = live and attention.reason is None
        return self._status.model_copy(
            update={
                "analysed_fps": attention.analysed_per_s if live else None,
                "latency_ms": p50,
                "latency_p95_ms": p95,
                "totals": self._room.totals.of(line_ids),
                "truth": told[0] if told else None,
                "truth_counted": told[1] if told else None,
                "zones": self.counting.zones() if looked_at else None,
                "shelves": self.counting.shelves() if looked_at else None,
                "stations": self.counting.stations(looked_at=looked_at),
            }
        )

    def publish(self) -> None:
        """Tell everybody how the camera is."""
        self._room.hub.publish(CameraUpdate(status=self.status()))

    def done(self, job: Job, outcome: Outcome) -> None:
        """Take the outcome of one of its frames; called on pool threads."""
        if isinstance(outcome, Analysed):
            result = self.counting.analysed(job, outcome)
            if result is not None:
                self._sidecar.append(result)
        elif isinstance(outcome, NotDone):
            _log.debug("not analysed", camera=self.id, reason=outcome.reason.value)

    def _on_event(self, event: CaptureEvent) -> None:
        match event:
            case FrameReady():
                self._room.scheduler.frame_ready(
                    self.id, event.mailbox_path, event.slot, event.header
                )
            case PacketArrived():
                self._relay_packet(event)
            case CaptureStats():
                self._take_stats(event)
            case StateChanged():
                self._set_state(event)
            case Opened():
                self._open(event)
            case QualityChanged():
                self._take_quality(event)
            case BaselineLearnt():
                self._keep_baseline(event)
            case Truth():
                self.counting.truth.told(event.counts)
            case SegmentOpened() | SegmentClosed() | RecordingChanged():
                self._take_recording(event)
            case TileOpened():
                self._tile_opened.set()
            case Died():
                self._died(event)
            case _:
                _log.info("source ended", camera=self.id)

    def _relay_packet(self, event: PacketArrived) -> None:
        self.relay.packet(
            epoch=event.epoch,
            sequence=event.sequence,
            pts_ns=event.pts_ns,
            at_ns=event.at_ns,
            is_key=event.is_key,
            payload=event.payload,
        )

    def _take_stats(self, stats: CaptureStats) -> None:
        with self._lock:
            self._status = self._status.model_copy(
                update={
                    "fps": stats.fps,
                    "bits_per_s": stats.bits_per_s,
                    "frames_lost": stats.lost_share,
                    "last_frame_ns": stats.last_frame_ns or self._status.last_frame_ns,
                }
            )

    def _take_quality(self, change: QualityChanged) -> None:
        report = QualityReport(
            change.at_ns, change.troubles, change.since_ns, change.unknown
        )
        with self._lock:
            before = self._status
            self._status = before.model_copy(
                update={
                    "quality": report.troubles,
                    "quality_unknown": report.unknown,
                    "quality_sentence": report.sentence,
                    "untrusted_since_ns": report.since_ns,
                }
            )
        self.counting.picture(report)
        if before.quality == report.troubles:
            return
        _log.info("picture", camera=self.id, troubles=list(report.troubles))
        self._keep_quality(report)
        self.publish()

    def _keep_quality(self, report: QualityReport) -> None:
        try:
            self._room.stores.pictures.changed(self.id, report)
        except StoreError as error:
            _log.warning("picture trouble not kept", camera=self.id, code=error.code)

    def _keep_baseline(self, learnt: BaselineLearnt) -> None:
        try:
            self._room.stores.pictures.keep_baseline(self.id, learnt.payload.decode())
        except StoreError as error:
            # It is learnt again; a full disk is told elsewhere.
            _log.warning("baseline not kept", camera=self.id, code=error.code)

    def _open(self, opened: Opened) -> None:
        self._room.stores.cameras.epoch_began(self.id, opened.epoch)
        self.relay.opened(
            Stream(
                opened.epoch,
                opened.codec,
                opened.width,
                opened.height,
                opened.extradata,
            )
        )
        with self._lock:
            self._status = self._status.model_copy(
                update={
                    "width": opened.width,
                    "height": opened.height,
                    "codec": opened.codec,
                    "nominal_fps": opened.fps,
                }
            )

    def _take_recording(
        self, event: SegmentOpened | SegmentClosed | RecordingChanged
    ) -> None:
        segments = self._room.stores.segments
        match event:
            case SegmentOpened():
                segments.opened(self.id, event.path, event.from_ns)
                self._sidecar.segment_opened(event.path, event.from_ns)
                self._set_recording(True, "")
            case SegmentClosed():
                segments.closed(event.path, event.to_ns, event.bytes)
            case RecordingChanged():
                self._set_recording(event.recording, event.sentence)

    def _set_recording(self, recording: bool, trouble: str) -> None:
        with self._lock:
            if trouble and trouble != self._recording_trouble:
                _log.error("recording stopped", camera=self.id, why=trouble)
            self._recording_trouble = trouble
            self._status = self._status.model_copy(update={"recording": recording})

    def _set_state(self, change: StateChanged) -> None:
        with self._lock:
            before = self._status
            self._status = before.model_copy(
                update={
                    "state": change.state,
                    "since_ns": before.since_ns
                    if change.state is before.state
                    else self._room.clock.utc_ns(),
                    "sentence": change.sentence,
                    "next_try_ns": change.next_try_ns,
                }
            )
            if change.state is not CameraState.LIVE:
                # What is not known is not zero, and old figures say nothing of now.
                self._status = self._status.model_copy(
                    update={"fps": None, "bits_per_s": None, "frames_lost": None}
                )
                self.counting.figures.forget()
            if change.state is before.state and change.sentence == before.sentence:
                return
        _log.info("camera", camera=self.id, state=change.state.value, code=change.code)
        self.publish()

    def _died(self, event: Died) -> None:
        """Plan the restart; the first one comes soon, later ones later."""
        now_ns = self._room.clock.monotonic_ns()
        self._room.stores.segments.abandoned(self.id)
        self._sidecar.close()
        with self._lock:
            if self._capture is None:
                return
            self._capture = None
            if now_ns - self._started_ns > _WELL_AFTER_S * NS_PER_S:
                self._restart_s = _FIRST_RESTART_S
            delay_ns = int(self._restart_s * NS_PER_S)
            self._restart_at_ns = now_ns + delay_ns
            self._restart_s = min(_LAST_RESTART_S, self._restart_s * 2)
            self._status = self._status.model_copy(update={"recording": False})
        _log.error(
            "capture died", camera=self.id, code=event.code, exit_code=event.exit_code
        )
        self._set_state(
            StateChanged(
                CameraState.RETRYING,
                event.sentence,
                event.code,
                self._room.clock.utc_ns() + delay_ns,
            )
        )
