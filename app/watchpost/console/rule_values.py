"""What a camera's rules measure, in words: today's totals, who is where now."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from watchpost.base.clock import NS_PER_S
from watchpost.console.bridge.edges import EdgeLink, LinkState
from watchpost.console.moments import age_text
from watchpost.domain.cameras import CameraState
from watchpost.domain.facings import FacingState
from watchpost.protocol.cameras import (
    Camera,
    CameraStatus,
    FacingStatus,
    LineSpec,
    ShelfSpec,
    StationSpec,
    ZoneSpec,
)

NOT_TOLD = "-"
_OLD_NS = 5 * NS_PER_S
"""A live camera is told of every second."""


@dataclass(frozen=True, slots=True)
class RuleValue:
    """What a rule measures.

    Attributes:
        words: The value, with its age when it is old; empty while there is nothing to
            say.
        is_old: Nobody can tell whether it still holds.
    """

    words: str = ""
    is_old: bool = False


def _tr(text: str) -> str:
    return QCoreApplication.translate("Rules", text)


def rule_value(
    link: EdgeLink,
    camera: Camera,
    rule: LineSpec | ZoneSpec | ShelfSpec | StationSpec,
    now_ns: int,
) -> RuleValue:
    """Return what a rule measures now, or what it did when somebody looked last.

    Args:
        link: The camera's edge.
        camera: As it is known now.
        rule: As the edge has it.
        now_ns: This computer's time, UTC.
    """
    is_old, told_ns = _age_of(link, camera, now_ns)
    status = camera.status
    if isinstance(rule, LineSpec):
        words = totals_words(camera, rule)
    else:
        words = value_words(status, rule)
        if words == NOT_TOLD and not isinstance(rule, StationSpec):
            looked = link.last_looked(camera.id)
            if looked is not None:
                words = value_words(looked[0], rule)
                if not is_old or told_ns is None:
                    told_ns = looked[1]
            is_old = True
    if words == NOT_TOLD:
        return RuleValue(_tr("not looked at"), is_old=True)
    if not words or not is_old or told_ns is None:
        return RuleValue(words, is_old)
    text = _tr("{value}, {age} ago")
    return RuleValue(text.format(value=words, age=age_text(told_ns, now_ns)), is_old)


def _age_of(link: EdgeLink, camera: Camera, now_ns: int) -> tuple[bool, int | None]:
    """Return whether a camera's values are old, and of when they are."""
    if is_silent(link):
        return True, link.since_ns
    status = camera.status
    if status.state is not CameraState.LIVE:
        return True, status.last_frame_ns
    heard_ns = link.heard_ns(camera.id)
    return heard_ns is not None and now_ns - heard_ns > _OLD_NS, heard_ns


def is_silent(link: EdgeLink) -> bool:
    """Return whether nothing is heard of an edge."""
    return link.state in (LinkState.LOST, LinkState.REFUSED)


def totals_words(camera: Camera, line: LineSpec) -> str:
    """Return today's totals of a line or gate; empty while there are none."""
    for total in camera.status.totals:
        if total.line_id == line.id:
            text = _tr("In {count_in}  Out {count_out}")
            return text.format(count_in=total.count_in, count_out=total.count_out)
    return ""


def value_words(
    status: CameraStatus | None, rule: ZoneSpec | ShelfSpec | StationSpec
) -> str:
    """Return what a zone or shelf is like now, or a station's parts of today.

    Args:
        status: The camera's; None: the edge is silent.
        rule: As the edge has it.
    """
    if isinstance(rule, ZoneSpec):
        return _zone_words(status, rule)
    if isinstance(rule, StationSpec):
        return _station_words(status, rule)
    return _shelf_words(status, rule)


def _zone_words(status: CameraStatus | None, zone: ZoneSpec) -> str:
    told = status.zones if status is not None else None
    now = next((z for z in told or () if z.zone_id == zone.id), None)
    if now is None or now.occupancy is None:
        return NOT_TOLD
    words = _tr("{count} inside").format(count=now.occupancy)
    if now.waiting:
        words += _tr(", {count} waiting").format(count=now.waiting)
    if now.longest_wait_s is not None:
        words += _tr(", longest {seconds} s").format(seconds=round(now.longest_wait_s))
    return words


def _shelf_words(status: CameraStatus | None, shelf: ShelfSpec) -> str:
    states = facing_states(status, shelf)
    unknown = sum(state is FacingState.UNKNOWN for state in states)
    if unknown == len(states):
        return NOT_TOLD
    words = _tr("{count} of {places} filled").format(
        count=sum(state is FacingState.FILLED for state in states), places=len(states)
    )
    if unknown:
        words += _tr(", {count} not known").format(count=unknown)
    return words


def _station_words(status: CameraStatus | None, station: StationSpec) -> str:
    told = status.stations if status is not None else None
    now = next((s for s in told or () if s.station_id == station.id), None)
    if now is None:
        return NOT_TOLD
    if now.unknown:
        text = _tr("The model does not know {names}")
        return text.format(names=", ".join(now.unknown))
    words = _tr("{passed} passed, {failed} failed").format(
        passed=now.passed, failed=now.failed
    )
    if now.not_inspected:
        words += _tr(", {count} not inspected").format(count=now.not_inspected)
    return words


def facing_states(
    status: CameraStatus | None, shelf: ShelfSpec
) -> tuple[FacingState, ...]:
    """Return each place of a shelf as it is now; hidden ones cannot be told."""
    told = status.shelves if status is not None else None
    now = next((s.facings for s in told or () if s.shelf_id == shelf.id), ())
    if len(now) != len(shelf.facings):
        return (FacingState.UNKNOWN,) * len(shelf.facings)
    return tuple(_state(facing) for facing in now)


def _state(facing: FacingStatus) -> FacingState:
    return FacingState.UNKNOWN if facing.hidden else facing.state
