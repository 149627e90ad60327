"""Counts for people who run the place."""

from __future__ import annotations

from typing import Literal

from watchpost.domain.quality import QualityTrouble
from watchpost.protocol.wire import Answer

Bucket = Literal["hour", "day"]


class CountBucket(Answer):
    """One hour or day of one line.

    ``reported`` is what the system counted, ``corrected`` what holds after corrections.
    ``looked`` is the share of the time that was analysed, 0..1: a bucket with
    ``looked == 0`` is *no data*, one with ``looked > 0`` and no crossings is *zero*.
    ``before_*`` is the same bucket of the same weekday a week before (corrected), None
    where there is no data.
    """

    from_ns: int
    to_ns: int
    reported_in: int
    reported_out: int
    corrected_in: int
    corrected_out: int
    inside: int
    """Corrected in minus out since the day began, at the end of the bucket."""
    looked: float
    before_in: int | None = None
    before_out: int | None = None
    in_doubt: int = 0
    """How many of ``reported_*`` were counted while the picture was bad."""
    picture: tuple[QualityTrouble, ...] = ()
    """What was wrong with it then, what most of them suffered from first."""
    gap_sentence: str = ""
    """Such as "Camera 02 sent nothing 13:10 to 13:25.", empty when complete."""


class LineCounts(Answer):
    """``GET /counts?line=..&from_ns=..&to_ns=..&bucket=hour&tz=Europe/Berlin``."""

    camera_id: str
    camera_name: str
    line_id: str
    line_name: str
    buckets: tuple[CountBucket, ...]
