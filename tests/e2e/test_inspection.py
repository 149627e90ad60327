"""A real edge inspects a simulated conveyor: its verdicts against the story's truth."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict
from pathlib import Path

from support.conveyor import STATION, parts_leaving
from support.edge_process import Console, EdgeProcess, running
from support.part_inspector import write_part_inspector
from watchpost.base.clock import NS_PER_S
from watchpost.domain.verdicts import NotInspected, Outcome
from watchpost.protocol.cameras import (
    Camera,
    CameraSpec,
    RulesSpec,
    SourceSpec,
    StationSpec,
)
from watchpost.protocol.inspection import VerdictRecord
from watchpost.protocol.live import Judged, Result
from watchpost.protocol.models import ActivateModel

SEED = 1
BELT = CameraSpec(
    name="Belt",
    source=SourceSpec(kind="simulated", address="conveyor", fps=10, seed=SEED),
)
SPEC = StationSpec.model_validate({**asdict(STATION), "id": ""})
# Pictures come through an encoder; where a part is in one may differ by a look or two.
TOLERANCE_S = 0.8


def inspecting(edge: EdgeProcess, folder: Path) -> Camera:
    """Serve with the part inspector and watch the belt with a station."""
    onnx = write_part_inspector(folder / "parts.onnx").read_bytes()
    model = edge.client.add_model("part inspector", onnx)
    edge.client.activate_model(model.id, ActivateModel())
    camera = edge.client.add_camera(BELT)
    spec = RulesSpec(version=1, lines=camera.lines, stations=(SPEC,))
    return edge.client.save_rules(camera.id, spec)


def test_faulty_parts_are_rejected_and_good_ones_pass(tmp_path: Path) -> None:
    with running(tmp_path / "data") as edge:
        with Console(edge.address) as console:
            camera = inspecting(edge, tmp_path)
            (station,) = camera.stations
            result = console.next(Result, lambda r: bool(r.boxes))
            begin_ns = result.at_ns - result.pts_ns
            failed = console.next(
                Judged, lambda j: j.outcome is Outcome.FAIL, within_s=60
            )
            last = console.next(Judged, lambda j: j.passed >= 4, within_s=60)
        assert failed.station_id == station.id
        assert failed.defects[0] in {"burn", "crack"}

        (status,) = edge.client.camera(camera.id).status.stations
        assert status.failed >= 1
        assert status.passed >= 4
        inspected = status.passed + status.failed
        assert status.reject_rate == status.failed / inspected
        assert status.inside is not None
        assert status.unknown == ()

        page = edge.client.verdicts(station_id=station.id, to_ns=last.at_ns + 1)
        assert page.next_cursor is None
        compare(page.verdicts, begin_ns)
        table = edge.client.verdicts_csv(from_ns=0, to_ns=last.at_ns + 1, tz="UTC")
        rows = csv.DictReader(io.StringIO(table.decode()))
        assert [row["id"] for row in rows] == [v.id for v in page.verdicts]
        rejected = edge.client.verdicts(outcome=Outcome.FAIL).verdicts
        assert failed.verdict_id in {v.id for v in rejected}
        assert all(v.defects and v.reason is None for v in rejected)
        nothing_passes_unseen(edge, camera)


def nothing_passes_unseen(edge: EdgeProcess, camera: Camera) -> None:
    """Serve with a model that knows parts and none of the defects."""
    with Console(edge.address) as console:
        edge.client.activate_model(shipped(edge), ActivateModel())
        blind = console.next(Judged, lambda j: j.reason is NotInspected.MODEL_BLIND)
    (status,) = edge.client.camera(camera.id).status.stations
    assert set(status.unknown) == {"burn", "crack"}
    since = edge.client.verdicts(from_ns=blind.at_ns).verdicts
    assert since
    assert all(v.outcome is not Outcome.PASS for v in since)


def compare(verdicts: tuple[VerdictRecord, ...], begin_ns: int) -> None:
    """Hold verdicts against the story, part by part.

    The first parts were on the belt before anybody looked, and are left out.
    """
    told = [((v.to_ns - begin_ns) / NS_PER_S, v) for v in verdicts]
    first = min(at_s for at_s, v in told if v.outcome is not Outcome.NOT_INSPECTED)
    last = max(at_s for at_s, _ in told)
    truth = parts_leaving(SEED, first - TOLERANCE_S / 4, last - TOLERANCE_S)
    assert truth
    for crossing in truth:
        wanted = Outcome.FAIL if crossing.class_name == "defect" else Outcome.PASS
        match = next(
            (
                entry
                for entry in sorted(told, key=lambda e: abs(e[0] - crossing.at_s))
                if entry[1].outcome is wanted
                and abs(entry[0] - crossing.at_s) < TOLERANCE_S
            ),
            None,
        )
        assert match is not None, (crossing, told)
        told.remove(match)


def shipped(edge: EdgeProcess) -> str:
    return next(m.id for m in edge.client.models() if m.name != "part inspector")
