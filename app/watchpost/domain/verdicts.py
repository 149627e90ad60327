"""Verdicts on inspected parts: pass, fail, or not inspected, each with its reason.

A part is judged from all looks at it, since detectors miss a defect in one look and see
one that is not there in another. It fails when a defect was seen in two looks and in
``FAIL_SHARE`` of them; it passes when it was looked at often enough and a defect was
seen in less than ``PASS_SHARE``. Everything else is not inspected: what nobody could
judge is never a pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from watchpost.domain.frames import FrameKey

FAIL_LOOKS = 2
FAIL_SHARE = 0.3
PASS_SHARE = 0.15


class Outcome(StrEnum):
    """What became of a part."""

    PASS = "pass"  # noqa: S105 - a verdict, not a secret
    FAIL = "fail"
    NOT_INSPECTED = "not_inspected"


class NotInspected(StrEnum):
    """Why a part has no verdict.

    After the first five, the reasons why nobody looked
    (:class:`watchpost.domain.coverage.NotAnalysed`).
    """

    TOO_FEW_LOOKS = "too_few_looks"
    LOOKS_DISAGREE = "looks_disagree"
    BAD_PICTURE = "bad_picture"
    MODEL_BLIND = "model_blind"
    STATION_CHANGED = "station_changed"
    CAMERA_AWAY = "camera_away"
    NO_CAPACITY = "no_capacity"
    WORKER_RESTART = "worker_restart"
    MODEL_SWAP = "model_swap"
    NO_MODEL = "no_model"
    POISON_FRAME = "poison_frame"
    SCHEDULE = "schedule"
    EDGE_DOWN = "edge_down"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect in one look.

    Attributes:
        class_name: What the model called it.
        score: Confidence, 0..1.
        box: Left, top, right, bottom, fractions of the part's own box.
    """

    class_name: str
    score: float
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Look:
    """One analysed frame with the part in its station.

    Attributes:
        key: The frame.
        at_ns: Its arrival, UTC nanoseconds.
        findings: Defects that were believed.
        trusted: False while the camera's picture was bad.
    """

    key: FrameKey
    at_ns: int
    findings: tuple[Finding, ...] = ()
    trusted: bool = True


@dataclass(frozen=True, slots=True)
class Defect:
    """One class of defect on a part, over all looks.

    Attributes:
        class_name: The class.
        score: The highest confidence, 0..1.
        box: Where it was then, fractions of the part's own box.
        key: That frame.
        looks: How many looks saw it.
    """

    class_name: str
    score: float
    box: tuple[float, float, float, float]
    key: FrameKey
    looks: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the looks at a part come to.

    Attributes:
        outcome: Pass, fail or not inspected.
        reason: Why it was not inspected; None otherwise.
        defects: What was seen, the most often seen first; of a pass too.
        looks: Looks that counted.
        defect_looks: How many of them saw a defect.
    """

    outcome: Outcome
    reason: NotInspected | None
    defects: tuple[Defect, ...]
    looks: int
    defect_looks: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """One part went through one station, once.

    Attributes:
        station_id: The station.
        track_id: The part's last track within its camera and epoch.
        judgement: What became of it.
        from_ns, to_ns: First and last sight of it in the station, UTC nanoseconds; of a
            part that was never seen inside, the last sight before twice.
        key: The frame that shows it best: its surest defect, else the last in which it
            was seen.
    """

    station_id: str
    track_id: int
    judgement: Judgement
    from_ns: int
    to_ns: int
    key: FrameKey


def judge(
    looks: Sequence[Look], min_looks: int, interrupted: NotInspected | None = None
) -> Judgement:
    """Judge a part.

    Args:
        looks: All looks at it.
        min_looks: So many trusted ones are needed to pass.
        interrupted: Why nobody looked for a while, if so.
    """
    counted = [look for look in looks if look.trusted]
    total, bad = len(counted), sum(bool(look.findings) for look in counted)
    share = bad / total if total else 0.0
    reason: NotInspected | None = None
    outcome = Outcome.NOT_INSPECTED
    if bad >= FAIL_LOOKS and share >= FAIL_SHARE:
        outcome = Outcome.FAIL
    elif total < min_looks:
        reason = interrupted or NotInspected.TOO_FEW_LOOKS
        if len(looks) >= min_looks:
            reason = NotInspected.BAD_PICTURE
    elif share < PASS_SHARE:
        outcome = Outcome.PASS
    else:
        reason = NotInspected.LOOKS_DISAGREE
    return Judgement(outcome, reason, _defects(counted), total, bad)


def _defects(looks: Sequence[Look]) -> tuple[Defect, ...]:
    seen: dict[str, list[tuple[Look, Finding]]] = {}
    for look in looks:
        # The surest of a class in a look stands for all of them.
        best = {f.class_name: f for f in sorted(look.findings, key=lambda f: f.score)}
        for name, finding in best.items():
            seen.setdefault(name, []).append((look, finding))
    defects = []
    for name, pairs in seen.items():
        look, finding = max(pairs, key=lambda pair: pair[1].score)
        defects.append(Defect(name, finding.score, finding.box, look.key, len(pairs)))
    return tuple(sorted(defects, key=lambda d: (-d.looks, -d.score)))
