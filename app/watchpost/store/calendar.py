"""Hours and days of a place, on a time line of UTC nanoseconds.

A day of a place may have 23, 24 or 25 hours, an hour of it half of one. Offsets of all
time zones are multiples of a quarter of an hour since 1972.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from watchpost.base.clock import NS_PER_S, datetime_from_ns, ns_from_datetime
from watchpost.base.errors import StoreError
from watchpost.protocol.counts import Bucket

MAX_BUCKETS = 2000
_QUARTER_NS = 900 * NS_PER_S
_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)

Span = tuple[int, int]
"""From (inclusive) and to (exclusive), UTC nanoseconds."""


def zone(name: str) -> tzinfo:
    """Return a time zone by its IANA name.

    Raises:
        StoreError: There is none of that name (``counts.timezone``).
    """
    if name.upper() == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise StoreError(
            f"There is no time zone {name[:60]!r}.",
            todo="Use a name such as Europe/Berlin, or UTC.",
            code="counts.timezone",
        ) from error


def day_of(at_ns: int, place: tzinfo) -> Span:
    """Return the day of a place that a moment belongs to."""
    local = datetime_from_ns(at_ns).astimezone(place)
    return _midnight(local, place), _midnight(local + _DAY, place)


def hour_of(at_ns: int, place: tzinfo) -> Span:
    """Return the hour of a place that a moment belongs to.

    An hour that a change of the clock repeats is two hours; one that it cuts is short.
    """
    start = at_ns - at_ns % _QUARTER_NS
    label = _hour_label(start, place)
    end = start + _QUARTER_NS
    while _hour_label(start - _QUARTER_NS, place) == label:
        start -= _QUARTER_NS
    while _hour_label(end, place) == label:
        end += _QUARTER_NS
    return start, end


def spans(from_ns: int, to_ns: int, bucket: Bucket, place: tzinfo) -> tuple[Span, ...]:
    """Return the whole hours or days that a stretch of time touches.

    Raises:
        StoreError: The stretch is empty or has more than 2,000 of them
            (``counts.range``).
    """
    if from_ns >= to_ns:
        raise _range_error("The end of the time range is not after its beginning.")
    found: list[Span] = []
    at_ns = from_ns
    try:
        while at_ns < to_ns:
            span = hour_of(at_ns, place) if bucket == "hour" else day_of(at_ns, place)
            found.append(span)
            at_ns = span[1]
            if len(found) > MAX_BUCKETS:
                raise _range_error(f"More than {MAX_BUCKETS:,} {bucket}s were asked.")
    except (OverflowError, ValueError, OSError) as error:
        raise _range_error("The time range leaves the calendar.") from error
    return tuple(found)


def week_before(span: Span, bucket: Bucket, place: tzinfo) -> Span:
    """Return the same hour or day of the same weekday a week before."""
    local = datetime_from_ns(span[0]).astimezone(place)
    before = ns_from_datetime((local - _WEEK).astimezone(UTC))
    return hour_of(before, place) if bucket == "hour" else day_of(before, place)


def iso(at_ns: int, place: tzinfo) -> str:
    """Return ISO 8601 with offset, to the second."""
    return datetime_from_ns(at_ns).astimezone(place).isoformat(timespec="seconds")


def clock_time(at_ns: int, place: tzinfo) -> str:
    """Return hours and minutes."""
    return datetime_from_ns(at_ns).astimezone(place).strftime("%H:%M")


def _midnight(local: datetime, place: tzinfo) -> int:
    # A midnight that the change of the clock skips has the offset of before it, so that
    # it is the very moment of the change.
    return ns_from_datetime(datetime.combine(local.date(), time(), place))


def _hour_label(at_ns: int, place: tzinfo) -> tuple[datetime, timedelta | None]:
    local = datetime_from_ns(at_ns).astimezone(place)
    hour = local.replace(minute=0, second=0, microsecond=0, tzinfo=None)
    return hour, local.utcoffset()


def _range_error(what: str) -> StoreError:
    return StoreError(what, todo="Choose another time range.", code="counts.range")
