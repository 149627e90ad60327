"""Recorded video around a count or a moment."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from watchpost.api.auth import Anybody, ServicesOf
from watchpost.protocol.review import ClipInfo

router = APIRouter(tags=["review"])
Seconds = Annotated[float, Query(ge=0.0, le=60.0, allow_inf_nan=False)]


@router.get("/events/{event_id}/clip")
def event_clip(event_id: str, services: ServicesOf, _caller: Anybody) -> ClipInfo:
    """Return what is known of an event's clip, frame by frame."""
    return services.clips.event_clip(event_id)


@router.get("/cameras/{camera_id}/clip")
def camera_clip(
    camera_id: str,
    services: ServicesOf,
    _caller: Anybody,
    at_ns: Annotated[int, Query(ge=0, lt=2**63)],
    before_s: Seconds = 5.0,
    after_s: Seconds = 5.0,
) -> ClipInfo:
    """Return a clip of a camera around a moment."""
    return services.clips.camera_clip(
        camera_id, at_ns, before_s=before_s, after_s=after_s
    )


@router.get("/clips/{sha256}.mkv", response_class=Response)
def video(
    sha256: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")],
    services: ServicesOf,
    _caller: Anybody,
) -> Response:
    """Return a clip's video: Matroska, packets as the camera sent them."""
    return Response(services.clips.video(sha256), media_type="video/x-matroska")
