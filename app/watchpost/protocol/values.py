"""What zones and shelves measured: minutes and visits."""

from __future__ import annotations

from watchpost.domain.minutes import Measure
from watchpost.protocol.wire import Answer


class MinuteRecord(Answer):
    """One minute of one measure. A minute that is not there was not looked at."""

    at_ns: int
    """Its beginning, UTC."""
    low: int
    mean: float
    """Weighed by how long each value held."""
    high: int
    looked_s: float
    """How many of its seconds the value was known in; never 0."""


class MinutePage(Answer):
    """``GET /values?of=..&measure=..``: newest first."""

    camera_id: str
    camera_name: str
    of_id: str
    of_name: str
    measure: Measure
    minutes: tuple[MinuteRecord, ...]
    next_cursor: str | None = None


class VisitRecord(Answer):
    """Somebody was in a zone, once."""

    id: str
    camera_id: str
    camera_name: str
    zone_id: str
    zone_name: str
    track_id: int
    class_name: str
    from_ns: int
    to_ns: int
    """First and last moment inside, UTC."""
    dwell_s: float
    waited_s: float
    """How much of it was waiting."""
    cut: bool
    """Its end was not seen: the camera went away, or the zone was drawn anew."""
    looked: float
    """Share of the visit's time that was analysed, 0..1."""
    rules_version: int


class VisitPage(Answer):
    """``GET /visits``: the last to end first."""

    visits: tuple[VisitRecord, ...]
    next_cursor: str | None = None
