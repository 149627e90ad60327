"""What the routes ask of an edge, one small port per resource.

The routes know HTTP, the edge knows cameras; this is the seam. Each call may block and
runs on the server's worker threads; each may raise a ``WatchpostError``, whose code
decides the HTTP status (see ``problems``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from watchpost.api.hub import LiveHub
from watchpost.api.identity import Identity
from watchpost.api.packets import PacketRelay
from watchpost.domain.minutes import Measure
from watchpost.domain.verdicts import Outcome
from watchpost.protocol.alarms import AlarmRecord, ShelveRequest
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
from watchpost.protocol.counts import Bucket, LineCounts
from watchpost.protocol.edge import (
    EdgeInfo,
    EdgeSettings,
    PairChallenge,
    PairFinish,
    PairingCode,
    PairResult,
    PairStart,
    Role,
)
from watchpost.protocol.health import HealthSample, Series
from watchpost.protocol.inspection import VerdictPage
from watchpost.protocol.models import (
    ActivateModel,
    CatalogueRecord,
    ModelLook,
    ModelRecord,
)
from watchpost.protocol.review import (
    ClipInfo,
    Correction,
    CorrectionRequest,
    DecisionRequest,
    Dispute,
    DisputeRequest,
    Event,
    EventPage,
)
from watchpost.protocol.values import MinutePage, VisitPage

DisputeFilter = Literal["open", "closed", "all"]


class AccessPort(Protocol):
    """Tells tokens apart."""

    def authenticate(self, token: str, *, remote: bool) -> Identity | None:
        """Return who holds the token, or None."""
        ...


class SitePort(Protocol):
    """The edge as a whole."""

    def info(self, caller: Identity) -> EdgeInfo:
        """Say who the edge is and who the caller is to it."""
        ...

    def settings(self) -> EdgeSettings:
        """Return the settings in force."""
        ...

    def save_settings(self, settings: EdgeSettings, by: Identity) -> EdgeSettings:
        """Store and apply."""
        ...

    def diagnostics(self) -> bytes:
        """Return a zip without secrets."""
        ...


class PairingPort(Protocol):
    """Lets consoles on other computers in."""

    def new_code(self, role: Role, by: Identity) -> PairingCode:
        """Make a one-time code; an earlier one stops working."""
        ...

    def start(self, request: PairStart) -> PairChallenge:
        """Begin; needs no authentication."""
        ...

    def finish(self, request: PairFinish) -> PairResult:
        """Check the proof and hand out a token."""
        ...


class CamerasPort(Protocol):
    """Cameras, their rules, their pictures."""

    def cameras(self) -> tuple[Camera, ...]:
        """Return all, by number."""
        ...

    def camera(self, camera_id: str) -> Camera:
        """Return one."""
        ...

    def add(self, spec: CameraSpec, by: Identity) -> Camera:
        """Add and start."""
        ...

    def save(self, camera_id: str, spec: CameraSpec, by: Identity) -> Camera:
        """Replace; reconnect when the source changed."""
        ...

    def save_rules(self, camera_id: str, rules: RulesSpec, by: Identity) -> Camera:
        """Replace the lines, unless somebody else did meanwhile."""
        ...

    def remove(self, camera_id: str, by: Identity) -> None:
        """Stop and remove."""
        ...

    def restart(self, camera_id: str) -> None:
        """Connect anew."""
        ...

    def probe(self, source: SourceSpec) -> ProbeResult:
        """Try a source."""
        ...

    def snapshot(self, camera_id: str) -> bytes:
        """Return the newest frame, JPEG."""
        ...

    def lease_tile(self, camera_id: str, request: TileRequest) -> TileLease:
        """Grant pictures in shared memory for five seconds."""
        ...

    def usb_devices(self) -> tuple[UsbDevice, ...]:
        """List what is plugged in."""
        ...

    def relay(self, camera_id: str) -> PacketRelay:
        """Return where the camera's packets can be had."""
        ...


class AlarmsPort(Protocol):
    """Alarms."""

    def alarms(self) -> tuple[AlarmRecord, ...]:
        """Return active, returned and shelved ones, most urgent first."""
        ...

    def acknowledge(self, alarm_id: str, by: Identity) -> AlarmRecord:
        """Note who has seen it."""
        ...

    def shelve(
        self, alarm_id: str, request: ShelveRequest, by: Identity
    ) -> AlarmRecord:
        """Put it aside for a while."""
        ...


class ReviewPort(Protocol):
    """Counts, the events behind them, disputes and corrections."""

    def counts(
        self, line_id: str, *, from_ns: int, to_ns: int, bucket: Bucket, timezone: str
    ) -> LineCounts:
        """Return a line's counts by hour or day."""
        ...

    def counts_csv(
        self, *, from_ns: int, to_ns: int, bucket: Bucket, timezone: str
    ) -> bytes:
        """Return all lines' counts as CSV."""
        ...

    def events(
        self,
        *,
        camera_id: str | None,
        line_id: str | None,
        from_ns: int | None,
        to_ns: int | None,
        cursor: str | None,
        limit: int,
    ) -> EventPage:
        """Return a page, newest first."""
        ...

    def event(self, event_id: str) -> Event:
        """Return one."""
        ...

    def correct_event(
        self, event_id: str, correction: CorrectionRequest, by: Identity
    ) -> Correction:
        """Add a correction to the ledger."""
        ...

    def disputes(self, state: DisputeFilter) -> tuple[Dispute, ...]:
        """Return disputes, most urgent first."""
        ...

    def dispute(self, dispute_id: str) -> Dispute:
        """Return one."""
        ...

    def open_dispute(self, request: DisputeRequest, by: Identity) -> Dispute:
        """Note that somebody says a count is wrong."""
        ...

    def correct_dispute(
        self, dispute_id: str, correction: CorrectionRequest, by: Identity
    ) -> Dispute:
        """Decide by a correction."""
        ...

    def reject_dispute(
        self, dispute_id: str, decision: DecisionRequest, by: Identity
    ) -> Dispute:
        """Decide that the system was right."""
        ...


class ValuesPort(Protocol):
    """What zones and shelves measured."""

    def minutes(
        self,
        of_id: str,
        measure: Measure,
        *,
        from_ns: int | None,
        to_ns: int | None,
        cursor: str | None,
        limit: int,
    ) -> MinutePage:
        """Return a page of minutes, newest first."""
        ...

    def minutes_csv(self, *, from_ns: int, to_ns: int, timezone: str) -> bytes:
        """Return all minutes as CSV."""
        ...

    def visits(
        self,
        *,
        camera_id: str | None,
        zone_id: str | None,
        from_ns: int | None,
        to_ns: int | None,
        cursor: str | None,
        limit: int,
    ) -> VisitPage:
        """Return a page of visits, the last to end first."""
        ...

    def visits_csv(self, *, from_ns: int, to_ns: int, timezone: str) -> bytes:
        """Return all visits as CSV."""
        ...


class InspectionPort(Protocol):
    """Verdicts of inspection stations."""

    def verdicts(
        self,
        *,
        camera_id: str | None,
        station_id: str | None,
        outcome: Outcome | None,
        from_ns: int | None,
        to_ns: int | None,
        cursor: str | None,
        limit: int,
    ) -> VerdictPage:
        """Return a page of verdicts, newest first."""
        ...

    def verdicts_csv(self, *, from_ns: int, to_ns: int, timezone: str) -> bytes:
        """Return every verdict of a stretch of time as CSV."""
        ...


class ClipsPort(Protocol):
    """Recorded video around a moment."""

    def event_clip(self, event_id: str) -> ClipInfo:
        """Return what an event's clip shows."""
        ...

    def camera_clip(
        self, camera_id: str, at_ns: int, *, before_s: float, after_s: float
    ) -> ClipInfo:
        """Return what a camera showed around a moment."""
        ...

    def video(self, sha256: str) -> bytes:
        """Return a clip's Matroska bytes by their digest."""
        ...


class HealthPort(Protocol):
    """Hardware and latency figures."""

    def newest(self) -> HealthSample:
        """Return the figures as they are now."""
        ...

    def history(
        self,
        metric: str,
        *,
        camera_id: str | None,
        from_ns: int,
        to_ns: int,
        points: int,
    ) -> Series:
        """Return one figure over time."""
        ...


class ModelsPort(Protocol):
    """Models (neural networks) on the edge."""

    def models(self) -> tuple[ModelRecord, ...]:
        """Return all."""
        ...

    def add(self, name: str, onnx: bytes, by: Identity) -> ModelRecord:
        """Take a model in after looking at it."""
        ...

    def try_on(self, model_id: str, picture: bytes) -> tuple[ModelLook, ...]:
        """Return what each of its readings sees in a picture."""
        ...

    def activate(
        self, model_id: str, request: ActivateModel, by: Identity
    ) -> ModelRecord:
        """Serve with it from the next frame on."""
        ...


class CataloguePort(Protocol):
    """Public models that the edge can fetch."""

    def catalogue(self) -> tuple[CatalogueRecord, ...]:
        """Return all, with how each stands."""
        ...

    def get(self, name: str, by: Identity) -> CatalogueRecord:
        """Begin to fetch one."""
        ...

    def cancel(self, name: str, by: Identity) -> CatalogueRecord:
        """Stop fetching one."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that the routes need."""

    access: AccessPort
    site: SitePort
    pairing: PairingPort
    cameras: CamerasPort
    alarms: AlarmsPort
    review: ReviewPort
    values: ValuesPort
    inspection: InspectionPort
    clips: ClipsPort
    health: HealthPort
    models: ModelsPort
    catalogue: CataloguePort
    live: LiveHub
