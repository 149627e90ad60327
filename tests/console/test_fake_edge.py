"""The canned site must be consistent, or tests that use it prove nothing."""

from __future__ import annotations

import inspect

from support import site
from support.fake_edge import FakeEdge
from watchpost.client.edge import EdgeClient
from watchpost.domain.rules import Direction


def test_totals_equal_events() -> None:
    edge = FakeEdge()
    for line_id, (count_in, count_out) in site.TOTALS.items():
        ways = [e.direction for e in edge.all_events if e.line_id == line_id]
        assert (ways.count(Direction.IN), ways.count(Direction.OUT)) == (
            count_in,
            count_out,
        )


def test_hours_sum_to_the_day() -> None:
    edge = FakeEdge()
    day = edge.counts(
        "line-exit", from_ns=site.TODAY, to_ns=site.TODAY + site.DAY, bucket="day"
    )
    hours = edge.counts(
        "line-exit", from_ns=site.TODAY, to_ns=site.TODAY + site.DAY, bucket="hour"
    )
    assert len(hours.buckets) == 24
    assert sum(b.reported_in for b in hours.buckets) == day.buckets[0].reported_in == 41


def test_paging_yields_every_event_once() -> None:
    edge = FakeEdge()
    seen: list[str] = []
    cursor = None
    while True:
        page = edge.events(line_id="line-exit", cursor=cursor, limit=10)
        seen += [e.id for e in page.events]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 79


def test_answers_every_call_of_the_real_client() -> None:
    own = vars(FakeEdge)
    for name, method in vars(EdgeClient).items():
        if name.startswith("_") or not callable(method):
            continue
        assert name in own, f"FakeEdge does not answer {name}"
        ours, theirs = inspect.signature(own[name]), inspect.signature(method)
        assert list(ours.parameters) == list(theirs.parameters), name
