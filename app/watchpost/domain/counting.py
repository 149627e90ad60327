"""Counting across lines, so that nobody counts twice and the count can be explained.

A track stands on one side of a line once its anchor was clearly there, further away than
a margin that grows with its box. It crosses when it then stands clearly on the other
side, having passed between the line's ends. Jitter on the line is inside the margin and
changes nothing; somebody who turns back on it never stood on the other side.

A gate has two lines. Going over the first begins a passage, going over the second ends
and counts it; who stands between them or turns back there counts nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from watchpost.base.clock import NS_PER_S
from watchpost.domain.anchors import anchors
from watchpost.domain.events import Crossing, Sample
from watchpost.domain.frames import FrameKey
from watchpost.domain.geometry import position_along, signed_distance
from watchpost.domain.rules import Direction, Line, RuleSet
from watchpost.domain.tracks import Tracks

Array = NDArray[np.float64]

MARGIN_OF_BOX = 0.10
MIN_MARGIN = 0.006
MAX_MARGIN = 0.05
# A track that ends this soon behind the line has still gone across it.
FAR_SAMPLES_AT_END = 2
# Ends of a line are drawn by hand; somebody brushing past one still counts.
END_SLACK = 0.02
HANDOVER_S = 1.2
HANDOVER_OF_BOX = 0.6


@dataclass(slots=True)
class _Passage:
    """One track at one line: the side it stands on and what happened since."""

    side: int = 0
    last: Sample | None = None
    last_distance: float = 0.0
    last_stream_ns: int = 0
    near: Sample | None = None
    far: Sample | None = None
    across: bool = False
    crossed_ns: int = 0
    crossed_stream_ns: int = 0
    far_samples: int = 0


@dataclass(slots=True)
class _Follow:
    """What is remembered of one track."""

    class_id: int
    score: float
    box_height: float
    seen_ns: int
    passages: dict[str, _Passage] = field(default_factory=dict)
    entered: dict[str, Crossing] = field(default_factory=dict)
    """By gate: the line of it that was gone over, from outside."""
    confirmed: bool = False
    handed_over: bool = False


class LineCounter:
    """Counts one camera's tracks across its lines. Not thread-safe."""

    def __init__(self, rules: RuleSet, class_names: Sequence[str]) -> None:
        self._rules = rules
        self._class_names = tuple(class_names)
        self._follows: dict[int, _Follow] = {}
        self._stages = _stages(rules)

    @property
    def rules(self) -> RuleSet:
        """The rules in force."""
        return self._rules

    @property
    def class_names(self) -> tuple[str, ...]:
        """The class list that class ids point into."""
        return self._class_names

    def reset(self) -> None:
        """Forget where everybody stands, as after a reconnect."""
        self._follows.clear()

    def replace_rules(self, rules: RuleSet) -> None:
        """Take new rules; tracks keep their side of lines that did not move."""
        old = {line.id: line for line in self._rules.lines}
        same = {line.id for line in rules.lines if old.get(line.id) == line}
        self._rules = rules
        self._stages = _stages(rules)
        stages = {
            s.id for line in rules.lines if line.id in same for s in line.stages()
        }
        for follow in self._follows.values():
            follow.passages = {k: v for k, v in follow.passages.items() if k in stages}
            follow.entered = {k: v for k, v in follow.entered.items() if k in same}

    def replace_classes(self, class_names: Sequence[str]) -> None:
        """Take another model's class list; tracks keep their side."""
        self._class_names = tuple(class_names)

    def update(
        self,
        tracks: Tracks,
        key: FrameKey,
        at_ns: int,
        stream_ns: int,
        *,
        aspect: float = 16 / 9,
    ) -> list[Crossing]:
        """Take in the tracks of one analysed frame and return what was counted.

        Args:
            tracks: Of this frame; only those with a measured box are looked at.
            key: The frame.
            at_ns: Its arrival, UTC nanoseconds.
            stream_ns: Its time on the stream's own clock.
            aspect: Width by height of the picture.
        """
        counted: list[Crossing] = []
        seen = tracks.seen()
        self._remember(seen, stream_ns)
        for line, _ in self._stages.values():
            a, b = _ends(line, aspect)
            points = anchors(seen, line.anchor)
            square = points * (aspect, 1.0)
            distances = signed_distance(square, a, b) if len(points) else np.empty(0)
            for row, distance in enumerate(distances):
                track_id = int(seen.ids[row])
                follow = self._follows[track_id]
                if not self._counts(line, follow.class_id):
                    continue
                sample = Sample(
                    key, at_ns, float(points[row, 0]), float(points[row, 1])
                )
                passage = follow.passages.setdefault(line.id, _Passage())
                margin = _margin(follow.box_height)
                done = _step(
                    passage, sample, float(distance), stream_ns, margin, line, aspect
                )
                if done and follow.confirmed:
                    counted.append(self._crossing(line, track_id, follow, passage))
        passed = self._through(counted)
        return passed + self._finish(tracks.ended_ids)

    def _through(
        self, crossed: list[Crossing], ended: dict[int, _Follow] | None = None
    ) -> list[Crossing]:
        """Return what counts of the lines gone over: plain ones, and gates passed whole.

        Args:
            crossed: Of any lines; a gate's are taken in the order of time.
            ended: Tracks that are followed no more, by id.
        """
        counted = []
        for crossing in sorted(crossed, key=lambda c: c.stream_ns):
            line, rule = self._stages[crossing.line_id]
            if rule.gate is None:
                counted.append(crossing)
                continue
            follow = (ended or self._follows)[crossing.track_id]
            entry = follow.entered.pop(rule.id, None)
            first, last = (stage.id for stage in rule.stages())
            if crossing.direction is Direction.OUT:
                first, last = last, first
            if line.id == first:
                follow.entered[rule.id] = crossing
            elif entry is not None and entry.direction is crossing.direction:
                counted.append(replace(crossing, line_id=rule.id, before=entry.before))
        return counted

    def wants_full_rate(self, tracks: Tracks, interval_s: float) -> bool:
        """Say whether a track is near a line or too fast for this detection interval.

        The decisive samples are those around a line; a track that moves more than half
        its width between two looks may be lost between them.
        """
        if not len(tracks) or not self._rules.lines:
            return False
        size = tracks.xyxy_norm[:, 2:] - tracks.xyxy_norm[:, :2]
        step = np.abs(tracks.velocities) * interval_s
        if bool((step[:, 0] > 0.5 * size[:, 0]).any()):
            return True
        for line, _ in self._stages.values():
            a, b = _ends(line, 1.0)
            distance = np.abs(signed_distance(anchors(tracks, line.anchor), a, b))
            reach = 0.75 * size.max(axis=1) + 2 * step.max(axis=1)
            if bool((distance < reach).any()):
                return True
        return False

    def _counts(self, line: Line, class_id: int) -> bool:
        return not line.classes or self._class_name(class_id) in line.classes

    def _class_name(self, class_id: int) -> str:
        known = 0 <= class_id < len(self._class_names)
        return self._class_names[class_id] if known else f"class {class_id}"

    def _remember(self, seen: Tracks, stream_ns: int) -> None:
        heights = seen.xyxy_norm[:, 3] - seen.xyxy_norm[:, 1]
        for row in range(len(seen)):
            track_id = int(seen.ids[row])
            score = float(seen.scores[row])
            follow = self._follows.get(track_id)
            if follow is None:
                follow = _Follow(
                    int(seen.class_ids[row]),
                    score,
                    float(heights[row]),
                    stream_ns,
                )
                self._take_over(follow, seen, row, stream_ns)
                self._follows[track_id] = follow
            follow.class_id = int(seen.class_ids[row])
            follow.score += 0.3 * (score - follow.score)
            follow.box_height = float(heights[row])
            follow.seen_ns = stream_ns
            follow.confirmed |= bool(seen.confirmed[row])

    def _take_over(self, new: _Follow, seen: Tracks, row: int, stream_ns: int) -> None:
        """Let a new track go on where one just lost at the same place had stood.

        An identity that changes on a line would else lose the count: the old track
        never arrives, the new one never left.
        """
        box = seen.xyxy_norm[row]
        centre = np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2])
        reach = HANDOVER_OF_BOX * new.box_height
        alive = {int(i) for i in seen.ids}
        best: _Follow | None = None
        best_distance = reach
        for track_id, follow in self._follows.items():
            away_s = (stream_ns - follow.seen_ns) / NS_PER_S
            if (
                track_id in alive
                or follow.handed_over
                or not 0 < away_s <= HANDOVER_S
                or follow.class_id != new.class_id
            ):
                continue
            for passage in follow.passages.values():
                if passage.last is None:
                    continue
                place = np.array([passage.last.x_norm, passage.last.y_norm])
                distance = float(np.hypot(*(place - centre)))
                if distance < best_distance:
                    best, best_distance = follow, distance
        if best is not None:
            best.handed_over = True
            new.passages, best.passages = best.passages, {}
            new.entered, best.entered = best.entered, {}

    def _finish(self, ended: NDArray[np.int64]) -> list[Crossing]:
        crossed = []
        gone: dict[int, _Follow] = {}
        for track_id in ended:
            follow = self._follows.pop(int(track_id), None)
            if follow is None:
                continue
            gone[int(track_id)] = follow
            for line_id, passage in follow.passages.items():
                if (
                    follow.confirmed
                    and passage.across
                    and passage.far_samples >= FAR_SAMPLES_AT_END
                    and line_id in self._stages
                ):
                    passage.side = -passage.side
                    line, _ = self._stages[line_id]
                    crossed.append(self._crossing(line, int(track_id), follow, passage))
        return self._through(crossed, gone)

    def _crossing(
        self, line: Line, track_id: int, follow: _Follow, passage: _Passage
    ) -> Crossing:
        assert passage.near is not None
        assert passage.far is not None
        return Crossing(
            line_id=line.id,
            direction=Direction.IN if passage.side > 0 else Direction.OUT,
            track_id=track_id,
            class_name=self._class_name(follow.class_id),
            score=follow.score,
            at_ns=passage.crossed_ns,
            stream_ns=passage.crossed_stream_ns,
            key=passage.far.key,
            before=passage.near,
            after=passage.far,
        )


def _stages(rules: RuleSet) -> dict[str, tuple[Line, Line]]:
    """Return every plain line by its id, with the rule that it is a stage of."""
    return {s.id: (s, line) for line in rules.lines for s in line.stages()}


def _step(
    passage: _Passage,
    sample: Sample,
    distance: float,
    stream_ns: int,
    margin: float,
    line: Line,
    aspect: float,
) -> bool:
    """Move a passage on by one sample; True when it completes a crossing."""
    if passage.side == 0:
        # Nothing is known of a new track's past, so its first sight decides, without a
        # margin: who comes out from behind another on the line did come from there.
        passage.side = 1 if distance > 0 else -1
    elif passage.last is not None and distance * passage.last_distance < 0:
        _pass_line(passage, sample, distance, stream_ns, line, aspect)
    passage.far_samples = passage.far_samples + 1 if distance * passage.side < 0 else 0
    done = False
    if passage.side and distance * passage.side < 0 and abs(distance) > margin:
        done = passage.across
        passage.side = -passage.side
        passage.across = False
        passage.far_samples = 0
    passage.last, passage.last_distance = sample, distance
    passage.last_stream_ns = stream_ns
    return done


def _pass_line(
    passage: _Passage,
    sample: Sample,
    distance: float,
    stream_ns: int,
    line: Line,
    aspect: float,
) -> None:
    """Note where and when the anchor went over the endless line."""
    assert passage.last is not None
    share = passage.last_distance / (passage.last_distance - distance)
    a, b = _ends(line, aspect)
    start = np.array([passage.last.x_norm * aspect, passage.last.y_norm])
    stop = np.array([sample.x_norm * aspect, sample.y_norm])
    along = position_along(start + share * (stop - start), a, b)
    if distance * passage.side < 0:
        passage.across = -END_SLACK <= along <= 1 + END_SLACK
        passage.near, passage.far = passage.last, sample
        passage.crossed_ns = round(
            passage.last.at_ns + share * (sample.at_ns - passage.last.at_ns)
        )
        passage.crossed_stream_ns = round(
            passage.last_stream_ns + share * (stream_ns - passage.last_stream_ns)
        )
    else:
        passage.across = False


def _margin(box_height: float) -> float:
    return min(MAX_MARGIN, max(MIN_MARGIN, MARGIN_OF_BOX * box_height))


def _ends(line: Line, aspect: float) -> tuple[Array, Array]:
    return np.array([line.ax * aspect, line.ay]), np.array([line.bx * aspect, line.by])
