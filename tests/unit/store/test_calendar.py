from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchpost.base.clock import NS_PER_S, ns_from_datetime
from watchpost.base.errors import StoreError
from watchpost.protocol.counts import Bucket
from watchpost.store.calendar import day_of, hour_of, iso, spans, week_before, zone

HOUR = 3600 * NS_PER_S
PLACES = (
    "UTC",
    "Europe/Berlin",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",  # its clock changes by half an hour
    "America/Santiago",  # its clock changes at midnight
    "Pacific/Apia",
    "Africa/Casablanca",
)


def utc(text: str) -> int:
    return ns_from_datetime(datetime.fromisoformat(text).replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("day", "hours"),
    [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)],
    ids=["spring", "autumn", "ordinary"],
)
def test_a_day_has_as_many_hours_as_its_clock_shows(day: str, hours: int) -> None:
    berlin = zone("Europe/Berlin")
    begin, end = day_of(utc(f"{day}T12:00"), berlin)
    assert end - begin == hours * HOUR
    assert iso(begin, berlin).startswith(f"{day}T00:00:00")
    assert len(spans(begin, end, "hour", berlin)) == hours


def test_the_repeated_hour_is_two() -> None:
    berlin = zone("Europe/Berlin")
    begin, end = day_of(utc("2026-10-25T12:00"), berlin)
    labels = [iso(span[0], berlin) for span in spans(begin, end, "hour", berlin)]
    assert labels[2:4] == ["2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00"]
    assert len(set(labels)) == 25


def test_a_clock_that_changes_by_half_an_hour_has_a_short_hour() -> None:
    place = zone("Australia/Lord_Howe")
    begin, end = day_of(utc("2026-10-04T06:00"), place)
    lengths = [b - a for a, b in spans(begin, end, "hour", place)]
    assert lengths.count(HOUR // 2) == 1
    assert sum(lengths) == end - begin == 23.5 * HOUR


def test_a_day_without_midnight_begins_at_the_change() -> None:
    place = zone("America/Santiago")
    begin, end = day_of(utc("2026-09-06T12:00"), place)
    assert end - begin == 23 * HOUR
    assert iso(begin, place) == "2026-09-06T01:00:00-03:00"


def test_a_week_before_is_the_same_hour_of_the_wall_clock() -> None:
    berlin = zone("Europe/Berlin")
    # 14:00 on the Tuesday after the change, and on the Tuesday before it.
    after = hour_of(utc("2026-03-31T12:10"), berlin)
    before = week_before(after, "hour", berlin)
    assert iso(after[0], berlin) == "2026-03-31T14:00:00+02:00"
    assert iso(before[0], berlin) == "2026-03-24T14:00:00+01:00"
    day = week_before(day_of(utc("2026-04-01T12:00"), berlin), "day", berlin)
    assert iso(day[0], berlin) == "2026-03-25T00:00:00+01:00"
    assert day[1] - day[0] == 24 * HOUR


@given(
    place=st.sampled_from(PLACES).map(ZoneInfo),
    begin=st.integers(utc("2000-01-01T00:00"), utc("2035-01-01T00:00")),
    length=st.integers(1, 80 * HOUR),
    bucket=st.sampled_from(["hour", "day"]),
)
@settings(max_examples=150, deadline=None)
def test_spans_cover_without_gap_or_overlap(
    place: tzinfo, begin: int, length: int, bucket: Bucket
) -> None:
    found = spans(begin, begin + length, bucket, place)
    assert found[0][0] <= begin < found[0][1]
    assert found[-1][0] < begin + length <= found[-1][1]
    assert all(a[1] == b[0] for a, b in pairwise(found))
    # Wherever one begins to ask, the hours are the same.
    middle = found[len(found) // 2]
    assert spans(middle[0], middle[1], bucket, place) == (middle,)


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "a\0b", "/etc"])
def test_a_place_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(StoreError) as caught:
        zone(name)
    assert caught.value.code == "counts.timezone"


@pytest.mark.parametrize(
    ("begin", "end"),
    [(5, 5), (6, 5), (0, 10**18), (-(10**30), 0), (10**30, 10**31)],
)
def test_an_impossible_range_is_refused(begin: int, end: int) -> None:
    with pytest.raises(StoreError) as caught:
        spans(begin, end, "hour", UTC)
    assert caught.value.code == "counts.range"
