"""From a clip and a decision to what the canvas, timeline and table show."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from watchpost.base.clock import NS_PER_S
from watchpost.console.screens.review.clip import Gap, ReviewClip, Seen
from watchpost.console.screens.review.correction import Decision
from watchpost.console.widgets.player.scene import (
    BoxMark,
    CrossingMark,
    FrameScene,
    GapMark,
    RuleMark,
    TimelineScene,
    TrackSpan,
    Trail,
)
from watchpost.console.widgets.rule_shapes import RuleKind, RuleShape
from watchpost.domain.rules import Direction
from watchpost.protocol.review import ClipLine, Event


def frame_scene(
    clip: ReviewClip, index: int, decision: Decision, selected: str
) -> FrameScene:
    """Return everything drawn over one frame."""
    boxes = [_box(seen, index, decision) for seen in clip.seen(index)]
    number = sum(box.number > 0 for box in boxes)
    for new in decision.added:
        if new.index == index:
            number += 1
            boxes.append(
                BoxMark(
                    new.key, number, 0, new.class_name, None, *new.rect, kind="added"
                )
            )
    return FrameScene(
        index,
        analysed=clip.info.frames[index].analysed,
        boxes=tuple(boxes),
        rules=tuple(_line(line) for line in clip.info.lines),
        trails=_trails(clip, index, decision),
        selected=selected,
    )


def _line(line: ClipLine) -> RuleMark:
    ends = (line.ax, line.ay), (line.bx, line.by)
    return RuleMark(line.name, RuleShape(RuleKind.LINE, ends))


def _box(seen: Seen, index: int, decision: Decision) -> BoxMark:
    box = seen.box
    rect = decision.place_of(seen.key, index) if seen.measured else None
    return BoxMark(
        key=seen.key,
        number=seen.row + 1 if seen.measured else 0,
        track_id=box.track_id,
        class_name=decision.name_of(seen.key, box.class_name),
        score=box.score,
        left=rect[0] if rect else box.left,
        top=rect[1] if rect else box.top,
        right=rect[2] if rect else box.right,
        bottom=rect[3] if rect else box.bottom,
        kind="measured" if seen.measured else "between",
        rejected=seen.key in decision.rejected,
    )


def _trails(clip: ReviewClip, index: int, decision: Decision) -> tuple[Trail, ...]:
    trails = []
    for seen in clip.seen(index):
        if not seen.box.track_id or seen.key in decision.rejected:
            continue
        points = clip.trail(seen.key, index)
        if len(points) > 1:
            name = decision.name_of(seen.key, seen.box.class_name)
            trails.append(Trail(name, points))
    return tuple(trails)


def timeline_scene(
    clip: ReviewClip,
    decision: Decision,
    *,
    mark_in: int | None = None,
    mark_out: int | None = None,
) -> TimelineScene:
    """Return the timeline: tracks that matter first, crossings, gaps and marks."""
    times = clip.times_ns
    zero = times[clip.event_index] if times else 0
    crossings = clip.crossings()
    crossed = {f"{e.epoch}:{e.track_id}" for e, _ in crossings}
    tracks = sorted(clip.tracks(), key=lambda key: key not in crossed)
    return TimelineScene(
        seconds=tuple((t - zero) / NS_PER_S for t in times),
        event_index=clip.event_index,
        tracks=tuple(_span(clip, key, decision) for key in tracks),
        crossings=tuple(_crossing(e, i, decision) for e, i in crossings),
        gaps=tuple(_gap(gap) for gap in clip.gaps()),
        mark_in=mark_in,
        mark_out=mark_out,
    )


def _span(clip: ReviewClip, key: str, decision: Decision) -> TrackSpan:
    box = clip.frames_of(key)[0][1]
    name = decision.name_of(key, box.class_name)
    return TrackSpan(
        key,
        f"{class_title(name)} #{box.track_id}",
        name,
        clip.stretches(key),
        rejected=key in decision.rejected,
    )


def _crossing(event: Event, index: int, decision: Decision) -> CrossingMark:
    key = f"{event.epoch}:{event.track_id}"
    rejected = key in decision.rejected
    label = f"{direction_word(event.direction)} #{event.track_id}"
    if rejected:
        label = _tr("{crossing}, rejected").format(crossing=label)
    return CrossingMark(event.id, key, index, label, rejected)


def _gap(gap: Gap) -> GapMark:
    words = (
        _tr("No frames came for {seconds} s")
        if gap.missing
        else _tr("Not analysed for {seconds} s")
    )
    return GapMark(gap.first, gap.last, words.format(seconds=f"{gap.seconds:.1f}"))


def direction_word(direction: Direction) -> str:
    """Return "In" or "Out"."""
    return _tr("In") if direction is Direction.IN else _tr("Out")


def class_title(class_name: str) -> str:
    """Return a class's name as a person would write it."""
    return class_name[:1].upper() + class_name[1:]


def _tr(text: str) -> str:
    return QCoreApplication.translate("Review", text)
