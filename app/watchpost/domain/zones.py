"""Zones: how many are in one now, how long they stay, and how many of them wait.

A stay begins with the first sample inside and holds from ``MIN_STAY_S`` on, so that
somebody who brushes the border has not been there. It ends when its track was outside for
``LEAVE_S``, or is given up; a hidden track stays where it was. An identity that changes
inside a zone goes on with the stay of the one just lost at the same place.

Who was in a zone before it was watched is not known at once: until a stay could hold,
nothing is told of it, least of all that nobody is there.

Who moves slower than the zone's ``slow`` waits; a queue that shuffles forward goes on
waiting, who walks for ``WALK_S`` waits no more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from watchpost.base.clock import NS_PER_S
from watchpost.domain.anchors import anchors
from watchpost.domain.geometry import inside_polygon
from watchpost.domain.rules import RuleSet, Zone
from watchpost.domain.tracks import Tracks

MIN_STAY_S = 0.5
LEAVE_S = 1.0
WALK_S = 3.0
# A track is confirmed by its second look, then its stay has to hold.
SETTLE_S = MIN_STAY_S + 0.25
HANDOVER_S = 1.5
HANDOVER_OF_BOX = 0.6


@dataclass(frozen=True, slots=True)
class Visit:
    """One object was in one zone, once; told when it is over.

    Attributes:
        zone_id: The zone.
        track_id: The track that left, within its camera and epoch.
        class_name: What the model called it.
        from_ns, to_ns: First and last sample inside, UTC nanoseconds.
        dwell_s: The time between them on the stream's own clock, seconds.
        waited_s: How much of it was waiting, seconds.
        cut: It was not seen to end: the camera went away, or the zone was drawn anew.
    """

    zone_id: str
    track_id: int
    class_name: str
    from_ns: int
    to_ns: int
    dwell_s: float
    waited_s: float
    cut: bool = False


@dataclass(frozen=True, slots=True)
class ZoneReading:
    """One zone at one analysed frame.

    Attributes:
        zone_id: The zone.
        occupancy: How many are in it; None while that cannot be told yet.
        entries: How many stays began since the start of the epoch.
        waiting: How many of those in it wait: the length of the queue; None likewise.
        longest_wait_s: The longest that one of them has been waiting, seconds; None
            while nobody waits.
    """

    zone_id: str
    occupancy: int | None
    entries: int
    waiting: int | None
    longest_wait_s: float | None


@dataclass(slots=True)
class _Stay:
    """One track in one zone; times are the stream's, but for the two in UTC."""

    class_name: str
    began_ns: int
    last_ns: int
    from_ns: int
    to_ns: int
    place: tuple[float, float]
    slow_since_ns: int | None = None
    slow_last_ns: int = 0
    waited_ns: int = 0
    holds: bool = False


class ZoneWatch:
    """Watches one camera's zones. Not thread-safe."""

    def __init__(self, rules: RuleSet, class_names: Sequence[str]) -> None:
        self._zones = rules.zones
        self._class_names = tuple(class_names)
        self._stays: dict[str, dict[int, _Stay]] = {}
        self._entries: dict[str, int] = {}
        self._watched_ns: dict[str, int] = {}
        """By zone: the stream's time at its first look."""
        self._cut: list[Visit] = []

    def reset(self) -> None:
        """Forget who is where, as after a reconnect; their visits are cut."""
        self._cut_all(self._stays)
        self._stays.clear()
        self._entries.clear()
        self._watched_ns.clear()

    def take_cut(self) -> list[Visit]:
        """Return the visits that were cut since the last look."""
        cut, self._cut = self._cut, []
        return cut

    def replace_rules(self, rules: RuleSet) -> None:
        """Take new rules; who is in a zone that did not move stays in it."""
        old = {zone.id: zone for zone in self._zones}
        same = {zone.id for zone in rules.zones if old.get(zone.id) == zone}
        self._cut_all({k: v for k, v in self._stays.items() if k not in same})
        self._stays = {k: v for k, v in self._stays.items() if k in same}
        self._entries = {k: v for k, v in self._entries.items() if k in same}
        self._watched_ns = {k: v for k, v in self._watched_ns.items() if k in same}
        self._zones = rules.zones

    def replace_classes(self, class_names: Sequence[str]) -> None:
        """Take another model's class list; everybody stays where they are."""
        self._class_names = tuple(class_names)

    def update(
        self, tracks: Tracks, at_ns: int, stream_ns: int, *, aspect: float = 16 / 9
    ) -> list[Visit]:
        """Take in the tracks of one analysed frame and return the visits now over.

        Those that were cut since the frame before are among them.

        Args:
            tracks: Of this frame; measured boxes of confirmed tracks are looked at.
            at_ns: Its arrival, UTC nanoseconds.
            stream_ns: Its time on the stream's own clock.
            aspect: Width by height of the picture.
        """
        for zone in self._zones:
            self._watched_ns.setdefault(zone.id, stream_ns)
        seen = tracks.select((tracks.detection_rows >= 0) & tracks.confirmed)
        names = [self._class_name(int(class_id)) for class_id in seen.class_ids]
        speeds = _speeds(seen, aspect)
        over = self.take_cut()
        for zone in self._zones:
            stays = self._stays.setdefault(zone.id, {})
            points = anchors(seen, zone.anchor)
            inside = inside_polygon(points, np.asarray(zone.points, np.float64))
            for row in np.flatnonzero(inside):
                if zone.classes and names[row] not in zone.classes:
                    continue
                track_id = int(seen.ids[row])
                place = (float(points[row, 0]), float(points[row, 1]))
                stay = stays.get(track_id)
                if stay is None:
                    reach = HANDOVER_OF_BOX * float(
                        seen.xyxy_norm[row, 3] - seen.xyxy_norm[row, 1]
                    )
                    stay = _taken_over(stays, seen.ids, place, reach, stream_ns)
                    if stay is None:
                        stay = _Stay(
                            names[row], stream_ns, stream_ns, at_ns, at_ns, place
                        )
                    stays[track_id] = stay
                stay.last_ns, stay.to_ns, stay.place = stream_ns, at_ns, place
                _wait(stay, speeds[row] < zone.slow, stream_ns)
                if (
                    not stay.holds
                    and stream_ns - stay.began_ns >= MIN_STAY_S * NS_PER_S
                ):
                    stay.holds = True
                    self._entries[zone.id] = self._entries.get(zone.id, 0) + 1
            over += _end(zone, stays, seen.ids, tracks, stream_ns)
        return over

    def readings(self, stream_ns: int) -> tuple[ZoneReading, ...]:
        """Return how every zone is at a moment of the stream, in the rules' order."""
        made = []
        for zone in self._zones:
            watched_ns = stream_ns - self._watched_ns.get(zone.id, stream_ns)
            is_told = watched_ns >= SETTLE_S * NS_PER_S
            held = [s for s in self._stays.get(zone.id, {}).values() if s.holds]
            since = [s.slow_since_ns for s in held if s.slow_since_ns is not None]
            made.append(
                ZoneReading(
                    zone.id,
                    len(held) if is_told else None,
                    self._entries.get(zone.id, 0),
                    len(since) if is_told else None,
                    (stream_ns - min(since)) / NS_PER_S if since else None,
                )
            )
        return tuple(made)

    def _cut_all(self, stays: Mapping[str, dict[int, _Stay]]) -> None:
        self._cut += [
            replace(_visit(zone_id, track_id, stay), cut=True)
            for zone_id, inside in stays.items()
            for track_id, stay in inside.items()
            if stay.holds
        ]

    def _class_name(self, class_id: int) -> str:
        known = 0 <= class_id < len(self._class_names)
        return self._class_names[class_id] if known else f"class {class_id}"


def _speeds(tracks: Tracks, aspect: float) -> NDArray[np.float64]:
    """Return speeds in box heights a second, shape (N,).

    By the object's own size, so that the far end of a queue is judged like its head.
    """
    heights = (tracks.xyxy_norm[:, 3] - tracks.xyxy_norm[:, 1]).astype(np.float64)
    moved = np.hypot(tracks.velocities[:, 0] * aspect, tracks.velocities[:, 1])
    speeds: NDArray[np.float64] = moved / np.maximum(heights, 1e-6)
    return speeds


def _wait(stay: _Stay, slow: bool, stream_ns: int) -> None:
    if slow:
        if stay.slow_since_ns is None:
            stay.slow_since_ns = stream_ns
        stay.slow_last_ns = stream_ns
    elif (
        stay.slow_since_ns is not None
        and stream_ns - stay.slow_last_ns > WALK_S * NS_PER_S
    ):
        stay.waited_ns += stay.slow_last_ns - stay.slow_since_ns
        stay.slow_since_ns = None


def _taken_over(
    stays: dict[int, _Stay],
    seen_ids: NDArray[np.int64],
    place: tuple[float, float],
    reach: float,
    stream_ns: int,
) -> _Stay | None:
    """Take the stay of a track just lost at this place, or None."""
    alive = {int(track_id) for track_id in seen_ids}
    near = [
        (float(np.hypot(s.place[0] - place[0], s.place[1] - place[1])), track_id)
        for track_id, s in stays.items()
        if track_id not in alive and 0 < stream_ns - s.last_ns <= HANDOVER_S * NS_PER_S
    ]
    if not near or min(near)[0] > reach:
        return None
    return stays.pop(min(near)[1])


def _end(
    zone: Zone,
    stays: dict[int, _Stay],
    seen_ids: NDArray[np.int64],
    tracks: Tracks,
    stream_ns: int,
) -> list[Visit]:
    """Take out the stays that are over and return those that held."""
    away_ns = LEAVE_S * NS_PER_S
    seen = {int(track_id) for track_id in seen_ids}
    ended = {int(track_id) for track_id in tracks.ended_ids}
    gone = [
        track_id
        for track_id, stay in stays.items()
        if track_id in ended
        or (track_id in seen and stream_ns - stay.last_ns > away_ns)
    ]
    over = [(track_id, stays.pop(track_id)) for track_id in gone]
    return [_visit(zone.id, track_id, stay) for track_id, stay in over if stay.holds]


def _visit(zone_id: str, track_id: int, stay: _Stay) -> Visit:
    waited_ns = stay.waited_ns
    if stay.slow_since_ns is not None:
        waited_ns += stay.slow_last_ns - stay.slow_since_ns
    return Visit(
        zone_id,
        track_id,
        stay.class_name,
        stay.from_ns,
        stay.to_ns,
        (stay.last_ns - stay.began_ns) / NS_PER_S,
        waited_ns / NS_PER_S,
    )
