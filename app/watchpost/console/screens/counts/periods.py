"""A day or a week on the calendar of this computer, as a span of UTC nanoseconds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from PySide6.QtCore import QDate, QTimeZone

from watchpost.base.clock import NS_PER_MS
from watchpost.console.moments import local
from watchpost.protocol.counts import Bucket

Span = Literal["day", "week"]


@dataclass(frozen=True, slots=True)
class Period:
    """A day, or the week from Monday to Sunday that holds it."""

    span: Span
    day: date

    @property
    def first_day(self) -> date:
        """The day itself, or the week's Monday."""
        if self.span == "day":
            return self.day
        return self.day - timedelta(days=self.day.weekday())

    @property
    def end_day(self) -> date:
        """The first day after it."""
        return self.first_day + timedelta(days=1 if self.span == "day" else 7)

    @property
    def from_ns(self) -> int:
        """Where it begins; days of 23 and 25 hours are respected."""
        return midnight_ns(self.first_day)

    @property
    def to_ns(self) -> int:
        """Where the next one begins."""
        return midnight_ns(self.end_day)

    @property
    def bucket(self) -> Bucket:
        """Hours of a day, days of a week."""
        return "hour" if self.span == "day" else "day"

    def moved(self, by: int) -> Period:
        """Return the period so many further on."""
        days = by if self.span == "day" else 7 * by
        return replace(self, day=self.first_day + timedelta(days=days))

    def holds(self, utc_ns: int) -> bool:
        """Say whether a moment lies in it."""
        return self.from_ns <= utc_ns < self.to_ns


def today(now_ns: int, span: Span = "day") -> Period:
    """Return the period of this moment."""
    return Period(span, local(now_ns).date())


def midnight_ns(day: date) -> int:
    """Return the first moment of a day in this computer's zone."""
    moment = QDate(day.year, day.month, day.day).startOfDay(_zone())
    return moment.toMSecsSinceEpoch() * NS_PER_MS


def zone_name() -> str:
    """Return the IANA name of this computer's zone, such as "Europe/Berlin"."""
    return bytes(QTimeZone.systemTimeZoneId().data()).decode("ascii") or "UTC"


def _zone() -> QTimeZone:
    return QTimeZone(QTimeZone.systemTimeZoneId())
