"""Stills of a camera at full size: the newest recorded frame, else one asked for."""

from __future__ import annotations

from pathlib import Path

import cv2

from watchpost.base.channel import ChannelClosedError
from watchpost.base.clock import NS_PER_S
from watchpost.base.errors import CaptureError
from watchpost.base.processes import Child
from watchpost.edge.camera import RunningCamera
from watchpost.edge.engine_room import EngineRoom
from watchpost.edge.still_decoder import JPEG_QUALITY, still_decoder_main
from watchpost.engine.frames import FrameRing
from watchpost.engine.recording.clips import read_clip
from watchpost.protocol.cameras import TileRequest

_LOOK_BACK_S = 2
_DECODE_S = 10.0
_WAIT_S = 3.0
_POLL_S = 0.05


def still(camera: RunningCamera, room: EngineRoom) -> bytes:
    """Return the newest frame, JPEG at full size.

    Raises:
        CaptureError: The camera shows nothing now.
    """
    found = _recorded(camera, room) or _asked_for(camera, room)
    if not found:
        raise CaptureError(
            "The camera shows no picture now.",
            todo="Wait until it is live, then try again.",
            code="snapshot.gone",
        )
    return found


def _recorded(camera: RunningCamera, room: EngineRoom) -> bytes:
    if not camera.status().recording:
        return b""
    to_ns = room.clock.utc_ns()
    from_ns = to_ns - _LOOK_BACK_S * NS_PER_S
    segments = room.stores.segments.between(camera.id, from_ns, to_ns)
    try:
        clip = read_clip([segment.path for segment in segments], to_ns, to_ns)
    except CaptureError:
        return b""
    return decode_still(clip.video, -1)


def decode_still(video: bytes, index: int) -> bytes:
    """Return a frame of a clip as JPEG, decoded in a child; empty when it cannot be."""
    child = Child("still", still_decoder_main, index)
    try:
        child.channel.send({"type": "video"}, video)
        answer = child.channel.receive(_DECODE_S)
        return answer[1] if answer is not None else b""
    except ChannelClosedError:
        return b""
    finally:
        child.kill()


def _asked_for(camera: RunningCamera, room: EngineRoom) -> bytes:
    """Ask the capture process for a full-size tile and take its newest picture."""
    status = camera.status()
    if status.width < 32 or status.height < 32:
        return b""
    request = TileRequest(width=status.width, height=status.height, fps=5.0)
    deadline_ns = room.clock.monotonic_ns() + int(_WAIT_S * NS_PER_S)
    while room.clock.monotonic_ns() < deadline_ns:
        path = camera.lease_tile(request).path
        jpeg = _newest(Path(path)) if path else b""
        if jpeg:
            return jpeg
        room.clock.sleep(_POLL_S)
    return b""


def _newest(path: Path) -> bytes:
    try:
        ring = FrameRing.open(path)
    except (OSError, ValueError):
        return b""
    try:
        found = ring.newest()
        if found is None:
            return b""
        slot, header = found
        picture = cv2.cvtColor(ring.view(slot), cv2.COLOR_BGRA2BGR)
        if not ring.is_still(slot, header):
            return b""
    finally:
        ring.close()
    ok, coded = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY))
    return coded.tobytes() if ok else b""
