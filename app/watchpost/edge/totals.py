"""Today's totals of every line, kept at hand for the live stream."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from watchpost.base.clock import (
    SYSTEM_CLOCK,
    Clock,
    datetime_from_ns,
    ns_from_datetime,
)
from watchpost.domain.rules import Direction
from watchpost.protocol.cameras import LineTotals
from watchpost.store.ledger import Ledger


class TodayTotals:
    """Counts of the computer's own day, corrected. Thread-safe.

    Read from the ledger when a line is first asked for, when a correction came and when
    a day began; in between every durable count is added.
    """

    def __init__(self, ledger: Ledger, clock: Clock = SYSTEM_CLOCK) -> None:
        self._ledger = ledger
        self._clock = clock
        self._lock = threading.Lock()
        self._day = (0, 0)
        self._totals: dict[str, tuple[int, int]] = {}

    def of(self, line_ids: Iterable[str]) -> tuple[LineTotals, ...]:
        """Return today's totals of some lines."""
        with self._lock:
            self._begin_day()
            found = []
            for line_id in line_ids:
                count_in, count_out = self._get(line_id)
                found.append(
                    LineTotals(line_id=line_id, count_in=count_in, count_out=count_out)
                )
            return tuple(found)

    def counted(
        self, line_id: str, direction: Direction, at_ns: int
    ) -> tuple[int, int]:
        """Take a count in that is durable; return the line's totals, in and out."""
        with self._lock:
            known = line_id in self._totals and not self._begin_day()
            count_in, count_out = self._get(line_id)
            # A fresh reading of the ledger has this count already.
            if known and self._day[0] <= at_ns < self._day[1]:
                count_in += direction is Direction.IN
                count_out += direction is Direction.OUT
                self._totals[line_id] = count_in, count_out
            return count_in, count_out

    def forget(self) -> None:
        """Read the ledger again at the next question."""
        with self._lock:
            self._totals.clear()

    def _get(self, line_id: str) -> tuple[int, int]:
        if line_id not in self._totals:
            totals = self._ledger.totals(line_id, *self._day)
            self._totals[line_id] = totals.corrected_in, totals.corrected_out
        return self._totals[line_id]

    def _begin_day(self) -> bool:
        now_ns = self._clock.utc_ns()
        if self._day[0] <= now_ns < self._day[1]:
            return False
        self._day = local_day(now_ns)
        self._totals.clear()
        return True


def local_day(now_ns: int) -> tuple[int, int]:
    """Return when the computer's own day begins and ends, UTC nanoseconds.

    A day with a change of the clock has 23 or 25 hours.
    """
    today = datetime_from_ns(now_ns).astimezone().date()
    return _midnight(today), _midnight(today + timedelta(days=1))


def _midnight(day: date) -> int:
    # Local by the rules of the computer; astimezone() reads a naive time as such.
    return ns_from_datetime(datetime.combine(day, time()).astimezone())
