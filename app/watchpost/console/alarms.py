"""What the console does with alarms: order, selection, acknowledging, shelving.

One desk for all edges; the strip, the wall's list and the keys are its faces.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from watchpost.base.clock import NS_PER_S, Clock
from watchpost.base.errors import WatchpostError
from watchpost.console.bridge.edges import EdgeLink, Edges, LinkState
from watchpost.protocol.alarms import AlarmRecord, ShelveRequest

_RATE_WINDOW_S = 600
_RATE_STEPS = 10


@dataclass(frozen=True, slots=True)
class Listed:
    """An alarm in the list.

    Attributes:
        edge: Key of its link.
        alarm: The record.
        name: Its subject as shown, such as ``07 Loading dock``.
    """

    edge: str
    alarm: AlarmRecord
    name: str

    @property
    def key(self) -> tuple[str, str]:
        """Names the alarm among all edges."""
        return self.edge, self.alarm.id

    @property
    def unacknowledged(self) -> bool:
        """Whether somebody must still look."""
        return self.alarm.acknowledged_ns is None

    @property
    def returned(self) -> bool:
        """Whether the condition is gone already."""
        return self.alarm.cleared_ns is not None


@dataclass(frozen=True, slots=True)
class DeskState:
    """All that faces show.

    Attributes:
        listed: Active and returned alarms, most urgent first.
        current: Index into ``listed``, -1 when it is empty.
        shelved: Out of the list until a time.
        rate: Alarms raised in each of the last ten minutes, oldest first.
        interrupted_ns: Since when an edge's alarms are not heard, or None.
    """

    listed: tuple[Listed, ...]
    current: int
    shelved: tuple[Listed, ...]
    rate: tuple[int, ...]
    interrupted_ns: int | None

    @property
    def now(self) -> Listed | None:
        """The alarm that keys act on."""
        return self.listed[self.current] if self.current >= 0 else None

    def count(self, priority: int) -> int:
        """Return how many of a priority are listed."""
        return sum(item.alarm.priority == priority for item in self.listed)

    def waiting(self, priority: int | None = None) -> int:
        """Return how many are not acknowledged."""
        return sum(
            item.unacknowledged and priority in (None, item.alarm.priority)
            for item in self.listed
        )


class AlarmDesk(QObject):
    """Keeps the order, the selection and the calls.

    Signals:
        changed: :attr:`state` changed.
        clip_wanted: ``(edge key, AlarmRecord)``: show what happened.
        refused: A :class:`WatchpostError`: an edge did not accept a decision.
    """

    changed = Signal()
    clip_wanted = Signal(str, object)
    refused = Signal(object)

    def __init__(
        self, edges: Edges, clock: Clock, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._edges = edges
        self._clock = clock
        self._chosen: tuple[str, str] | None = None
        self.state = DeskState((), -1, (), (0,) * _RATE_STEPS, None)
        edges.alarms_changed.connect(self.refresh)
        edges.state_changed.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Look at all edges anew."""
        now = self._clock.utc_ns()
        listed: list[Listed] = []
        shelved: list[Listed] = []
        for link, alarm in self._edges.alarms():
            item = Listed(link.key, alarm, self._name(link, alarm))
            until = alarm.shelved_until_ns
            (shelved if until is not None and until > now else listed).append(item)
        state = DeskState(
            tuple(listed),
            self._index(listed),
            tuple(shelved),
            self._rate([*listed, *shelved], now),
            self._interrupted(),
        )
        if state != self.state:
            self.state = state
            self.changed.emit()

    def choose(self, key: tuple[str, str]) -> None:
        """Make an alarm the one that keys act on."""
        self._chosen = key
        self.refresh()

    def step(self, by: int) -> None:
        """Go to the next (1) or previous (-1) unacknowledged alarm, most urgent first."""
        waiting = [i.key for i in self.state.listed if i.unacknowledged]
        if not waiting:
            return
        here = waiting.index(self._chosen) if self._chosen in waiting else -1
        if here < 0:
            self.choose(waiting[0 if by > 0 else -1])
        else:
            self.choose(waiting[(here + by) % len(waiting)])

    def show_clip(self) -> None:
        """Open what happened at the current alarm."""
        item = self.state.now
        if item is not None:
            self.clip_wanted.emit(item.edge, item.alarm)

    def acknowledge(self) -> None:
        """Say "seen, mine" to the current alarm."""
        item = self.state.now
        if item is None or not item.unacknowledged:
            return
        link = self._edges.link(item.edge)
        if link is not None:
            link.tasks.run(
                partial(link.port.acknowledge, item.alarm.id),
                partial(self._take, link),
                self._refuse,
            )

    def shelve(self, item: Listed, minutes: int, reason: str) -> None:
        """Take an alarm out of the list for a while."""
        link = self._edges.link(item.edge)
        if link is not None:
            request = ShelveRequest(minutes=minutes, reason=reason)
            link.tasks.run(
                partial(link.port.shelve, item.alarm.id, request),
                partial(self._take, link),
                self._refuse,
            )

    def _take(self, link: EdgeLink, alarm: AlarmRecord) -> None:
        link.take_alarm(alarm)

    def _refuse(self, error: WatchpostError) -> None:
        self.refused.emit(error)

    def _index(self, listed: list[Listed]) -> int:
        keys = [item.key for item in listed]
        if self._chosen in keys:
            return keys.index(self._chosen)
        waiting = [i for i, item in enumerate(listed) if item.unacknowledged]
        return waiting[0] if waiting else 0 if listed else -1

    def _name(self, link: EdgeLink, alarm: AlarmRecord) -> str:
        if len(self._edges.links) > 1:
            return f"{alarm.subject_name} · {link.name}"
        return alarm.subject_name

    def _interrupted(self) -> int | None:
        lost = [
            link.since_ns
            for link in self._edges.links
            if link.state in (LinkState.LOST, LinkState.REFUSED)
        ]
        return min(lost) if lost else None

    @staticmethod
    def _rate(items: list[Listed], now: int) -> tuple[int, ...]:
        steps = [0] * _RATE_STEPS
        for item in items:
            ago_s = (now - item.alarm.raised_ns) / NS_PER_S
            if 0 <= ago_s < _RATE_WINDOW_S:
                steps[_RATE_STEPS - 1 - int(ago_s * _RATE_STEPS / _RATE_WINDOW_S)] += 1
        return tuple(steps)
