"""An edge that answers from memory, for tests of presenters, widgets and screenshots.

    edge = FakeEdge()                    same methods as ``client.edge.EdgeClient``
    link = fake_link(edge)               an ``EdgeLink`` on it, connected, calls run at once
    edge.push(message)                   a live message, delivered at once
    edge.fail("disputes", EdgeError(..)) the next call of this name fails

It keeps what it is told: corrections, acknowledged alarms, new cameras, saved rules.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from support import site
from support.pictures import picture
from watchpost.base.clock import NS_PER_S
from watchpost.base.errors import EdgeError, WatchpostError
from watchpost.client.edge import EdgeAddress, EdgeClient
from watchpost.client.live import LiveState
from watchpost.console.bridge.edges import EdgeLink
from watchpost.console.bridge.tasks import Task, Tasks
from watchpost.domain.alarms import AlarmKind
from watchpost.domain.cameras import CameraState
from watchpost.domain.frames import FrameKey
from watchpost.domain.minutes import Measure
from watchpost.domain.rules import Direction
from watchpost.domain.verdicts import Outcome
from watchpost.engine.frames import FrameHeader, FrameRing
from watchpost.protocol.alarms import AlarmRecord, ShelveRequest
from watchpost.protocol.cameras import (
    Camera,
    CameraSpec,
    CameraStatus,
    LineSpec,
    ProbeResult,
    RulesSpec,
    SourceSpec,
    TileLease,
    TileRequest,
    UsbDevice,
)
from watchpost.protocol.counts import Bucket, CountBucket, LineCounts
from watchpost.protocol.edge import EdgeInfo, EdgeSettings, PairingCode
from watchpost.protocol.health import HealthSample, Series
from watchpost.protocol.inspection import VerdictPage, VerdictRecord
from watchpost.protocol.live import Box, LiveMessage
from watchpost.protocol.models import (
    ActivateModel,
    CatalogueRecord,
    ModelLook,
    ModelRecord,
)
from watchpost.protocol.review import (
    AuditLine,
    ClipFrame,
    ClipInfo,
    ClipLine,
    Correction,
    CorrectionRequest,
    DecisionRequest,
    Dispute,
    DisputeRequest,
    Event,
    EventPage,
)
from watchpost.protocol.values import MinutePage, VisitPage

CLIP_FRAMES = 120
CLIP_FPS = 12


class FrozenClock:
    """Time stands at the canned site's moment until :meth:`advance`."""

    def __init__(self, utc_ns: int = site.NOW) -> None:
        self.now_ns = utc_ns

    def monotonic_ns(self) -> int:
        return self.now_ns

    def utc_ns(self) -> int:
        return self.now_ns

    def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        self.now_ns += round(seconds * NS_PER_S)


class ImmediateTasks(Tasks):
    """Runs every call at once, on the calling thread."""

    def run(
        self,
        call: Callable[[], Any],
        on_success: Callable[[Any], None] | None = None,
        on_failure: Callable[[WatchpostError], None] | None = None,
    ) -> Task:
        task = Task(call, on_success, on_failure)
        try:
            answer = call()
        except WatchpostError as error:
            if on_failure is not None:
                on_failure(error)
            else:
                self.failed.emit(error)
        else:
            if on_success is not None:
                on_success(answer)
        return task


class FakeEdge(EdgeClient):
    """The canned site, behind the methods of :class:`EdgeClient`."""

    def __init__(self, *, demo: bool = False, empty: bool = False) -> None:
        # No connection: the base class would open one.
        self.address = EdgeAddress("http://127.0.0.1:0", "token")
        self.edge_info = site.INFO.model_copy(update={"demo": demo})
        self.all_cameras = (
            () if empty else site.demo_cameras() if demo else site.cameras()
        )
        self.all_alarms = () if empty else site.alarms()
        if demo:
            # It has four cameras, and all of them deliver.
            there = {self.edge_info.id, *(c.id for c in self.all_cameras)}
            self.all_alarms = tuple(
                a
                for a in self.all_alarms
                if a.subject_id in there and a.kind is not AlarmKind.NO_VIDEO
            )
        self.all_verdicts: tuple[VerdictRecord, ...] = ()
        self.all_events = () if empty else site.events()
        self.all_disputes = () if empty else site.disputes()
        self.all_models = site.models()
        self.all_public = site.public_models()
        self.edge_settings = EdgeSettings(name=self.edge_info.name)
        self.corrections: list[Correction] = []
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self.tile_folder: Path | None = None
        self._failures: dict[str, WatchpostError] = {}
        self._listeners: list[Callable[[LiveMessage], None]] = []
        self._states: list[Callable[[LiveState], None]] = []
        self._rings: dict[str, FrameRing] = {}

    # Steering by tests

    def fail(self, name: str, error: WatchpostError) -> None:
        """Let the next call of this name fail."""
        self._failures[name] = error

    def push(self, message: LiveMessage) -> None:
        """Send a live message to everybody who listens."""
        for listener in self._listeners:
            listener(message)

    def lose(
        self, sentence: str = "The edge cannot be reached. Check the network."
    ) -> None:
        """Break the live connection."""
        for state in self._states:
            state(LiveState(False, sentence, "edge.unreachable"))

    def set_status(self, camera_id: str, **fields: Any) -> CameraStatus:
        """Change a camera's status, without telling anybody."""
        camera = self.camera(camera_id)
        status = camera.status.model_copy(update=fields)
        self._replace(camera.model_copy(update={"status": status}))
        return status

    def listen(
        self,
        _port: EdgeClient,
        on_message: Callable[[LiveMessage], None],
        on_state: Callable[[LiveState], None],
    ) -> FakeListener:
        self._listeners.append(on_message)
        self._states.append(on_state)
        return FakeListener()

    def _called(self, name: str, *arguments: Any) -> None:
        self.calls.append((name, arguments))
        error = self._failures.pop(name, None)
        if error is not None:
            raise error

    def close(self) -> None:
        for ring in self._rings.values():
            ring.close()

    # The edge itself

    def info(self) -> EdgeInfo:
        self._called("info")
        return self.edge_info

    def settings(self) -> EdgeSettings:
        self._called("settings")
        return self.edge_settings

    def save_settings(self, settings: EdgeSettings) -> EdgeSettings:
        self._called("save_settings", settings)
        self.edge_settings = settings
        return settings

    def pairing_code(self) -> PairingCode:
        self._called("pairing_code")
        return PairingCode(
            code="K7QM2XPA",
            expires_ns=site.NOW + 600 * NS_PER_S,
            address="https://192.0.2.7:8443",
        )

    def diagnostics(self) -> bytes:
        self._called("diagnostics")
        return b"PK"

    # Cameras

    def cameras(self) -> tuple[Camera, ...]:
        self._called("cameras")
        return self.all_cameras

    def camera(self, camera_id: str) -> Camera:
        for camera in self.all_cameras:
            if camera.id == camera_id:
                return camera
        raise EdgeError(
            "There is no such camera.",
            todo="Read the list again.",
            code="camera.unknown",
        )

    def add_camera(self, spec: CameraSpec) -> Camera:
        self._called("add_camera", spec)
        number = spec.number or max((c.number for c in self.all_cameras), default=0) + 1
        camera = Camera(
            id=f"cam-new-{number}",
            number=number,
            name=spec.name,
            source=spec.source.model_copy(update={"password": ""}),
            enabled=spec.enabled,
            record=spec.record,
            rules_version=1,
            lines=spec.lines,
            status=CameraStatus(
                camera_id=f"cam-new-{number}",
                state=CameraState.CONNECTING,
                since_ns=site.NOW,
            ),
        )
        self.all_cameras = (*self.all_cameras, camera)
        return camera

    def save_camera(self, camera_id: str, spec: CameraSpec) -> Camera:
        self._called("save_camera", camera_id, spec)
        changed = {
            "name": spec.name,
            "number": spec.number,
            "source": spec.source,
            "enabled": spec.enabled,
            "record": spec.record,
            "lines": spec.lines,
        }
        return self._replace(self.camera(camera_id).model_copy(update=changed))

    def save_rules(self, camera_id: str, rules: RulesSpec) -> Camera:
        self._called("save_rules", camera_id, rules)
        camera = self.camera(camera_id)
        if rules.version != camera.rules_version:
            raise EdgeError(
                "Somebody else changed these lines meanwhile.",
                todo="Look at them and draw your change again.",
                code="rules.conflict",
            )
        lines = tuple(
            ln if ln.id else ln.model_copy(update={"id": f"line-new-{i}"})
            for i, ln in enumerate(rules.lines)
        )
        changed: dict[str, object] = {
            "lines": lines, "rules_version": rules.version + 1,
        }  # fmt: skip
        for kind, drawn in (
            ("zones", rules.zones),
            ("shelves", rules.shelves),
            ("stations", rules.stations),
        ):
            if drawn is not None:
                changed[kind] = tuple(
                    one if one.id else one.model_copy(update={"id": f"{kind}-new-{i}"})
                    for i, one in enumerate(drawn)
                )
        return self._replace(camera.model_copy(update=changed))

    def remove_camera(self, camera_id: str) -> None:
        self._called("remove_camera", camera_id)
        self.all_cameras = tuple(c for c in self.all_cameras if c.id != camera_id)

    def restart_camera(self, camera_id: str) -> None:
        self._called("restart_camera", camera_id)

    def probe(self, source: SourceSpec) -> ProbeResult:
        self._called("probe", source)
        if "wrong" in source.address:
            return ProbeResult(
                ok=False,
                sentence="Wrong user or password (401). Type them again.",
                code="camera.password",
            )
        return ProbeResult(
            ok=True,
            sentence="H.264, 1280 x 720, 15 frames a second.",
            width=1280,
            height=720,
            codec="h264",
            fps=15.0,
            snapshot_jpeg_base64=base64.b64encode(self.snapshot("cam-front")).decode(),
        )

    def snapshot(self, camera_id: str) -> bytes:
        self._called("snapshot", camera_id)
        return _jpeg(camera_id, 1280, 720)

    def lease_tile(self, camera_id: str, request: TileRequest) -> TileLease:
        """Put eight canned frames, the newest at ``site.NOW``, into a ring."""
        self._called("lease_tile", camera_id, request)
        camera = self.camera(camera_id)
        if camera.status.state is not CameraState.LIVE or self.tile_folder is None:
            raise EdgeError(
                "The camera delivers nothing.", todo="Wait for it.", code="camera.away"
            )
        height = min(request.height, request.width * 9 // 16)
        width = height * 16 // 9
        path = self.tile_folder / f"{camera_id}-{width}x{height}.ring"
        if str(path) not in self._rings:
            ring = FrameRing.create(
                path, slots=8, width=width, height=height, channels=4
            )
            for index in range(8):
                self.write_frame(ring, camera_id, 93 + index)
            self._rings[str(path)] = ring
        return TileLease(path=str(path), width=width, height=height)

    def write_frame(self, ring: FrameRing, camera_id: str, sequence: int) -> None:
        """Put one frame into a ring, as capture does."""
        slot, pixels = ring.begin()
        pixels[:] = picture(camera_id, ring.width, ring.height)
        at_ns = site.NOW - (100 - sequence) * NS_PER_S // 15
        key = FrameKey(site.EPOCH, sequence)
        ring.commit(
            slot, FrameHeader(key, sequence * NS_PER_S // 15, at_ns, 1280, 720, True)
        )

    def usb_devices(self) -> tuple[UsbDevice, ...]:
        self._called("usb_devices")
        return (
            UsbDevice(address="/dev/video0", name="HD Pro Webcam C920"),
            UsbDevice(address="/dev/video2", name="USB Microscope"),
        )

    # Alarms

    def alarms(self) -> tuple[AlarmRecord, ...]:
        self._called("alarms")
        return self.all_alarms

    def acknowledge(self, alarm_id: str) -> AlarmRecord:
        self._called("acknowledge", alarm_id)
        return self._change_alarm(
            alarm_id, acknowledged_ns=site.NOW, acknowledged_by=self.edge_info.user
        )

    def shelve(self, alarm_id: str, request: ShelveRequest) -> AlarmRecord:
        self._called("shelve", alarm_id, request)
        return self._change_alarm(
            alarm_id,
            shelved_until_ns=site.NOW + request.minutes * 60 * NS_PER_S,
            shelved_by=self.edge_info.user,
            shelf_reason=request.reason,
        )

    # Counts, events, disputes

    def counts(
        self,
        line_id: str,
        *,
        from_ns: int,
        to_ns: int,
        bucket: Bucket,
        timezone: str = "UTC",
    ) -> LineCounts:
        self._called("counts", line_id, from_ns, to_ns, bucket)
        camera, line = self._line(line_id)
        step = site.HOUR if bucket == "hour" else site.DAY
        buckets = []
        start = from_ns
        while start < to_ns:
            buckets.append(self._bucket(camera, line_id, start, start + step))
            start += step
        return LineCounts(
            camera_id=camera.id,
            camera_name=f"{camera.number:02d} {camera.name}",
            line_id=line_id,
            line_name=line.name,
            buckets=tuple(buckets),
        )

    def counts_csv(self, *, from_ns: int, to_ns: int, bucket: Bucket, tz: str) -> bytes:
        self._called("counts_csv", from_ns, to_ns, bucket, tz)
        return b"from,to,camera,line,in,out\r\n"

    def minutes(
        self,
        of_id: str,
        measure: Measure,
        *,
        from_ns: int | None = None,
        to_ns: int | None = None,
        cursor: str | None = None,
        limit: int = 60,
    ) -> MinutePage:
        """Return nothing measured of a zone or shelf that is there."""
        self._called("minutes", of_id, measure, from_ns, to_ns, cursor, limit)
        for camera in self.all_cameras:
            for drawn in (*camera.zones, *camera.shelves):
                if drawn.id == of_id:
                    return MinutePage(
                        camera_id=camera.id,
                        camera_name=camera.name,
                        of_id=of_id,
                        of_name=drawn.name,
                        measure=measure,
                        minutes=(),
                    )
        raise EdgeError(
            "There is no such zone or shelf.",
            todo="Read the list again.",
            code="watched.unknown",
        )

    def visits(
        self,
        *,
        camera_id: str | None = None,
        zone_id: str | None = None,
        from_ns: int | None = None,
        to_ns: int | None = None,
        cursor: str | None = None,
        limit: int = 100,
    ) -> VisitPage:
        """Return no visits."""
        self._called("visits", camera_id, zone_id, from_ns, to_ns, cursor, limit)
        return VisitPage(visits=())

    def events(
        self,
        *,
        camera_id: str | None = None,
        line_id: str | None = None,
        from_ns: int | None = None,
        to_ns: int | None = None,
        cursor: str | None = None,
        limit: int = 100,
    ) -> EventPage:
        self._called("events", camera_id, line_id, from_ns, to_ns, cursor, limit)
        chosen = [
            e
            for e in self.all_events
            if (camera_id is None or e.camera_id == camera_id)
            and (line_id is None or e.line_id == line_id)
            and (from_ns is None or e.at_ns >= from_ns)
            and (to_ns is None or e.at_ns < to_ns)
        ]
        start = int(cursor) if cursor else 0
        more = str(start + limit) if start + limit < len(chosen) else None
        return EventPage(events=tuple(chosen[start : start + limit]), next_cursor=more)

    def verdicts(
        self,
        *,
        camera_id: str | None = None,
        station_id: str | None = None,
        outcome: Outcome | None = None,
        from_ns: int | None = None,
        to_ns: int | None = None,
        cursor: str | None = None,
        limit: int = 100,
    ) -> VerdictPage:
        self._called("verdicts", camera_id, station_id, outcome, from_ns, to_ns, limit)
        chosen = [
            v
            for v in self.all_verdicts
            if (camera_id is None or v.camera_id == camera_id)
            and (station_id is None or v.station_id == station_id)
            and (outcome is None or v.outcome is outcome)
            and (from_ns is None or v.to_ns >= from_ns)
            and (to_ns is None or v.to_ns < to_ns)
        ]
        start = int(cursor) if cursor else 0
        more = str(start + limit) if start + limit < len(chosen) else None
        page = tuple(chosen[start : start + limit])
        return VerdictPage(verdicts=page, next_cursor=more)

    def verdicts_csv(self, *, from_ns: int, to_ns: int, tz: str) -> bytes:
        self._called("verdicts_csv", from_ns, to_ns, tz)
        return b"camera,station,from,to,outcome\r\n"

    def event(self, event_id: str) -> Event:
        self._called("event", event_id)
        for event in self.all_events:
            if event.id == event_id:
                return event
        raise EdgeError(
            "There is no such count.", todo="Read the list again.", code="event.unknown"
        )

    def event_clip(self, event_id: str) -> ClipInfo:
        self._called("event_clip", event_id)
        event = self.event(event_id)
        return self._clip(event.camera_id, event.at_ns, (event,))

    def camera_clip(
        self, camera_id: str, at_ns: int, *, before_s: float = 5.0, after_s: float = 5.0
    ) -> ClipInfo:
        self._called("camera_clip", camera_id, at_ns, before_s, after_s)
        near = tuple(
            e
            for e in self.all_events
            if e.camera_id == camera_id and abs(e.at_ns - at_ns) < 5 * NS_PER_S
        )
        return self._clip(camera_id, at_ns, near)

    def clip_video(self, clip: ClipInfo) -> bytes:
        self._called("clip_video", clip.camera_id)
        return _video(clip.camera_id)

    def correct_event(self, event_id: str, correction: CorrectionRequest) -> Correction:
        self._called("correct_event", event_id, correction)
        event = self.event(event_id)
        made = self._correction(correction, event.line_id, event_id, None)
        self.all_events = tuple(
            e.model_copy(update={"corrected": True}) if e.id == event_id else e
            for e in self.all_events
        )
        return made

    def correct_dispute(
        self, dispute_id: str, correction: CorrectionRequest
    ) -> Dispute:
        self._called("correct_dispute", dispute_id, correction)
        dispute = self._dispute(dispute_id)
        made = self._correction(
            correction, dispute.line_id, dispute.event_id, dispute_id
        )
        return self._change_dispute(
            dispute, "corrected", "Corrected", (*dispute.corrections, made)
        )

    def reject_dispute(self, dispute_id: str, decision: DecisionRequest) -> Dispute:
        self._called("reject_dispute", dispute_id, decision)
        dispute = self._dispute(dispute_id)
        return self._change_dispute(
            dispute, "rejected", "Claim rejected", dispute.corrections
        )

    def disputes(self, state: str = "open") -> tuple[Dispute, ...]:
        self._called("disputes", state)
        is_open = {"new", "in_review"}
        if state == "all":
            return self.all_disputes
        return tuple(
            d for d in self.all_disputes if (d.state in is_open) == (state == "open")
        )

    def open_dispute(self, request: DisputeRequest) -> Dispute:
        self._called("open_dispute", request)
        event = self.event(request.event_id) if request.event_id else None
        line_id = event.line_id if event else request.line_id
        camera = next(
            c for c in self.all_cameras if any(ln.id == line_id for ln in c.lines)
        )
        line = next(ln for ln in camera.lines if ln.id == line_id)
        number = max((d.number for d in self.all_disputes), default=4800) + 1
        made = Dispute(
            id=f"dis-{number}",
            number=number,
            state="new",
            claim=request.claim,
            event_id=request.event_id,
            camera_id=camera.id,
            camera_name=f"{camera.number:02d} {camera.name}",
            line_id=line.id,
            line_name=line.name,
            at_ns=event.at_ns if event else (request.from_ns or site.NOW),
            from_ns=request.from_ns,
            to_ns=request.to_ns,
            claimed_in=request.claimed_in,
            claimed_out=request.claimed_out,
            opened_ns=site.NOW,
            opened_by=self.edge_info.user,
            due_ns=request.due_ns,
            corrections=(),
            audit=(AuditLine(at_ns=site.NOW, by=self.edge_info.user, text="Opened"),),
        )
        self.all_disputes = (*self.all_disputes, made)
        return made

    # Health and models

    def health(self) -> HealthSample:
        self._called("health")
        return site.health()

    def health_history(
        self,
        metric: str,
        *,
        from_ns: int,
        to_ns: int,
        camera_id: str | None = None,
        points: int = 600,
    ) -> Series:
        self._called("health_history", metric, from_ns, to_ns, camera_id, points)
        from support.history import series

        cameras = {c.id: c.status for c in self.all_cameras}
        return series(metric, from_ns, to_ns, cameras.get(camera_id or ""), points)

    def models(self) -> tuple[ModelRecord, ...]:
        self._called("models")
        return self.all_models

    def add_model(self, name: str, onnx: bytes) -> ModelRecord:
        self._called("add_model", name)
        if not onnx:
            raise EdgeError(
                f"{name} is empty (0 bytes).",
                todo="Export it again.",
                code="model.empty",
            )
        made = self.all_models[1].model_copy(
            update={"id": hashlib.sha256(onnx).hexdigest()[:16], "name": name}
        )
        self.all_models = (*self.all_models, made)
        return made

    def activate_model(self, model_id: str, request: ActivateModel) -> ModelRecord:
        self._called("activate_model", model_id, request)
        now: dict[str, str] = {m.id: m.state for m in self.all_models}
        for key, state in now.items():
            if state == "active":
                now[key] = "ready"
        now[model_id] = "active"
        self.all_models = tuple(
            m.model_copy(update={"state": now[m.id]}) for m in self.all_models
        )
        return next(m for m in self.all_models if m.id == model_id)

    def try_model(self, model_id: str, picture: bytes) -> tuple[ModelLook, ...]:
        self._called("try_model", model_id, picture)
        record = next(m for m in self.all_models if m.id == model_id)
        layouts = [r.layout for r in record.readings] or [record.layout]
        return site.looks(layouts)

    def catalogue(self) -> tuple[CatalogueRecord, ...]:
        self._called("catalogue")
        return self.all_public

    def get_model(self, name: str) -> CatalogueRecord:
        self._called("get_model", name)
        return self._public(name, state="fetching", progress=0.0, sentence="")

    def cancel_model(self, name: str) -> CatalogueRecord:
        self._called("cancel_model", name)
        return self._public(name, state="absent", progress=0.0)

    def _public(self, name: str, **fields: Any) -> CatalogueRecord:
        self.all_public = tuple(
            m.model_copy(update=fields) if m.name == name else m
            for m in self.all_public
        )
        return next(m for m in self.all_public if m.name == name)

    # Parts

    def _replace(self, camera: Camera) -> Camera:
        self.all_cameras = tuple(
            camera if c.id == camera.id else c for c in self.all_cameras
        )
        return camera

    def _change_alarm(self, alarm_id: str, **fields: Any) -> AlarmRecord:
        self.all_alarms = tuple(
            a.model_copy(update=fields) if a.id == alarm_id else a
            for a in self.all_alarms
        )
        return next(a for a in self.all_alarms if a.id == alarm_id)

    def _dispute(self, dispute_id: str) -> Dispute:
        return next(d for d in self.all_disputes if d.id == dispute_id)

    def _change_dispute(
        self,
        dispute: Dispute,
        state: str,
        text: str,
        corrections: tuple[Correction, ...],
    ) -> Dispute:
        line = AuditLine(at_ns=site.NOW, by=self.edge_info.user, text=text)
        changed = dispute.model_copy(
            update={
                "state": state,
                "audit": (*dispute.audit, line),
                "corrections": corrections,
            }
        )
        self.all_disputes = tuple(
            changed if d.id == dispute.id else d for d in self.all_disputes
        )
        return changed

    def _correction(
        self,
        asked: CorrectionRequest,
        line_id: str,
        event_id: str | None,
        dispute_id: str | None,
    ) -> Correction:
        made = Correction(
            id=f"cor-{len(self.corrections) + 1}",
            event_id=event_id,
            dispute_id=dispute_id,
            line_id=line_id,
            change_in=asked.change_in,
            change_out=asked.change_out,
            reason=asked.reason,
            note=asked.note,
            by=self.edge_info.user,
            at_ns=site.NOW,
            boxes=asked.boxes,
        )
        self.corrections.append(made)
        return made

    def _line(self, line_id: str) -> tuple[Camera, LineSpec]:
        for camera in self.all_cameras:
            for line in camera.lines:
                if line.id == line_id:
                    return camera, line
        raise EdgeError(
            "There is no such line.", todo="Read the list again.", code="line.unknown"
        )

    def _bucket(
        self, camera: Camera, line_id: str, start: int, end: int
    ) -> CountBucket:
        chosen = [
            e
            for e in self.all_events
            if e.line_id == line_id and start <= e.at_ns < end
        ]
        count_in = sum(e.direction is Direction.IN for e in chosen)
        count_out = len(chosen) - count_in
        day = start - start % site.DAY
        until = [
            e for e in self.all_events if e.line_id == line_id and day <= e.at_ns < end
        ]
        inside = sum(1 if e.direction is Direction.IN else -1 for e in until)
        fixed = [c for c in self.corrections if c.line_id == line_id]
        change_in = sum(c.change_in for c in fixed) if chosen and end > site.NOW else 0
        change_out = (
            sum(c.change_out for c in fixed) if chosen and end > site.NOW else 0
        )
        looked = 0.0 if start >= site.NOW else 1.0
        gap = ""
        if camera.id == "cam-hall" and start <= site.at("13:10:00") < end:
            looked, gap = 0.75, "Camera 02 sent nothing 13:10 to 13:25."
        if camera.id == "cam-dock" and start == site.at("03:00:00"):
            looked, gap = 0.0, "Camera 07 sent nothing 03:00 to 04:00."
        before = (start // site.HOUR * 7919) % 5 - 2
        doubtful = [e for e in chosen if e.picture]
        return CountBucket(
            from_ns=start,
            to_ns=end,
            reported_in=count_in,
            reported_out=count_out,
            corrected_in=count_in + change_in,
            corrected_out=count_out + change_out,
            inside=inside,
            looked=looked,
            before_in=max(0, count_in + before),
            before_out=max(0, count_out - before),
            in_doubt=len(doubtful),
            picture=tuple(dict.fromkeys(t for e in doubtful for t in e.picture)),
            gap_sentence=gap,
        )

    def _clip(self, camera_id: str, at_ns: int, events: tuple[Event, ...]) -> ClipInfo:
        camera = self.camera(camera_id)
        first_ns = at_ns - 61 * NS_PER_S // CLIP_FPS
        first = events[0].sequence - 61 if events else 0
        frames = tuple(
            ClipFrame(
                index=i,
                epoch=site.EPOCH,
                sequence=first + i,
                at_ns=first_ns + i * NS_PER_S // CLIP_FPS,
                pts_ns=i * NS_PER_S // CLIP_FPS,
                analysed=i % 2 == 1,
                boxes=_boxes(camera_id, events, (i - 61) * 0.004)
                if i % 2 == 1 and 20 <= i <= 100
                else (),
            )
            for i in range(CLIP_FRAMES)
        )
        return ClipInfo(
            camera_id=camera_id,
            camera_name=f"{camera.number:02d} {camera.name}",
            from_ns=frames[0].at_ns,
            to_ns=frames[-1].at_ns,
            width=768,
            height=432,
            fps=float(CLIP_FPS),
            event_index=61,
            frames=frames,
            events=events,
            lines=tuple(
                ClipLine(
                    id=ln.id, name=ln.name, ax=ln.ax, ay=ln.ay, bx=ln.bx, by=ln.by,
                    anchor=ln.anchor,
                )
                for ln in camera.lines
            ),
            video_path=f"/clips/{camera_id}.mkv",
            sha256=hashlib.sha256(_video(camera_id)).hexdigest(),
        )  # fmt: skip


def _boxes(camera_id: str, events: tuple[Event, ...], shift: float) -> tuple[Box, ...]:
    """Return the boxes of a frame; the first one is who was counted."""
    boxes = site.result(camera_id, shift=shift).boxes
    if not events or not boxes:
        return boxes
    track = {"track_id": events[0].track_id}
    return (boxes[0].model_copy(update=track), *boxes[1:])


class FakeListener:
    """The live stream of a :class:`FakeEdge`; it never breaks by itself."""

    def stop(self, timeout_s: float = 3.0) -> None:
        """Nothing runs."""


def fake_link(edge: FakeEdge | None = None, *, key: str = "local") -> EdgeLink:
    """Return a connected link to a canned edge whose calls run at once."""
    port = edge if edge is not None else FakeEdge()
    link = EdgeLink(
        key, "Depot North", port, listen_to=port.listen, tasks=ImmediateTasks(),
        clock=FrozenClock(),
    )  # fmt: skip
    link.start()
    link.live.post(_health_message())
    return link


def _health_message() -> LiveMessage:
    from watchpost.protocol.live import HealthUpdate

    return HealthUpdate(sample=site.health())


def _video(camera_id: str) -> bytes:
    from support.clips import clip_video

    return clip_video(camera_id, CLIP_FRAMES, 768, 432)


def _jpeg(camera_id: str, width: int, height: int) -> bytes:
    import cv2

    _, data = cv2.imencode(".jpg", picture(camera_id, width, height)[..., :3])
    return bytes(data)
