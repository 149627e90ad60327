"""Results of one camera, found again by the frame that they belong to."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise

from watchpost.domain.frames import FrameKey
from watchpost.engine.frames import FrameHeader
from watchpost.protocol.live import Box, Result

_KEPT = 64
_GAPS_LOOKED_AT = 8


@dataclass(frozen=True, slots=True)
class ShownBoxes:
    """Boxes for one frame.

    Attributes:
        boxes: Fractions of the picture.
        measured: True where this very frame was analysed; else the boxes were placed
            between two analysed frames, or moved on from the last one.
    """

    boxes: tuple[Box, ...]
    measured: bool


class ResultBook:
    """The last results of one camera. GUI thread."""

    def __init__(self) -> None:
        self._keys: list[FrameKey] = []
        self._results: list[Result] = []
        self.model = ""

    def add(self, result: Result) -> None:
        """Take in a result; they may come late but belong to rising frames."""
        key = FrameKey(result.epoch, result.sequence)
        place = bisect_left(self._keys, key)
        if place < len(self._keys) and self._keys[place] == key:
            return
        self._keys.insert(place, key)
        self._results.insert(place, result)
        self.model = result.model
        if len(self._keys) > _KEPT:
            del self._keys[0], self._results[0]

    def boxes_for(self, header: FrameHeader) -> ShownBoxes | None:
        """Return what to draw on a frame, or None where nothing is known.

        An analysed frame has its measured boxes. A frame between two analysed ones has
        boxes placed between theirs; after the last one they move on at their speed. Boxes
        older than two intervals between results are not shown.
        """
        place = bisect_left(self._keys, header.key)
        if place < len(self._keys) and self._keys[place] == header.key:
            return ShownBoxes(self._results[place].boxes, measured=True)
        before = self._at(place - 1, header.key.epoch)
        if before is None:
            return None
        age = header.at_ns - before.at_ns
        if not 0 <= age <= 2 * self._interval_ns(place):
            return None
        after = self._at(place, header.key.epoch)
        if after is not None and after.at_ns > before.at_ns:
            share = age / (after.at_ns - before.at_ns)
            return ShownBoxes(_between(before, after, share), measured=False)
        earlier = self._at(place - 2, header.key.epoch)
        if earlier is None or earlier.at_ns >= before.at_ns:
            return ShownBoxes(before.boxes, measured=False)
        share = 1 + age / (before.at_ns - earlier.at_ns)
        return ShownBoxes(_between(earlier, before, share, last=True), measured=False)

    def _at(self, place: int, epoch: int) -> Result | None:
        if 0 <= place < len(self._results) and self._results[place].epoch == epoch:
            return self._results[place]
        return None

    def _interval_ns(self, place: int) -> int:
        """Return the usual time between results around a place."""
        near = self._results[max(0, place - _GAPS_LOOKED_AT) : place + 1]
        gaps = sorted(b.at_ns - a.at_ns for a, b in pairwise(near))
        # One result alone says nothing about the pace; the default is five a second.
        return gaps[len(gaps) // 2] if gaps else 200_000_000


def _between(
    one: Result, two: Result, share: float, *, last: bool = False
) -> tuple[Box, ...]:
    """Place boxes between two results (share 0..1) or beyond the second (above 1).

    Objects without a track stay where they were measured; those in one of the two
    results alone are shown near it in time.
    """
    starts = {b.track_id: b for b in one.boxes if b.track_id}
    placed = []
    for end in two.boxes:
        start = starts.pop(end.track_id, None) if end.track_id else None
        if start is not None:
            placed.append(_mixed(start, end, share))
        elif last or share > 0.5:
            placed.append(end)
    if not last and share <= 0.5:
        placed += [*starts.values(), *(b for b in one.boxes if not b.track_id)]
    return tuple(placed)


def _mixed(start: Box, end: Box, share: float) -> Box:
    return Box.model_construct(
        track_id=end.track_id,
        class_name=end.class_name,
        score=end.score,
        left=start.left + (end.left - start.left) * share,
        top=start.top + (end.top - start.top) * share,
        right=start.right + (end.right - start.right) * share,
        bottom=start.bottom + (end.bottom - start.bottom) * share,
    )
