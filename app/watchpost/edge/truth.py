"""A simulated camera's truth beside what was counted in the same time.

A scene knows its own lines by short identifiers (``door``). A camera's line stands for one
of them when its identifier is the same or ends with it behind a dash (``…-door``), since
two cameras may show the same scene and identifiers are an edge's own.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict

from watchpost.base.ids import new_id
from watchpost.domain.rules import Direction
from watchpost.protocol.cameras import LineSpec, LineTotals, SourceSpec


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
            named = {line_id: line_id.rpartition("-")[2] for line_id in line_ids}
            known = [
                (line_id, self._truth[name])
                for line_id, name in named.items()
                if name in self._truth
            ]
            truth = tuple(_totals(line_id, counts) for line_id, counts in known)
            counted = tuple(
                _totals(line_id, self._counted.get(line_id, (0, 0)))
                for line_id, _ in known
            )
        return truth, counted


def scene_lines(source: SourceSpec) -> tuple[LineSpec, ...]:
    """Return a simulated scene's own lines, named so that its truth is known for them.

    Raises:
        WatchpostError: There is no such scene.
    """
    # Imported here: an edge without simulated cameras need not pay for it.
    from watchpost.engine.capture.simulator import lines_of

    return tuple(
        LineSpec.model_validate({**asdict(line), "id": f"{new_id()}-{line.id}"})
        for line in lines_of(source.address)
    )


def _totals(line_id: str, counts: tuple[int, int]) -> LineTotals:
    return LineTotals(line_id=line_id, count_in=counts[0], count_out=counts[1])
