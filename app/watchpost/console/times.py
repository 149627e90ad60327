"""How long there is, and short forms of moments, beside ``moments``."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale

from watchpost.base.clock import NS_PER_S
from watchpost.console.moments import local

_MINUTE = 60
_HOUR = 3600
_DAY = 86400


def short_clock_text(utc_ns: int) -> str:
    """Return such as "13:41"."""
    return f"{local(utc_ns):%H:%M}"


def weekday_text(
    utc_ns: int, form: QLocale.FormatType = QLocale.FormatType.ShortFormat
) -> str:
    """Return such as "Tue"."""
    return QLocale().dayName(local(utc_ns).isoweekday(), form)


def due_text(due_ns: int, now_ns: int) -> str:
    """Return how long there is: "due in 2 h", "tomorrow", "Thu", "overdue 10 min"."""
    left_s = (due_ns - now_ns) // NS_PER_S
    if left_s < 0:
        return _tr("overdue {span}").format(span=span_text(-left_s))
    days = (local(due_ns).date() - local(now_ns).date()).days
    if days == 0:
        return _tr("due in {span}").format(span=span_text(left_s))
    if days == 1:
        return _tr("tomorrow")
    if days < 7:
        return weekday_text(due_ns)
    return _tr("in {n} days").format(n=days)


def span_text(seconds: int) -> str:
    """Return a span in its largest useful unit, such as "2 h" or "10 min"."""
    if seconds < _MINUTE:
        return _tr("{n} s").format(n=seconds)
    if seconds < _HOUR:
        return _tr("{n} min").format(n=seconds // _MINUTE)
    if seconds < 2 * _DAY:
        return _tr("{n} h").format(n=seconds // _HOUR)
    return _tr("{n} days").format(n=seconds // _DAY)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Moments", text)
