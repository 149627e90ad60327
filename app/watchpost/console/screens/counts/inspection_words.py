"""Rows and sentences about inspected parts."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from watchpost.console.itemmodels.verdicts import VerdictRow
from watchpost.console.moments import clock_text, when_text
from watchpost.domain.verdicts import NotInspected, Outcome
from watchpost.protocol.cameras import StationStatus
from watchpost.protocol.inspection import DefectRecord, VerdictRecord

_TONES = {Outcome.PASS: "lo", Outcome.FAIL: "p2", Outcome.NOT_INSPECTED: "nodata"}


def rows(
    verdicts: Sequence[VerdictRecord], now_ns: int, *, week: bool
) -> list[VerdictRow]:
    """Return a table's rows; of a week, with their days."""
    return [
        VerdictRow(
            verdict.id,
            (
                when_text(verdict.to_ns, now_ns) if week else clock_text(verdict.to_ns),
                verdict.station_name,
                outcome_words(verdict.outcome),
                str(verdict.looks),
                reason_words(verdict),
            ),
            _TONES[verdict.outcome],
        )
        for verdict in verdicts
    ]


def outcome_words(outcome: Outcome) -> str:
    """Return a verdict, marked by shape as well as by colour."""
    return {
        Outcome.PASS: _tr("✓ Pass"),
        Outcome.FAIL: _tr("× Fail"),
        Outcome.NOT_INSPECTED: _tr("? Not inspected"),
    }[outcome]


def reason_words(verdict: VerdictRecord) -> str:
    """Return why a part failed, or was not inspected; what is odd about a pass."""
    if verdict.reason is not None:
        return _not_inspected(verdict.reason)
    if verdict.outcome is Outcome.FAIL:
        return "; ".join(defect_words(d, verdict.looks) for d in verdict.defects)
    if verdict.defects:
        words = _tr("{name} in {n} of {all} looks, not believed")
        seldom = verdict.defects[0]
        return words.format(name=seldom.class_name, n=seldom.looks, all=verdict.looks)
    return ""


def defect_words(defect: DefectRecord, looks: int) -> str:
    """Return "crack 0.81, upper left, in 12 of 14 looks"."""
    return _tr("{name} {score}, {place}, in {n} of {all} looks").format(
        name=defect.class_name,
        score=f"{defect.score:.2f}",
        place=place_words(defect.box),
        n=defect.looks,
        all=looks,
    )


def place_words(box: tuple[float, float, float, float]) -> str:
    """Return where on the part a defect is, by thirds of the part."""
    left, top, right, bottom = box
    if right - left > 0.8 and bottom - top > 0.8:
        return _tr("all over")
    across = min(2, int((left + right) / 2 * 3))
    down = min(2, int((top + bottom) / 2 * 3))
    return (
        (_tr("upper left"), _tr("top"), _tr("upper right")),
        (_tr("left"), _tr("middle"), _tr("right")),
        (_tr("lower left"), _tr("bottom"), _tr("lower right")),
    )[down][across]


def empty_words(
    statuses: Sequence[StationStatus | None], *, is_now: bool
) -> tuple[str, str]:
    """Return why a list of parts is empty: what is so, and what follows from it.

    Args:
        statuses: Of the stations that are shown.
        is_now: The period goes on; else it is over.
    """
    if not is_now:
        return (
            _tr("No part was seen in a station."),
            _tr("Coverage says how much of this time was analysed."),
        )
    if all(status is None or status.inside is None for status in statuses):
        return (
            _tr("No part yet, and nobody looks now."),
            _tr("The camera is not analysed; a part may be missed."),
        )
    return (
        _tr("No part went through a station."),
        _tr("Each is told here as soon as it is behind the station."),
    )


def figures_words(name: str, status: StationStatus | None) -> str:
    """Return a station's parts of today in one sentence."""
    if status is None:
        return _tr("{name}: not looked at.").format(name=name)
    words = _tr(
        "{name} today: {passed} passed, {failed} failed, {missed} not inspected."
    )
    text = words.format(
        name=name,
        passed=status.passed,
        failed=status.failed,
        missed=status.not_inspected,
    )
    if status.reject_rate is None:
        return text
    rate = _tr("Rejected: {rate} % of those inspected.")
    return f"{text} {rate.format(rate=f'{100 * status.reject_rate:.1f}')}"


def unknown_words(classes: Sequence[str]) -> str:
    """Return that nothing can pass, why, and what to do."""
    words = _tr(
        "The model does not know {names}, so no part can pass. Activate one that does, "
        "or change the station."
    )
    return words.format(names=", ".join(classes))


def _not_inspected(reason: NotInspected) -> str:
    return {
        NotInspected.TOO_FEW_LOOKS: _tr("Too few looks at it"),
        NotInspected.LOOKS_DISAGREE: _tr("Its looks disagree"),
        NotInspected.BAD_PICTURE: _tr("The picture was bad"),
        NotInspected.MODEL_BLIND: _tr("The model does not know the defects"),
        NotInspected.STATION_CHANGED: _tr("The station was changed meanwhile"),
        NotInspected.CAMERA_AWAY: _tr("The camera was away"),
        NotInspected.NO_CAPACITY: _tr("The computer was too busy to look"),
        NotInspected.WORKER_RESTART: _tr("The analysis was restarting"),
        NotInspected.MODEL_SWAP: _tr("The model was being changed"),
        NotInspected.NO_MODEL: _tr("No model was active"),
        NotInspected.POISON_FRAME: _tr("A frame stopped the model"),
        NotInspected.SCHEDULE: _tr("It was not looked at often enough"),
        NotInspected.EDGE_DOWN: _tr("The edge was down"),
        NotInspected.DISABLED: _tr("The camera was switched off"),
    }[reason]


def _tr(text: str) -> str:
    return QCoreApplication.translate("Inspection", text)
