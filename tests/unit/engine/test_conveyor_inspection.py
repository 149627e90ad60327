"""The simulated conveyor through a real network: what truly is faulty fails."""

from __future__ import annotations

from pathlib import Path

from av.video.frame import VideoFrame

from support.conveyor import SIZE, STATION, parts_leaving
from support.part_inspector import write_part_inspector
from watchpost.domain.frames import FrameKey
from watchpost.domain.rules import RuleSet
from watchpost.domain.verdicts import Outcome, Verdict
from watchpost.engine.capture.simulator import create_scene
from watchpost.engine.frames import FrameHeader
from watchpost.engine.inference.inspection import inspect_model
from watchpost.engine.pipeline import CameraPipeline
from watchpost.learning.evaluation.playing import Eye

SEED, FPS, EVERY, SECONDS = 1, 15.0, 3, 14.0
SETTLED_S = 1.0


def test_every_part_is_told_right_and_once(tmp_path: Path) -> None:
    model = inspect_model(write_part_inspector(tmp_path / "parts.onnx"))
    assert model.layout == "heat_map"
    eye = Eye(model)
    scene = create_scene("conveyor", seed=SEED, fps=FPS, size=SIZE)
    camera = CameraPipeline("c", model.classes, RuleSet(1, stations=(STATION,)))
    verdicts: list[Verdict] = []
    for index in range(0, int(SECONDS * FPS), EVERY):
        at_ns = round(index / FPS * 1e9)
        header = FrameHeader(FrameKey(1, index), at_ns, at_ns, *SIZE)
        frame = VideoFrame.from_ndarray(scene.frame(index), "bgr24")
        verdicts += camera.analysed(header, eye.look(frame, header).detections).verdicts

    # Who leaves at once when the story begins was not there to be looked at.
    truth = parts_leaving(SEED, 1.0, SECONDS - SETTLED_S)
    assert {c.class_name for c in truth} == {"part", "defect"}
    told = [v for v in verdicts if 1e9 <= v.to_ns < (SECONDS - SETTLED_S) * 1e9]
    assert len(told) == len(truth)
    for crossing in truth:
        near = sorted(told, key=lambda v: abs(v.to_ns / 1e9 - crossing.at_s))
        wanted = Outcome.FAIL if crossing.class_name == "defect" else Outcome.PASS
        match = next(v for v in near if v.judgement.outcome is wanted)
        assert abs(match.to_ns / 1e9 - crossing.at_s) < 0.5
        told.remove(match)
    reasons = {d.class_name for v in verdicts for d in v.judgement.defects[:1]}
    assert reasons == {"burn", "crack"}
