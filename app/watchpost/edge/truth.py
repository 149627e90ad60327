"""A simulated camera's truth beside what was counted in the same time."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping

from watchpost.domain.rules import Direction
from watchpost.protocol.cameras import LineTotals


class TruthBoard:
    """True and counted crossings since the camera's start. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._truth: dict[str, tuple[int, int]] | None = None
        self._counted: dict[str, tuple[int, int]] = {}

    def restart(self) -> None:
        """Begin anew: the story starts again, or another source tells none."""
        with self._lock:
            self._truth = None
            self._counted = {}

    def told(self, truth: Mapping[str, tuple[int, int]]) -> None:
        """Take in what really happened since the start, per line (in, out)."""
        with self._lock:
            self._truth = dict(truth)

    def counted(self, line_id: str, direction: Direction) -> None:
        """Take in one count."""
        with self._lock:
            count_in, count_out = self._counted.get(line_id, (0, 0))
            self._counted[line_id] = (
                count_in + (direction is Direction.IN),
                count_out + (direction is Direction.OUT),
            )

    def of(
        self, line_ids: Iterable[str]
    ) -> tuple[tuple[LineTotals, ...], tuple[LineTotals, ...]] | None:
        """Return true and counted totals, or None where no truth is known."""
        with self._lock:
            if self._truth is None:
                return None
            known = [line_id for line_id in line_ids if line_id in self._truth]
            truth = tuple(_totals(i, self._truth[i]) for i in known)
            counted = tuple(_totals(i, self._counted.get(i, (0, 0))) for i in known)
        return truth, counted


def _totals(line_id: str, counts: tuple[int, int]) -> LineTotals:
    return LineTotals(line_id=line_id, count_in=counts[0], count_out=counts[1])
