"""A canned inspection belt: a station, its parts of today, one verdict of every kind."""

from __future__ import annotations

from support import site
from support.fake_edge import FakeEdge
from watchpost.base.clock import NS_PER_S
from watchpost.domain.verdicts import NotInspected, Outcome
from watchpost.protocol.cameras import StationSpec, StationStatus
from watchpost.protocol.inspection import DefectRecord, VerdictRecord

CAMERA, LINE, STATION = "cam-ramp", "line-ramp", "belt"
SPEC = StationSpec(
    id=STATION,
    name="Belt 4",
    points=((0.3, 0.2), (0.7, 0.2), (0.7, 0.8), (0.3, 0.8)),
    parts=("part",),
    defects=("burn", "crack"),
)
STATUS = StationStatus(
    station_id=STATION,
    passed=1184,
    failed=37,
    not_inspected=5,
    reject_rate=37 / 1221,
    inside=2,
)


def defect(
    name: str, looks: int, *, score: float = 0.81, x: float = 0.1, y: float = 0.1
) -> DefectRecord:
    box = (x, y, x + 0.2, y + 0.15)
    return DefectRecord(
        class_name=name, score=score, box=box, looks=looks, epoch=3, sequence=5000
    )


def verdict(
    number: int,
    outcome: Outcome,
    *defects: DefectRecord,
    reason: NotInspected | None = None,
    looks: int = 13,
) -> VerdictRecord:
    """Return the verdict on a part, so many parts (1.6 s) ago."""
    to_ns = site.NOW - round((0.7 + 1.6 * number) * NS_PER_S)
    return VerdictRecord(
        id=f"verdict-{number}",
        camera_id=CAMERA,
        camera_name="Inspection belt",
        station_id=STATION,
        station_name=SPEC.name,
        outcome=outcome,
        reason=reason,
        defects=defects,
        looks=looks,
        defect_looks=max((d.looks for d in defects), default=0),
        from_ns=to_ns - 2 * NS_PER_S,
        to_ns=to_ns,
        track_id=900 - number,
        epoch=3,
        sequence=5000 - number,
        model="part inspector",
        rules_version=4,
    )


def verdicts() -> tuple[VerdictRecord, ...]:
    """Return the newest parts, newest first."""
    return (
        verdict(0, Outcome.PASS),
        verdict(1, Outcome.FAIL, defect("crack", 12)),
        verdict(2, Outcome.PASS),
        verdict(3, Outcome.PASS, defect("burn", 1, score=0.44)),
        verdict(
            4,
            Outcome.FAIL,
            defect("burn", 13, score=0.97, x=0.4, y=0.42),
            defect("crack", 4, score=0.52, x=0.7, y=0.8),
        ),
        verdict(5, Outcome.NOT_INSPECTED, reason=NotInspected.WORKER_RESTART, looks=1),
        verdict(6, Outcome.NOT_INSPECTED, reason=NotInspected.BAD_PICTURE, looks=0),
        verdict(
            7,
            Outcome.NOT_INSPECTED,
            defect("crack", 3, score=0.47),
            reason=NotInspected.LOOKS_DISAGREE,
        ),
        *(verdict(number, Outcome.PASS) for number in range(8, 30)),
    )


def inspecting_edge() -> FakeEdge:
    """Return the canned site, one of whose cameras looks at a belt with a station."""
    edge = FakeEdge()
    edge.all_verdicts = verdicts()
    edge.all_cameras = tuple(
        camera.model_copy(
            update={
                "name": "Inspection belt",
                "stations": (SPEC,),
                "lines": tuple(
                    line.model_copy(update={"name": "Parts"}) for line in camera.lines
                ),
                "status": camera.status.model_copy(update={"stations": (STATUS,)}),
            }
        )
        if camera.id == CAMERA
        else camera
        for camera in edge.all_cameras
    )
    return edge
