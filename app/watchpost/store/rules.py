"""Counting lines as they are stored: every version of them, and their names for ever."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from watchpost.base.errors import StoreError
from watchpost.base.ids import new_id
from watchpost.domain.rules import Anchor, Line
from watchpost.protocol.cameras import LineSpec
from watchpost.store.tables import cameras, lines, rule_versions


def store_rules(
    connection: Connection,
    camera_id: str,
    version: int,
    specs: Sequence[LineSpec],
    by: str,
    now_ns: int,
) -> None:
    """Write the next version of a camera's lines and make it the one that holds.

    Raises:
        StoreError: A line cannot be used (``rules.line``).
    """
    kept = _usable_lines(connection, camera_id, specs)
    connection.execute(
        insert(rule_versions).values(
            camera_id=camera_id,
            version=version,
            lines=json.dumps([asdict(line) for line in kept]),
            at_ns=now_ns,
            by=by,
        )
    )
    connection.execute(
        update(cameras).where(cameras.c.id == camera_id).values(rules_version=version)
    )
    connection.execute(
        update(lines)
        .where(lines.c.camera_id == camera_id, lines.c.removed_ns.is_(None))
        .values(removed_ns=now_ns)
    )
    for line in kept:
        statement = upsert(lines).values(
            id=line.id, camera_id=camera_id, name=line.name, removed_ns=None
        )
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=[lines.c.id],
                set_={"name": line.name, "removed_ns": None},
            )
        )


def _usable_lines(
    connection: Connection, camera_id: str, specs: Sequence[LineSpec]
) -> list[Line]:
    """Return the lines with identifiers of their own.

    Raises:
        StoreError: One of them cannot be used.
    """
    kept: list[Line] = []
    foreign = set(
        connection.execute(
            select(lines.c.id).where(
                lines.c.camera_id != camera_id, lines.c.id.in_([s.id for s in specs])
            )
        ).scalars()
    )
    for spec in specs:
        given = spec.id and spec.id not in foreign
        line_id = spec.id if given else new_id()
        line = Line(**{**spec.model_dump(), "id": line_id})
        problem = line.problem()
        if problem is None and any(line.name == other.name for other in kept):
            problem = f"Two lines are called {line.name!r}. Give each its own name."
        if problem is None and any(line.id == other.id for other in kept):
            problem = f"The line {line.name!r} is there twice. Remove one."
        if problem is not None:
            what, _, todo = problem.partition(". ")
            raise StoreError(f"{what}.", todo=todo, code="rules.line")
        kept.append(line)
    return kept


def lines_from(stored: str) -> tuple[Line, ...]:
    """Return lines from their JSON."""
    return tuple(
        Line(
            **{
                **line,
                "anchor": Anchor(line["anchor"]),
                "classes": tuple(line["classes"]),
                # Lines stored before there were gates do not say.
                "gate": tuple(gate) if (gate := line.get("gate")) else None,
            }
        )
        for line in json.loads(stored)
    )
