"""Which time was looked at: "not looked" is never "nothing seen"."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class NotAnalysed(StrEnum):
    """Why frames of a stretch of time were not analysed."""

    CAMERA_AWAY = "camera_away"
    NO_CAPACITY = "no_capacity"
    WORKER_RESTART = "worker_restart"
    MODEL_SWAP = "model_swap"
    NO_MODEL = "no_model"
    POISON_FRAME = "poison_frame"
    SCHEDULE = "schedule"
    EDGE_DOWN = "edge_down"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class CoverageGap:
    """A stretch of time in which a camera was not looked at.

    Attributes:
        camera_id: The camera.
        from_ns: UTC nanoseconds of the last frame looked at before.
        to_ns: UTC nanoseconds of the first frame looked at after.
        reason: Why.
        frames: Frames that arrived and were not analysed.
    """

    camera_id: str
    from_ns: int
    to_ns: int
    reason: NotAnalysed
    frames: int = 0
