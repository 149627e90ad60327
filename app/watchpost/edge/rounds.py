"""The edge's own rounds: look after cameras, take figures, ring alarms, keep disk free."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from watchpost.base.clock import NS_PER_S, SYSTEM_CLOCK, Clock
from watchpost.base.log import get_logger

_log = get_logger(__name__)


@dataclass(slots=True)
class Round:
    """One thing that is done again and again.

    Attributes:
        name: For the log.
        every_s: Seconds from one start to the next.
        work: What is done; it must not block for long.
        due_ns: Monotonic nanoseconds.
        failing: Its last run failed; logged once, not each time.
    """

    name: str
    every_s: float
    work: Callable[[], None]
    due_ns: int = 0
    failing: bool = False


class Rounds:
    """Runs rounds on one thread; a round that fails spoils neither itself nor others."""

    def __init__(self, name: str, *rounds: Round, clock: Clock = SYSTEM_CLOCK) -> None:
        self._rounds = rounds
        self._clock = clock
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout_s: float = 10.0) -> None:
        """End after the round that runs now."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def run_due(self) -> float:
        """Do what is due; return the seconds until the next is."""
        for item in self._rounds:
            now_ns = self._clock.monotonic_ns()
            if now_ns < item.due_ns:
                continue
            # Late rounds are not caught up on.
            item.due_ns = now_ns + int(item.every_s * NS_PER_S)
            try:
                item.work()
                item.failing = False
            except Exception:  # noqa: BLE001 a loop top: the next run may well work
                if not item.failing:
                    _log.exception("round failed", round=item.name)
                item.failing = True
        next_ns = min(item.due_ns for item in self._rounds)
        return max(0.0, (next_ns - self._clock.monotonic_ns()) / NS_PER_S)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._stop.wait(self.run_due())
