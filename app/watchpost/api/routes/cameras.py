"""Cameras, their rules, their pictures."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from watchpost.api.auth import Anybody, ServicesOf, allow
from watchpost.api.identity import INSTALLERS, Identity
from watchpost.base.errors import EdgeError
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

router = APIRouter(tags=["cameras"])
Installer = Annotated[Identity, Depends(allow(INSTALLERS))]


@router.get("/cameras")
def cameras(services: ServicesOf, _caller: Anybody) -> tuple[Camera, ...]:
    """Return all cameras with their status, by number."""
    return services.cameras.cameras()


@router.post("/cameras", status_code=201)
def add(body: CameraSpec, services: ServicesOf, caller: Installer) -> Camera:
    """Add a camera and start it."""
    return services.cameras.add(body, caller)


@router.post("/cameras:probe")
def probe(body: SourceSpec, services: ServicesOf, _caller: Installer) -> ProbeResult:
    """Try a source for some seconds; a failure is an answer, not an error."""
    return services.cameras.probe(body)


@router.get("/devices/usb")
def usb_devices(services: ServicesOf, _caller: Installer) -> tuple[UsbDevice, ...]:
    """Return the cameras plugged into this computer."""
    return services.cameras.usb_devices()


@router.get("/cameras/{camera_id}")
def camera(camera_id: str, services: ServicesOf, _caller: Anybody) -> Camera:
    """Return one camera."""
    return services.cameras.camera(camera_id)


@router.put("/cameras/{camera_id}")
def save(
    camera_id: str, body: CameraSpec, services: ServicesOf, caller: Installer
) -> Camera:
    """Replace a camera's description; it reconnects when its source changed."""
    return services.cameras.save(camera_id, body, caller)


@router.put("/cameras/{camera_id}/rules")
def save_rules(
    camera_id: str, body: RulesSpec, services: ServicesOf, caller: Installer
) -> Camera:
    """Replace a camera's lines; 409 when somebody else did meanwhile."""
    return services.cameras.save_rules(camera_id, body, caller)


@router.delete("/cameras/{camera_id}", status_code=204)
def remove(camera_id: str, services: ServicesOf, caller: Installer) -> None:
    """Remove a camera; its counts and recordings stay until they are pruned."""
    services.cameras.remove(camera_id, caller)


@router.post("/cameras/{camera_id}:restart", status_code=204)
def restart(camera_id: str, services: ServicesOf, _caller: Installer) -> None:
    """Connect anew."""
    services.cameras.restart(camera_id)


@router.get("/cameras/{camera_id}/snapshot.jpg", response_class=Response)
def snapshot(camera_id: str, services: ServicesOf, _caller: Anybody) -> Response:
    """Return the newest frame at full size."""
    return Response(
        services.cameras.snapshot(camera_id),
        media_type="image/jpeg",
        headers={"Cache-Control": "no-store"},
    )


@router.put("/cameras/{camera_id}/tile")
def lease_tile(
    camera_id: str, body: TileRequest, services: ServicesOf, caller: Anybody
) -> TileLease:
    """Grant pictures in shared memory for five seconds; on this computer only."""
    if caller.remote:
        raise EdgeError(
            "A console on another computer cannot map this edge's pictures.",
            todo="Take the camera's packets from /cameras/{id}/packets instead.",
            code="tile.remote",
        )
    return services.cameras.lease_tile(camera_id, body)
