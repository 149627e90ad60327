"""Verdicts on inspected parts as CSV, times in ISO 8601 with offset."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo

from watchpost.domain.quality import what_is_wrong
from watchpost.protocol.inspection import VerdictRecord
from watchpost.store.calendar import iso, zone
from watchpost.store.csv_text import csv_text, harmless
from watchpost.store.verdicts import MAX_PAGE, VerdictRepository

_HEADER = (
    *("camera", "station", "from", "to", "outcome", "reason", "defects", "score"),
    *("looks", "defect looks", "in doubt", "track", "model", "rules version", "id"),
)


def verdicts_csv(store: VerdictRepository, from_ns: int, to_ns: int, tz: str) -> bytes:
    """Return every verdict on a part last seen in a stretch of time, the newest first.

    ``reason`` says why a part was not inspected; ``defects`` what was seen on it, the
    most often seen first, ``score`` the confidence of the first; ``in doubt`` what was
    wrong with the picture meanwhile.

    Args:
        store: Where they are kept.
        from_ns: UTC nanoseconds.
        to_ns: UTC nanoseconds, exclusive.
        tz: IANA name of the time zone of the times.

    Raises:
        StoreError: No such time zone (``counts.timezone``).
    """
    place = zone(tz)
    found = _all(store, from_ns, to_ns)
    return csv_text(_HEADER, (_row(verdict, place) for verdict in found))


def _all(store: VerdictRepository, from_ns: int, to_ns: int) -> Iterator[VerdictRecord]:
    cursor: str | None = None
    while True:
        page = store.page(from_ns=from_ns, to_ns=to_ns, cursor=cursor, limit=MAX_PAGE)
        yield from page.verdicts
        cursor = page.next_cursor
        if cursor is None:
            return


def _row(verdict: VerdictRecord, place: tzinfo) -> Sequence[object]:
    defects = "; ".join(defect.class_name for defect in verdict.defects)
    return (
        harmless(verdict.camera_name),
        harmless(verdict.station_name),
        iso(verdict.from_ns, place),
        iso(verdict.to_ns, place),
        verdict.outcome.value,
        verdict.reason.value if verdict.reason is not None else "",
        harmless(defects),
        f"{verdict.defects[0].score:.3f}" if verdict.defects else "",
        verdict.looks,
        verdict.defect_looks,
        what_is_wrong(verdict.picture),
        verdict.track_id,
        harmless(verdict.model),
        verdict.rules_version,
        verdict.id,
    )
