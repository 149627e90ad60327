"""From packets to counts, every frame, four cameras: the product against naive loops."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psutil

from watchpost.base.clock import NS_PER_MS, SYSTEM_CLOCK
from watchpost.base.errors import CaptureError
from watchpost.base.paths import DataFolder
from watchpost.bench.clip import make_clip, record
from watchpost.bench.conditions import Conditions
from watchpost.bench.load import Load
from watchpost.bench.loops import BARE, NAIVE, TUNED, run_loop
from watchpost.bench.report import Row, row
from watchpost.domain.cameras import Source, SourceKind
from watchpost.domain.rules import RuleSet
from watchpost.engine.capture.events import CaptureEvent, FrameReady
from watchpost.engine.capture.process import CaptureProcess
from watchpost.engine.inference.jobs import Analysed, Job, Outcome
from watchpost.engine.inference.model import ModelInfo
from watchpost.engine.inference.pool import InferencePool
from watchpost.engine.pipeline import CameraPipeline
from watchpost.engine.scheduler import Scheduler

_CAMERAS = 4
_ROUNDS = 3
_CLIP_S = 12.0
_RESULTS = 120
_WARM_UP = 40
_LIMIT_S = 300.0


class Chain:
    """Capture processes, scheduler, inference pool, trackers and rules, flat out.

    In lockstep, so that every frame is looked at and none waits for its time: each camera
    delivers its next frame when the one before has been counted.
    """

    def __init__(self, info: ModelInfo, video: Path, folder: DataFolder) -> None:
        self._info = info
        self._change = threading.Condition()
        self._results = 0
        self._scheduler = Scheduler(lambda _gap: None, lockstep=True)
        self._pool = InferencePool(
            info,
            workers=max(1, psutil.cpu_count() or 1),
            source=self._scheduler,
            on_done=self._done,
            on_quarantine=lambda _model, _sentence: None,
        )
        names = [f"bench-{number}" for number in range(_CAMERAS)]
        self._pipelines = {n: CameraPipeline(n, info.classes, _rules()) for n in names}
        self._captures = {
            name: CaptureProcess(
                name,
                Source(SourceKind.FILE, str(video)),
                folder=folder,
                first_epoch=1,
                record=False,
                on_event=partial(self._on_event, name),
                lockstep=True,
            )
            for name in names
        }

    def run(self, results: int) -> tuple[float, float]:
        """Return CPU and wall-clock milliseconds a result, over all processes.

        Raises:
            CaptureError: The results did not come.
        """
        self._pool.start()
        try:
            for capture in self._captures.values():
                capture.start()
                capture.set_input(self._info.input)
            self._wait_for(_WARM_UP)
            load = Load([os.getpid()])
            began_ns, before = SYSTEM_CLOCK.monotonic_ns(), self._results
            self._wait_for(before + results)
            spent_s, count = load.cpu_s(), self._results - before
            passed_ns = SYSTEM_CLOCK.monotonic_ns() - began_ns
        finally:
            for capture in self._captures.values():
                capture.stop()
            self._pool.stop()
        return spent_s * 1000 / count, passed_ns / NS_PER_MS / count

    def _wait_for(self, results: int) -> None:
        with self._change:
            if not self._change.wait_for(lambda: self._results >= results, _LIMIT_S):
                raise CaptureError(
                    f"There were no {results} results within {_LIMIT_S:.0f} seconds.",
                    todo="Measure again when less is running on this computer.",
                    code="bench.slow",
                )

    def _on_event(self, name: str, event: CaptureEvent) -> None:
        if isinstance(event, FrameReady):
            due = self._scheduler.frame_ready(
                name, event.mailbox_path, event.slot, event.header
            )
            if not due:
                self._captures[name].proceed()

    def _done(self, job: Job, outcome: Outcome) -> None:
        if isinstance(outcome, Analysed):
            pipeline = self._pipelines[job.camera_id]
            pipeline.analysed(job.header, outcome.detections)
            with self._change:
                self._results += 1
                self._change.notify_all()
        self._captures[job.camera_id].proceed()


def _rules() -> RuleSet:
    from watchpost.engine.capture.simulator import lines_of

    return RuleSet(1, lines_of("bus_door"))


def measure(conditions: Conditions) -> list[Row]:
    """Return costs of a result and their ratios, rounds interleaved.

    Raises:
        WatchpostError: No model, or something does not come up.
    """
    info = conditions.detector()
    with tempfile.TemporaryDirectory(
        prefix="watchpost-bench-", ignore_cleanup_errors=True
    ) as place:
        root = Path(place)
        clip = make_clip(_CLIP_S, SYSTEM_CLOCK.utc_ns())
        (video,) = record(clip, root / "clip")
        clip.encoder.close()

        def ours() -> tuple[float, float]:
            folder = DataFolder(Path(tempfile.mkdtemp(dir=root)))
            folder.create()
            return Chain(info, video, folder).run(_RESULTS)

        loop = partial(run_loop, video=video, info=info, results=_RESULTS)
        takes: dict[str, Callable[[], tuple[float, float]]] = {
            "ours": ours,
            NAIVE: partial(loop, NAIVE),
            TUNED: partial(loop, TUNED),
            BARE: partial(loop, BARE),
        }
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in takes}
        for _ in range(_ROUNDS):
            for name, take in takes.items():
                found[name].append(take())
    return rows(found)


def rows(found: dict[str, list[tuple[float, float]]]) -> list[Row]:
    """Return the rows of rounds of (CPU, wall-clock) milliseconds a result."""
    cpu = {name: [c for c, _ in rounds] for name, rounds in found.items()}
    wall = {name: [w for _, w in rounds] for name, rounds in found.items()}
    made = [
        row("chain.ours.cpu", "ms", cpu["ours"], note="CPU a result, 4 cameras"),
        row("chain.naive.cpu", "ms", cpu[NAIVE], note="cv2 and ONNX Runtime defaults"),
        row("chain.tuned.cpu", "ms", cpu[TUNED], note="one ONNX Runtime thread"),
        row("chain.bare.cpu", "ms", cpu[BARE], note="decode, scale and infer alone"),
        row("chain.ours.speed", "1/s", [1000 / w for w in wall["ours"]]),
        row("chain.naive.speed", "1/s", [1000 / w for w in wall[NAIVE]]),
    ]
    for name, against, target in (
        ("chain.naive", NAIVE, 2.45),
        ("chain.tuned", TUNED, 1.2),
    ):
        ratios = _ratios(cpu[against], cpu["ours"])
        note = f"CPU, {against} / ours"
        made.append(row(name, "ratio", ratios, target=target, better="more", note=note))
    made.append(
        row(
            "chain",
            "ratio",
            _ratios(cpu["ours"], cpu[BARE]),
            target=1.06,
            note="CPU, ours / bare",
        )
    )
    made.append(
        row(
            "chain.speed",
            "ratio",
            _ratios(wall[NAIVE], wall["ours"]),
            note="results a second, ours / naive",
        )
    )
    return made


def _ratios(one: list[float], other: list[float]) -> list[float]:
    return [a / b for a, b in zip(one, other, strict=True)]
