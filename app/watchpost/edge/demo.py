"""The demo site: simulated cameras, an invented day of history, one open dispute.

Everything here is made up and marked as demo wherever it is shown. It lies in a data
folder of its own and is filled once, through the same stores as any site.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from av.video.frame import VideoFrame

from watchpost.base.clock import NS_PER_S, Clock
from watchpost.base.log import get_logger
from watchpost.domain.cameras import SourceKind
from watchpost.domain.coverage import CoverageGap, NotAnalysed
from watchpost.domain.events import Crossing, Sample
from watchpost.domain.frames import FrameKey
from watchpost.domain.rules import Direction, Line
from watchpost.edge.stores import Stores
from watchpost.edge.truth import scene_lines
from watchpost.engine.capture.events import SegmentClosed, SegmentOpened
from watchpost.engine.capture.simulator import Scene, create_scene
from watchpost.engine.recording.frame_list import ListedFrame
from watchpost.engine.recording.recorder import Recorder
from watchpost.engine.recording.results import ResultSidecar
from watchpost.engine.video.encoder import PictureEncoder
from watchpost.engine.video.stream import CodedPacket
from watchpost.protocol.cameras import CameraSpec, SourceSpec
from watchpost.protocol.live import Box, Result
from watchpost.protocol.review import DisputeRequest
from watchpost.store.ledger import LedgerEvent
from watchpost.store.rollups import Point

_log = get_logger(__name__)

FPS = 15.0
MODEL, MODEL_SHA256 = "demo history", "0" * 64
BUS = "demo-bus-door"
_FILLED = "demo_filled"
_MINUTE_NS, _HOUR_NS = 60 * NS_PER_S, 3600 * NS_PER_S
_HISTORY_NS = 26 * _HOUR_NS
_INCIDENT_AGO_NS = 11 * _MINUTE_NS
_INCIDENT_SEED = 5
_BEFORE_FRAMES, _AFTER_FRAMES = 90, 120
_LOOK_EVERY = 3


@dataclass(frozen=True, slots=True)
class _Scene:
    """One simulated camera and how busy it is."""

    camera_id: str
    number: int
    name: str
    scene: str
    per_hour: float
    seed: int = 1


_SCENES = (
    _Scene(BUS, 1, "Bus 12, front door", "bus_door", 46.0),
    _Scene("demo-street", 2, "Depot street", "street", 70.0),
    _Scene("demo-shelf", 3, "Shelf B2", "shelf", 9.0),
    _Scene("demo-conveyor", 4, "Inspection belt", "conveyor", 120.0),
)
_MISSING = "07 yard gate.mp4"
_FAULTY = 0.06


def fill_cameras(stores: Stores) -> None:
    """Name the demo site and add its cameras, once."""
    if stores.cameras.list() or stores.settings.fact(_FILLED) is not None:
        return
    named = stores.settings.load().model_copy(update={"name": "Demo site"})
    stores.settings.save(named, "demo")
    for scene in _SCENES:
        source = SourceSpec(
            kind=SourceKind.SIMULATED, address=scene.scene, fps=FPS, seed=scene.seed
        )
        spec = CameraSpec(
            name=scene.name,
            number=scene.number,
            source=source,
            lines=scene_lines(source),
        )
        stores.cameras.add(spec, "demo", camera_id=scene.camera_id)
    # A camera that is really away, so that the alarm is a real one.
    lost = CameraSpec(
        name="Yard gate",
        number=7,
        source=SourceSpec(
            kind=SourceKind.FILE, address=str(stores.folder.root / _MISSING)
        ),
    )
    stores.cameras.add(lost, "demo", camera_id="demo-yard")


def fill_history(
    stores: Stores, clock: Clock, on_part: Callable[[], None] = lambda: None
) -> bool:
    """Record the disputed clip, then invent a day of counts and figures, once.

    Takes some seconds; runs beside the live cameras.

    Args:
        stores: The demo site's.
        clock: For what now is.
        on_part: Called whenever there is something more to see.

    Returns:
        False when it was there.
    """
    if stores.settings.fact(_FILLED) is not None:
        return False
    now = clock.utc_ns()
    # Said first: a demo site that was killed meanwhile stays half a story, never two.
    stores.settings.set_fact(_FILLED, {"at_ns": now})
    _record_incident(stores, now - _INCIDENT_AGO_NS, clock)
    on_part()
    rng = random.Random(12)  # noqa: S311 - a story, not a secret
    for scene in _SCENES:
        record = stores.cameras.get(scene.camera_id)
        _fill_coverage(stores, scene.camera_id, now)
        for line in record.rules.lines:
            _fill_counts(stores, scene, line, now, rng)
    _fill_figures(stores, now, rng)
    on_part()
    _log.info("demo site filled")
    return True


def _busy(at_ns: int, clock_offset_h: float = 0.0) -> float:
    """Return how busy a moment is, 0..1: quiet nights, peaks morning and evening."""
    hour = (at_ns / _HOUR_NS + clock_offset_h) % 24
    peaks = math.exp(-(((hour - 8) / 1.8) ** 2)) + math.exp(-(((hour - 17) / 2.2) ** 2))
    return min(1.0, 0.25 * (6 <= hour <= 22) + 0.75 * peaks)


def _fill_coverage(stores: Stores, camera_id: str, now: int) -> None:
    """Say that all of it was looked at, but for a quarter of an hour."""
    start = now - _HISTORY_NS
    gap_from = now - 7 * _HOUR_NS - 20 * _MINUTE_NS
    gap_to = gap_from + 15 * _MINUTE_NS
    stores.coverage.add_looked(camera_id, start, gap_from)
    stores.coverage.add_gap(
        CoverageGap(camera_id, gap_from, gap_to, NotAnalysed.CAMERA_AWAY)
    )
    stores.coverage.add_looked(camera_id, gap_to, now).result()


def _fill_counts(
    stores: Stores, scene: _Scene, line: Line, now: int, rng: random.Random
) -> None:
    start = now - _HISTORY_NS
    gap_from = now - 7 * _HOUR_NS - 20 * _MINUTE_NS
    faulty = line.classes == ("defect",)
    per_hour = scene.per_hour * (_FAULTY if faulty else 1)
    at, number, inside = start, 0, 0
    last = None
    while True:
        at += round(rng.expovariate(per_hour / _HOUR_NS))
        if at >= now - _INCIDENT_AGO_NS - _MINUTE_NS:
            break
        if rng.random() > _busy(at) or 0 <= at - gap_from < 15 * _MINUTE_NS:
            continue
        number += 1
        one_way = scene.scene == "conveyor"
        inward = one_way or inside <= 0 or (inside < 40 and rng.random() < 0.52)
        inside += 0 if one_way else 1 if inward else -1
        classes = line.classes or ("person",)
        name = classes[0] if rng.random() < 0.85 else rng.choice(classes)
        crossing = _crossing(line, inward, number, name, at, rng.uniform(0.62, 0.96))
        last = stores.ledger.append(_event(scene.camera_id, crossing))
    if last is not None:
        last.result()


def _crossing(
    line: Line,
    inward: bool,
    number: int,
    class_name: str,
    at_ns: int,
    score: float,
    key: FrameKey | None = None,
) -> Crossing:
    x, y = (line.ax + line.bx) / 2, (line.ay + line.by) / 2
    # Frames of the invented past have no names of their own; they were never recorded.
    frame = key or FrameKey(0, number)
    before = Sample(FrameKey(frame.epoch, max(0, frame.sequence - 3)), at_ns, x, y)
    return Crossing(
        line_id=line.id,
        direction=Direction.IN if inward else Direction.OUT,
        track_id=number,
        class_name=class_name,
        score=score,
        at_ns=at_ns,
        stream_ns=round(frame.sequence / FPS * NS_PER_S),
        key=frame,
        before=before,
        after=Sample(frame, at_ns + 200_000_000, x, y),
    )


def _event(camera_id: str, crossing: Crossing) -> LedgerEvent:
    return LedgerEvent.of(
        camera_id, crossing, rules_version=1, model=MODEL, model_sha256=MODEL_SHA256
    )


def _fill_figures(stores: Stores, now: int, rng: random.Random) -> None:
    """Write a day of latency and hardware, one value a minute."""
    minutes = range(24 * 60, 2, -1)

    def series(level: float, swing: float, noise: float) -> Iterator[tuple[int, float]]:
        for minute in minutes:
            at = now - minute * _MINUTE_NS
            at -= at % _MINUTE_NS
            yield at, level + swing * _busy(at) + rng.gauss(0, noise)

    def write(metric: str, camera: str | None, *shape: float) -> None:
        points = [
            Point(at, max(0.0, v), max(0.0, v * 0.93), max(0.0, v * 1.1))
            for at, v in series(*shape)
        ]
        stores.health.add_minutes(metric, camera, points)

    for scene in _SCENES:
        write("latency_ms", scene.camera_id, 31.0, 9.0, 1.6)
        write("fps", scene.camera_id, FPS, 0.0, 0.04)
        write("analysed_fps", scene.camera_id, 5.0, 1.6, 0.2)
    write("cpu_percent", None, 34.0, 30.0, 2.5)
    write("memory_percent", None, 41.0, 4.0, 0.4)
    write("disk_percent", None, 52.0, 1.0, 0.05)
    write("network_mbit_s", None, 1.2, 5.0, 0.5)


# The disputed clip


def _record_incident(stores: Stores, begin_ns: int, clock: Clock) -> None:
    """Record some seconds of the bus door, count its crossings, dispute one."""
    scene = create_scene("bus_door", seed=_INCIDENT_SEED, fps=FPS)
    record = stores.cameras.get(BUS)
    line = record.rules.lines[0]
    truth = _true_crossings(scene, 40 * int(FPS))
    if not truth:
        return
    middle = truth[0][0]
    first = max(0, middle - _BEFORE_FRAMES)
    frames = range(first, middle + _AFTER_FRAMES)
    epoch = stores.cameras.next_epoch(BUS)
    stores.cameras.epoch_began(BUS, epoch)
    results = _write_footage(stores, scene, frames, begin_ns, epoch, clock)
    disputed: str | None = None
    for index, inward in truth:
        if index not in frames:
            continue
        at = begin_ns + round((index - first) / FPS * NS_PER_S)
        key = FrameKey(epoch, index - first)
        track = _track_at(results[(index - first) // _LOOK_EVERY], line)
        crossing = _crossing(line, inward, track, "person", at, 0.88, key)
        recorded = stores.ledger.append(_event(BUS, crossing)).result()
        disputed = disputed or recorded.event_id
    if disputed is not None:
        stores.disputes.open(
            DisputeRequest(
                event_id=disputed,
                claim="Charged for one ride, but stayed outside",
                due_ns=clock.utc_ns() + 2 * _HOUR_NS,
            ),
            "ticket office (demo)",
        )


def _track_at(result: Result, line: Line) -> int:
    """Return the track whose feet are nearest to a line."""
    nearest = min(result.boxes, key=lambda box: abs(box.bottom - line.ay), default=None)
    return nearest.track_id or 0 if nearest is not None else 0


def _true_crossings(scene: Scene, frames: int) -> list[tuple[int, bool]]:
    """Return (frame, inward) of the scene's first line, from the story itself."""
    name = scene.lines()[0].id
    found: list[tuple[int, bool]] = []
    before = scene.truth(_BEFORE_FRAMES)[name]
    for index in range(_BEFORE_FRAMES + 1, frames):
        now = scene.truth(index)[name]
        found += [(index, True)] * (now[0] - before[0])
        found += [(index, False)] * (now[1] - before[1])
        before = now
    return found


def _write_footage(
    stores: Stores,
    scene: Scene,
    frames: Sequence[int],
    begin_ns: int,
    epoch: int,
    clock: Clock,
) -> list[Result]:
    """Encode and record frames as if they had arrived in the past; return the results."""
    sidecar = ResultSidecar()

    def index_segment(event: object) -> None:
        if isinstance(event, SegmentOpened):
            stores.segments.opened(BUS, Path(event.path), event.from_ns)
            sidecar.segment_opened(Path(event.path), event.from_ns)
        elif isinstance(event, SegmentClosed):
            stores.segments.closed(Path(event.path), event.to_ns, event.bytes)

    width, height = scene.size
    encoder = PictureEncoder(width, height, FPS)
    recorder = Recorder(
        BUS, stores.folder.recordings, on_event=index_segment, enabled=True, clock=clock
    )
    tracks, results = _Tracks(), list[Result]()
    for number, index in enumerate(frames):
        at = begin_ns + round(number / FPS * NS_PER_S)
        pts = round(number / FPS * NS_PER_S)
        picture = VideoFrame.from_ndarray(scene.frame(index), "bgr24")
        for payload, is_key in encoder.encode(picture, number):
            packet = CodedPacket(number, pts, at, is_key, payload)
            place = recorder.write(packet, epoch, encoder.format, encoder.template)
            if place is not None:
                key = FrameKey(epoch, number)
                place.frames.note(ListedFrame(place.file_ms, key, pts, at))
        if number % _LOOK_EVERY == 0:
            results.append(_result(scene, index, epoch, number, pts, at, tracks))
            sidecar.append(results[-1])
    recorder.close()
    sidecar.close()
    encoder.close()
    return results


class _Tracks:
    """Gives boxes of the story stable numbers, by what is nearest."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[float, float]] = {}
        self._next = 211

    def number(self, x: float, y: float, taken: set[int]) -> int:
        """Return the nearest known number within reach, or a new one."""
        near = {
            n: math.hypot(px - x, py - y)
            for n, (px, py) in self._known.items()
            if n not in taken
        }
        best = min(near, key=lambda n: near[n], default=0)
        if not best or near[best] > 0.12:
            self._next += 1
            best = self._next
        self._known[best] = (x, y)
        return best


def _result(
    scene: Scene,
    index: int,
    epoch: int,
    number: int,
    pts: int,
    at: int,
    tracks: _Tracks,
) -> Result:
    boxes, taken = [], set[int]()
    for name, left, top, right, bottom in scene.boxes(index):
        track = tracks.number((left + right) / 2, (top + bottom) / 2, taken)
        taken.add(track)
        score = 0.78 + 0.17 * math.sin(index / 9 + track)
        boxes.append(
            Box(
                track_id=track,
                class_name=name,
                score=round(score, 2),
                left=max(0.0, left),
                top=max(0.0, top),
                right=min(1.0, right),
                bottom=min(1.0, bottom),
            )
        )
    return Result(
        camera_id=BUS,
        epoch=epoch,
        sequence=number,
        pts_ns=pts,
        at_ns=at,
        latency_ms=31.0,
        model=MODEL,
        boxes=tuple(boxes),
    )
