"""What the edge wants of a capture process, as it crosses the channel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from watchpost.domain.frames import Colour, Fit, InputSpec


@dataclass(frozen=True, slots=True)
class TileWish:
    """Pictures for display: no larger than this, at most so many a second."""

    width: int
    height: int
    fps: float


@dataclass(frozen=True, slots=True)
class Wishes:
    """All that can be wished at any time.

    Attributes:
        record: Record.
        relay: Deliver packets.
        spec: Form of the pictures for the detector, or None: there is no detector.
        tile: Pictures for display, or None: nobody looks.
        rules_version: Of the rules that are drawn on the picture.
    """

    record: bool = True
    relay: bool = False
    spec: InputSpec | None = None
    tile: TileWish | None = None
    rules_version: int = 0

    def changed(self, **values: Any) -> Wishes:
        """Return wishes with these values."""
        return replace(self, **values)

    def to_message(self) -> dict[str, Any]:
        """Return plain values."""
        spec, tile = self.spec, self.tile
        return {
            "record": self.record,
            "relay": self.relay,
            "spec": spec and [spec.width, spec.height, spec.fit, spec.colour, spec.pad],
            "tile": tile and [tile.width, tile.height, tile.fps],
            "rules_version": self.rules_version,
        }

    @staticmethod
    def from_message(values: dict[str, Any]) -> Wishes:
        """Return the wishes that plain values stand for."""
        spec = None
        if values["spec"]:
            width, height, fit, colour, pad = values["spec"]
            spec = InputSpec(width, height, Fit(fit), Colour(colour), pad)
        tile = TileWish(*values["tile"]) if values["tile"] else None
        return Wishes(
            values["record"], values["relay"], spec, tile, values["rules_version"]
        )


@dataclass(frozen=True, slots=True)
class CaptureTask:
    """What a capture process is started with; picklable.

    Attributes:
        camera_id: Names files.
        recordings, frames: Folders, as text.
        first_epoch: Number of the first epoch.
        lockstep: Deliver each picture only after ``proceed``.
        loop: Play files again at their end.
        baseline: What is usual for the camera's picture, JSON text; may be empty.
    """

    camera_id: str
    recordings: str
    frames: str
    first_epoch: int
    lockstep: bool
    loop: bool
    baseline: str = ""
