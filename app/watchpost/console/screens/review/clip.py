"""A clip as a reviewer needs it: the objects of every frame, their tracks and gaps."""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from statistics import median

from watchpost.base.clock import NS_PER_S
from watchpost.domain.rules import Anchor
from watchpost.protocol.live import Box
from watchpost.protocol.review import ClipFrame, ClipInfo, ClipLine, Event

# A box is placed between two measured ones when these are at most so far apart.
BETWEEN_S = 1.0
# Frames without analysis for this long are called a gap, not a schedule.
GAP_S = 1.0
# A hole in the arrival of frames this many times the usual step is a gap.
HOLE_STEPS = 4.0
MIN_HOLE_S = 0.5
TRAIL_POINTS = 60


@dataclass(frozen=True, slots=True)
class Seen:
    """One object on one frame; ``row`` is its place in the frame's own boxes."""

    key: str
    row: int
    box: Box
    measured: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """Frames from ``first`` to ``last`` that were not analysed or never came."""

    first: int
    last: int
    missing: bool
    """True: the camera sent nothing between the two; False: nobody looked."""
    seconds: float


def track_key(epoch: int, track_id: int) -> str:
    """Return the name of a track within a clip; track numbers restart with an epoch."""
    return f"{epoch}:{track_id}"


def loose_key(epoch: int, sequence: int, row: int) -> str:
    """Return the name of a detection that no track claims."""
    return f"{epoch}:{sequence}:{row}"


class ReviewClip:
    """What was seen in a clip, indexed by frame and by object. Immutable."""

    def __init__(self, info: ClipInfo) -> None:
        self.info = info
        self._analysed = [f.index for f in info.frames if f.analysed]
        self._tracks: dict[str, list[tuple[int, Box]]] = {}
        self._keys: list[tuple[str, ...]] = []
        for frame in info.frames:
            self._keys.append(self._name_boxes(frame))
        self._index = {(f.epoch, f.sequence): f.index for f in info.frames}

    def __len__(self) -> int:
        return len(self.info.frames)

    def _name_boxes(self, frame: ClipFrame) -> tuple[str, ...]:
        keys = []
        for row, box in enumerate(frame.boxes):
            if box.track_id:
                key = track_key(frame.epoch, box.track_id)
            else:
                key = loose_key(frame.epoch, frame.sequence, row)
            self._tracks.setdefault(key, []).append((frame.index, box))
            keys.append(key)
        return tuple(keys)

    @property
    def times_ns(self) -> tuple[int, ...]:
        """Arrival of every frame, UTC nanoseconds."""
        return tuple(frame.at_ns for frame in self.info.frames)

    @property
    def event_index(self) -> int:
        """The event's own frame."""
        return min(max(0, self.info.event_index), max(0, len(self) - 1))

    def seen(self, index: int) -> tuple[Seen, ...]:
        """Return the objects of a frame: measured, or placed between two measured."""
        frame = self.info.frames[index]
        if frame.analysed:
            keys = self._keys[index]
            return tuple(
                Seen(key, row, box, True)
                for row, (key, box) in enumerate(zip(keys, frame.boxes, strict=True))
            )
        return self._between(frame)

    def _between(self, frame: ClipFrame) -> tuple[Seen, ...]:
        after = bisect_right(self._analysed, frame.index)
        if after == 0 or after == len(self._analysed):
            return ()
        one = self.info.frames[self._analysed[after - 1]]
        two = self.info.frames[self._analysed[after]]
        span_ns = two.at_ns - one.at_ns
        if one.epoch != two.epoch or not 0 < span_ns <= BETWEEN_S * NS_PER_S:
            return ()
        share = (frame.at_ns - one.at_ns) / span_ns
        later = {box.track_id: box for box in two.boxes if box.track_id}
        return tuple(
            Seen(
                track_key(frame.epoch, box.track_id),
                row,
                _mix(box, later[box.track_id], share),
                False,
            )
            for row, box in enumerate(one.boxes)
            if box.track_id in later
        )

    def frames_of(self, key: str) -> tuple[tuple[int, Box], ...]:
        """Return the frames in which an object was measured, with its box in each."""
        return tuple(self._tracks.get(key, ()))

    def class_names(self) -> tuple[str, ...]:
        """Return every class that was seen, in order of appearance."""
        boxes = (box for frame in self.info.frames for box in frame.boxes)
        return tuple(dict.fromkeys(box.class_name for box in boxes))

    def tracks(self) -> tuple[str, ...]:
        """Return the names of all tracks, in order of their first frame."""
        return tuple(key for key, seen in self._tracks.items() if seen[0][1].track_id)

    def stretches(self, key: str) -> tuple[tuple[int, int], ...]:
        """Return first and last frame of each unbroken sighting of an object."""
        joined: list[tuple[int, int]] = []
        reach_ns = self._reach_ns()
        for index, _ in self._tracks.get(key, ()):
            at_ns = self.info.frames[index].at_ns
            if joined and at_ns - self.info.frames[joined[-1][1]].at_ns <= reach_ns:
                joined[-1] = (joined[-1][0], index)
            else:
                joined.append((index, index))
        return tuple(joined)

    def _reach_ns(self) -> float:
        times = [self.info.frames[i].at_ns for i in self._analysed]
        steps = [b - a for a, b in itertools.pairwise(times)]
        return 2.5 * median(steps) if steps else NS_PER_S

    def trail(self, key: str, index: int) -> tuple[tuple[float, float], ...]:
        """Return where an object's counting point was up to a frame, oldest first."""
        seen = self._tracks.get(key, [])
        until = bisect_right(seen, index, key=lambda item: item[0])
        anchor = self.info.lines[0].anchor if self.info.lines else Anchor.CENTRE
        start = max(0, until - TRAIL_POINTS)
        return tuple(anchor_point(box, anchor) for _, box in seen[start:until])

    def gaps(self) -> tuple[Gap, ...]:
        """Return the stretches that were not analysed, and those that never came."""
        return tuple(sorted((*self._unseen(), *self._holes()), key=lambda g: g.first))

    def _unseen(self) -> list[Gap]:
        frames = self.info.frames
        if not frames:
            return []
        edges = [-1, *self._analysed, len(frames)]
        gaps = []
        for before, after in itertools.pairwise(edges):
            first, last = before + 1, after - 1
            if last < first:
                continue
            start = frames[max(before, 0)].at_ns
            stop = frames[min(after, len(frames) - 1)].at_ns
            seconds = (stop - start) / NS_PER_S
            if seconds >= GAP_S:
                gaps.append(Gap(first, last, False, seconds))
        return gaps

    def _holes(self) -> list[Gap]:
        times = self.times_ns
        steps = [b - a for a, b in itertools.pairwise(times)]
        if not steps:
            return []
        limit = max(MIN_HOLE_S * NS_PER_S, HOLE_STEPS * median(steps))
        return [
            Gap(i, i + 1, True, step / NS_PER_S)
            for i, step in enumerate(steps)
            if step > limit
        ]

    def crossings(self) -> tuple[tuple[Event, int], ...]:
        """Return every crossing of the clip with the frame it belongs to, in order."""
        placed = [(event, self.index_of(event)) for event in self.info.events]
        return tuple(sorted(placed, key=lambda item: item[1]))

    def index_of(self, event: Event) -> int:
        """Return the frame of a crossing: its own, or the nearest in time."""
        exact = self._index.get((event.epoch, event.sequence))
        return self.nearest(event.at_ns) if exact is None else exact

    def nearest(self, at_ns: int) -> int:
        """Return the frame nearest to a moment."""
        times = self.times_ns
        after = bisect_left(times, at_ns)
        around = [i for i in (after - 1, after) if 0 <= i < len(times)]
        return min(around, key=lambda i: abs(times[i] - at_ns), default=0)

    def lines(self) -> tuple[ClipLine, ...]:
        """Return the lines as they were."""
        return self.info.lines


def anchor_point(box: Box, anchor: Anchor) -> tuple[float, float]:
    """Return the point of a box that counts."""
    x = (box.left + box.right) / 2
    if anchor is Anchor.BOTTOM:
        return x, box.bottom
    if anchor is Anchor.TOP:
        return x, box.top
    return x, (box.top + box.bottom) / 2


def _mix(one: Box, two: Box, share: float) -> Box:
    return _with_edges(
        one,
        one.left + share * (two.left - one.left),
        one.top + share * (two.top - one.top),
        one.right + share * (two.right - one.right),
        one.bottom + share * (two.bottom - one.bottom),
    )


def _with_edges(box: Box, left: float, top: float, right: float, bottom: float) -> Box:
    return box.model_copy(
        update={"left": left, "top": top, "right": right, "bottom": bottom}
    )
