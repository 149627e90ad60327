"""Moments and durations as people read them.

Records are UTC nanoseconds; a person sees the workstation's own zone, named wherever a
time stands alone. Files and logs never use these.
"""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QCoreApplication, QDate, QLocale

from watchpost.base.clock import NS_PER_S, datetime_from_ns


def local(utc_ns: int) -> datetime:
    """Return a moment in the workstation's zone."""
    return datetime_from_ns(utc_ns).astimezone()


def clock_text(utc_ns: int) -> str:
    """Return ``14:22:51``."""
    return local(utc_ns).strftime("%H:%M:%S")


def clock_ms_text(utc_ns: int) -> str:
    """Return ``14:22:51.100``."""
    moment = local(utc_ns)
    return f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03d}"


def day_text(utc_ns: int) -> str:
    """Return ``Tue 14 Apr`` in the user's language."""
    moment = local(utc_ns)
    return QLocale().toString(QDate(moment.year, moment.month, moment.day), "ddd d MMM")


def zone_text(utc_ns: int) -> str:
    """Return ``UTC+2`` or ``UTC+5:30``."""
    offset = local(utc_ns).utcoffset()
    minutes = 0 if offset is None else round(offset.total_seconds() / 60)
    sign = "-" if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "")


def when_text(utc_ns: int, now_ns: int) -> str:
    """Return the clock, with the day in front when it is not today."""
    if local(utc_ns).date() == local(now_ns).date():
        return clock_text(utc_ns)
    return f"{day_text(utc_ns)} {clock_text(utc_ns)}"


def age_text(from_ns: int, now_ns: int) -> str:
    """Return ``00:42``, ``1:02:10`` from an hour on, days beyond a day."""
    seconds = max(0, (now_ns - from_ns) // NS_PER_S)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    if hours >= 48:
        days = QCoreApplication.translate("Moments", "{days} days")
        return days.format(days=hours // 24)
    if hours:
        return f"{hours}:{minute:02d}:{second:02d}"
    return f"{minute:02d}:{second:02d}"
