"""What all cameras of an edge share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from watchpost.api.hub import LiveHub
from watchpost.base.clock import Clock
from watchpost.base.paths import DataFolder
from watchpost.edge.coverage import CoverageTrack
from watchpost.edge.inspection import TodayVerdicts
from watchpost.edge.models import Serving
from watchpost.edge.stores import Stores
from watchpost.edge.totals import TodayTotals
from watchpost.engine.scheduler import Scheduler


@dataclass(frozen=True, slots=True)
class EngineRoom:
    """Shared parts, handed to every camera.

    Attributes:
        folder: The edge's data.
        stores: What is kept.
        hub: Where live messages go.
        scheduler: Decides which frames are analysed.
        coverage: Keeps what was looked at.
        totals: Today's counts.
        verdicts: Today's inspected parts.
        serving: Returns the model that frames go to now, or None.
        model_by_sha: Returns the model that looked at a frame; it may have been replaced.
        score_threshold: Returns the lowest score that is shown.
        clock: Time.
    """

    folder: DataFolder
    stores: Stores
    hub: LiveHub
    scheduler: Scheduler
    coverage: CoverageTrack
    totals: TodayTotals
    verdicts: TodayVerdicts
    serving: Callable[[], Serving | None]
    model_by_sha: Callable[[str], Serving | None]
    score_threshold: Callable[[], float]
    clock: Clock
