"""What is written into the ledger."""

from __future__ import annotations

from dataclasses import dataclass

from watchpost.domain.frames import FrameKey
from watchpost.domain.rules import Direction


@dataclass(frozen=True, slots=True)
class Sample:
    """Where a track's anchor was at one analysed frame; the evidence for a count."""

    key: FrameKey
    at_ns: int
    x_norm: float
    y_norm: float


@dataclass(frozen=True, slots=True)
class Crossing:
    """One object went across one line, once.

    Attributes:
        line_id: The line.
        direction: In or out.
        track_id: The track within its camera and epoch.
        class_name: What the model called it (majority over the track).
        score: Mean confidence over the track's last boxes, 0..1.
        at_ns: UTC nanoseconds of the crossing, interpolated between ``before`` and
            ``after``.
        stream_ns: The same moment on the stream's own clock (0 = start of the epoch).
        key: The first analysed frame on the far side.
        before: Last sample on the near side; of a gate, before its first line.
        after: First sample on the far side; of a gate, behind its last line.
    """

    line_id: str
    direction: Direction
    track_id: int
    class_name: str
    score: float
    at_ns: int
    stream_ns: int
    key: FrameKey
    before: Sample
    after: Sample
