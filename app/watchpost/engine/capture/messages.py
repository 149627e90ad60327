"""How events cross the channel from a capture process to the edge."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from watchpost.base.channel import Message
from watchpost.domain.cameras import CameraState
from watchpost.domain.frames import FrameKey
from watchpost.domain.quality import QualityTrouble
from watchpost.engine.capture.events import (
    BaselineLearnt,
    CaptureEvent,
    CaptureStats,
    Ended,
    FrameReady,
    Opened,
    PacketArrived,
    QualityChanged,
    RecordingChanged,
    SegmentClosed,
    SegmentOpened,
    StateChanged,
    TileOpened,
    Truth,
)
from watchpost.engine.frames import FrameHeader

_KINDS: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        BaselineLearnt,
        CaptureStats,
        Ended,
        FrameReady,
        Opened,
        PacketArrived,
        QualityChanged,
        RecordingChanged,
        SegmentClosed,
        SegmentOpened,
        StateChanged,
        TileOpened,
        Truth,
    )
}
_PATHS = {"path", "mailbox_path"}
_TROUBLES = {"troubles", "unknown"}
_BYTES = {"payload", "extradata"}


def encode(event: CaptureEvent) -> tuple[Message, bytes]:
    """Return a message and the bytes behind it."""
    message: Message = {"event": type(event).__name__}
    payload = b""
    for field in dataclasses.fields(event):
        value = getattr(event, field.name)
        if field.name in _BYTES:
            payload = value
        elif field.name in _PATHS:
            message[field.name] = str(value)
        elif field.name == "header":
            message["header"] = _header_to_list(value)
        else:
            message[field.name] = value
    return message, payload


def decode(message: Message, payload: bytes) -> CaptureEvent:
    """Return the event that a message carries."""
    values = dict(message)
    kind = _KINDS[values.pop("event")]
    for name in _PATHS & values.keys():
        values[name] = Path(values[name])
    for name in _BYTES & {f.name for f in dataclasses.fields(kind)}:
        values[name] = payload
    if "header" in values:
        values["header"] = _header_from_list(values["header"])
    for name in _TROUBLES & values.keys():
        values[name] = tuple(QualityTrouble(value) for value in values[name])
    if "state" in values:
        values["state"] = CameraState(values["state"])
    if "counts" in values:
        values["counts"] = {k: (v[0], v[1]) for k, v in values["counts"].items()}
    event: CaptureEvent = kind(**values)
    return event


def _header_to_list(header: FrameHeader) -> list[int]:
    return [
        header.key.epoch,
        header.key.sequence,
        header.pts_ns,
        header.at_ns,
        header.frame_width,
        header.frame_height,
        int(header.moving),
    ]


def _header_from_list(values: list[int]) -> FrameHeader:
    epoch, sequence, pts_ns, at_ns, width, height, moving = values
    return FrameHeader(
        FrameKey(epoch, sequence), pts_ns, at_ns, width, height, bool(moving)
    )
