"""All cameras of an edge: kept, run, shown."""

from __future__ import annotations

import base64
import threading
from dataclasses import replace

from watchpost.api.identity import Identity
from watchpost.api.packets import PacketRelay
from watchpost.base.errors import StoreError
from watchpost.domain.cameras import Source, SourceKind
from watchpost.domain.coverage import CoverageGap
from watchpost.edge.camera import RunningCamera
from watchpost.edge.engine_room import EngineRoom
from watchpost.edge.stills import still
from watchpost.edge.truth import scene_lines
from watchpost.engine.capture.probing import probe
from watchpost.engine.capture.usb import list_usb
from watchpost.engine.inference.jobs import Job, Outcome
from watchpost.protocol.cameras import (
    Camera,
    CameraSpec,
    ProbeResult,
    RulesSpec,
    SourceSpec,
    TileLease,
    TileRequest,
    UsbDevice,
)
from watchpost.protocol.live import CamerasChanged
from watchpost.store.addresses import without_credentials
from watchpost.store.cameras import (
    line_spec,
    shelf_spec,
    source_spec,
    station_spec,
    zone_spec,
)

_PROBE_S = 15.0


class Cameras:
    """The cameras of an edge. Thread-safe; changes wait for each other."""

    def __init__(self, room: EngineRoom) -> None:
        self._room = room
        self._store = room.stores.cameras
        self._changing = threading.Lock()
        self._running: dict[str, RunningCamera] = {}

    # Their life

    def start(self) -> None:
        """Start every camera that is kept."""
        for record in self._store.list():
            camera = RunningCamera(record, self._store.source(record.id), self._room)
            self._running[record.id] = camera
            camera.start()

    def stop(self) -> None:
        """Stop all, side by side: each closes its recording in order."""
        with self._changing:
            threads = [
                threading.Thread(target=camera.stop, name=f"stop {camera.id}")
                for camera in self.running()
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

    def running(self) -> tuple[RunningCamera, ...]:
        """Return all cameras."""
        return tuple(self._running.values())

    def done(self, job: Job, outcome: Outcome) -> None:
        """Hand a frame's outcome to its camera; called on pool threads."""
        camera = self._running.get(job.camera_id)
        if camera is not None:
            camera.done(job, outcome)

    def not_looked(self, gap: CoverageGap) -> None:
        """Tell a camera that nobody looked for a while; called on any thread."""
        camera = self._running.get(gap.camera_id)
        if camera is not None:
            camera.counting.not_looked(gap)

    def serve(self) -> None:
        """Tell all that another model serves."""
        for camera in self.running():
            camera.serve()

    def name_of(self, camera_id: str) -> str | None:
        """Return what people call a camera, such as ``05 Yard gate``, or None."""
        camera = self._running.get(camera_id)
        if camera is None:
            return None
        return f"{camera.record.number:02d} {camera.record.name}"

    # What the API asks

    def cameras(self) -> tuple[Camera, ...]:
        """Return all, by number."""
        ordered = sorted(self.running(), key=lambda camera: camera.record.number)
        return tuple(_shown(camera) for camera in ordered)

    def camera(self, camera_id: str) -> Camera:
        """Return one."""
        return _shown(self._find(camera_id))

    def add(self, spec: CameraSpec, by: Identity) -> Camera:
        """Add and start; a simulated camera without lines gets those of its scene."""
        if spec.source.kind is SourceKind.SIMULATED and not spec.lines:
            spec = spec.model_copy(update={"lines": scene_lines(spec.source)})
        with self._changing:
            record = self._store.add(spec, by.user)
            source = self._store.source(record.id)
            camera = RunningCamera(record, source, self._room)
            self._running = {**self._running, record.id: camera}
            camera.start()
        self._room.hub.publish(CamerasChanged())
        return _shown(camera)

    def save(self, camera_id: str, spec: CameraSpec, by: Identity) -> Camera:
        """Replace; its lines change through :meth:`save_rules` alone."""
        with self._changing:
            camera = self._find(camera_id)
            record = self._store.save(camera_id, spec, by.user)
            camera.change(record, self._store.source(camera_id))
        self._room.hub.publish(CamerasChanged())
        return _shown(camera)

    def save_rules(self, camera_id: str, rules: RulesSpec, by: Identity) -> Camera:
        """Replace the rules, unless somebody else did meanwhile."""
        with self._changing:
            camera = self._find(camera_id)
            record = self._store.save_rules(camera_id, rules, by.user)
            camera.change_rules(record.rules)
        self._room.hub.publish(CamerasChanged())
        return _shown(camera)

    def remove(self, camera_id: str, by: Identity) -> None:
        """Stop and remove; counts and recordings stay."""
        with self._changing:
            camera = self._find(camera_id)
            self._store.remove(camera_id, by.user)
            self._running = {k: v for k, v in self._running.items() if k != camera_id}
            camera.stop()
            self._room.scheduler.remove(camera_id)
            self._room.coverage.forget(camera_id)
        self._room.hub.publish(CamerasChanged())

    def restart(self, camera_id: str) -> None:
        """Connect anew."""
        with self._changing:
            self._find(camera_id).restart()

    def probe(self, source: SourceSpec) -> ProbeResult:
        """Try a source for some seconds."""
        outcome = probe(self._with_password(source), timeout_s=_PROBE_S)
        return ProbeResult(
            ok=outcome.ok,
            sentence=outcome.sentence,
            code=outcome.code,
            width=outcome.width,
            height=outcome.height,
            codec=outcome.codec,
            fps=outcome.fps,
            snapshot_jpeg_base64=base64.b64encode(outcome.jpeg).decode(),
        )

    def snapshot(self, camera_id: str) -> bytes:
        """Return the newest frame, JPEG."""
        return still(self._find(camera_id), self._room)

    def lease_tile(self, camera_id: str, request: TileRequest) -> TileLease:
        """Grant pictures in shared memory for five seconds."""
        return self._find(camera_id).lease_tile(request)

    def usb_devices(self) -> tuple[UsbDevice, ...]:
        """List what is plugged in."""
        return tuple(
            UsbDevice(address=address, name=name) for address, name in list_usb()
        )

    def relay(self, camera_id: str) -> PacketRelay:
        """Return where the camera's packets can be had."""
        return self._find(camera_id).relay

    def _with_password(self, spec: SourceSpec) -> Source:
        """Return what to try; a camera that is kept keeps its password to itself."""
        source = _source(without_credentials(spec))
        if source.password:
            return source
        for camera in self.running():
            kept = camera.record.source
            if (kept.address, kept.user) == (source.address, source.user):
                return replace(source, password=self._store.source(camera.id).password)
        return source

    def _find(self, camera_id: str) -> RunningCamera:
        camera = self._running.get(camera_id)
        if camera is None:
            raise StoreError(
                f"There is no camera {camera_id}.",
                todo="It may have been removed: load the page again.",
                code="camera.unknown",
            )
        return camera


def _shown(camera: RunningCamera) -> Camera:
    record = camera.record
    return Camera(
        id=record.id,
        number=record.number,
        name=record.name,
        source=source_spec(record.source),
        enabled=record.enabled,
        record=record.record,
        rules_version=record.rules.version,
        lines=tuple(line_spec(line) for line in record.rules.lines),
        zones=tuple(zone_spec(zone) for zone in record.rules.zones),
        shelves=tuple(shelf_spec(shelf) for shelf in record.rules.shelves),
        stations=tuple(station_spec(station) for station in record.rules.stations),
        status=camera.status(),
    )


def _source(spec: SourceSpec) -> Source:
    return Source(
        kind=spec.kind,
        address=spec.address,
        transport=spec.transport,
        user=spec.user,
        password=spec.password,
        fps=spec.fps,
        ugly=spec.ugly,
        seed=spec.seed,
    )
