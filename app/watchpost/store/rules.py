"""Lines and zones as they are stored: every version, and the lines' names for ever."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TypeVar

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from watchpost.base.errors import StoreError
from watchpost.base.ids import new_id
from watchpost.domain.rules import Anchor, Line, Shelf, Zone
from watchpost.protocol.cameras import LineSpec, ShelfSpec, StationSpec, ZoneSpec
from watchpost.store.stations import name_stations, usable_stations
from watchpost.store.tables import cameras, lines, rule_versions, watched

_Spec = TypeVar("_Spec", ZoneSpec, ShelfSpec)


def store_rules(
    connection: Connection,
    camera_id: str,
    version: int,
    specs: Sequence[LineSpec],
    by: str,
    now_ns: int,
    *,
    zones: Sequence[ZoneSpec] | None = None,
    shelves: Sequence[ShelfSpec] | None = None,
    stations: Sequence[StationSpec] | None = None,
) -> None:
    """Write the next version of a camera's rules and make it the one that holds.

    Args:
        connection: Within a transaction.
        camera_id: The camera.
        version: The one to write.
        specs: Its lines.
        by: Who changed them.
        now_ns: UTC nanoseconds.
        zones: Its zones; None keeps those of the version before.
        shelves: Its shelves; None keeps those of the version before.
        stations: Its stations; None keeps those of the version before.

    Raises:
        StoreError: Something cannot be used (``rules.line``, ``rules.zone``,
            ``rules.shelf``, ``rules.station``).
    """
    kept = _usable_lines(connection, camera_id, specs)
    stored_zones, stored_shelves, stored_stations = _before(
        connection, camera_id, version
    )
    if zones is not None:
        kept_zones = _usable_zones(_own(connection, camera_id, "zone", zones))
        stored_zones = json.dumps([asdict(zone) for zone in kept_zones])
        _name(connection, camera_id, "zone", kept_zones, now_ns)
    if shelves is not None:
        kept_shelves = _usable_shelves(_own(connection, camera_id, "shelf", shelves))
        stored_shelves = json.dumps([asdict(shelf) for shelf in kept_shelves])
        _name(connection, camera_id, "shelf", kept_shelves, now_ns)
    if stations is not None:
        usable = usable_stations(connection, camera_id, stations)
        stored_stations = json.dumps([asdict(station) for station in usable])
        name_stations(connection, camera_id, usable, now_ns)
    connection.execute(
        insert(rule_versions).values(
            camera_id=camera_id,
            version=version,
            lines=json.dumps([asdict(line) for line in kept]),
            zones=stored_zones,
            shelves=stored_shelves,
            stations=stored_stations,
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


def _own(
    connection: Connection,
    camera_id: str,
    kind: str,
    specs: Sequence[_Spec],
) -> list[_Spec]:
    """Return specs without the identifiers that something else has already."""
    foreign = set(
        connection.execute(
            select(watched.c.id).where(
                watched.c.id.in_([spec.id for spec in specs]),
                (watched.c.camera_id != camera_id) | (watched.c.kind != kind),
            )
        ).scalars()
    )
    return [
        spec.model_copy(update={"id": ""}) if spec.id in foreign else spec
        for spec in specs
    ]


def _name(
    connection: Connection,
    camera_id: str,
    kind: str,
    kept: Sequence[Zone] | Sequence[Shelf],
    now_ns: int,
) -> None:
    """Note the newest names of a camera's zones or shelves, and which are gone."""
    connection.execute(
        update(watched)
        .where(
            watched.c.camera_id == camera_id,
            watched.c.kind == kind,
            watched.c.removed_ns.is_(None),
        )
        .values(removed_ns=now_ns)
    )
    for drawn in kept:
        statement = upsert(watched).values(
            id=drawn.id, camera_id=camera_id, kind=kind, name=drawn.name
        )
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=[watched.c.id],
                set_={"name": drawn.name, "removed_ns": None},
            )
        )


def _before(
    connection: Connection, camera_id: str, version: int
) -> tuple[str, str, str]:
    """Return zones, shelves and stations of the version before this one, as JSON."""
    row = connection.execute(
        select(
            rule_versions.c.zones, rule_versions.c.shelves, rule_versions.c.stations
        ).where(
            rule_versions.c.camera_id == camera_id,
            rule_versions.c.version == version - 1,
        )
    ).one_or_none()
    if row is None:
        return "[]", "[]", "[]"
    return row.zones, row.shelves, row.stations


def _usable_zones(specs: Sequence[ZoneSpec]) -> list[Zone]:
    """Return the zones with identifiers of their own.

    Raises:
        StoreError: One of them cannot be used.
    """
    kept: list[Zone] = []
    for spec in specs:
        zone = Zone(**{**spec.model_dump(), "id": spec.id or new_id()})
        problem = zone.problem()
        if problem is None and any(zone.name == other.name for other in kept):
            problem = f"Two zones are called {zone.name!r}. Give each its own name."
        if problem is None and any(zone.id == other.id for other in kept):
            problem = f"The zone {zone.name!r} is there twice. Remove one."
        if problem is not None:
            what, _, todo = problem.partition(". ")
            raise StoreError(f"{what}.", todo=todo, code="rules.zone")
        kept.append(zone)
    return kept


def _usable_shelves(specs: Sequence[ShelfSpec]) -> list[Shelf]:
    """Return the shelves with identifiers of their own.

    Raises:
        StoreError: One of them cannot be used.
    """
    kept: list[Shelf] = []
    for spec in specs:
        shelf = Shelf(**{**spec.model_dump(), "id": spec.id or new_id()})
        problem = shelf.problem()
        if problem is None and any(shelf.name == other.name for other in kept):
            problem = f"Two shelves are called {shelf.name!r}. Give each its own name."
        if problem is None and any(shelf.id == other.id for other in kept):
            problem = f"The shelf {shelf.name!r} is there twice. Remove one."
        if problem is not None:
            what, _, todo = problem.partition(". ")
            raise StoreError(f"{what}.", todo=todo, code="rules.shelf")
        kept.append(shelf)
    return kept


def shelves_from(stored: str) -> tuple[Shelf, ...]:
    """Return shelves from their JSON."""
    return tuple(
        Shelf(
            **{
                **shelf,
                "facings": tuple((a, b, c, d) for a, b, c, d in shelf["facings"]),
                "obstacles": tuple(shelf["obstacles"]),
            }
        )
        for shelf in json.loads(stored)
    )


def zones_from(stored: str) -> tuple[Zone, ...]:
    """Return zones from their JSON."""
    return tuple(
        Zone(
            **{
                **zone,
                "points": tuple((x, y) for x, y in zone["points"]),
                "anchor": Anchor(zone["anchor"]),
                "classes": tuple(zone["classes"]),
            }
        )
        for zone in json.loads(stored)
    )


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
