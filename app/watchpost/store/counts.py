"""Counts for people who run the place: hours and days of a line."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from sqlalchemy import Column, Connection, func, select

from watchpost.base.clock import NS_PER_S
from watchpost.domain.coverage import CoverageGap
from watchpost.domain.quality import QualityTrouble, what_is_wrong
from watchpost.protocol.counts import Bucket, CountBucket, LineCounts
from watchpost.store.calendar import Span, day_of, iso, spans, week_before, zone
from watchpost.store.coverage import select_gaps, select_looked, share
from watchpost.store.csv_text import csv_text, harmless
from watchpost.store.database import Database
from watchpost.store.gap_sentences import gap_sentence
from watchpost.store.pictures import bad_until, troubles_of
from watchpost.store.refusals import unknown
from watchpost.store.tables import (
    bad_pictures,
    cameras,
    corrections,
    events,
    lines,
)

_QUARTER_NS = 900 * NS_PER_S
_MAX_GAPS = 10_000
_CSV_HEADER = (
    "camera number",
    "camera",
    "line",
    "from",
    "to",
    "reported in",
    "reported out",
    "corrected in",
    "corrected out",
    "inside",
    "in doubt",
    "looked at",
    "note",
)


@dataclass(frozen=True, slots=True)
class LineInfo:
    """A line that counts, or once did.

    Attributes:
        id: The line.
        name: Its newest name.
        camera_id: Its camera.
        camera_number, camera_name: How people call the camera.
        removed: The line or its camera was removed.
    """

    id: str
    name: str
    camera_id: str
    camera_number: int
    camera_name: str
    removed: bool


class CountReader:
    """Answers what the counts page asks. Safe on any thread."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def lines(self) -> tuple[LineInfo, ...]:
        """Return every line there ever was, by camera number and name."""
        with self._db.read() as connection:
            rows = connection.execute(
                _LINES.order_by(cameras.c.number, lines.c.name, lines.c.id)
            ).all()
        return tuple(_line_info(row) for row in rows)

    def line_counts(
        self, line_id: str, from_ns: int, to_ns: int, bucket: Bucket, tz: str
    ) -> LineCounts:
        """Return the whole hours or days that a stretch of time touches.

        Args:
            line_id: The line; a removed one keeps its counts.
            from_ns: UTC nanoseconds.
            to_ns: UTC nanoseconds, exclusive.
            bucket: Hours or days.
            tz: IANA name of the time zone whose hours and days they are.

        Raises:
            StoreError: No such line (``line.unknown``), no such time zone
                (``counts.timezone``), or an impossible range (``counts.range``).
        """
        place = zone(tz)
        wanted = spans(from_ns, to_ns, bucket, place)
        with self._db.read() as connection:
            row = connection.execute(_LINES.where(lines.c.id == line_id)).one_or_none()
            if row is None:
                raise unknown("line", line_id)
            line = _line_info(row)
            buckets = _buckets(
                connection, line, wanted, bucket, place, self._db.clock.utc_ns()
            )
        return LineCounts(
            camera_id=line.camera_id,
            camera_name=line.camera_name,
            line_id=line.id,
            line_name=line.name,
            buckets=buckets,
        )

    def csv(
        self,
        from_ns: int,
        to_ns: int,
        bucket: Bucket,
        tz: str,
        *,
        line_ids: Sequence[str] | None = None,
    ) -> bytes:
        """Return lines' counts as CSV, times in ISO 8601 with offset.

        Where nobody looked, numbers are empty: no data is not zero.
        """
        place = zone(tz)
        rows: list[Sequence[object]] = []
        for line in self.lines():
            wanted = line.id in line_ids if line_ids is not None else True
            if wanted:
                counts = self.line_counts(line.id, from_ns, to_ns, bucket, tz)
                if line.removed and not _anything(counts):
                    continue
                rows += _csv_rows(line, counts, place)
        return csv_text(_CSV_HEADER, rows)


_LINES = select(
    lines.c.id,
    lines.c.name,
    lines.c.camera_id,
    lines.c.removed_ns,
    cameras.c.number.label("camera_number"),
    cameras.c.name.label("camera_name"),
).join(cameras, cameras.c.id == lines.c.camera_id)


@dataclass(frozen=True, slots=True)
class _Quarters:
    """Crossings per quarter of an hour, running sums; what every hour is made of."""

    starts: list[int]
    sums: list[tuple[int, int]]

    def within(self, span: Span) -> tuple[int, int]:
        first = bisect_right(self.starts, span[0] - 1)
        last = bisect_right(self.starts, span[1] - 1)
        begin, end = self.sums[first], self.sums[last]
        return end[0] - begin[0], end[1] - begin[1]


@dataclass(frozen=True, slots=True)
class _Doubtful:
    """Crossings counted on a bad picture, by time, each with what was wrong."""

    moments: list[int]
    troubles: list[tuple[QualityTrouble, ...]]

    def within(self, span: Span) -> tuple[int, tuple[QualityTrouble, ...]]:
        """Return how many, and their troubles, the most frequent first."""
        first, last = (bisect_left(self.moments, edge) for edge in span)
        each = Counter(t for found in self.troubles[first:last] for t in found)
        return last - first, tuple(trouble for trouble, _ in each.most_common())


def _buckets(
    connection: Connection,
    line: LineInfo,
    wanted: Sequence[Span],
    bucket: Bucket,
    place: tzinfo,
    now_ns: int,
) -> tuple[CountBucket, ...]:
    earlier = [week_before(span, bucket, place) for span in wanted]
    # "Inside" begins with the day, which may have begun before what was asked.
    first = min(earlier[0][0], day_of(wanted[0][0], place)[0])
    last = wanted[-1][1]
    reported = _reported(connection, line.id, first, last)
    changed = _changed(connection, line.id, first, last)
    doubtful = _doubtful(connection, line.id, wanted[0][0], last)
    spans_looked = select_looked(connection, line.camera_id, first, last)
    gaps = _by_span(
        wanted,
        select_gaps(connection, line.camera_id, wanted[0][0], last, _MAX_GAPS),
    )

    def corrected(span: Span) -> tuple[int, int]:
        counted, change = reported.within(span), changed.within(span)
        return counted[0] + change[0], counted[1] + change[1]

    found: list[CountBucket] = []
    for index, (span, before) in enumerate(zip(wanted, earlier, strict=True)):
        counted, restated = reported.within(span), corrected(span)
        so_far = corrected((day_of(span[0], place)[0], span[1]))
        looked = _looked(spans_looked, span, now_ns)
        was_looked = _looked(spans_looked, before, now_ns) > 0
        week = corrected(before) if was_looked else (None, None)
        in_doubt, picture = doubtful.within(span)
        found.append(
            CountBucket(
                from_ns=span[0],
                to_ns=span[1],
                reported_in=counted[0],
                reported_out=counted[1],
                corrected_in=restated[0],
                corrected_out=restated[1],
                inside=so_far[0] - so_far[1],
                looked=looked,
                before_in=week[0],
                before_out=week[1],
                in_doubt=in_doubt,
                picture=picture,
                gap_sentence=gap_sentence(
                    gaps.get(index, ()),
                    (span[0], min(span[1], now_ns)),
                    line.camera_number,
                    place,
                ),
            )
        )
    return tuple(found)


def _by_span(
    wanted: Sequence[Span], gaps: Sequence[CoverageGap]
) -> dict[int, list[CoverageGap]]:
    """Return the gaps that touch each span, by the span's index."""
    starts = [span[0] for span in wanted]
    found: dict[int, list[CoverageGap]] = {}
    for gap in gaps:
        first = max(0, bisect_right(starts, gap.from_ns) - 1)
        for index in range(first, bisect_left(starts, gap.to_ns)):
            found.setdefault(index, []).append(gap)
    return found


def _looked(spans_looked: Sequence[Span], span: Span, now_ns: int) -> float:
    """Return the share of the part of a span that is over already."""
    return share(spans_looked, span[0], min(span[1], now_ns))


def _reported(connection: Connection, line_id: str, begin: int, end: int) -> _Quarters:
    quarter = events.c.at_ns - events.c.at_ns % _QUARTER_NS
    rows = connection.execute(
        select(
            quarter.label("quarter"),
            func.count().filter(events.c.direction == "in"),
            func.count().filter(events.c.direction == "out"),
        )
        .where(
            events.c.line_id == line_id,
            events.c.at_ns >= begin,
            events.c.at_ns < end,
        )
        .group_by("quarter")
        .order_by("quarter")
    )
    return _running(rows)


def _changed(connection: Connection, line_id: str, begin: int, end: int) -> _Quarters:
    at_ns: Column[Any] = corrections.c.effective_ns
    quarter = at_ns - at_ns % _QUARTER_NS
    rows = connection.execute(
        select(
            quarter.label("quarter"),
            func.sum(corrections.c.change_in),
            func.sum(corrections.c.change_out),
        )
        .where(corrections.c.line_id == line_id, at_ns >= begin, at_ns < end)
        .group_by("quarter")
        .order_by("quarter")
    )
    return _running(rows)


def _doubtful(connection: Connection, line_id: str, begin: int, end: int) -> _Doubtful:
    rows = connection.execute(
        select(events.c.at_ns, bad_pictures.c.troubles)
        .join(
            bad_pictures,
            (bad_pictures.c.camera_id == events.c.camera_id)
            & (bad_pictures.c.from_ns <= events.c.at_ns)
            & (bad_until > events.c.at_ns),
        )
        .where(
            events.c.line_id == line_id,
            events.c.at_ns >= begin,
            events.c.at_ns < end,
        )
        .order_by(events.c.at_ns)
    ).all()
    return _Doubtful(
        [row.at_ns for row in rows], [troubles_of(row.troubles) for row in rows]
    )


def _running(rows: Any) -> _Quarters:
    starts: list[int] = []
    sums = [(0, 0)]
    for start, count_in, count_out in rows:
        starts.append(start)
        sums.append((sums[-1][0] + count_in, sums[-1][1] + count_out))
    return _Quarters(starts, sums)


def _line_info(row: Any) -> LineInfo:
    return LineInfo(
        id=row.id,
        name=row.name,
        camera_id=row.camera_id,
        camera_number=row.camera_number,
        camera_name=row.camera_name,
        removed=row.removed_ns is not None,
    )


def _anything(counts: LineCounts) -> bool:
    return any(
        b.looked or b.reported_in or b.reported_out or b.corrected_in or b.corrected_out
        for b in counts.buckets
    )


def _csv_rows(
    line: LineInfo, counts: LineCounts, place: tzinfo
) -> Iterator[Sequence[object]]:
    for b in counts.buckets:
        numbers: Sequence[object] = (
            b.reported_in,
            b.reported_out,
            b.corrected_in,
            b.corrected_out,
            b.inside,
            b.in_doubt,
        )
        seen = b.looked or any(numbers[:4])
        yield (
            line.camera_number,
            harmless(line.camera_name),
            harmless(line.name),
            iso(b.from_ns, place),
            iso(b.to_ns, place),
            *(numbers if seen else ("",) * 6),
            f"{b.looked:.4f}",
            harmless(_note(b)),
        )


def _note(bucket: CountBucket) -> str:
    """Return what is missing, and why some counts are in doubt."""
    if not bucket.in_doubt:
        return bucket.gap_sentence
    doubt = f"{bucket.in_doubt} in doubt: {what_is_wrong(bucket.picture)}."
    return f"{bucket.gap_sentence} {doubt}".strip()
