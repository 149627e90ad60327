"""Inspection stations as they are stored: in the rules, and by name for ever."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from watchpost.base.errors import StoreError
from watchpost.base.ids import new_id
from watchpost.domain.rules import Station
from watchpost.protocol.cameras import StationSpec
from watchpost.store.tables import stations


def usable_stations(
    connection: Connection, camera_id: str, specs: Sequence[StationSpec]
) -> list[Station]:
    """Return the stations with identifiers of their own.

    Raises:
        StoreError: One of them cannot be used (``rules.station``).
    """
    kept: list[Station] = []
    foreign = set(
        connection.execute(
            select(stations.c.id).where(
                stations.c.camera_id != camera_id,
                stations.c.id.in_([spec.id for spec in specs]),
            )
        ).scalars()
    )
    for spec in specs:
        given = spec.id and spec.id not in foreign
        station = Station(**{**spec.model_dump(), "id": spec.id if given else new_id()})
        problem = station.problem()
        if problem is None and any(station.name == other.name for other in kept):
            problem = (
                f"Two stations are called {station.name!r}. Give each its own name."
            )
        if problem is None and any(station.id == other.id for other in kept):
            problem = f"The station {station.name!r} is there twice. Remove one."
        if problem is not None:
            what, _, todo = problem.partition(". ")
            raise StoreError(f"{what}.", todo=todo, code="rules.station")
        kept.append(station)
    return kept


def name_stations(
    connection: Connection, camera_id: str, kept: Sequence[Station], now_ns: int
) -> None:
    """Note the newest names of a camera's stations, and which are gone."""
    remove_stations(connection, camera_id, now_ns)
    for station in kept:
        statement = upsert(stations).values(
            id=station.id, camera_id=camera_id, name=station.name
        )
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=[stations.c.id],
                set_={"name": station.name, "removed_ns": None},
            )
        )


def remove_stations(connection: Connection, camera_id: str, now_ns: int) -> None:
    """Note that a camera's stations are there no more; their verdicts stay."""
    connection.execute(
        update(stations)
        .where(stations.c.camera_id == camera_id, stations.c.removed_ns.is_(None))
        .values(removed_ns=now_ns)
    )


def stations_from(stored: str) -> tuple[Station, ...]:
    """Return stations from their JSON."""
    return tuple(
        Station(
            **{
                **station,
                "points": tuple((x, y) for x, y in station["points"]),
                "parts": tuple(station["parts"]),
                "defects": tuple(station["defects"]),
            }
        )
        for station in json.loads(stored)
    )
