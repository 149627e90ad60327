"""The camera quality monitor beside a clip: learnt on the clean pass, known afterwards."""

from __future__ import annotations

from watchpost.engine.quality.baseline import Baseline
from watchpost.engine.quality.monitor import QualityMonitor


class LearntMonitors:
    """Makes monitors of one camera.

    The first begins with nothing and is to see the clean clip; each of the others knows
    what the first has learnt, and goes on learning by itself, as a live one does.
    """

    def __init__(self) -> None:
        self._first: QualityMonitor | None = None

    def __call__(self) -> QualityMonitor:
        """Return the next monitor."""
        if self._first is None:
            self._first = QualityMonitor()
            return self._first
        learnt = Baseline.from_values(self._first.baseline.to_values())
        return QualityMonitor(learnt)
