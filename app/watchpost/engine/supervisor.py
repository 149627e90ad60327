"""Keeps long-running parts running: heartbeat, deadline, restart with back-off, fault.

One implementation for everything that may hang or die (capture processes, inference
workers, recorders). It decides by a clock that a test can drive; the parts know nothing
of it but to beat.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from watchpost.base.clock import NS_PER_S, SYSTEM_CLOCK, Clock
from watchpost.base.errors import WatchpostError
from watchpost.base.log import get_logger

_CHECK_EVERY_S = 0.25

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """How soon and how often something is started again.

    Attributes:
        first_delay_s: Before the first restart; it doubles with each further one.
        longest_delay_s: Where the doubling ends.
        most: Ends within the window, above which it is a fault.
        window_s: Length of that window; a part that ran for as long starts afresh.
        fault_delay_s: How long a fault waits before one more try.
    """

    first_delay_s: float = 0.25
    longest_delay_s: float = 10.0
    most: int = 6
    window_s: float = 60.0
    fault_delay_s: float = 60.0


class Restarts:
    """Counts ends of one thing and says when it may start again."""

    def __init__(self, policy: RestartPolicy) -> None:
        self._policy = policy
        self._ended_ns: deque[int] = deque()
        self._next_ns = 0
        self.total = 0

    @property
    def next_ns(self) -> int:
        """Monotonic nanoseconds from which on it may start."""
        return self._next_ns

    @property
    def is_fault(self) -> bool:
        """Whether it ended too often of late."""
        return len(self._ended_ns) > self._policy.most

    def ended(self, now_ns: int) -> None:
        """Note an end that nobody asked for."""
        self.total += 1
        self._forget(now_ns)
        self._ended_ns.append(now_ns)
        if self.is_fault:
            delay_s = self._policy.fault_delay_s
        else:
            doubled_s = self._policy.first_delay_s * 2 ** (len(self._ended_ns) - 1)
            delay_s = min(doubled_s, self._policy.longest_delay_s)
        self._next_ns = now_ns + round(delay_s * NS_PER_S)

    def may_start(self, now_ns: int) -> bool:
        """Say whether the wait is over."""
        self._forget(now_ns)
        return now_ns >= self._next_ns

    def _forget(self, now_ns: int) -> None:
        horizon_ns = now_ns - round(self._policy.window_s * NS_PER_S)
        while self._ended_ns and self._ended_ns[0] < horizon_ns:
            self._ended_ns.popleft()


class Unit(Protocol):
    """Something started by a factory."""

    def is_alive(self) -> bool:
        """Say whether it still exists; a hung one does."""
        ...

    def kill(self) -> None:
        """End it at once; harmless when it is gone."""
        ...

    def stop(self) -> None:
        """End it in order."""
        ...


class UnitState(StrEnum):
    """How a supervised part is."""

    RUNNING = "running"
    WAITING = "waiting"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class UnitStatus:
    """A supervised part at one moment.

    Attributes:
        name: Its name.
        state: Running, waiting to be started again, or in fault (ended too often).
        restarts: Ends that nobody asked for, since it was added.
        detail: Why it last ended; empty when it never did.
        next_try_ns: Monotonic nanoseconds of the next start; None while it runs.
    """

    name: str
    state: UnitState
    restarts: int
    detail: str
    next_try_ns: int | None


class _Entry:
    def __init__(
        self,
        name: str,
        factory: Callable[[], Unit],
        deadline_s: float | None,
        policy: RestartPolicy,
    ) -> None:
        self.name = name
        self.factory = factory
        self.deadline_ns = None if deadline_s is None else round(deadline_s * NS_PER_S)
        self.restarts = Restarts(policy)
        self.unit: Unit | None = None
        self.beat_ns = 0
        self.detail = ""
        self.told: UnitState | None = None

    def status(self) -> UnitStatus:
        if self.unit is not None:
            state = UnitState.RUNNING
        elif self.restarts.is_fault:
            state = UnitState.FAULT
        else:
            state = UnitState.WAITING
        return UnitStatus(
            self.name,
            state,
            self.restarts.total,
            self.detail,
            None if self.unit is not None else self.restarts.next_ns,
        )


class Supervisor:
    """Starts parts and starts them again; safe on any thread.

    Factories run on the supervisor's own thread (or on that of whoever calls
    :meth:`check`). That matters on Linux: a child process is told of the end of the
    *thread* that started it, so that thread must live as long as the child.

    Args:
        on_change: Hears of every change of state, on the supervisor's thread.
        clock: Time.
    """

    def __init__(
        self, on_change: Callable[[UnitStatus], None], *, clock: Clock = SYSTEM_CLOCK
    ) -> None:
        self._on_change = on_change
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: dict[str, _Entry] = {}
        self._wake = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None

    def add(
        self,
        name: str,
        factory: Callable[[], Unit],
        *,
        deadline_s: float | None = None,
        policy: RestartPolicy | None = None,
    ) -> None:
        """Supervise a part from now on; it is started at the next check.

        Args:
            name: Unique.
            factory: Makes and starts one; a ``WatchpostError`` or ``OSError`` from it
                counts as an end.
            deadline_s: It is killed when it has not beaten for so long; None: it does
                not beat.
            policy: When it is started again.
        """
        with self._lock:
            assert name not in self._entries
            self._entries[name] = _Entry(
                name, factory, deadline_s, policy or RestartPolicy()
            )
        self._wake.set()

    def remove(self, name: str) -> None:
        """Stop a part in order and forget it; harmless when it is unknown."""
        with self._lock:
            entry = self._entries.pop(name, None)
        if entry is not None and entry.unit is not None:
            entry.unit.stop()

    def beat(self, name: str) -> None:
        """Note a part's sign of life."""
        with self._lock:
            entry = self._entries.get(name)
            if entry is not None:
                entry.beat_ns = self._clock.monotonic_ns()

    def status(self) -> list[UnitStatus]:
        """Return all parts."""
        with self._lock:
            return [entry.status() for entry in self._entries.values()]

    def start(self) -> None:
        """Check on a thread of its own from now on."""
        self._thread = threading.Thread(
            target=self._run, name="supervisor", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop all parts, in the reverse order of their adding."""
        self._stopping = True
        self._wake.set()
        with self._lock:
            names = list(self._entries)
        for name in reversed(names):
            self.remove(name)
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def check(self) -> None:
        """Look after every part once."""
        with self._lock:
            entries = list(self._entries.values())
        for entry in entries:
            self._check_life(entry)
            self._start_if_due(entry)
            status = entry.status()
            if status.state is not entry.told:
                entry.told = status.state
                self._tell(status)

    def _run(self) -> None:
        while not self._stopping:
            self.check()
            self._wake.wait(_CHECK_EVERY_S)
            self._wake.clear()

    def _check_life(self, entry: _Entry) -> None:
        unit = entry.unit
        if unit is None:
            return
        now_ns = self._clock.monotonic_ns()
        if not unit.is_alive():
            detail = "it ended"
        elif (
            entry.deadline_ns is not None and now_ns - entry.beat_ns > entry.deadline_ns
        ):
            detail = f"no sign of life for {(now_ns - entry.beat_ns) / NS_PER_S:.1f} s"
        else:
            return
        unit.kill()
        self._ended(entry, detail)

    def _ended(self, entry: _Entry, detail: str) -> None:
        with self._lock:
            entry.unit = None
            entry.detail = detail
            entry.restarts.ended(self._clock.monotonic_ns())

    def _start_if_due(self, entry: _Entry) -> None:
        now_ns = self._clock.monotonic_ns()
        if entry.unit is not None or not entry.restarts.may_start(now_ns):
            return
        with self._lock:
            if self._entries.get(entry.name) is not entry or self._stopping:
                return
            entry.beat_ns = now_ns
        try:
            unit = entry.factory()
        except (WatchpostError, OSError) as error:
            self._ended(entry, str(error))
            return
        with self._lock:
            entry.unit = unit
            wanted = self._entries.get(entry.name) is entry and not self._stopping
        if not wanted:
            # Removed while it was being made.
            unit.stop()

    def _tell(self, status: UnitStatus) -> None:
        _log.info(
            "part is " + status.state.value,
            part=status.name,
            restarts=status.restarts,
            detail=status.detail,
        )
        self._on_change(status)
