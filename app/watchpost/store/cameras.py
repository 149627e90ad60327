"""Cameras and every version of their rules."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from watchpost.base.errors import StoreError
from watchpost.base.ids import new_id
from watchpost.domain.cameras import Source, SourceKind
from watchpost.domain.rules import Line, RuleSet, Shelf, Station, Zone
from watchpost.protocol.cameras import (
    CameraSpec,
    LineSpec,
    RulesSpec,
    ShelfSpec,
    SourceSpec,
    StationSpec,
    ZoneSpec,
)
from watchpost.store.addresses import without_credentials
from watchpost.store.audit import append_audit
from watchpost.store.database import Database
from watchpost.store.refusals import unknown
from watchpost.store.rules import lines_from, shelves_from, store_rules, zones_from
from watchpost.store.secrets import SecretStore
from watchpost.store.stations import remove_stations, stations_from
from watchpost.store.tables import cameras, events, lines, rule_versions, watched

EPOCH_MARGIN = 64
"""More epochs than can begin between two commits: what a ``kill -9`` may forget."""


@dataclass(frozen=True, slots=True)
class CameraRecord:
    """One camera as it is stored.

    Attributes:
        id: Identifier.
        number: How operators call it.
        name: As the technician typed it.
        source: Where its packets come from, without the password
            (:meth:`CameraRepository.source`).
        enabled: Whether it is to be connected.
        record: Whether its packets are to be recorded.
        rules: Its lines.
        removed_ns: When it was removed, UTC nanoseconds, or None.
    """

    id: str
    number: int
    name: str
    source: Source
    enabled: bool
    record: bool
    rules: RuleSet
    removed_ns: int | None = None


class CameraRepository:
    """Cameras, their rules, and the number of their next connection."""

    def __init__(self, db: Database, secrets: SecretStore) -> None:
        self._db = db
        self._secrets = secrets

    # Reading

    def list(self) -> tuple[CameraRecord, ...]:
        """Return all cameras that were not removed, by number."""
        with self._db.read() as connection:
            rows = connection.execute(
                _WITH_RULES.where(cameras.c.removed_ns.is_(None)).order_by(
                    cameras.c.number
                )
            ).all()
        return tuple(_record(row) for row in rows)

    def get(self, camera_id: str) -> CameraRecord:
        """Return one camera, a removed one too.

        Raises:
            StoreError: There is none (``camera.unknown``).
        """
        with self._db.read() as connection:
            return _get(connection, camera_id)

    def source(self, camera_id: str) -> Source:
        """Return a camera's source with its password, to connect with."""
        return replace(
            self.get(camera_id).source, password=self._secrets.get(_secret(camera_id))
        )

    def rules(self, camera_id: str, version: int) -> RuleSet:
        """Return the rules as they were at a version."""
        with self._db.read() as connection:
            stored = connection.execute(
                select(*_RULE_COLUMNS).where(
                    rule_versions.c.camera_id == camera_id,
                    rule_versions.c.version == version,
                )
            ).one_or_none()
        if stored is None:
            raise unknown("rules", f"{camera_id} version {version}")
        return _rules(version, stored)

    def next_number(self) -> int:
        """Return the lowest number that no camera has."""
        with self._db.read() as connection:
            return _free_number(connection)

    # Changing

    def add(
        self, spec: CameraSpec, by: str, *, camera_id: str | None = None
    ) -> CameraRecord:
        """Add a camera.

        Args:
            spec: What it is; a password in the address is split off.
            by: Who adds it.
            camera_id: Only for a site whose identifiers are known beforehand (demo).

        Raises:
            StoreError: The number is taken (``camera.number``) or a line cannot be used
                (``rules.line``).
        """
        source = without_credentials(spec.source)
        now = self._db.clock.utc_ns()
        camera_id = camera_id or new_id(self._db.clock)
        self._secrets.put(_secret(camera_id), source.password)

        def work(connection: Connection) -> CameraRecord:
            number = spec.number or _free_number(connection)
            _refuse_taken(connection, number, camera_id)
            connection.execute(
                insert(cameras).values(
                    id=camera_id,
                    number=number,
                    name=spec.name,
                    source=_source_json(source),
                    enabled=spec.enabled,
                    record=spec.record,
                    rules_version=0,
                )
            )
            store_rules(connection, camera_id, 1, spec.lines, by, now)
            _audit(connection, camera_id, by, f"Camera {number:02d} added", now)
            return _get(connection, camera_id)

        try:
            return self._db.write(work)
        except StoreError:
            self._secrets.delete(_secret(camera_id))
            raise

    def save(self, camera_id: str, spec: CameraSpec, by: str) -> CameraRecord:
        """Replace a camera's description.

        ``spec.lines`` is not looked at: lines change through :meth:`save_rules` alone,
        which notices when two people edit them. An empty password keeps the stored one.

        Raises:
            StoreError: No such camera, or the number is taken.
        """
        source = without_credentials(spec.source)
        now = self._db.clock.utc_ns()

        def work(connection: Connection) -> CameraRecord:
            before = _present(connection, camera_id)
            number = spec.number or before.number
            _refuse_taken(connection, number, camera_id)
            connection.execute(
                update(cameras)
                .where(cameras.c.id == camera_id)
                .values(
                    number=number,
                    name=spec.name,
                    source=_source_json(source),
                    enabled=spec.enabled,
                    record=spec.record,
                )
            )
            _audit(connection, camera_id, by, "Camera saved", now)
            return _get(connection, camera_id)

        saved = self._db.write(work)
        if source.password:
            self._secrets.put(_secret(camera_id), source.password)
        return saved

    def save_rules(self, camera_id: str, spec: RulesSpec, by: str) -> CameraRecord:
        """Replace a camera's rules; the versions before are kept.

        Raises:
            StoreError: Somebody changed them since ``spec.version``
                (``rules.conflict``), or a line cannot be used (``rules.line``).
        """
        now = self._db.clock.utc_ns()

        def work(connection: Connection) -> CameraRecord:
            version = _present(connection, camera_id).rules.version
            if spec.version != version:
                raise StoreError(
                    f"The lines were changed by somebody else (version {version}, "
                    f"edited was {spec.version}).",
                    todo="Load the newest lines and make your change again.",
                    code="rules.conflict",
                )
            store_rules(
                connection,
                camera_id,
                version + 1,
                spec.lines,
                by,
                now,
                zones=spec.zones,
                shelves=spec.shelves,
                stations=spec.stations,
            )
            _audit(
                connection, camera_id, by, f"Lines saved, version {version + 1}", now
            )
            return _get(connection, camera_id)

        return self._db.write(work)

    def remove(self, camera_id: str, by: str) -> None:
        """Remove a camera; its counts, rules and recordings stay.

        Raises:
            StoreError: No such camera.
        """
        now = self._db.clock.utc_ns()

        def work(connection: Connection) -> None:
            _present(connection, camera_id)
            connection.execute(
                update(cameras)
                .where(cameras.c.id == camera_id)
                .values(removed_ns=now, enabled=False)
            )
            connection.execute(
                update(lines)
                .where(lines.c.camera_id == camera_id, lines.c.removed_ns.is_(None))
                .values(removed_ns=now)
            )
            connection.execute(
                update(watched)
                .where(watched.c.camera_id == camera_id, watched.c.removed_ns.is_(None))
                .values(removed_ns=now)
            )
            remove_stations(connection, camera_id, now)
            _audit(connection, camera_id, by, "Camera removed", now)

        self._db.write(work)
        self._secrets.delete(_secret(camera_id))

    # Connections

    def next_epoch(self, camera_id: str) -> int:
        """Return an epoch higher than any before, durably claimed.

        Raises:
            StoreError: No such camera.
        """

        def work(connection: Connection) -> int:
            stored = connection.execute(
                select(cameras.c.epoch).where(cameras.c.id == camera_id)
            ).scalar()
            if stored is None:
                raise unknown("camera", camera_id)
            newest = (
                select(func.max(events.c.epoch))
                .where(events.c.line_id == lines.c.id)
                .scalar_subquery()
            )
            counted = connection.execute(
                select(func.max(newest)).where(lines.c.camera_id == camera_id)
            ).scalar()
            epoch = max(stored, counted or 0) + (EPOCH_MARGIN if stored else 1)
            connection.execute(
                update(cameras).where(cameras.c.id == camera_id).values(epoch=epoch)
            )
            return int(epoch)

        return self._db.write(work)

    def epoch_began(self, camera_id: str, epoch: int) -> None:
        """Note that a camera's connection has a number; does not wait."""
        self._db.queue(_note_epochs, (camera_id, epoch))


def source_spec(source: Source) -> SourceSpec:
    """Return a source as the API shows it: without the password."""
    return SourceSpec.model_validate({**asdict(source), "password": ""})


def line_spec(line: Line) -> LineSpec:
    """Return a line as the API shows it."""
    return LineSpec.model_validate(asdict(line))


def zone_spec(zone: Zone) -> ZoneSpec:
    """Return a zone as the API shows it."""
    return ZoneSpec.model_validate(asdict(zone))


def shelf_spec(shelf: Shelf) -> ShelfSpec:
    """Return a shelf as the API shows it."""
    return ShelfSpec.model_validate(asdict(shelf))


def station_spec(station: Station) -> StationSpec:
    """Return a station as the API shows it."""
    return StationSpec.model_validate(asdict(station))


def _rules(version: int, row: Any) -> RuleSet:
    """Return rules from their columns' JSON."""
    return RuleSet(
        version,
        lines_from(row.lines),
        zones_from(row.zones),
        shelves_from(row.shelves),
        stations_from(row.stations),
    )


_RULE_COLUMNS = (
    rule_versions.c.lines,
    rule_versions.c.zones,
    rule_versions.c.shelves,
    rule_versions.c.stations,
)
_WITH_RULES = select(cameras, *_RULE_COLUMNS).join(
    rule_versions,
    (rule_versions.c.camera_id == cameras.c.id)
    & (rule_versions.c.version == cameras.c.rules_version),
)


def _record(row: Row[Any]) -> CameraRecord:
    return CameraRecord(
        id=row.id,
        number=row.number,
        name=row.name,
        source=_source_from(row.source),
        enabled=row.enabled,
        record=row.record,
        rules=_rules(row.rules_version, row),
        removed_ns=row.removed_ns,
    )


def _get(connection: Connection, camera_id: str) -> CameraRecord:
    row = connection.execute(_WITH_RULES.where(cameras.c.id == camera_id)).one_or_none()
    if row is None:
        raise unknown("camera", camera_id)
    return _record(row)


def _present(connection: Connection, camera_id: str) -> CameraRecord:
    camera = _get(connection, camera_id)
    if camera.removed_ns is not None:
        raise unknown("camera", camera_id)
    return camera


def _free_number(connection: Connection) -> int:
    taken = set(
        connection.execute(
            select(cameras.c.number).where(cameras.c.removed_ns.is_(None))
        ).scalars()
    )
    return next(number for number in range(1, len(taken) + 2) if number not in taken)


def _refuse_taken(connection: Connection, number: int, camera_id: str) -> None:
    holder = connection.execute(
        select(cameras.c.name).where(
            cameras.c.number == number,
            cameras.c.removed_ns.is_(None),
            cameras.c.id != camera_id,
        )
    ).scalar()
    if holder is not None:
        raise StoreError(
            f"The number {number:02d} belongs to {holder!r}.",
            todo=f"Take another, such as {_free_number(connection)}.",
            code="camera.number",
        )


def _source_json(source: SourceSpec) -> str:
    return source.model_copy(update={"password": ""}).model_dump_json()


def _source_from(stored: str) -> Source:
    fields = json.loads(stored)
    return Source(
        **{
            **fields,
            "kind": SourceKind(fields["kind"]),
            "ugly": tuple(fields["ugly"]),
        }
    )


def _note_epochs(
    connection: Connection, noted: Sequence[tuple[str, int]]
) -> list[None]:
    for camera_id, epoch in noted:
        connection.execute(
            update(cameras)
            .where(cameras.c.id == camera_id, cameras.c.epoch < epoch)
            .values(epoch=epoch)
        )
    return [None] * len(noted)


def _audit(
    connection: Connection, camera_id: str, by: str, text: str, at_ns: int
) -> None:
    append_audit(
        connection, subject=f"camera:{camera_id}", by=by, text=text, at_ns=at_ns
    )


def _secret(camera_id: str) -> str:
    return f"camera:{camera_id}"
