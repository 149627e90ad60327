"""What lines counted, as reported and as corrected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from watchpost.domain.rules import Direction
from watchpost.store.tables import corrections, events


@dataclass(frozen=True, slots=True)
class Totals:
    """Crossings of one line in a stretch of time."""

    reported_in: int = 0
    reported_out: int = 0
    corrected_in: int = 0
    corrected_out: int = 0


def select_totals(
    connection: Connection, line_ids: Sequence[str], from_ns: int, to_ns: int
) -> dict[str, Totals]:
    """Return totals of the lines that have any in ``[from_ns, to_ns)``."""
    counted: dict[str, dict[Direction, int]] = {}
    for line_id, direction, count in connection.execute(
        select(events.c.line_id, events.c.direction, func.count())
        .where(
            events.c.line_id.in_(line_ids),
            events.c.at_ns >= from_ns,
            events.c.at_ns < to_ns,
        )
        .group_by(events.c.line_id, events.c.direction)
    ):
        counted.setdefault(line_id, {})[Direction(direction)] = count
    changed: dict[str, tuple[int, int]] = {
        line_id: (change_in, change_out)
        for line_id, change_in, change_out in connection.execute(
            select(
                corrections.c.line_id,
                func.sum(corrections.c.change_in),
                func.sum(corrections.c.change_out),
            )
            .where(
                corrections.c.line_id.in_(line_ids),
                corrections.c.effective_ns >= from_ns,
                corrections.c.effective_ns < to_ns,
            )
            .group_by(corrections.c.line_id)
        )
    }
    found: dict[str, Totals] = {}
    for line_id in counted.keys() | changed.keys():
        directions = counted.get(line_id, {})
        reported_in = directions.get(Direction.IN, 0)
        reported_out = directions.get(Direction.OUT, 0)
        change_in, change_out = changed.get(line_id, (0, 0))
        found[line_id] = Totals(
            reported_in,
            reported_out,
            reported_in + change_in,
            reported_out + change_out,
        )
    return found
