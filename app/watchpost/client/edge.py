"""One edge, as its clients see it: typed calls over HTTP.

The calls block and belong on a worker thread; the live stream is in ``live``.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError

from watchpost.base.errors import EdgeError
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
from watchpost.protocol.edge import EdgeInfo, EdgeSettings, PairingCode
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
from watchpost.protocol.wire import Problem, Request

T = TypeVar("T")
_TIMEOUT = httpx.Timeout(10.0, connect=3.0)


@dataclass(frozen=True, slots=True)
class EdgeAddress:
    """How to reach an edge.

    Attributes:
        url: ``http://127.0.0.1:PORT`` or ``https://HOST:PORT``.
        token: What the edge gave this console.
        fingerprint: SHA-256 of the edge's certificate, hex; empty on loopback.
        certificate_pem: The certificate itself, pinned; empty on loopback.
    """

    url: str
    token: str
    fingerprint: str = ""
    certificate_pem: str = ""

    def __repr__(self) -> str:
        return f"EdgeAddress({self.url})"

    def ssl_context(self) -> ssl.SSLContext | None:
        """Return a context that trusts this one certificate, or None for loopback."""
        if not self.certificate_pem:
            return None
        context = ssl.create_default_context(cadata=self.certificate_pem)
        # The certificate itself is pinned; its name is whatever address reaches it.
        context.check_hostname = False
        return context


class EdgeClient:
    """Typed calls to one edge. Thread-safe; every call may raise :class:`EdgeError`."""

    def __init__(self, address: EdgeAddress) -> None:
        self.address = address
        context = address.ssl_context()
        self._http = httpx.Client(
            base_url=f"{address.url}/api/v1",
            headers={"Authorization": f"Bearer {address.token}"},
            timeout=_TIMEOUT,
            verify=context if context is not None else True,
            trust_env=False,
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    # The edge itself

    def info(self) -> EdgeInfo:
        """Return who the edge is and who we are to it."""
        return self._get("/edge", EdgeInfo)

    def settings(self) -> EdgeSettings:
        """Return the edge's settings."""
        return self._get("/settings", EdgeSettings)

    def save_settings(self, settings: EdgeSettings) -> EdgeSettings:
        """Replace the edge's settings; applied at once."""
        return self._send("PUT", "/settings", EdgeSettings, settings)

    def pairing_code(self) -> PairingCode:
        """Make a one-time code for another console."""
        return self._send("POST", "/pair/code", PairingCode)

    def diagnostics(self) -> bytes:
        """Return a zip of logs, versions and settings without secrets."""
        return self._bytes("/diagnostics.zip")

    # Cameras

    def cameras(self) -> tuple[Camera, ...]:
        """Return all cameras with their status, by number."""
        return self._get("/cameras", tuple[Camera, ...])

    def camera(self, camera_id: str) -> Camera:
        """Return one camera."""
        return self._get(f"/cameras/{camera_id}", Camera)

    def add_camera(self, spec: CameraSpec) -> Camera:
        """Add a camera and start it."""
        return self._send("POST", "/cameras", Camera, spec)

    def save_camera(self, camera_id: str, spec: CameraSpec) -> Camera:
        """Replace a camera's description; it reconnects when its source changed."""
        return self._send("PUT", f"/cameras/{camera_id}", Camera, spec)

    def save_rules(self, camera_id: str, rules: RulesSpec) -> Camera:
        """Replace a camera's lines; refused with ``rules.conflict`` when outdated."""
        return self._send("PUT", f"/cameras/{camera_id}/rules", Camera, rules)

    def remove_camera(self, camera_id: str) -> None:
        """Remove a camera; its counts and recordings stay until they are pruned."""
        self._send("DELETE", f"/cameras/{camera_id}", None)

    def restart_camera(self, camera_id: str) -> None:
        """Connect anew."""
        self._send("POST", f"/cameras/{camera_id}:restart", None)

    def probe(self, source: SourceSpec) -> ProbeResult:
        """Try a source for some seconds; a failure is an answer, not an error."""
        return self._send("POST", "/cameras:probe", ProbeResult, source, timeout_s=25.0)

    def snapshot(self, camera_id: str) -> bytes:
        """Return the newest frame at full size, JPEG."""
        return self._bytes(f"/cameras/{camera_id}/snapshot.jpg")

    def lease_tile(self, camera_id: str, request: TileRequest) -> TileLease:
        """Ask for pictures in shared memory for the next five seconds."""
        return self._send("PUT", f"/cameras/{camera_id}/tile", TileLease, request)

    def usb_devices(self) -> tuple[UsbDevice, ...]:
        """Return the cameras plugged into the edge's computer."""
        return self._get("/devices/usb", tuple[UsbDevice, ...])

    # Alarms

    def alarms(self) -> tuple[AlarmRecord, ...]:
        """Return active, returned and shelved alarms, most urgent first."""
        return self._get("/alarms", tuple[AlarmRecord, ...])

    def acknowledge(self, alarm_id: str) -> AlarmRecord:
        """Say "seen, mine"."""
        return self._send("POST", f"/alarms/{alarm_id}:acknowledge", AlarmRecord)

    def shelve(self, alarm_id: str, request: ShelveRequest) -> AlarmRecord:
        """Take an alarm out of the list for a while, with a reason."""
        return self._send("POST", f"/alarms/{alarm_id}:shelve", AlarmRecord, request)

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
        """Return a line's counts, one bucket an hour or day of that time zone."""
        return self._get(
            "/counts",
            LineCounts,
            line=line_id,
            from_ns=from_ns,
            to_ns=to_ns,
            bucket=bucket,
            tz=timezone,
        )

    def counts_csv(self, *, from_ns: int, to_ns: int, bucket: Bucket, tz: str) -> bytes:
        """Return all lines' counts as CSV (UTF-8, ISO 8601 with offset)."""
        return self._bytes(
            "/counts.csv", from_ns=from_ns, to_ns=to_ns, bucket=bucket, tz=tz
        )

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
        """Return a page of counted events, newest first."""
        return self._get(
            "/events",
            EventPage,
            camera=camera_id,
            line=line_id,
            from_ns=from_ns,
            to_ns=to_ns,
            cursor=cursor,
            limit=limit,
        )

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
        """Return a page of what a zone or shelf measured by the minute, newest first."""
        return self._get(
            "/values",
            MinutePage,
            of=of_id,
            measure=measure,
            from_ns=from_ns,
            to_ns=to_ns,
            cursor=cursor,
            limit=limit,
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
        """Return a page of visits to zones, the last to end first."""
        return self._get(
            "/visits",
            VisitPage,
            camera=camera_id,
            zone=zone_id,
            from_ns=from_ns,
            to_ns=to_ns,
            cursor=cursor,
            limit=limit,
        )

    def event(self, event_id: str) -> Event:
        """Return one counted event."""
        return self._get(f"/events/{event_id}", Event)

    def event_clip(self, event_id: str) -> ClipInfo:
        """Return what is known of an event's clip, frame by frame."""
        return self._get(f"/events/{event_id}/clip", ClipInfo)

    def camera_clip(
        self, camera_id: str, at_ns: int, *, before_s: float = 5.0, after_s: float = 5.0
    ) -> ClipInfo:
        """Return a clip of a camera around a moment."""
        return self._get(
            f"/cameras/{camera_id}/clip",
            ClipInfo,
            at_ns=at_ns,
            before_s=before_s,
            after_s=after_s,
        )

    def clip_video(self, clip: ClipInfo) -> bytes:
        """Return a clip's video (Matroska)."""
        return self._bytes(clip.video_path)

    def correct_event(self, event_id: str, correction: CorrectionRequest) -> Correction:
        """Add a correction of one count to the ledger."""
        return self._send(
            "POST", f"/events/{event_id}/corrections", Correction, correction
        )

    def correct_dispute(
        self, dispute_id: str, correction: CorrectionRequest
    ) -> Dispute:
        """Decide a dispute by a correction; it is closed as corrected."""
        return self._send(
            "POST", f"/disputes/{dispute_id}/corrections", Dispute, correction
        )

    def reject_dispute(self, dispute_id: str, decision: DecisionRequest) -> Dispute:
        """Decide a dispute: the system was right."""
        return self._send("POST", f"/disputes/{dispute_id}:reject", Dispute, decision)

    def disputes(self, state: str = "open") -> tuple[Dispute, ...]:
        """Return disputes: ``open``, ``closed`` or ``all``, most urgent first."""
        return self._get("/disputes", tuple[Dispute, ...], state=state)

    def open_dispute(self, request: DisputeRequest) -> Dispute:
        """Say that a count is wrong."""
        return self._send("POST", "/disputes", Dispute, request)

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
        """Return a page of verdicts on inspected parts, newest first."""
        return self._get(
            "/verdicts",
            VerdictPage,
            camera=camera_id,
            station=station_id,
            outcome=outcome.value if outcome is not None else None,
            from_ns=from_ns,
            to_ns=to_ns,
            cursor=cursor,
            limit=limit,
        )

    def verdicts_csv(self, *, from_ns: int, to_ns: int, tz: str) -> bytes:
        """Return all verdicts on inspected parts as CSV (UTF-8, ISO 8601 with offset)."""
        return self._bytes("/verdicts.csv", from_ns=from_ns, to_ns=to_ns, tz=tz)

    # Health and models

    def health(self) -> HealthSample:
        """Return the edge's newest figures."""
        return self._get("/health", HealthSample)

    def health_history(
        self,
        metric: str,
        *,
        from_ns: int,
        to_ns: int,
        camera_id: str | None = None,
        points: int = 600,
    ) -> Series:
        """Return one metric over time, down-sampled to at most ``points``."""
        return self._get(
            "/health/history",
            Series,
            metric=metric,
            camera=camera_id,
            from_ns=from_ns,
            to_ns=to_ns,
            points=points,
        )

    def models(self) -> tuple[ModelRecord, ...]:
        """Return the models on the edge."""
        return self._get("/models", tuple[ModelRecord, ...])

    def add_model(self, name: str, onnx: bytes) -> ModelRecord:
        """Bring a model; refused with the reason when it cannot be used."""
        return self._parse(
            self._request(
                "POST", "/models", params={"name": name}, content=onnx, timeout=60.0
            ),
            ModelRecord,
        )

    def try_model(self, model_id: str, picture: bytes) -> tuple[ModelLook, ...]:
        """Return what a model sees in a picture, read in each of its ways."""
        return self._parse(
            self._request(
                "POST", f"/models/{model_id}:try", content=picture, timeout=60.0
            ),
            tuple[ModelLook, ...],
        )

    def activate_model(self, model_id: str, request: ActivateModel) -> ModelRecord:
        """Serve with this model from the next frame on."""
        return self._send(
            "POST", f"/models/{model_id}:activate", ModelRecord, request, timeout_s=30.0
        )

    def catalogue(self) -> tuple[CatalogueRecord, ...]:
        """Return the public models that the edge can fetch, and how each stands."""
        return self._get("/models/catalogue", tuple[CatalogueRecord, ...])

    def get_model(self, name: str) -> CatalogueRecord:
        """Have the edge begin to fetch a model of the catalogue."""
        return self._send("POST", f"/models/catalogue/{name}:get", CatalogueRecord)

    def cancel_model(self, name: str) -> CatalogueRecord:
        """Have the edge stop fetching a model."""
        return self._send("POST", f"/models/catalogue/{name}:cancel", CatalogueRecord)

    # How a call is made

    def _get(self, path: str, answer: type[T], **query: Any) -> T:
        given = {k: v for k, v in query.items() if v is not None}
        return self._parse(self._request("GET", path, params=given), answer)

    def _bytes(self, path: str, **query: Any) -> bytes:
        return self._request("GET", path, params=query, timeout=60.0).content

    def _send(
        self,
        method: str,
        path: str,
        answer: type[T] | None,
        body: Request | None = None,
        timeout_s: float | None = None,
    ) -> T:
        options: dict[str, Any] = {}
        if body is not None:
            options["json"] = body.model_dump(mode="json")
        if timeout_s is not None:
            options["timeout"] = timeout_s
        response = self._request(method, path, **options)
        return self._parse(response, answer) if answer is not None else None  # type: ignore[return-value]

    def _request(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            response = self._http.request(method, path, **options)
        except httpx.TimeoutException as error:
            raise EdgeError(
                f"The edge at {self.address.url} did not answer in time.",
                todo="Check that its computer is up and not overloaded, then try again.",
                code="edge.timeout",
            ) from error
        except httpx.HTTPError as error:
            raise EdgeError(
                f"The edge at {self.address.url} cannot be reached.",
                todo="Check that it runs and that the network is up.",
                code="edge.unreachable",
            ) from error
        if response.is_error:
            raise refusal(response.content, response.status_code)
        return response

    def _parse(self, response: httpx.Response, answer: type[T]) -> T:
        try:
            return TypeAdapter(answer).validate_json(response.content)
        except ValidationError as error:
            raise EdgeError(
                "The edge sent an answer that this console does not understand.",
                todo="Bring both to the same version.",
                code="edge.protocol",
            ) from error


def refusal(body: bytes, status: int) -> EdgeError:
    """Return the error that an edge's 4xx or 5xx answer stands for."""
    try:
        problem = Problem.model_validate_json(body)
    except ValidationError:
        return EdgeError(
            f"The edge refused the request (HTTP {status}).",
            todo="Look into its log.",
            code=f"edge.http_{status}",
        )
    return EdgeError(problem.what, todo=problem.todo, code=problem.code)
