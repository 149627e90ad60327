"""One camera from detections to told results and kept counts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import asdict

from watchpost.base.clock import NS_PER_MS, NS_PER_S
from watchpost.base.errors import StoreError
from watchpost.base.log import get_logger
from watchpost.domain.coverage import CoverageGap
from watchpost.domain.events import Crossing
from watchpost.domain.facings import FacingReading
from watchpost.domain.quality import QualityReport
from watchpost.domain.rules import RuleSet
from watchpost.domain.stations import StationReading
from watchpost.domain.zones import ZoneReading
from watchpost.edge.engine_room import EngineRoom
from watchpost.edge.figures import CameraFigures
from watchpost.edge.inspection import VerdictKeeper, station_status
from watchpost.edge.models import Serving
from watchpost.edge.results import boxes_of, result_of
from watchpost.edge.truth import TruthBoard
from watchpost.edge.values import ValueKeeper
from watchpost.engine.frames import FrameHeader
from watchpost.engine.inference.jobs import Analysed, Job
from watchpost.engine.pipeline import (
    CameraPipeline,
    PipelineOutput,
    without_twins,
)
from watchpost.protocol.cameras import (
    FacingStatus,
    ShelfStatus,
    StationStatus,
    ZoneStatus,
)
from watchpost.protocol.live import Counted, Result
from watchpost.store.ledger import LedgerEvent, Recorded

_log = get_logger(__name__)


class CameraCounting:
    """Tracks, counts and tells what one camera sees.

    ``analysed`` runs on pool threads, one frame of a camera at a time; rules change on
    the server's threads.

    Args:
        camera_id: The camera.
        rules: Its lines.
        room: Shared parts.
        on_recorded: Called on the ledger's writer thread with every count, once it is
            durable and before it is told.
        on_output: Called on the pool's thread with what every analysed frame brought.
    """

    def __init__(
        self,
        camera_id: str,
        rules: RuleSet,
        room: EngineRoom,
        on_recorded: Callable[[Recorded], None] | None = None,
        on_output: Callable[[FrameHeader, PipelineOutput], None] | None = None,
    ) -> None:
        self.camera_id = camera_id
        self.figures = CameraFigures(room.clock)
        self.truth = TruthBoard()
        self._room = room
        self._on_recorded = on_recorded
        self._on_output = on_output
        self._lock = threading.Lock()
        self._model: Serving | None = None
        self._pipeline = CameraPipeline(camera_id, (), rules)
        self._shelves: tuple[ShelfStatus, ...] | None = None
        self._zones: tuple[ZoneReading, ...] = ()
        self._zones_ns: int | None = None
        self._values = ValueKeeper(camera_id, room.stores.values)
        room.scheduler.want_grey(camera_id, bool(rules.shelves))
        self._stations: tuple[StationReading, ...] | None = None
        self._verdicts = VerdictKeeper(
            camera_id, room.stores.verdicts, room.verdicts, room.hub
        )

    def replace_rules(self, rules: RuleSet) -> None:
        """Count by other lines from the next frame on."""
        with self._lock:
            self._pipeline.replace_rules(rules)
            self._room.scheduler.want_grey(self.camera_id, bool(rules.shelves))

    def not_looked(self, gap: CoverageGap) -> None:
        """Hear that nobody looked for a while; parts that passed are not inspected."""
        with self._lock:
            self._pipeline.not_looked(gap)

    def picture(self, report: QualityReport) -> None:
        """Hear how the picture is; parts are not judged by a bad one."""
        bad_since_ns = None
        if not report.is_trusted:
            bad_since_ns = report.at_ns if report.since_ns is None else report.since_ns
        with self._lock:
            self._pipeline.picture(bad_since_ns)

    def analysed(self, job: Job, outcome: Analysed) -> Result | None:
        """Take in what was seen in a frame; tell it and keep what it counted.

        Returns:
            What was told, to be kept beside the recording; None for a model unknown.
        """
        with self._lock:
            model = self._use_model(outcome.model_sha256)
            if model is None:
                return None
            # The pipeline drops twins too: its rows are those of what is left.
            detections = without_twins(outcome.detections)
            output = self._pipeline.analysed(
                job.header, outcome.detections, outcome.grey
            )
            rules_version = self._pipeline.rules.version
            self._values.take(job.header.at_ns, self._pipeline.rules, output)
            self._zones, self._zones_ns = output.zones, job.header.at_ns
            self._stations = output.stations
            self._shelves = tuple(
                _shelf_status(shelf.id, facings)
                for shelf, facings in zip(
                    self._pipeline.rules.shelves, output.shelves, strict=True
                )
            )
        if self._on_output is not None:
            self._on_output(job.header, output)
        self._room.scheduler.boost(self.camera_id, output.boost)
        latency_ms = (self._room.clock.utc_ns() - job.header.at_ns) / NS_PER_MS
        self.figures.analysed(latency_ms)
        boxes = boxes_of(
            detections,
            output.tracks,
            model.class_names,
            score_threshold=self._room.score_threshold(),
        )
        result = result_of(
            self.camera_id, job.header, boxes, latency_ms=latency_ms, model=model.name
        )
        self._room.hub.publish(result)
        for crossing in output.crossings:
            self._keep(crossing, rules_version, model)
        self._verdicts.keep(output.verdicts, rules_version, model)
        return result

    def finish(self) -> None:
        """Keep what zones, shelves and stations told until now: the camera stops."""
        with self._lock:
            verdicts = self._pipeline.finish_stations()
            visits = self._pipeline.finish()
            rules_version, model = self._pipeline.rules.version, self._model
            self._values.finish(visits, rules_version)
        if model is not None:
            self._verdicts.keep(verdicts, rules_version, model)

    def zones(self) -> tuple[ZoneStatus, ...] | None:
        """Return how the zones are, as of the newest analysed frame.

        Frames in which nothing moves are not analysed: who waits waits on meanwhile.
        None before the first frame.
        """
        with self._lock:
            readings, at_ns = self._zones, self._zones_ns
        if at_ns is None:
            return None
        since_s = max(0.0, (self._room.clock.utc_ns() - at_ns) / NS_PER_S)
        return tuple(_zone_status(reading, since_s) for reading in readings)

    def stations(self, *, looked_at: bool) -> tuple[StationStatus, ...]:
        """Return how the stations are: today's parts, and what is in them now.

        Args:
            looked_at: Whether frames are analysed now.
        """
        with self._lock:
            readings = self._stations if looked_at else None
            stations = self._pipeline.rules.stations
        return tuple(
            station_status(station.id, self._room.verdicts.of(station.id), readings)
            for station in stations
        )

    def shelves(self) -> tuple[ShelfStatus, ...] | None:
        """Return how the shelves are; None before the first frame."""
        with self._lock:
            return self._shelves

    def _use_model(self, sha256: str) -> Serving | None:
        if self._model is None or self._model.info.sha256 != sha256:
            model = self._room.model_by_sha(sha256)
            if model is None:
                return None
            self._pipeline.replace_classes(model.class_names)
            self._model = model
        return self._model

    def replace_model(self, model: Serving) -> None:
        """Call classes by other names from now on, where the model is the same."""
        with self._lock:
            if self._model is not None and self._model.info.sha256 == model.info.sha256:
                self._pipeline.replace_classes(model.class_names)
                self._model = model

    def _keep(self, crossing: Crossing, rules_version: int, model: Serving) -> None:
        event = LedgerEvent.of(
            self.camera_id,
            crossing,
            rules_version=rules_version,
            model=model.name,
            model_sha256=model.info.sha256,
        )
        try:
            self._room.stores.ledger.append(event, self._tell)
        except StoreError as error:
            _log.error("count lost", camera=self.camera_id, code=error.code)

    def _tell(self, recorded: Recorded) -> None:
        """Tell a count once it is durable; runs on the ledger's writer thread."""
        if not recorded.new:
            return
        if self._on_recorded is not None:
            self._on_recorded(recorded)
        crossing = recorded.event.crossing
        count_in, count_out = self._room.totals.counted(
            crossing.line_id, crossing.direction, crossing.at_ns
        )
        self.truth.counted(crossing.line_id, crossing.direction)
        self._room.hub.publish(
            Counted(
                event_id=recorded.event_id,
                camera_id=self.camera_id,
                line_id=crossing.line_id,
                direction=crossing.direction,
                class_name=crossing.class_name,
                at_ns=crossing.at_ns,
                count_in=count_in,
                count_out=count_out,
            )
        )


def _zone_status(reading: ZoneReading, since_s: float) -> ZoneStatus:
    """Return a reading as the API tells it, so many seconds later."""
    status = ZoneStatus(**asdict(reading))
    if status.longest_wait_s is None:
        return status
    return status.model_copy(update={"longest_wait_s": status.longest_wait_s + since_s})


def _shelf_status(shelf_id: str, facings: tuple[FacingReading, ...]) -> ShelfStatus:
    return ShelfStatus(
        shelf_id=shelf_id,
        facings=tuple(FacingStatus(state=f.state, hidden=f.hidden) for f in facings),
    )
