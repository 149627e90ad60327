"""Adds the counts of several lines up, hour by hour or day by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from watchpost.domain.quality import QualityTrouble
from watchpost.protocol.counts import CountBucket, LineCounts

# Below this an hour is incomplete even when no single gap is long enough to be told.
COMPLETE = 0.9


class Known(StrEnum):
    """How much is known of an hour or day."""

    COMPLETE = "complete"
    PARTLY = "partly"
    NO_DATA = "no_data"
    FUTURE = "future"


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour or day of the chosen lines together.

    Attributes:
        from_ns, to_ns: Its span, UTC nanoseconds.
        reported_in, reported_out: What the system counted.
        corrected_in, corrected_out: What holds after corrections.
        inside: In minus out since the day began, at its end.
        before_in, before_out: A week before; None where nothing is known.
        looked: Smallest share of the time that was analysed, 0..1.
        known: What follows from it.
        running: It has begun and not ended.
        gaps: Sentences about what is missing.
        in_doubt: How many were counted while the picture was bad.
        picture: What was wrong with it then.
    """

    from_ns: int
    to_ns: int
    reported_in: int = 0
    reported_out: int = 0
    corrected_in: int = 0
    corrected_out: int = 0
    inside: int = 0
    before_in: int | None = None
    before_out: int | None = None
    looked: float = 0.0
    known: Known = Known.NO_DATA
    running: bool = False
    gaps: tuple[str, ...] = ()
    in_doubt: int = 0
    picture: tuple[QualityTrouble, ...] = ()

    @property
    def is_corrected(self) -> bool:
        """Whether a person changed anything."""
        return (self.reported_in, self.reported_out) != (
            self.corrected_in,
            self.corrected_out,
        )


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over the whole period; ``inside`` is the newest known value.

    ``done_*`` and ``before_*`` are over the hours or days that have ended, so that a
    running day is compared with the same part of the day a week before.
    """

    reported_in: int = 0
    reported_out: int = 0
    corrected_in: int = 0
    corrected_out: int = 0
    inside: int | None = None
    done_in: int = 0
    done_out: int = 0
    before_in: int | None = None
    before_out: int | None = None
    done_until_ns: int | None = None
    begun: int = 0
    """Hours or days that have begun."""
    incomplete: int = 0
    """Hours or days of which something is missing."""
    in_doubt: int = 0
    """Crossings that were counted while the picture was bad."""


def add_up(lines: Sequence[LineCounts], now_ns: int) -> tuple[Hour, ...]:
    """Return the sums of all lines; they have the same buckets."""
    if not lines:
        return ()
    columns = zip(*(line.buckets for line in lines), strict=True)
    return tuple(_sum(buckets, now_ns) for buckets in columns)


def _sum(buckets: tuple[CountBucket, ...], now_ns: int) -> Hour:
    first = buckets[0]
    looked = min(bucket.looked for bucket in buckets)
    running = first.from_ns <= now_ns < first.to_ns
    gaps = tuple(dict.fromkeys(b.gap_sentence for b in buckets if b.gap_sentence))
    return Hour(
        from_ns=first.from_ns,
        to_ns=first.to_ns,
        reported_in=sum(b.reported_in for b in buckets),
        reported_out=sum(b.reported_out for b in buckets),
        corrected_in=sum(b.corrected_in for b in buckets),
        corrected_out=sum(b.corrected_out for b in buckets),
        inside=sum(b.inside for b in buckets),
        before_in=_all([b.before_in for b in buckets]),
        before_out=_all([b.before_out for b in buckets]),
        looked=looked,
        known=_known(buckets, gaps, now_ns),
        running=running,
        gaps=gaps,
        in_doubt=sum(b.in_doubt for b in buckets),
        picture=tuple(dict.fromkeys(t for b in buckets for t in b.picture)),
    )


def _known(
    buckets: tuple[CountBucket, ...], gaps: tuple[str, ...], now_ns: int
) -> Known:
    if buckets[0].from_ns > now_ns:
        return Known.FUTURE
    counted = any(b.reported_in or b.reported_out for b in buckets)
    if not counted and all(b.looked <= 0 for b in buckets):
        return Known.NO_DATA
    if gaps or any(b.looked < COMPLETE for b in buckets):
        return Known.PARTLY
    return Known.COMPLETE


def _all(values: Sequence[int | None]) -> int | None:
    """Return the sum, or None when any of them is not known."""
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def totals(hours: Sequence[Hour]) -> Totals:
    """Return the sums over a period."""
    begun = [hour for hour in hours if hour.known is not Known.FUTURE]
    counted = [hour for hour in begun if hour.known is not Known.NO_DATA]
    done = [hour for hour in begun if not hour.running]
    return Totals(
        reported_in=sum(hour.reported_in for hour in begun),
        reported_out=sum(hour.reported_out for hour in begun),
        corrected_in=sum(hour.corrected_in for hour in begun),
        corrected_out=sum(hour.corrected_out for hour in begun),
        inside=counted[-1].inside if counted else None,
        done_in=sum(hour.corrected_in for hour in done),
        done_out=sum(hour.corrected_out for hour in done),
        before_in=_all([hour.before_in for hour in done]) if done else None,
        before_out=_all([hour.before_out for hour in done]) if done else None,
        done_until_ns=done[-1].to_ns if done else None,
        begun=len(begun),
        incomplete=sum(hour.known in (Known.PARTLY, Known.NO_DATA) for hour in begun),
        in_doubt=sum(hour.in_doubt for hour in begun),
    )
