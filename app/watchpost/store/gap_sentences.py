"""Gaps of coverage as a sentence under a bar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from watchpost.base.clock import NS_PER_S
from watchpost.domain.coverage import CoverageGap, NotAnalysed
from watchpost.store.calendar import Span, clock_time

WORTH_SAYING_NS = 10 * NS_PER_S
"""Shorter gaps change no hour's count that a person would notice."""
_TOGETHER_NS = 60 * NS_PER_S
_AT_MOST = 2
_WHAT = {
    NotAnalysed.CAMERA_AWAY: "sent nothing",
    NotAnalysed.NO_CAPACITY: "was not analysed for want of computing power",
    NotAnalysed.WORKER_RESTART: "was not analysed while a worker restarted",
    NotAnalysed.MODEL_SWAP: "was not analysed while the model was changed",
    NotAnalysed.NO_MODEL: "was not analysed for want of a model",
    NotAnalysed.POISON_FRAME: "was not analysed because its pictures broke the model",
    NotAnalysed.SCHEDULE: "was analysed too rarely",
    NotAnalysed.EDGE_DOWN: "was not watched while the edge was off",
    NotAnalysed.DISABLED: "was switched off",
}


def gap_sentence(
    gaps: Sequence[CoverageGap], span: Span, camera_number: int, place: tzinfo
) -> str:
    """Return such as "Camera 02 sent nothing 13:10 to 13:25. Total is incomplete.".

    Args:
        gaps: Of the camera, by their beginning.
        span: The hour or day, up to now.
        camera_number: How people call the camera.
        place: Whose times of day.

    Returns:
        The longest two gaps in order of time and how many more; empty without any.
    """
    spells = [
        spell for spell in _spells(gaps, span) if _length(spell) >= WORTH_SAYING_NS
    ]
    if not spells:
        return ""
    longest = sorted(sorted(spells, key=_length)[-_AT_MOST:], key=lambda s: s.from_ns)
    said = ", ".join(
        f"{_WHAT[spell.reason]} {clock_time(spell.from_ns, place)} to "
        f"{clock_time(spell.to_ns, place)}"
        for spell in longest
    )
    more = len(spells) - len(longest)
    rest = f", and {more} more" if more else ""
    return f"Camera {camera_number:02d} {said}{rest}. Total is incomplete."


def _spells(gaps: Sequence[CoverageGap], span: Span) -> list[CoverageGap]:
    """Return gaps cut to a span; near ones of the same reason are one."""
    spells: list[CoverageGap] = []
    for gap in gaps:
        begin, end = max(gap.from_ns, span[0]), min(gap.to_ns, span[1])
        if begin >= end:
            continue
        last = spells[-1] if spells else None
        if (
            last is not None
            and last.reason is gap.reason
            and begin - last.to_ns <= _TOGETHER_NS
        ):
            spells[-1] = CoverageGap(
                gap.camera_id, last.from_ns, max(last.to_ns, end), gap.reason
            )
        else:
            spells.append(CoverageGap(gap.camera_id, begin, end, gap.reason))
    return spells


def _length(gap: CoverageGap) -> int:
    return gap.to_ns - gap.from_ns
