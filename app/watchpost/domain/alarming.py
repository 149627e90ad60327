"""When conditions become alarms and when alarms end: one state machine for all of them.

After ISA-18.2: a condition must hold for its rule's on-delay before it rings and be gone
for the off-delay before it clears; there is one alarm per cause and subject until then.
Acknowledging never clears. An alarm that cleared before anybody saw it stays as
*returned* until it is acknowledged (P1, P2) or goes by itself (P3). A cause hides its
consequences: without video nobody needs to hear that nothing is analysed.

Delays run on the monotonic clock, stamps are UTC; no step of the wall clock rings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from watchpost.base.clock import NS_PER_S
from watchpost.domain.alarms import Alarm, AlarmKind, AlarmRule, Priority

MINUTE_NS = 60 * NS_PER_S


def _rule(
    kind: AlarmKind, priority: Priority, on_s: float, off_s: float, response: str
) -> tuple[AlarmKind, AlarmRule]:
    return kind, AlarmRule(kind, priority, on_s, off_s, response)


RULES: Mapping[AlarmKind, AlarmRule] = dict(
    (
        _rule(
            AlarmKind.NO_VIDEO,
            Priority.P2,
            10.0,
            10.0,
            "Look at the site; if the camera has power and network, call the technician.",
        ),
        _rule(
            AlarmKind.NOT_ANALYSED,
            Priority.P2,
            15.0,
            30.0,
            "Counts of this time are missing; lower the load or call the technician.",
        ),
        _rule(
            AlarmKind.RECORDING_STOPPED,
            Priority.P1,
            30.0,
            10.0,
            "Free space on the disk or call the technician; nothing can be replayed.",
        ),
        _rule(
            AlarmKind.DISK_FULL,
            Priority.P2,
            10.0,
            60.0,
            "Free space on the disk or lower the recording quota in Settings.",
        ),
        _rule(
            AlarmKind.LATENCY,
            Priority.P2,
            60.0,
            120.0,
            "Lower the detections a second in Settings or take cameras off this edge.",
        ),
        _rule(
            AlarmKind.TEMPERATURE,
            Priority.P3,
            300.0,
            600.0,
            "Check the fan and that the air can flow.",
        ),
        _rule(
            AlarmKind.MODEL_QUARANTINED,
            Priority.P2,
            0.0,
            5.0,
            "Choose another model in Settings and send this one back to its maker.",
        ),
        # The monitor has waited already until it was sure.
        _rule(
            AlarmKind.PICTURE,
            Priority.P2,
            0.0,
            5.0,
            "Look at the camera; if it cannot be put right there, call the technician.",
        ),
        _rule(
            AlarmKind.STORAGE,
            Priority.P1,
            5.0,
            10.0,
            "Counts cannot be stored safely; call the technician to look at the disk.",
        ),
    )
)

HIDDEN_BY: Mapping[AlarmKind, AlarmKind] = {
    AlarmKind.NOT_ANALYSED: AlarmKind.NO_VIDEO,
    AlarmKind.RECORDING_STOPPED: AlarmKind.NO_VIDEO,
    AlarmKind.LATENCY: AlarmKind.NO_VIDEO,
    AlarmKind.PICTURE: AlarmKind.NO_VIDEO,
}

Key = tuple[AlarmKind, str]


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that is wrong now.

    Attributes:
        kind: The cause.
        subject_id: Camera id, or the edge's id.
        text: What is so, with numbers and their limit.
    """

    kind: AlarmKind
    subject_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """An alarm taken out of the list for a while.

    Attributes:
        until_ns: UTC nanoseconds.
        by: Who.
        reason: Why.
    """

    until_ns: int
    by: str
    reason: str


class Alarming:
    """All alarms of one edge. Pure: time comes in, changed alarms go out.

    Args:
        standing: Alarms that were not gone when the edge last ended.
        new_id: Makes identifiers.
        rules: When a condition becomes an alarm.
    """

    def __init__(
        self,
        standing: Iterable[Alarm],
        new_id: Callable[[], str],
        rules: Mapping[AlarmKind, AlarmRule] = RULES,
    ) -> None:
        self._rules = rules
        self._new_id = new_id
        self._alarms: dict[Key, Alarm] = {}
        self._shelves: dict[Key, Shelf] = {}
        self._held_since: dict[Key, int] = {}
        self._gone_since: dict[Key, int] = {}
        for alarm in standing:
            if _is_gone(alarm):
                continue
            key = (alarm.kind, alarm.subject_id)
            self._alarms[key] = alarm
            if alarm.shelved_until_ns is not None:
                self._shelves[key] = Shelf(
                    alarm.shelved_until_ns,
                    alarm.shelved_by or "",
                    alarm.shelf_reason or "",
                )

    def alarms(self) -> tuple[Alarm, ...]:
        """Return active, returned and shelved alarms, most urgent and newest first."""
        return tuple(
            sorted(self._alarms.values(), key=lambda a: (a.priority, -a.raised_ns))
        )

    def find(self, alarm_id: str) -> Alarm | None:
        """Return a standing alarm, or None."""
        return next((a for a in self._alarms.values() if a.id == alarm_id), None)

    def observe(
        self, conditions: Iterable[Condition], *, now_ns: int, utc_ns: int
    ) -> list[Alarm]:
        """Take in everything that is wrong now; return the alarms that changed.

        Args:
            conditions: All of them; what is not among them is not wrong (any more).
            now_ns: Monotonic nanoseconds.
            utc_ns: For stamps.
        """
        holding = _visible({(c.kind, c.subject_id): c for c in conditions})
        changed = self._unshelve(utc_ns)
        for key, condition in holding.items():
            self._gone_since.pop(key, None)
            since_ns = self._held_since.setdefault(key, now_ns)
            if now_ns - since_ns >= self._rules[key[0]].on_delay_s * NS_PER_S:
                changed += self._raise(key, condition, utc_ns)
        for key in [k for k in self._held_since if k not in holding]:
            del self._held_since[key]
        for key in [k for k in self._alarms if k not in holding]:
            since_ns = self._gone_since.setdefault(key, now_ns)
            if now_ns - since_ns >= self._rules[key[0]].off_delay_s * NS_PER_S:
                changed += self._clear(key, utc_ns)
        newest = {alarm.id: alarm for alarm in changed}
        return list(newest.values())

    def acknowledge(self, alarm: Alarm, by: str, utc_ns: int) -> Alarm:
        """Note who has seen it; the first one stays noted."""
        if alarm.acknowledged_ns is None:
            alarm = replace(alarm, acknowledged_ns=utc_ns, acknowledged_by=by)
        return self._keep(alarm)

    def shelve(self, alarm: Alarm, shelf: Shelf) -> Alarm:
        """Put it and its successors of the same cause and subject aside until then."""
        self._shelves[alarm.kind, alarm.subject_id] = shelf
        return self._keep(_on_shelf(alarm, shelf))

    def _keep(self, alarm: Alarm) -> Alarm:
        key = (alarm.kind, alarm.subject_id)
        if _is_gone(alarm):
            self._alarms.pop(key, None)
        else:
            self._alarms[key] = alarm
        return alarm

    def _raise(self, key: Key, condition: Condition, utc_ns: int) -> list[Alarm]:
        standing = self._alarms.get(key)
        if standing is not None and standing.cleared_ns is None:
            return []
        if standing is not None:
            # It came back before anybody had seen it: the same alarm, active again.
            return [self._keep(replace(standing, cleared_ns=None))]
        rule = self._rules[key[0]]
        alarm = Alarm(
            id=self._new_id(),
            kind=condition.kind,
            priority=rule.priority,
            subject_id=condition.subject_id,
            text=condition.text,
            response=rule.response,
            raised_ns=utc_ns,
        )
        if key in self._shelves:
            alarm = _on_shelf(alarm, self._shelves[key])
        return [self._keep(alarm)]

    def _clear(self, key: Key, utc_ns: int) -> list[Alarm]:
        alarm = self._alarms[key]
        if alarm.cleared_ns is not None:
            return []
        return [self._keep(replace(alarm, cleared_ns=utc_ns))]

    def _unshelve(self, utc_ns: int) -> list[Alarm]:
        changed = []
        for key in [k for k, s in self._shelves.items() if s.until_ns <= utc_ns]:
            del self._shelves[key]
            if key in self._alarms:
                changed.append(
                    self._keep(
                        replace(
                            self._alarms[key],
                            shelved_until_ns=None,
                            shelved_by=None,
                            shelf_reason=None,
                        )
                    )
                )
        return changed


def _visible(holding: dict[Key, Condition]) -> dict[Key, Condition]:
    return {
        (kind, subject): condition
        for (kind, subject), condition in holding.items()
        if kind not in HIDDEN_BY or (HIDDEN_BY[kind], subject) not in holding
    }


def _on_shelf(alarm: Alarm, shelf: Shelf) -> Alarm:
    return replace(
        alarm,
        shelved_until_ns=shelf.until_ns,
        shelved_by=shelf.by,
        shelf_reason=shelf.reason,
    )


def _is_gone(alarm: Alarm) -> bool:
    if alarm.cleared_ns is None:
        return False
    seen = alarm.acknowledged_ns is not None or alarm.shelved_until_ns is not None
    return seen or alarm.priority == Priority.P3
