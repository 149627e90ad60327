"""Cameras, their sources and rules."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from watchpost.domain.cameras import CameraState, SourceKind
from watchpost.domain.facings import FacingState
from watchpost.domain.quality import QualityTrouble
from watchpost.domain.rules import Anchor
from watchpost.protocol.wire import Answer, Request

Fraction = Annotated[float, Field(allow_inf_nan=False)]
"""Of the picture; what leaves it is refused by the rules themselves, by name."""
Ugly = Literal["tunnel", "dusk", "shake", "dust", "compression"]


class SourceSpec(Request):
    """Where a camera's packets come from; ``password`` is write-only."""

    kind: SourceKind
    address: str = Field(min_length=1, max_length=2000)
    transport: Literal["tcp", "udp"] = "tcp"
    user: str = Field("", max_length=200)
    password: str = Field("", max_length=200)
    """Empty in answers; empty in an update keeps the stored one."""
    fps: float = Field(15.0, ge=1.0, le=60.0)
    ugly: tuple[Ugly, ...] = ()
    seed: int = Field(1, ge=0, le=2**31 - 1)


class LineSpec(Request):
    """One counting line; geometry as :class:`watchpost.domain.rules.Line`."""

    id: str = Field("", max_length=40)
    """Empty for a new line."""
    name: str = Field(min_length=1, max_length=80)
    ax: Fraction
    ay: Fraction
    bx: Fraction
    by: Fraction
    anchor: Anchor = Anchor.CENTRE
    classes: tuple[str, ...] = ()
    gate: tuple[Fraction, Fraction, Fraction, Fraction] | None = None
    """Ends of the second line of a gate (ax, ay, bx, by); null for a plain line."""


class ZoneSpec(Request):
    """One watched zone; geometry as :class:`watchpost.domain.rules.Zone`."""

    id: str = Field("", max_length=40)
    """Empty for a new zone."""
    name: str = Field(min_length=1, max_length=80)
    points: tuple[tuple[Fraction, Fraction], ...] = Field(max_length=40)
    anchor: Anchor = Anchor.BOTTOM
    classes: tuple[str, ...] = ()
    slow: float = Field(0.2, gt=0, le=10, allow_inf_nan=False)
    """Who moves slower waits; heights of its own box a second."""


class ShelfSpec(Request):
    """One shelf; geometry as :class:`watchpost.domain.rules.Shelf`."""

    id: str = Field("", max_length=40)
    """Empty for a new shelf."""
    name: str = Field(min_length=1, max_length=80)
    facings: tuple[tuple[Fraction, Fraction, Fraction, Fraction], ...] = Field(
        max_length=100
    )
    product: str = Field(min_length=1, max_length=80)
    obstacles: tuple[str, ...] = ("person",)


class StationSpec(Request):
    """One inspection station; as :class:`watchpost.domain.rules.Station`."""

    id: str = Field("", max_length=40)
    """Empty for a new station."""
    name: str = Field(min_length=1, max_length=80)
    points: tuple[tuple[Fraction, Fraction], ...] = Field(max_length=40)
    parts: tuple[str, ...] = Field(max_length=50)
    """Classes that are a whole part."""
    defects: tuple[str, ...] = Field(max_length=50)
    """Classes that make a part fail: whole parts that are faulty, and marks on parts."""
    min_score: float = Field(0.4, gt=0, le=1, allow_inf_nan=False)
    min_looks: int = Field(3, ge=1, le=100)


class CameraSpec(Request):
    """``POST /cameras`` and ``PUT /cameras/{id}``."""

    name: str = Field(min_length=1, max_length=80)
    number: int = Field(0, ge=0, le=9999)
    """Operators call cameras by number; 0 takes the next free one."""
    source: SourceSpec
    enabled: bool = True
    record: bool = True
    lines: tuple[LineSpec, ...] = Field((), max_length=20)


class RulesSpec(Request):
    """``PUT /cameras/{id}/rules``; ``version`` is the one that was edited."""

    version: int
    lines: tuple[LineSpec, ...] = Field((), max_length=20)
    zones: tuple[ZoneSpec, ...] | None = Field(None, max_length=20)
    """Null keeps the zones as they are."""
    shelves: tuple[ShelfSpec, ...] | None = Field(None, max_length=20)
    """Null keeps the shelves as they are."""
    stations: tuple[StationSpec, ...] | None = Field(None, max_length=20)
    """Null keeps the stations as they are."""


class ZoneStatus(Answer):
    """How a zone was in the newest analysed frame."""

    zone_id: str
    occupancy: int | None
    """Null for a moment after the camera connected: nobody can tell yet."""
    entries: int
    """Stays that began since the camera connected."""
    waiting: int | None
    """How many of those in it stand or move slowly: the length of the queue."""
    longest_wait_s: float | None = None


class FacingStatus(Answer):
    """What is known of one place of a shelf.

    ``hidden``: something is in front, so whether ``state`` still holds cannot be told.
    """

    state: FacingState
    hidden: bool


class ShelfStatus(Answer):
    """How a shelf was in the newest analysed frame."""

    shelf_id: str
    facings: tuple[FacingStatus, ...]


class StationStatus(Answer):
    """How an inspection station is: today's parts, and what is in it now."""

    station_id: str
    passed: int
    failed: int
    not_inspected: int
    reject_rate: float | None
    """Failed as a share of those inspected, 0..1; null while none was."""
    inside: int | None
    """Parts in it in the newest analysed frame; null while nothing is analysed."""
    unknown: tuple[str, ...] = ()
    """Its classes that the model does not know: while there are any, nothing passes."""


class LineTotals(Answer):
    """Today's counts of one line, corrected."""

    line_id: str
    count_in: int
    count_out: int


class CameraStatus(Answer):
    """How a camera is now; part of ``GET /cameras`` and pushed on ``/live``."""

    camera_id: str
    state: CameraState
    since_ns: int
    sentence: str = ""
    """What is wrong and what to do, when it is not live."""
    next_try_ns: int | None = None
    last_frame_ns: int | None = None
    width: int = 0
    height: int = 0
    codec: str = ""
    nominal_fps: float | None = None
    fps: float | None = None
    """Frames received a second; None means not known, never 0.0 for unknown."""
    analysed_fps: float | None = None
    latency_ms: float | None = None
    """Median, frame received to boxes out, over the last seconds."""
    latency_p95_ms: float | None = None
    bits_per_s: float | None = None
    recording: bool = False
    frames_lost: float | None = None
    """Share of frames, 0..1, that never came, over the last minute."""
    quality: tuple[QualityTrouble, ...] = ()
    """What is wrong with the picture, the worst first."""
    quality_unknown: tuple[QualityTrouble, ...] = ()
    """What cannot be told in this scene, or not yet."""
    quality_sentence: str = ""
    """What is wrong with the picture and what to do; empty when all is well."""
    untrusted_since_ns: int | None = None
    """Since when counts are not to be trusted, or None."""
    totals: tuple[LineTotals, ...] = ()
    truth: tuple[LineTotals, ...] | None = None
    """What really happened since the start; simulated cameras only."""
    truth_counted: tuple[LineTotals, ...] | None = None
    """What was counted since that same start, to hold beside ``truth``."""
    zones: tuple[ZoneStatus, ...] | None = None
    """None while nothing is analysed: how the zones are cannot be told."""
    shelves: tuple[ShelfStatus, ...] | None = None
    """None while nothing is analysed, as for ``zones``."""
    stations: tuple[StationStatus, ...] = ()


class Camera(Answer):
    """``GET /cameras`` (a list) and ``GET /cameras/{id}``."""

    id: str
    number: int
    name: str
    source: SourceSpec
    enabled: bool
    record: bool
    rules_version: int
    lines: tuple[LineSpec, ...]
    zones: tuple[ZoneSpec, ...] = ()
    shelves: tuple[ShelfSpec, ...] = ()
    stations: tuple[StationSpec, ...] = ()
    status: CameraStatus


class ProbeResult(Answer):
    """``POST /cameras:probe`` with a :class:`SourceSpec`: does it work, what is it."""

    ok: bool
    sentence: str
    """What was found, or what is wrong and what to do."""
    code: str = ""
    width: int = 0
    height: int = 0
    codec: str = ""
    fps: float | None = None
    snapshot_jpeg_base64: str = ""


class UsbDevice(Answer):
    """One entry of ``GET /devices/usb``."""

    address: str
    """What to put into ``SourceSpec.address``."""
    name: str


class TileRequest(Request):
    """``PUT /cameras/{id}/tile``: lease a ring of pictures for five seconds.

    Sent again every two seconds while the tile is visible; the largest request wins.
    """

    width: int = Field(ge=32, le=3840)
    height: int = Field(ge=32, le=2160)
    fps: float = Field(15.0, ge=1.0, le=30.0)


class TileLease(Answer):
    """Where the ring lies (a file that the local console maps).

    ``path`` is empty while there is none yet (the camera is connecting, or the size just
    changed): ask again soon.
    """

    path: str
    width: int
    height: int
