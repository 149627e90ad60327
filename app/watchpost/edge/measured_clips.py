"""Counts every video of a folder twice; one that cannot be counted is a row with its reason.

Beside a video lies its truth file, ``NAME.counts.json``.
"""

from __future__ import annotations

from pathlib import Path

from watchpost.edge.counted_files import count_file
from watchpost.engine.inference.model import ModelInfo
from watchpost.learning.evaluation.counts import has_line, read_truth
from watchpost.learning.evaluation.summary.clips import ClipResult, ClipState
from watchpost.learning.evaluation.summary.learnt import learnt_from
from watchpost.learning.evaluation.summary.telling import EXPECTED, Telling, files_in
from watchpost.learning.evaluation.values import read_values

LIVE_RATE = 5.0
"""Looks a second of a live camera."""

_COUNTS = ".counts.json"
_VIDEOS = frozenset({".mp4", ".avi", ".mkv", ".mov", ".m4v", ".ts", ".webm"})


def measure_clips(
    folder: Path, model: ModelInfo, telling: Telling
) -> tuple[ClipResult, ...]:
    """Count every video of a folder, at every frame and as live.

    Raises:
        LearningError: There is no such folder, or no video in it.
    """
    names = files_in(folder, lambda p: p.suffix.lower() in _VIDEOS or _is_truth(p))
    videos = {_stem(path): path for path in names if not _is_truth(path)}
    learnt = learnt_from(model)
    results = []
    for stem in sorted({_stem(path) for path in names}):
        video, truth = videos.get(stem), folder / f"{stem}{_COUNTS}"
        if video is None:
            reason = f"There is no video beside {truth.name}."
            results.append(ClipResult(stem, ClipState.FAILED, reason))
        else:
            results.append(_clip(video, truth, model, learnt, telling))
        telling.say(_clip_text(results[-1]))
    return tuple(results)


def _clip(
    video: Path,
    truth_file: Path,
    model: ModelInfo,
    learnt: frozenset[str] | None,
    telling: Telling,
) -> ClipResult:
    if not truth_file.exists():
        reason = f"There is no {truth_file.name}."
        return ClipResult(video.name, ClipState.NOT_COUNTED, reason)
    try:
        values = read_values(truth_file)
        truth = read_truth(truth_file) if has_line(truth_file) else None
        if truth is None and not values:
            reason = "Its truth file speaks of no line."
            return ClipResult(video.name, ClipState.NOT_COUNTED, reason)
        classes = truth.line.classes if truth is not None else ()
        spoken = {*classes, *(v.class_name for v in values)}
        unknown = tuple(sorted(spoken - set(model.classes)))
        # A line without classes counts everything that a model sees.
        if spoken and not spoken & set(model.classes):
            reason = f"The model does not know {', '.join(unknown)}."
            return ClipResult(
                video.name, ClipState.NOT_KNOWN, reason, classes or tuple(spoken)
            )
        known = tuple(v for v in values if v.class_name in model.classes)
        every, live = (
            count_file(
                video,
                truth,
                known,
                model.path,
                rate=rate,
                on_progress=lambda share: telling.progress(video.name, share),
            )
            for rate in (None, LIVE_RATE)
        )
    except EXPECTED as error:
        return ClipResult(video.name, ClipState.FAILED, str(error))
    return ClipResult(
        video.name,
        ClipState.COUNTED,
        classes=classes,
        unknown=unknown,
        learnt=None if learnt is None else video.name in learnt,
        every=every,
        live=live,
    )


def _is_truth(path: Path) -> bool:
    return path.name.endswith(_COUNTS)


def _stem(path: Path) -> str:
    return path.name.removesuffix(_COUNTS) if _is_truth(path) else path.stem


def _clip_text(clip: ClipResult) -> str:
    if clip.state is not ClipState.COUNTED:
        return f"{clip.video}: {clip.state}. {clip.reason}"
    told = [
        f"{d.direction} {d.every.counted} / {d.live.counted} of {d.true}"
        for d in clip.directions
    ]
    told += [
        f"{value.truth.quantity} {value.right.count} of {value.right.total} s"
        for one in (clip.every, clip.live)
        for value in (one.values if one else ())
    ]
    said = clip.disagreements()
    return f"{clip.video}: {', '.join(told)}: {'DOES NOT AGREE' if said else 'agrees'}"
