"""What a station remembers of a part, and where it must be meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from watchpost.base.clock import NS_PER_S
from watchpost.domain.frames import FrameKey
from watchpost.domain.geometry import inside_polygon
from watchpost.domain.tracks import Tracks
from watchpost.domain.verdicts import Look

Polygon = NDArray[np.float64]
Point = tuple[float, float]

# A new track goes on with a part that was lost within so long, where it must be by now.
HANDOVER_S = 3.0
HANDOVER_OF_BOX = 0.6
_STEPS = 33
_MOST_LOOKS = 600
# A box that reaches this far is a classifier's: of the picture, not of an object.
_WHOLE = 0.95


@dataclass(frozen=True, slots=True)
class Moment:
    """One analysed frame: its name, UTC and stream nanoseconds, width by height."""

    key: FrameKey
    at_ns: int
    stream_ns: int
    aspect: float = 16 / 9


@dataclass(slots=True)
class StationPart:
    """One part near or in a station. Fractions of the picture; speed a second.

    Attributes:
        track_id: Its newest track.
        place: Where its centre was last.
        speed: How fast it moved then, right and down.
        height: Of its box, times the picture's width by height for distances.
        seen_ns, seen_at_ns: Last sight: on the stream's clock, in UTC.
        key: Frame of the last sight.
        looks: All looks at it in the station.
        entered_at_ns: First sight in the station (or the one before it was gone through
            unseen), UTC; None: it was not there yet.
        left_at_ns: Last sight in it, UTC.
        over_ns: Since when it is out of the station or out of sight, stream.
        unknown_defects: The model could not tell all its defects.
        is_ended: Its track was given up.
        is_judged: It has its verdict.
    """

    track_id: int
    place: Point
    speed: Point
    height: float
    seen_ns: int
    seen_at_ns: int
    key: FrameKey
    looks: list[Look] = field(default_factory=list)
    entered_at_ns: int | None = None
    left_at_ns: int = 0
    over_ns: int | None = None
    unknown_defects: bool = False
    is_ended: bool = False
    is_judged: bool = False

    def look(self, look: Look) -> None:
        """Take in a look; of a part that lies there for hours, every other one goes.

        Each kind by itself, so that the share that saw a defect stays what it was.
        """
        self.looks.append(look)
        if len(self.looks) <= _MOST_LOOKS:
            return
        kinds: dict[tuple[bool, bool], list[Look]] = {}
        for one in self.looks:
            kinds.setdefault((bool(one.findings), one.trusted), []).append(one)
        kept = [one for kind in kinds.values() for one in kind[::2]]
        self.looks = sorted(kept, key=lambda one: one.at_ns)

    def place_at(self, stream_ns: int) -> Point:
        """Return where it must be at a moment if it goes on as it went."""
        passed_s = max(0, stream_ns - self.seen_ns) / NS_PER_S
        return (
            self.place[0] + passed_s * self.speed[0],
            self.place[1] + passed_s * self.speed[1],
        )


def goes_through(start: Point, stop: Point, polygon: Polygon) -> bool:
    """Say whether the straight way between two points meets a polygon's inside."""
    share = np.linspace(0.0, 1.0, _STEPS)[:, None]
    way = np.asarray(start) + share * (np.asarray(stop) - np.asarray(start))
    return bool(inside_polygon(way, polygon).any())


def width_along(polygon: Polygon, speed: Point) -> float:
    """Return how far it is through a polygon in the direction of a speed."""
    length = float(np.hypot(*speed))
    if length == 0:
        return float("inf")
    along = polygon @ (np.asarray(speed) / length)
    return float(along.max() - along.min())


def nearest_lost(
    parts: Iterable[StationPart],
    place: Point,
    height: float,
    stream_ns: int,
    *,
    seen: frozenset[int],
    aspect: float,
) -> StationPart | None:
    """Return the part out of sight that must be at a place by now, or None.

    Args:
        parts: All that are remembered.
        place: Where a new track begins.
        height: Of its box.
        stream_ns: Now.
        seen: Tracks with a box in this frame.
        aspect: Width by height of the picture.
    """
    best, best_distance = None, HANDOVER_OF_BOX * height
    for part in parts:
        away_s = (stream_ns - part.seen_ns) / NS_PER_S
        if part.track_id in seen or not 0 < away_s <= HANDOVER_S:
            continue
        x, y = part.place_at(stream_ns)
        distance = float(np.hypot((x - place[0]) * aspect, y - place[1]))
        if distance < best_distance:
            best, best_distance = part, distance
    return best


def follow(
    parts: list[StationPart],
    seen: Tracks,
    index: int,
    place: Point,
    ids: frozenset[int],
    now: Moment,
) -> StationPart:
    """Return the part that a track is, one that was lost there, or a new one."""
    track_id = int(seen.ids[index])
    known = next((part for part in parts if part.track_id == track_id), None)
    if known is not None:
        if known.is_judged and _is_whole(seen.xyxy_norm[index]) and known.over_ns:
            # A classifier's box never goes anywhere: the next part has the same track.
            parts.remove(known)
        else:
            return known
    height = float(seen.xyxy_norm[index, 3] - seen.xyxy_norm[index, 1])
    lost = nearest_lost(
        (part for part in parts if not part.is_judged),
        place,
        height,
        now.stream_ns,
        seen=ids,
        aspect=now.aspect,
    )
    if lost is not None:
        lost.track_id, lost.is_ended = track_id, False
        return lost
    new = StationPart(
        track_id, place, (0.0, 0.0), height, now.stream_ns, now.at_ns, now.key
    )
    parts.append(new)
    return new


def move(
    part: StationPart, seen: Tracks, index: int, place: Point, now: Moment
) -> None:
    """Take in where a part is in this frame."""
    part.place = place
    part.speed = (float(seen.velocities[index, 0]), float(seen.velocities[index, 1]))
    part.height = float(seen.xyxy_norm[index, 3] - seen.xyxy_norm[index, 1])
    part.seen_ns, part.seen_at_ns, part.key = now.stream_ns, now.at_ns, now.key


def lose(
    parts: list[StationPart], seen: Tracks, ended: NDArray[np.int64], now: Moment
) -> None:
    """Note who ended, and whose picture shows a part no more (classifiers)."""
    gone = {int(i) for i in ended}
    whole = {
        int(track_id): _is_whole(box)
        for track_id, box in zip(seen.ids, seen.xyxy_norm, strict=True)
    }
    for part in tuple(parts):
        if part.seen_ns == now.stream_ns:
            continue
        if part.track_id in gone and part.is_judged:
            parts.remove(part)
        elif part.track_id in gone:
            part.is_ended = True
            part.over_ns = now.stream_ns if part.over_ns is None else part.over_ns
        elif part.over_ns is None and whole.get(part.track_id, False):
            part.over_ns = part.seen_ns


def _is_whole(box: Iterable[float]) -> bool:
    left, top, right, bottom = box
    return right - left >= _WHOLE and bottom - top >= _WHOLE
