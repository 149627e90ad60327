"""The edge's alarms: conditions in, records for people out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from watchpost.api.hub import LiveHub
from watchpost.api.identity import SHIFT_LEADERS, Identity
from watchpost.base.clock import NS_PER_S, SYSTEM_CLOCK, Clock
from watchpost.base.errors import EdgeError, StoreError
from watchpost.base.ids import new_id
from watchpost.base.log import get_logger
from watchpost.domain.alarming import Alarming, Condition, Shelf
from watchpost.domain.alarms import Alarm, Priority
from watchpost.protocol.alarms import AlarmRecord, ShelveRequest
from watchpost.protocol.live import AlarmUpdate
from watchpost.store.alarms import AlarmRepository

_log = get_logger(__name__)


class AlarmBook:
    """Runs the alarm state machine, keeps what it says and tells it. Thread-safe.

    Args:
        store: Where alarms are kept.
        hub: Where changes are told.
        name_of: Returns what people call a camera; None when it is not a camera.
        site_name: Returns what people call the edge.
        clock: Delays run on its monotonic side.
    """

    def __init__(
        self,
        store: AlarmRepository,
        hub: LiveHub,
        *,
        name_of: Callable[[str], str | None],
        site_name: Callable[[], str],
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._store = store
        self._hub = hub
        self._name_of = name_of
        self._site_name = site_name
        self._clock = clock
        self._lock = threading.Lock()
        self._alarming = Alarming(store.standing(), lambda: new_id(clock))
        self._unsaved: dict[str, Alarm] = {}

    def observe(self, conditions: Iterable[Condition]) -> None:
        """Take in everything that is wrong now; call it about once a second."""
        with self._lock:
            changed = self._alarming.observe(
                conditions,
                now_ns=self._clock.monotonic_ns(),
                utc_ns=self._clock.utc_ns(),
            )
        for alarm in changed:
            _log.warning(
                "alarm",
                kind=alarm.kind.value,
                subject=alarm.subject_id,
                cleared=alarm.cleared_ns is not None,
                text=alarm.text,
            )
        self._tell(changed)

    def alarms(self) -> tuple[AlarmRecord, ...]:
        """Return active, returned and shelved ones, most urgent first."""
        with self._lock:
            standing = self._alarming.alarms()
        return tuple(self._record(alarm) for alarm in standing)

    def acknowledge(self, alarm_id: str, by: Identity) -> AlarmRecord:
        """Note who has seen it."""
        with self._lock:
            alarm = self._alarming.acknowledge(
                self._find(alarm_id), by.user, self._clock.utc_ns()
            )
        self._tell([alarm])
        return self._record(alarm)

    def shelve(
        self, alarm_id: str, request: ShelveRequest, by: Identity
    ) -> AlarmRecord:
        """Put it aside for a while, with a reason.

        Raises:
            EdgeError: A P1 alarm, and the caller is no supervisor.
        """
        until_ns = self._clock.utc_ns() + request.minutes * 60 * NS_PER_S
        with self._lock:
            alarm = self._find(alarm_id)
            if alarm.priority is Priority.P1 and by.role not in SHIFT_LEADERS:
                raise EdgeError(
                    "A priority 1 alarm is shelved by a supervisor only.",
                    todo="Call the supervisor.",
                    code="edge.forbidden",
                )
            alarm = self._alarming.shelve(
                alarm, Shelf(until_ns, by.user, request.reason)
            )
        self._tell([alarm])
        return self._record(alarm)

    def _find(self, alarm_id: str) -> Alarm:
        alarm = self._alarming.find(alarm_id)
        if alarm is None:
            raise EdgeError(
                "This alarm is gone.",
                todo="Load the list again.",
                code="alarm.unknown",
            )
        return alarm

    def _tell(self, changed: Iterable[Alarm]) -> None:
        for alarm in changed:
            self._hub.publish(AlarmUpdate(alarm=self._record(alarm)))
            self._unsaved[alarm.id] = alarm
        for alarm in list(self._unsaved.values()):
            try:
                self._store.save(alarm)
            except StoreError as error:
                # The disk may be the very cause of the alarm: it is told, and kept in
                # memory until it can be written.
                _log.error("alarm not stored", code=error.code)
                return
            self._unsaved.pop(alarm.id, None)

    def _record(self, alarm: Alarm) -> AlarmRecord:
        camera_name = self._name_of(alarm.subject_id)
        return AlarmRecord(
            id=alarm.id,
            kind=alarm.kind,
            priority=alarm.priority.value,
            subject_id=alarm.subject_id,
            subject_name=camera_name or self._site_name(),
            text=alarm.text,
            response=alarm.response,
            raised_ns=alarm.raised_ns,
            cleared_ns=alarm.cleared_ns,
            acknowledged_ns=alarm.acknowledged_ns,
            acknowledged_by=alarm.acknowledged_by,
            shelved_until_ns=alarm.shelved_until_ns,
            shelved_by=alarm.shelved_by,
            shelf_reason=alarm.shelf_reason,
            clip_camera_id=alarm.subject_id if camera_name else None,
        )
