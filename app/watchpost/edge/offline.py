"""A video file through the whole product, without a clock: it waits, nothing is dropped.

The same capture process, inference pool, tracker, rules and ledger as a live camera's;
only the pace differs. The capture process delivers a frame, waits for its outcome, and
delivers the next.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import av

from watchpost.api.hub import LiveHub
from watchpost.base.clock import SYSTEM_CLOCK
from watchpost.base.errors import CaptureError, ModelError, WatchpostError
from watchpost.base.log import get_logger
from watchpost.base.paths import DataFolder
from watchpost.domain.cameras import CameraState, SourceKind
from watchpost.domain.events import Crossing
from watchpost.domain.rules import RuleSet
from watchpost.edge.analysis import Analysis
from watchpost.edge.counting import CameraCounting
from watchpost.edge.coverage import CoverageTrack
from watchpost.edge.engine_room import EngineRoom
from watchpost.edge.inspection import TodayVerdicts
from watchpost.edge.models import Serving, shipped_model
from watchpost.edge.stores import Stores, open_stores
from watchpost.edge.totals import TodayTotals
from watchpost.engine.capture.events import (
    CaptureEvent,
    Died,
    Ended,
    FrameReady,
    Opened,
    StateChanged,
)
from watchpost.engine.capture.process import CaptureProcess
from watchpost.engine.frames import FrameHeader
from watchpost.engine.inference.inspection import inspect_model
from watchpost.engine.inference.jobs import Analysed, Job, Outcome
from watchpost.engine.inference.model import ModelInfo
from watchpost.engine.pipeline import PipelineOutput
from watchpost.engine.scheduler import Scheduler
from watchpost.protocol.cameras import (
    CameraSpec,
    LineSpec,
    RulesSpec,
    ShelfSpec,
    SourceSpec,
    ZoneSpec,
)
from watchpost.store.ledger import Recorded

_MOST_TRIES = 3
_PROGRESS_EVERY = 10

_log = get_logger(__name__)


def run_file(
    video: Path,
    rules: RuleSet,
    model: Path | None,
    folder: DataFolder,
    *,
    on_output: Callable[[FrameHeader, PipelineOutput], None] | None = None,
    on_progress: Callable[[float], None] = lambda _share: None,
    detections_per_s: float | None = None,
) -> list[Crossing]:
    """Count a video and return what stands in the ledger afterwards.

    Args:
        video: The file.
        rules: What is counted across and looked at; identifiers are kept.
        model: An ONNX file; None takes the shipped one.
        folder: A data folder of its own; it keeps the counts.
        on_output: Called with what every analysed frame brought, on a thread of the run.
        on_progress: Called with the share done, 0..1, on a thread of the run.
        detections_per_s: Look so often, as a live camera would: with boosts where
            somebody is near a line, and not where nothing moves. None: at every frame.

    Returns:
        Crossings in the order of the stream.

    Raises:
        WatchpostError: The file, the model or the folder cannot be used.
    """
    info = model_to_run(model)
    serving = Serving(info.sha256[:16], info.path.stem, info, info.classes)
    stores = open_stores(folder)
    try:
        run = _FileRun(
            stores, video, rules, serving, detections_per_s, on_progress, on_output
        )
        return run.count()
    finally:
        stores.close()


def model_to_run(model: Path | None) -> ModelInfo:
    """Return a model that was looked at; None takes the shipped one.

    Raises:
        ModelError: There is none, or it is refused.
    """
    path = model if model is not None else shipped_model()
    if path is None:
        raise ModelError(
            "This installation has no detector of its own.",
            todo="Name one with --model FILE.",
            code="model.none",
        )
    return inspect_model(path)


class _FileRun:
    """One pass over one file."""

    def __init__(
        self,
        stores: Stores,
        video: Path,
        rules: RuleSet,
        serving: Serving,
        detections_per_s: float | None,
        on_progress: Callable[[float], None],
        on_output: Callable[[FrameHeader, PipelineOutput], None] | None,
    ) -> None:
        self._stores = stores
        self._serving = serving
        self._on_progress = on_progress
        self._frames = frames_in(video)
        self._frame: FrameReady | None = None
        self._tries = 0
        self._ended = threading.Event()
        self._error: WatchpostError | None = None
        self._crossings: list[Crossing] = []
        coverage = CoverageTrack(stores.coverage)
        self._scheduler = Scheduler(
            coverage.gap,
            rate=detections_per_s or 5.0,
            lockstep=True,
            every_frame=detections_per_s is None,
        )
        self._analysis = Analysis(
            self._scheduler,
            on_done=self._done,
            on_quarantine=self._quarantined,
            workers=1,
        )
        settings = stores.settings.load()
        room = EngineRoom(
            folder=stores.folder,
            stores=stores,
            hub=LiveHub(),
            scheduler=self._scheduler,
            coverage=coverage,
            totals=TodayTotals(stores.ledger),
            verdicts=TodayVerdicts(stores.verdicts),
            serving=self._analysis.serving,
            model_by_sha=self._analysis.model_by_sha,
            score_threshold=lambda: settings.score_threshold,
            clock=SYSTEM_CLOCK,
        )
        added = stores.cameras.add(_spec(video), "evaluation")
        record = stores.cameras.save_rules(
            added.id, _rules_spec(added.rules.version, rules), "evaluation"
        )
        self._camera_id = record.id
        self._counting = CameraCounting(
            record.id,
            record.rules,
            room,
            on_recorded=self._recorded,
            on_output=on_output,
        )
        self._capture = CaptureProcess(
            record.id,
            replace(record.source, address=str(video)),
            folder=stores.folder,
            first_epoch=stores.cameras.next_epoch(record.id),
            record=False,
            on_event=self._on_event,
            lockstep=True,
            loop=False,
        )

    def count(self) -> list[Crossing]:
        """Run to the end of the file."""
        self._scheduler.add(self._camera_id)
        try:
            self._analysis.serve(self._serving)
            self._capture.start()
            self._capture.set_input(self._serving.info.input)
            self._ended.wait()
        finally:
            self._capture.stop()
            self._analysis.stop()
        if self._error is not None:
            raise self._error
        self._stores.database.flush()
        self._on_progress(1.0)
        return sorted(self._crossings, key=lambda crossing: crossing.stream_ns)

    def _on_event(self, event: CaptureEvent) -> None:
        match event:
            case FrameReady():
                self._tries = 0
                self._offer(event)
            case Ended():
                self._ended.set()
            case Opened():
                self._stores.cameras.epoch_began(self._camera_id, event.epoch)
            case Died():
                self._fail(CaptureError(event.sentence, todo="", code=event.code))
            case StateChanged(state=CameraState.FAILED | CameraState.RETRYING):
                what, _, todo = event.sentence.partition(". ")
                self._fail(CaptureError(f"{what}.", todo=todo, code=event.code))
            case _:
                pass

    def _offer(self, event: FrameReady) -> None:
        self._frame = event
        due = self._scheduler.frame_ready(
            self._camera_id, event.mailbox_path, event.slot, event.header
        )
        if not due:
            self._capture.proceed()

    def _done(self, job: Job, outcome: Outcome) -> None:
        """Take a frame's outcome; called on the pool's thread."""
        if isinstance(outcome, Analysed):
            self._counting.analysed(job, outcome)
            self._show_progress(job)
        elif self._tries < _MOST_TRIES and self._frame is not None:
            # The frame still lies in the mailbox: the source waits for us.
            self._tries += 1
            self._offer(self._frame)
            return
        else:
            _log.error("frame not analysed", sequence=job.header.key.sequence)
        self._capture.proceed()

    def _show_progress(self, job: Job) -> None:
        sequence = job.header.key.sequence
        if self._frames and sequence % _PROGRESS_EVERY == 0:
            self._on_progress(min(1.0, sequence / self._frames))

    def _recorded(self, recorded: Recorded) -> None:
        self._crossings.append(recorded.event.crossing)

    def _quarantined(self, model: ModelInfo, sentence: str) -> None:
        self._fail(
            ModelError(
                f"The model {model.path.name} stopped its workers. {sentence}",
                todo="Try another model.",
                code="model.quarantined",
            )
        )

    def _fail(self, error: WatchpostError) -> None:
        self._error = self._error or error
        self._ended.set()


def frames_in(video: Path) -> int:
    """Return about how many frames a file has, 0 when it does not say.

    Raises:
        CaptureError: It is not there or is no video.
    """
    try:
        with av.open(str(video)) as container:
            stream = container.streams.video[0]
            if stream.frames:
                return int(stream.frames)
            seconds = (container.duration or 0) / av.time_base
            return int(seconds * float(stream.average_rate or 0))
    except (OSError, ValueError, IndexError) as error:
        raise CaptureError(
            f"{video} cannot be read as a video.",
            todo="Check the name and that the file is whole.",
            code="capture.file",
        ) from error


def _spec(video: Path) -> CameraSpec:
    return CameraSpec(
        name=video.stem[:80] or "video",
        source=SourceSpec(kind=SourceKind.FILE, address=str(video)),
        record=False,
    )


def _rules_spec(version: int, rules: RuleSet) -> RulesSpec:
    return RulesSpec(
        version=version,
        lines=tuple(LineSpec.model_validate(asdict(line)) for line in rules.lines),
        zones=tuple(ZoneSpec.model_validate(asdict(zone)) for zone in rules.zones),
        shelves=tuple(
            ShelfSpec.model_validate(asdict(shelf)) for shelf in rules.shelves
        ),
    )
