"""Cameras, crossings and clocks for tests of the store."""

from __future__ import annotations

from dataclasses import replace

from watchpost.base.clock import NS_PER_S
from watchpost.domain.cameras import SourceKind
from watchpost.domain.events import Crossing, Sample
from watchpost.domain.frames import FrameKey
from watchpost.domain.rules import Direction
from watchpost.protocol.cameras import CameraSpec, LineSpec, SourceSpec
from watchpost.store.ledger import LedgerEvent

NOON = 1_776_168_000 * NS_PER_S
"""Tuesday 2026-04-14 12:00:00 UTC."""
HOUR = 3600 * NS_PER_S
DAY = 24 * HOUR
DOOR = "door"
SHA = "ab" * 32


class SetClock:
    """Shows the time that a test sets."""

    def __init__(self, utc_ns: int = NOON) -> None:
        self.now_ns = utc_ns

    def monotonic_ns(self) -> int:
        return self.now_ns

    def utc_ns(self) -> int:
        return self.now_ns

    def sleep(self, seconds: float) -> None:
        self.now_ns += round(seconds * NS_PER_S)


def camera_spec(
    name: str = "Bus door", *, lines: tuple[str, ...] = (DOOR,)
) -> CameraSpec:
    return CameraSpec(
        name=name,
        source=SourceSpec(kind=SourceKind.SIMULATED, address="bus_door"),
        lines=tuple(
            LineSpec(id=line, name=line.title(), ax=0.5, ay=0.1, bx=0.5, by=0.9)
            for line in lines
        ),
    )


def crossing(
    at_ns: int = NOON,
    direction: Direction = Direction.IN,
    *,
    line_id: str = DOOR,
    track_id: int = 12,
    epoch: int = 1,
    sequence: int = 100,
) -> Crossing:
    before = Sample(FrameKey(epoch, sequence - 3), at_ns - NS_PER_S // 10, 0.48, 0.5)
    after = Sample(FrameKey(epoch, sequence), at_ns + NS_PER_S // 10, 0.53, 0.5)
    return Crossing(
        line_id=line_id,
        direction=direction,
        track_id=track_id,
        class_name="person",
        score=0.9,
        at_ns=at_ns,
        stream_ns=at_ns - NOON,
        key=after.key,
        before=before,
        after=after,
    )


def ledger_event(camera_id: str, seen: Crossing, event_id: str = "") -> LedgerEvent:
    event = LedgerEvent.of(
        camera_id, seen, rules_version=1, model="person-v14", model_sha256=SHA
    )
    return replace(event, id=event_id) if event_id else event
