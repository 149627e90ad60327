"""Cameras: where their packets come from and how they are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SourceKind(StrEnum):
    """Where packets come from."""

    RTSP = "rtsp"
    USB = "usb"
    FILE = "file"
    IMAGES = "images"
    SIMULATED = "simulated"


class CameraState(StrEnum):
    """How a camera is; changes are logged once, and shown."""

    DISABLED = "disabled"
    CONNECTING = "connecting"
    LIVE = "live"
    STALLED = "stalled"
    RETRYING = "retrying"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Source:
    """One packet source.

    Attributes:
        kind: What it is.
        address: RTSP URL without credentials, USB device path, index or name, path of a
            video file or picture folder, or a simulator scene (``bus_door``, ``shelf``,
            ``conveyor``).
        transport: ``tcp`` or ``udp``, for RTSP.
        user, password: Credentials, never logged; kept in the secret store.
        fps: Pace of picture folders, USB and the simulator, frames a second.
        ugly: Names of the simulator's troubles (``tunnel``, ``dusk``, ``shake``, ``dust``,
            ``compression``).
        seed: Seed of the simulator's story.
    """

    kind: SourceKind
    address: str
    transport: str = "tcp"
    user: str = ""
    password: str = ""
    fps: float = 15.0
    ugly: tuple[str, ...] = ()
    seed: int = 1

    def __repr__(self) -> str:
        return f"Source({self.kind.value}, {self.address})"
