"""Alarms."""

from __future__ import annotations

from fastapi import APIRouter

from watchpost.api.auth import Anybody, ServicesOf
from watchpost.protocol.alarms import AlarmRecord, ShelveRequest

router = APIRouter(prefix="/alarms", tags=["alarms"])


@router.get("")
def alarms(services: ServicesOf, _caller: Anybody) -> tuple[AlarmRecord, ...]:
    """Return active, returned and shelved alarms, most urgent first."""
    return services.alarms.alarms()


@router.post("/{alarm_id}:acknowledge")
def acknowledge(alarm_id: str, services: ServicesOf, caller: Anybody) -> AlarmRecord:
    """Say "seen, mine"."""
    return services.alarms.acknowledge(alarm_id, caller)


@router.post("/{alarm_id}:shelve")
def shelve(
    alarm_id: str, body: ShelveRequest, services: ServicesOf, caller: Anybody
) -> AlarmRecord:
    """Take an alarm out of the list for a while; P1 needs a supervisor."""
    return services.alarms.shelve(alarm_id, body, caller)
