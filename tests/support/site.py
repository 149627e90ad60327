"""A small depot on Tuesday 14 April 2026, 14:23:33 UTC: canned, rich and consistent.

Totals of a line equal its events of the day; events carry tracks, frames and clips.
"""

# ruff: noqa: E501 - canned data reads best as a table
from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime

from watchpost.base.clock import NS_PER_S
from watchpost.domain.alarms import AlarmKind
from watchpost.domain.cameras import CameraState, SourceKind
from watchpost.domain.facings import FacingState
from watchpost.domain.quality import QualityTrouble
from watchpost.domain.rules import Anchor, Direction
from watchpost.protocol.alarms import AlarmRecord
from watchpost.protocol.cameras import (
    Camera,
    CameraStatus,
    FacingStatus,
    LineSpec,
    LineTotals,
    ShelfSpec,
    ShelfStatus,
    SourceSpec,
    ZoneSpec,
    ZoneStatus,
)
from watchpost.protocol.edge import EdgeInfo
from watchpost.protocol.health import HealthSample, Reading
from watchpost.protocol.live import Box, Result
from watchpost.protocol.models import CatalogueRecord, ModelLook, ModelRecord
from watchpost.protocol.review import AuditLine, Dispute, Event

NOW = int(datetime(2026, 4, 14, 14, 23, 33, tzinfo=UTC).timestamp()) * NS_PER_S
TODAY = int(datetime(2026, 4, 14, tzinfo=UTC).timestamp()) * NS_PER_S
HOUR = 3600 * NS_PER_S
DAY = 24 * HOUR
EPOCH = 7


def at(clock: str) -> int:
    """Return the moment of today that ``HH:MM:SS`` names."""
    hours, minutes, seconds = (int(part) for part in clock.split(":"))
    return TODAY + ((hours * 60 + minutes) * 60 + seconds) * NS_PER_S


INFO = EdgeInfo(
    id="edge-depot-north",
    name="Depot North",
    version="0.1.0",
    demo=False,
    started_ns=NOW - 3 * DAY,
    now_ns=NOW,
    hostname="depot-north",
    shared_memory=True,
    role="admin",
    user="M. Okafor",
)

_EXIT = LineSpec(
    id="line-exit", name="Exit line", ax=0.62, ay=0.95, bx=0.62, by=0.35,
    anchor=Anchor.BOTTOM, classes=("person",),
)  # fmt: skip
_GATE = LineSpec(
    id="line-gate", name="Gate line", ax=0.08, ay=0.62, bx=0.92, by=0.58,
    classes=("car", "truck", "bus"),
)  # fmt: skip
_FRONT = LineSpec(
    id="line-front", name="Front door", ax=0.2, ay=0.7, bx=0.8, by=0.7,
    anchor=Anchor.BOTTOM, classes=("person",),
)  # fmt: skip
_DOCK = LineSpec(id="line-dock", name="Dock line", ax=0.3, ay=0.8, bx=0.7, by=0.8)
_RAMP = LineSpec(
    id="line-ramp", name="Ramp", ax=0.5, ay=0.1, bx=0.5, by=0.9, classes=("car",)
)
_REACH = LineSpec(id="line-reach", name="Reach line", ax=0.05, ay=0.3, bx=0.95, by=0.3)

TOTALS = {
    "line-exit": (41, 38),
    "line-gate": (212, 200),
    "line-front": (168, 151),
    "line-dock": (17, 16),
    "line-ramp": (96, 88),
    "line-reach": (12, 9),
}


def _status(
    camera_id: str, lines: tuple[LineSpec, ...], **more: object
) -> CameraStatus:
    values: dict[str, object] = {
        "camera_id": camera_id,
        "state": CameraState.LIVE,
        "since_ns": at("06:02:10"),
        "last_frame_ns": NOW,
        "width": 1280,
        "height": 720,
        "codec": "h264",
        "nominal_fps": 15.0,
        "fps": 15.0,
        "analysed_fps": 5.0,
        "latency_ms": 31.0,
        "latency_p95_ms": 38.0,
        "bits_per_s": 1_900_000.0,
        "recording": True,
        "frames_lost": 0.0,
        "totals": tuple(
            LineTotals(
                line_id=ln.id, count_in=TOTALS[ln.id][0], count_out=TOTALS[ln.id][1]
            )
            for ln in lines
        ),
    }
    return CameraStatus.model_validate({**values, **more})


def _camera(
    camera_id: str,
    number: int,
    name: str,
    source: SourceSpec,
    *lines: LineSpec,
    **status: object,
) -> Camera:
    return Camera(
        id=camera_id,
        number=number,
        name=name,
        source=source,
        enabled=status.get("state") != CameraState.DISABLED,
        record=True,
        rules_version=3,
        lines=lines,
        status=_status(camera_id, lines, **status),
    )


def _rtsp(address: str) -> SourceSpec:
    return SourceSpec(kind=SourceKind.RTSP, address=address, user="viewer")


def cameras() -> tuple[Camera, ...]:
    """Return eight cameras in all the states that matter."""
    return (
        _camera("cam-front", 1, "Front door", _rtsp("rtsp://192.0.2.11/main"), _FRONT),
        _camera(
            "cam-hall", 2, "Ticket hall, door 2", _rtsp("rtsp://192.0.2.12/main"), _EXIT,
            fps=24.9, nominal_fps=25.0,
        ),
        _camera(
            "cam-yard", 5, "Yard gate", _rtsp("rtsp://192.0.2.15/main"), _GATE,
            fps=12.5, nominal_fps=12.5, latency_ms=44.0, latency_p95_ms=61.0,
        ),
        _camera(
            "cam-dock", 7, "Loading dock", _rtsp("rtsp://192.0.2.17/main"), _DOCK,
            state=CameraState.RETRYING, since_ns=at("14:22:51"),
            sentence="The camera closed the connection. Check its power and network.",
            next_try_ns=NOW + 18 * NS_PER_S, last_frame_ns=at("14:22:51"), fps=None,
            analysed_fps=None, latency_ms=None, latency_p95_ms=None, bits_per_s=None,
            recording=False, frames_lost=None,
        ),
        _camera(
            "cam-ramp", 9, "Car park ramp", _rtsp("rtsp://192.0.2.19/main"), _RAMP,
            fps=11.2, nominal_fps=12.5, latency_ms=88.0, latency_p95_ms=96.0,
            frames_lost=0.104,
        ),
        _camera(
            "cam-shelf", 11, "Shelf B2",
            SourceSpec(kind=SourceKind.FILE, address="/srv/videos/shelf-b2.mp4"), _REACH,
            latency_ms=38.0, latency_p95_ms=46.0,
        ),
        _camera(
            "cam-staff", 14, "Staff door",
            SourceSpec(kind=SourceKind.USB, address="/dev/video0"),
            state=CameraState.CONNECTING, since_ns=NOW - 3 * NS_PER_S,
            last_frame_ns=None, width=0, height=0, codec="", fps=None,
            analysed_fps=None, latency_ms=None, latency_p95_ms=None, bits_per_s=None,
            recording=False, frames_lost=None,
        ),
        _camera(
            "cam-store", 15, "Store room",
            SourceSpec(kind=SourceKind.IMAGES, address="/srv/pictures/store"),
            state=CameraState.DISABLED, last_frame_ns=None, width=0, height=0, codec="",
            fps=None, analysed_fps=None, latency_ms=None, latency_p95_ms=None,
            bits_per_s=None, recording=False, frames_lost=None,
        ),
    )  # fmt: skip


def ruled_cameras() -> tuple[Camera, ...]:
    """Return cameras with every kind of rule, beside one that is away."""
    front, hall, _, dock, _, shelf, *_ = cameras()
    gate = LineSpec(
        id="line-gate-2", name="Doorway", ax=0.3, ay=0.66, bx=0.7, by=0.66,
        gate=(0.3, 0.8, 0.7, 0.8), anchor=Anchor.BOTTOM,
    )  # fmt: skip
    corners = ((0.28, 0.56), (0.72, 0.56), (0.86, 0.95), (0.14, 0.95))
    queue = ZoneSpec(id="zone-queue", name="Queue", points=corners, classes=("person",))
    inside = ZoneStatus(
        zone_id=queue.id, occupancy=3, entries=41, waiting=2, longest_wait_s=74.0
    )
    places = tuple(
        (0.052 + 0.1037 * n, top, 0.12 + 0.1037 * n, top + 0.25)
        for top in (0.11, 0.44)
        for n in range(8)
    )
    row = ShelfSpec(id="shelf-b2", name="Water", facings=places, product="bottle")
    facings = [FacingStatus(state=FacingState.FILLED, hidden=False)] * 16
    facings[7] = FacingStatus(state=FacingState.PICKED, hidden=False)
    facings[12] = FacingStatus(state=FacingState.FILLED, hidden=True)
    filled = ShelfStatus(shelf_id=row.id, facings=tuple(facings))
    return (
        front.model_copy(
            update={
                "lines": (gate,),
                "status": front.status.model_copy(update={"totals": ()}),
            }
        ),
        hall.model_copy(
            update={
                "zones": (queue,),
                "status": hall.status.model_copy(update={"zones": (inside,)}),
            }
        ),
        dock.model_copy(update={"zones": (queue.model_copy(update={"id": "z"}),)}),
        shelf.model_copy(
            update={
                "lines": (),
                "shelves": (row,),
                "status": shelf.status.model_copy(update={"shelves": (filled,)}),
            }
        ),
    )


def demo_cameras() -> tuple[Camera, ...]:
    """Return the demo site's cameras: simulated, with their truth."""
    made = []
    scenes = {
        "cam-front": "bus_door",
        "cam-hall": "bus_door",
        "cam-yard": "street",
        "cam-shelf": "shelf",
    }
    for camera in cameras():
        if camera.id not in scenes:
            continue
        # Since the start, an hour ago; today's totals begin at midnight.
        counted = tuple(
            LineTotals(
                line_id=t.line_id, count_in=t.count_in // 6, count_out=t.count_out // 7
            )
            for t in camera.status.totals
        )
        missed = 1 if camera.id == "cam-yard" else 0
        truth = tuple(
            t.model_copy(update={"count_in": t.count_in + missed}) for t in counted
        )
        status = _status(camera.id, camera.lines, truth=truth, truth_counted=counted)
        source = SourceSpec(kind=SourceKind.SIMULATED, address=scenes[camera.id])
        made.append(camera.model_copy(update={"source": source, "status": status}))
    return tuple(made)


def _bottle(track_id: int, left: float, top: float, bottom: float) -> Box:
    score = 0.84 + track_id * 7 % 11 / 100
    return Box(
        track_id=track_id, class_name="bottle", score=score, left=left, top=top,
        right=left + 0.046, bottom=bottom,
    )  # fmt: skip


BOXES: dict[str, tuple[Box, ...]] = {
    "cam-front": (
        Box(track_id=88, class_name="person", score=0.93, left=0.473, top=0.226, right=0.605, bottom=0.84),
        Box(track_id=91, class_name="person", score=0.87, left=0.785, top=0.232, right=0.868, bottom=0.88),
    ),
    "cam-hall": (
        Box(track_id=212, class_name="person", score=0.91, left=0.502, top=0.2, right=0.622, bottom=0.715),
    ),
    "cam-yard": (
        Box(track_id=57, class_name="car", score=0.94, left=0.575, top=0.512, right=0.852, bottom=0.715),
        Box(track_id=58, class_name="truck", score=0.89, left=0.61, top=0.284, right=0.966, bottom=0.565),
    ),
    "cam-ramp": (
        Box(track_id=301, class_name="car", score=0.82, left=0.455, top=0.515, right=0.733, bottom=0.73),
    ),
    "cam-shelf": (
        *(_bottle(4 + n, 0.062 + 0.1037 * n, 0.115, 0.342) for n in range(7)),
        *(_bottle(11 + n, 0.062 + 0.1037 * n, 0.445, 0.68) for n in range(8)),
    ),
}  # fmt: skip


def result(camera_id: str, sequence: int = 100, shift: float = 0.0) -> Result:
    """Return what was seen in a frame of a camera."""
    boxes = tuple(
        b.model_copy(update={"left": b.left + shift, "right": b.right + shift})
        for b in BOXES.get(camera_id, ())
    )
    return Result(
        camera_id=camera_id, epoch=EPOCH, sequence=sequence, pts_ns=sequence * NS_PER_S // 15,
        at_ns=NOW - (100 - sequence) * NS_PER_S // 15, latency_ms=31.0, model="person-v14",
        boxes=boxes,
    )  # fmt: skip


def alarms() -> tuple[AlarmRecord, ...]:
    """Return one P1, two P2 (one acknowledged), three P3 (one returned) and a shelved one."""

    def alarm(
        key: str, kind: AlarmKind, priority: int, subject: tuple[str, str], text: str,
        clock: str, **more: object,
    ) -> AlarmRecord:  # fmt: skip
        return AlarmRecord.model_validate({
            "id": key, "kind": kind, "priority": priority, "subject_id": subject[0],
            "subject_name": subject[1], "text": text, "raised_ns": at(clock),
            "response": "Look at the site, then call the technician.",
            "clip_camera_id": subject[0] if subject[0].startswith("cam") else None, **more,
        })  # fmt: skip

    return (
        alarm("al-1", AlarmKind.NO_VIDEO, 1, ("cam-dock", "07 Loading dock"), "No video", "14:22:51"),
        alarm("al-2", AlarmKind.LATENCY, 2, ("cam-ramp", "09 Car park ramp"),
              "Latency over frame budget: p95 96 / 80 ms", "14:19:02"),
        alarm("al-3", AlarmKind.NOT_ANALYSED, 2, ("cam-yard", "05 Yard gate"),
              "Not analysed: 12 % of frames, limit 5 %", "14:12:21",
              acknowledged_ns=at("14:13:00"), acknowledged_by="M. Okafor"),
        alarm("al-4", AlarmKind.TEMPERATURE, 3, ("edge-depot-north", "Depot North"),
              "CPU 81 / 85 °C", "14:16:40"),
        alarm("al-5", AlarmKind.NO_VIDEO, 3, ("cam-staff", "14 Staff door"), "Picture frozen",
              "14:03:11", cleared_ns=at("14:09:40")),
        alarm("al-6", AlarmKind.DISK_FULL, 3, ("edge-depot-north", "Depot North"),
              "Disk 86 % full, limit 85 %", "13:58:30",
              acknowledged_ns=at("14:00:10"), acknowledged_by="M. Okafor"),
        alarm("al-7", AlarmKind.LATENCY, 3, ("cam-front", "01 Front door"),
              "Latency over frame budget: p95 71 / 66 ms", "11:02:00",
              shelved_until_ns=at("15:10:00"), shelved_by="R. Silva", shelf_reason="Building work"),
    )  # fmt: skip


def events() -> tuple[Event, ...]:
    """Return every count of today, newest first; their sums are :data:`TOTALS`."""
    found: list[Event] = []
    for camera in cameras():
        for line in camera.lines:
            count_in, count_out = TOTALS[line.id]
            ways = [Direction.IN] * count_in + [Direction.OUT] * count_out
            seeded = random.Random(line.id)
            seeded.shuffle(ways)
            last = camera.status.last_frame_ns or NOW
            moments = sorted(_moment(seeded, last) for _ in ways)
            found += [
                _event(camera, line, index, way, moment, seeded)
                for index, (way, moment) in enumerate(zip(ways, moments, strict=True))
            ]
    return tuple(sorted(found, key=lambda e: -e.at_ns))


def _moment(seeded: random.Random, last_ns: int) -> int:
    hours = seeded.choices(range(6, 15), weights=(3, 9, 14, 8, 6, 6, 9, 8, 3))[0]
    moment = TODAY + hours * HOUR + seeded.randrange(HOUR // 1_000_000) * 1_000_000
    return min(moment, last_ns - seeded.randrange(60) * NS_PER_S)


def _event(
    camera: Camera, line: LineSpec, index: int, way: Direction, moment: int,
    seeded: random.Random,
) -> Event:  # fmt: skip
    track = index + 12
    before = "left" if way is Direction.IN else "right"
    after = "right" if way is Direction.IN else "left"
    clock = datetime.fromtimestamp(moment // NS_PER_S, UTC).strftime("%H:%M:%S")
    return Event(
        id=f"ev-{line.id[5:]}-{index:04d}",
        camera_id=camera.id,
        camera_name=f"{camera.number:02d} {camera.name}",
        line_id=line.id,
        line_name=line.name,
        direction=way,
        class_name=line.classes[0] if line.classes else "person",
        score=round(seeded.uniform(0.55, 0.96), 2),
        track_id=track,
        at_ns=moment,
        epoch=EPOCH,
        sequence=(moment - TODAY) * 15 // NS_PER_S,
        model="person-v14",
        rules_version=3,
        why=f"Track {track} was {before} of the line at {clock}.1 and {after} of it at {clock}.3.",
        has_clip=moment >= at("07:30:00"),
        clip_note="" if moment >= at("07:30:00") else "Clip not kept: the disk quota of 20 GiB ended it.",
        picture=(QualityTrouble.BLURRED,) if index % 17 == 5 else (),
    )  # fmt: skip


def disputes() -> tuple[Dispute, ...]:
    """Return six open disputes, the first one in review, and one that was decided."""
    by_line = {e.line_id: e for e in events() if e.has_clip}
    names = {
        ln.id: (c.id, f"{c.number:02d} {c.name}", ln.name) for c in cameras() for ln in c.lines
    }  # fmt: skip

    def dispute(
        number: int, state: str, claim: str, line: str, due: int | None
    ) -> Dispute:
        camera_id, camera_name, line_name = names[line]
        event = by_line[line]
        return Dispute.model_validate({
            "id": f"dis-{number}", "number": number, "state": state, "claim": claim,
            "event_id": event.id, "camera_id": camera_id, "camera_name": camera_name,
            "line_id": line, "line_name": line_name, "at_ns": event.at_ns,
            "opened_ns": event.at_ns + 900 * NS_PER_S, "opened_by": "R. Silva", "due_ns": due,
            "corrections": (),
            "audit": (AuditLine(at_ns=event.at_ns + 900 * NS_PER_S, by="R. Silva", text="Opened"),),
        })  # fmt: skip

    return (
        dispute(
            4817,
            "in_review",
            "Charged for 2, travelled alone",
            "line-exit",
            NOW + 2 * HOUR,
        ),
        dispute(4818, "new", "Count differs from gate", "line-gate", NOW + 3 * HOUR),
        dispute(4821, "new", "Child counted as adult", "line-front", NOW + 5 * HOUR),
        dispute(4822, "new", "Shelf flagged empty, was full", "line-reach", NOW + DAY),
        dispute(4824, "new", "Vehicle billed twice", "line-ramp", NOW + DAY),
        dispute(4825, "new", "Entered and left at once", "line-dock", None),
        dispute(4802, "rejected", "Nobody was there", "line-exit", None),
    )


def health() -> HealthSample:
    """Return the edge's figures: one over its limit, one sensor not there."""
    return HealthSample(
        at_ns=NOW,
        cpu_percent=Reading(value=58.0, limit=90.0),
        temperature_c=Reading(
            value=None, note="This computer has no temperature sensor."
        ),
        memory_percent=Reading(value=61.0, limit=90.0),
        disk_percent=Reading(value=86.0, limit=85.0),
        disk_free_gib=Reading(value=14.2),
        network_mbit_s=Reading(value=11.4),
        inference_ms=Reading(value=18.6),
        analysed_per_s=Reading(value=29.7),
        workers_alive=2,
        workers_replaced=1,
        last_recovery_ms=58.0,
        recording_days_left=7.2,
    )


def models() -> tuple[ModelRecord, ...]:
    """Return the shipped model, a customer's own, one in quarantine."""
    return (
        ModelRecord(
            id="shipped", name="Watchpost people and things", sha256="ab" * 32,
            layout="watchpost_grid", evidence="One output (1, 8, 2100) and our own card.",
            width=320, height=320, classes=("person", "car", "bottle", "part", "defect"),
            state="active", licence="Apache-2.0", megabytes=4.8, inference_ms=18.6,
        ),
        ModelRecord(
            id="1f0c9d7be2a45610", name="yolox_nano_416", sha256="1f" * 32,
            layout="yolox_raw", evidence="One output (1, 3549, 85), strides 8, 16, 32.",
            width=416, height=416, classes=("person", "bicycle", "car"), state="ready",
            licence="Apache-2.0", megabytes=3.7, inference_ms=24.1,
        ),
        ModelRecord(
            id="77a0c3f1d2e94b08", name="shelf-v2", sha256="77" * 32, layout="yolov8",
            evidence="One output (1, 9, 8400).", width=640, height=640,
            classes=("bottle", "can"), state="quarantined",
            sentence="It stopped three workers within 60 s. Export it anew or use another.",
            megabytes=11.6,
        ),
    )  # fmt: skip


def looks(layouts: Sequence[str]) -> tuple[ModelLook, ...]:
    """Return what readings see at the bus door: the first rightly, others in a heap."""
    right = (
        Box(track_id=0, class_name="person", score=0.93, left=0.473, top=0.226, right=0.605, bottom=0.84),
        Box(track_id=0, class_name="person", score=0.87, left=0.785, top=0.232, right=0.868, bottom=0.88),
    )  # fmt: skip
    heap = tuple(
        Box(
            track_id=0,
            class_name=("person", "bicycle", "car", "bus", "train")[n % 5],
            score=0.9 - 0.03 * n,
            left=0.02 + 0.07 * n,
            top=0.02 + 0.11 * (n % 4),
            right=0.1 + 0.07 * n,
            bottom=0.16 + 0.11 * (n % 4),
        )
        for n in range(12)
    )
    return tuple(
        ModelLook(layout=layout, boxes=heap if n else right, network_ms=24.1 + n)
        for n, layout in enumerate(layouts)
    )


def public_models() -> tuple[CatalogueRecord, ...]:
    """Return one that is here, one on its way, one that is not, one that failed."""
    plain = CatalogueRecord(
        name="yolox-nano-416", title="YOLOX nano", task="detector",
        classes=("person", "bicycle", "car"), licence="Apache-2.0", author="Megvii YOLOX",
        origin="https://example.com/yolox.onnx", sha256="1f" * 32, megabytes=3.5,
        width=416, height=416, ms_one_core=20.6, state="here",
        note="The most accurate of these.", model_id="1f0c9d7be2a45610",
    )  # fmt: skip
    return (
        plain,
        plain.model_copy(update={
            "name": "nanodet-m-320", "title": "NanoDet m", "author": "RangiLyu NanoDet",
            "state": "fetching", "progress": 0.42, "width": 320, "height": 320,
            "ms_one_core": 16.9, "note": "", "model_id": "",
        }),
        plain.model_copy(update={
            "name": "fastestdet-352", "title": "FastestDet", "licence": "BSD-3-Clause",
            "author": "dog-qiuqiu FastestDet", "state": "absent", "width": 352,
            "height": 352, "megabytes": 1.0, "ms_one_core": 4.7, "note": "Cheap.",
            "model_id": "",
        }),
        plain.model_copy(update={
            "name": "yunet-n", "title": "YuNet n faces", "classes": ("face",),
            "author": "ShiqiYu", "state": "failed", "megabytes": 0.3,
            "ms_one_core": 16.9, "note": "Faces, for example to blur them.",
            "sentence": "github.com cannot be reached from here. Connect this computer "
            "to the internet and try again, or bring the file on a stick.",
            "model_id": "",
        }),
    )  # fmt: skip
