"""The part of the report that speaks of counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from watchpost.learning.evaluation import charts
from watchpost.learning.evaluation.charts import Bar
from watchpost.learning.evaluation.summary.clips import (
    WINDOW_S,
    ClipResult,
    ClipState,
    DirectionPass,
    DirectionResult,
    found_in,
    words,
)
from watchpost.learning.evaluation.summary.tables import (
    NONE,
    interval,
    percent,
    rate,
    table,
    yes,
)

CHART = "counts.svg"
_PASSES = ("at every frame", "as live")


def count_lines(clips: Sequence[ClipResult]) -> list[str]:
    """Return the part's lines."""
    counted = [clip for clip in clips if clip.state is ClipState.COUNTED]
    lines = ["## Counts", ""]
    if not counted:
        lines += ["No video was counted.", ""]
    if any(clip.directions for clip in counted):
        lines += [
            "Each video was counted twice through the whole product (capture process, "
            "inference pool, tracker, rules, ledger): at every frame, and as live, with "
            "five looks a second, every frame while somebody is near the line, and none "
            "where nothing moves. Both promise the same counts.",
            "",
            f"![Counted beside true]({CHART})",
            "",
            *_direction_table(counted),
            "",
            "Accuracy is `1 - |n - n*| / n*` of counted `n` and true `n*`, summed over "
            f"windows of {WINDOW_S:g} s so that errors cannot cancel; in brackets its "
            "95 % interval over windows. A clip without an error shows no spread: see "
            "the exact interval below. A crossing that may be counted or not is left out "
            "of everything but the difference.",
            "",
            *_found_lines(counted),
            "",
        ]
    lines += _value_lines(counted)
    if counted:
        lines += [*_clip_table(counted), ""]
    if others := [clip for clip in clips if clip.state is not ClipState.COUNTED]:
        rows = [(clip.video, clip.state.value, clip.reason) for clip in others]
        lines += [*table(("Other videos", "", "Why"), rows, words=3), ""]
    return lines


def count_chart(clips: Sequence[ClipResult]) -> str | None:
    """Return the chart of counted beside true as SVG, None where nothing was counted."""
    groups = [
        (
            f"{clip.video.rpartition('.')[0]}: {words(d.direction)}",
            [
                Bar(d.true, "s0", "true"),
                _counted(d.every, "s1", "at every frame"),
                _counted(d.live, "s2", "as live"),
            ],
        )
        for clip in clips
        for d in clip.directions
        if d.true or d.every.counted or d.live.counted
    ]
    return charts.bar_chart("Counted beside true", groups) if groups else None


def _counted(one: DirectionPass, kind: str, name: str) -> Bar:
    if one.agrees:
        return Bar(one.counted, kind, name)
    return Bar(one.counted, "bad", "does not agree")


def _direction_table(clips: Sequence[ClipResult]) -> list[str]:
    head = (
        "Video",
        "Direction",
        "Agrees",
        "True",
        "Every frame",
        "As live",
        "Difference",
        "Missed + false, every frame",
        "as live",
        "Accuracy, every frame",
        "as live",
    )
    rows = [_direction_row(clip, d) for clip in clips for d in clip.directions]
    return table(head, rows, words=3)


def _direction_row(clip: ClipResult, d: DirectionResult) -> list[str]:
    true = f"{d.true} ± {d.allowed}" if d.allowed else str(d.true)
    agrees = yes(d.agrees)
    if not d.agrees and not clip.is_certain:
        agrees = "no, but the truth is not certain"
    return [
        clip.video,
        words(d.direction),
        agrees,
        f"{true} (+ {d.optional} optional)" if d.optional else true,
        str(d.every.counted),
        str(d.live.counted),
        f"{d.difference:+d}" if d.difference else "0",
        f"{d.every.missed} + {d.every.false}",
        f"{d.live.missed} + {d.live.false}",
        _accuracy(d.every),
        _accuracy(d.live),
    ]


def _accuracy(one: DirectionPass) -> str:
    if one.accuracy is None:
        return NONE
    return interval(one.accuracy.value, one.accuracy.low, one.accuracy.high)


def _found_lines(clips: Sequence[ClipResult]) -> list[str]:
    groups = (
        ("all", clips),
        ("whose frames were not learnt from", [c for c in clips if not c.learnt]),
        ("whose frames were learnt from", [c for c in clips if c.learnt]),
    )
    rows = []
    for name, some in groups:
        found = found_in(some)
        if not found.every.total or (name != "all" and len(some) == len(clips)):
            continue
        rows.append(
            [
                name,
                str(found.every.total),
                *(
                    f"{s.count}, {interval(s.value, s.low, s.high)}"
                    for s in (found.every, found.live)
                ),
                f"{found.false_every} / {found.false_live}",
            ]
        )
    head = (
        "Crossings of videos",
        "True",
        "Counted at every frame (95 % exact)",
        "as live",
        "Counted, but did not happen",
    )
    return table(head, rows)


def _value_lines(clips: Sequence[ClipResult]) -> list[str]:
    rows = [row for clip in clips for row in _value_rows(clip)]
    if not rows:
        return []
    head = (
        "Second by second",
        "What",
        "Pass",
        "Agrees",
        "Seconds right",
        "Share (95 %)",
    )
    return [*table(head, rows, words=4), ""]


def _value_rows(clip: ClipResult) -> Iterator[list[str]]:
    for name, one in zip(_PASSES, (clip.every, clip.live), strict=True):
        for value in one.values if one else ():
            right = value.right
            yield [
                clip.video,
                f"{value.truth.quantity} ({value.truth.class_name})",
                name,
                yes(value.agrees),
                f"{right.count} of {right.total}",
                interval(right.value, right.low, right.high),
            ]


def _clip_table(clips: Sequence[ClipResult]) -> list[str]:
    head = (
        "Video",
        "What crosses",
        "Known to the model",
        "Frames learnt from",
        "Hand count",
        "Looks a second, every frame",
        "as live",
        "Of all looks",
    )
    return table(head, [_clip_row(clip) for clip in clips], words=5)


def _clip_row(clip: ClipResult) -> list[str]:
    assert clip.every is not None
    assert clip.live is not None
    # As live, nobody looks at a still end; the time is that of the whole video.
    seconds = max(clip.every.seconds, clip.live.seconds)
    known = f"all but {', '.join(clip.unknown)}" if clip.unknown else "yes"
    looks = (clip.every.looks, clip.live.looks)
    crosses = NONE if clip.every.truth is None else "anything"
    return [
        clip.video,
        ", ".join(clip.classes) or crosses,
        known,
        yes(clip.learnt),
        "certain" if clip.is_certain else "not certain",
        *(rate(count, seconds) for count in looks),
        percent(looks[1] / looks[0] if looks[0] else None, 0),
    ]
