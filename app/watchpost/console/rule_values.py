"""What a camera's rules measure, in words: today's totals, who is where now."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

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


def _tr(text: str) -> str:
    return QCoreApplication.translate("Rules", text)


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
    if now is None:
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
