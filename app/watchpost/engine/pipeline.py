"""One camera's way from detections to counts: tracker, then rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from watchpost.domain.counting import LineCounter
from watchpost.domain.coverage import CoverageGap
from watchpost.domain.detections import Detections
from watchpost.domain.events import Crossing
from watchpost.domain.facings import FacingReading, FacingRow
from watchpost.domain.geometry import iou
from watchpost.domain.rules import RuleSet
from watchpost.domain.station_parts import Moment
from watchpost.domain.stations import StationReading, StationWatch
from watchpost.domain.tracks import Tracks
from watchpost.domain.verdicts import Verdict
from watchpost.domain.zones import Visit, ZoneReading, ZoneWatch
from watchpost.engine.frames import FrameHeader
from watchpost.engine.tracking.tracker import Tracker, TrackerSettings

# At the default five detections a second.
_INTERVAL_S = 0.2

# Two boxes that overlap this much are one object under two class names.
_TWIN_OVERLAP = 0.7


def without_twins(detections: Detections) -> Detections:
    """Drop the less sure of two readings of one object as two classes.

    Detectors suppress overlaps within a class; a van seen as car and as truck comes out
    twice and would be counted twice.
    """
    if len(detections) < 2:
        return detections
    order = np.argsort(-detections.scores, kind="stable")
    boxes = detections.xyxy_norm[order].astype(np.float64)
    twin = np.triu(iou(boxes, boxes) > _TWIN_OVERLAP, k=1)
    kept = np.ones(len(order), bool)
    for row in range(len(order)):
        if kept[row]:
            kept &= ~twin[row]
    return detections if kept.all() else detections.select(np.sort(order[kept]))


@dataclass(frozen=True, slots=True, eq=False)
class PipelineOutput:
    """What one analysed frame brought.

    Attributes:
        tracks: Confirmed tracks, measured or predicted.
        crossings: What is to be counted.
        boost: Analyse every frame for now: somebody is near a line, or fast, or a part
            would be through its station with too few looks.
        zones: How every zone is now, in the order of the rules.
        visits: Stays in zones that are over now.
        shelves: Every shelf's facings now, in the order of the rules.
        stations: How every inspection station is now, in the order of the rules.
        verdicts: On parts that are through their station now.
    """

    tracks: Tracks
    crossings: tuple[Crossing, ...]
    boost: bool
    zones: tuple[ZoneReading, ...] = ()
    visits: tuple[Visit, ...] = ()
    shelves: tuple[tuple[FacingReading, ...], ...] = ()
    stations: tuple[StationReading, ...] = ()
    verdicts: tuple[Verdict, ...] = ()


class CameraPipeline:
    """Tracks and counts of one camera. One thread at a time, frames in order."""

    def __init__(
        self,
        camera_id: str,
        class_names: Sequence[str],
        rules: RuleSet,
        settings: TrackerSettings | None = None,
    ) -> None:
        self.camera_id = camera_id
        self._tracker = Tracker(settings)
        self._counter = LineCounter(rules, class_names)
        self._zones = ZoneWatch(rules, class_names)
        self._stations = StationWatch(rules, class_names)
        self._shelves = tuple(FacingRow(shelf, class_names) for shelf in rules.shelves)
        self._epoch: int | None = None

    @property
    def rules(self) -> RuleSet:
        """The rules in force."""
        return self._counter.rules

    def replace_rules(self, rules: RuleSet) -> None:
        """Count by other lines from the next frame on; tracks stay."""
        self._counter.replace_rules(rules)
        self._zones.replace_rules(rules)
        self._stations.replace_rules(rules)
        same = {row.shelf: row for row in self._shelves}
        names = self._counter.class_names
        self._shelves = tuple(
            same.get(shelf) or FacingRow(shelf, names) for shelf in rules.shelves
        )

    def replace_classes(self, class_names: Sequence[str]) -> None:
        """Go on with another model; whoever is being followed stays followed."""
        new = {name: index for index, name in enumerate(class_names)}
        old = self._counter.class_names
        self._tracker.rename_classes(
            np.array([new.get(name, -1) for name in old], np.int64)
        )
        self._counter.replace_classes(class_names)
        self._zones.replace_classes(class_names)
        self._stations.replace_classes(class_names)
        for row in self._shelves:
            row.replace_classes(class_names)

    def finish(self) -> list[Visit]:
        """Forget what is followed, as at a new epoch; return the visits that this cut."""
        self._epoch = None
        self._forget()
        return self._zones.take_cut()

    def not_looked(self, gap: CoverageGap) -> None:
        """Hear that nobody looked for a while."""
        self._stations.not_looked(gap.from_ns, gap.to_ns, gap.reason)

    def picture(self, bad_since_ns: int | None) -> None:
        """Hear since when (UTC) the picture is not to be trusted; None: it is."""
        self._stations.picture(bad_since_ns)

    def finish_stations(self) -> tuple[Verdict, ...]:
        """Return verdicts on the parts in stations: no more frames will come."""
        return tuple(self._stations.finish())

    def analysed(
        self,
        header: FrameHeader,
        detections: Detections,
        grey: NDArray[np.uint8] | None = None,
    ) -> PipelineOutput:
        """Take in what was seen in one frame.

        Of several readings of one object, the surest is tracked.

        A new epoch (a reconnect, a loop of a file) begins with no tracks: the camera's
        clock and what stands before it may both have changed.

        Args:
            header: The frame.
            detections: What the model saw in it.
            grey: The frame itself, small, shape (height, width), where there are shelves.
        """
        if header.key.epoch != self._epoch:
            self._stations.reset(header.at_ns)
            self._forget()
            self._epoch = header.key.epoch
        aspect = header.frame_width / max(1, header.frame_height)
        everything, detections = detections, without_twins(detections)
        tracks = self._tracker.update(detections, header.pts_ns, aspect=aspect)
        crossings = self._counter.update(
            tracks, header.key, header.at_ns, header.pts_ns, aspect=aspect
        )
        visits = self._zones.update(tracks, header.at_ns, header.pts_ns, aspect=aspect)
        zones = self._zones.readings(header.pts_ns)
        # A shelf has no tracks: what stands there does not move.
        shelves = tuple(
            row.update(detections, header.pts_ns, grey=grey) for row in self._shelves
        )
        verdicts = self._stations.update(
            tracks,
            detections,
            Moment(header.key, header.at_ns, header.pts_ns, aspect),
            everything=everything,
        )
        tracks = tracks.select(tracks.confirmed)
        boost = self._counter.wants_full_rate(tracks, _INTERVAL_S)
        boost |= self._stations.wants_full_rate(_INTERVAL_S)
        return PipelineOutput(
            tracks,
            tuple(crossings),
            boost,
            zones,
            tuple(visits),
            shelves,
            self._stations.readings(),
            tuple(verdicts),
        )

    def _forget(self) -> None:
        self._tracker.reset()
        self._counter.reset()
        self._zones.reset()
        for row in self._shelves:
            row.reset()
