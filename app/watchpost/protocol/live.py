"""Messages of the WebSocket ``/live`` (JSON, one object a message, ``type`` names it).

``/cameras/{id}/packets`` is the other WebSocket: a JSON :class:`StreamHeader` as text,
then binary messages, each ``PACKET_HEADER`` followed by the packet as the camera sent it.
A new header comes whenever the epoch changes.
"""

from __future__ import annotations

import struct
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from watchpost.domain.rules import Direction
from watchpost.domain.verdicts import NotInspected, Outcome
from watchpost.protocol.alarms import AlarmRecord
from watchpost.protocol.cameras import CameraStatus
from watchpost.protocol.health import HealthSample
from watchpost.protocol.wire import Answer

PACKET_HEADER = struct.Struct("!IQqqB")
"""epoch, sequence of the packet, PTS in ns (-2^63: none), arrival UTC ns, flags (1 key)."""


class StreamHeader(Answer):
    """What a decoder needs before the first packet."""

    epoch: int
    codec: str
    width: int
    height: int
    extradata_base64: str
    first_frame_sequence: int = 0
    """Sequence that the first decoded frame of this stream will have."""


class Box(Answer):
    """One tracked object in one analysed frame."""

    track_id: int
    """0 while a detection has no confirmed track."""
    class_name: str
    score: float
    left: float
    top: float
    right: float
    bottom: float


class Result(Answer):
    """What was seen in one analysed frame; belongs to the frame with this key alone."""

    type: Literal["result"] = "result"
    camera_id: str
    epoch: int
    sequence: int
    pts_ns: int
    at_ns: int
    """Arrival of the frame, UTC."""
    latency_ms: float
    model: str
    boxes: tuple[Box, ...]


class CameraUpdate(Answer):
    """A camera's status changed, or its figures moved (at most once a second)."""

    type: Literal["camera"] = "camera"
    status: CameraStatus


class CamerasChanged(Answer):
    """Cameras were added, removed or edited: read ``GET /cameras`` again."""

    type: Literal["cameras_changed"] = "cameras_changed"


class Counted(Answer):
    """A crossing is in the ledger, durably; sent after the commit, never before."""

    type: Literal["counted"] = "counted"
    event_id: str
    camera_id: str
    line_id: str
    direction: Direction
    class_name: str
    at_ns: int
    count_in: int
    count_out: int
    """Totals of the line today, corrected, this one included."""


class Judged(Answer):
    """A verdict on a part is in the ledger, durably; sent after the commit."""

    type: Literal["judged"] = "judged"
    verdict_id: str
    camera_id: str
    station_id: str
    outcome: Outcome
    reason: NotInspected | None
    defects: tuple[str, ...]
    """Classes of what was seen, the most often seen first."""
    at_ns: int
    """Last sight of the part in the station."""
    passed: int
    failed: int
    not_inspected: int
    """Totals of the station today, this part included."""


class CountsChanged(Answer):
    """A correction or decision changed totals: read counts again."""

    type: Literal["counts_changed"] = "counts_changed"


class AlarmUpdate(Answer):
    """An alarm was raised, acknowledged, shelved or cleared."""

    type: Literal["alarm"] = "alarm"
    alarm: AlarmRecord


class HealthUpdate(Answer):
    """The edge's own figures, once a second."""

    type: Literal["health"] = "health"
    sample: HealthSample


class DisputesChanged(Answer):
    """A dispute was opened or decided: read ``GET /disputes`` again."""

    type: Literal["disputes_changed"] = "disputes_changed"


class Missed(Answer):
    """This listener was too slow; so many messages were left out."""

    type: Literal["missed"] = "missed"
    messages: int


LiveMessage = Annotated[
    Result
    | CameraUpdate
    | CamerasChanged
    | Counted
    | Judged
    | CountsChanged
    | AlarmUpdate
    | HealthUpdate
    | DisputesChanged
    | Missed,
    Field(discriminator="type"),
]
LIVE_MESSAGE: TypeAdapter[LiveMessage] = TypeAdapter(LiveMessage)
