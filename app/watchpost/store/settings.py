"""Who this edge is, and how it is set."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from watchpost.base.ids import new_id
from watchpost.base.log import get_logger
from watchpost.protocol.edge import EdgeSettings
from watchpost.store.audit import append_audit
from watchpost.store.database import Database
from watchpost.store.tables import facts

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class EdgeIdentity:
    """Who an edge is, from its first start to its last.

    Attributes:
        id: Identifier.
        created_ns: First start, UTC nanoseconds.
        demo: The built-in demo site; said everywhere.
    """

    id: str
    created_ns: int
    demo: bool


class SettingsRepository:
    """The edge's identity and settings."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def identity(self, *, demo: bool = False) -> EdgeIdentity:
        """Return who this edge is; ``demo`` counts at the first call alone."""
        known = self.fact("identity")
        if known is not None:
            return EdgeIdentity(**known)
        created = EdgeIdentity(new_id(self._db.clock), self._db.clock.utc_ns(), demo)
        self.set_fact(
            "identity",
            {"id": created.id, "created_ns": created.created_ns, "demo": demo},
        )
        return created

    def load(self) -> EdgeSettings:
        """Return the settings; a stored value that no longer fits is left out."""
        stored: dict[str, Any] = self.fact("settings") or {}
        while True:
            try:
                return EdgeSettings.model_validate(stored)
            except ValidationError as error:
                bad = {str(detail["loc"][0]) for detail in error.errors()}
                _log.warning("settings_left_out", names=sorted(bad))
                stored = {k: v for k, v in stored.items() if k not in bad}

    def save(self, settings: EdgeSettings, by: str) -> EdgeSettings:
        """Replace the settings."""
        at_ns = self._db.clock.utc_ns()

        def work(connection: Connection) -> None:
            _put(connection, "settings", settings.model_dump(mode="json"))
            append_audit(
                connection,
                subject="settings",
                by=by,
                text=f"Settings saved: {settings.model_dump_json()}",
                at_ns=at_ns,
            )

        self._db.write(work)
        return settings

    def fact(self, name: str) -> Any:
        """Return a stored JSON value, or None."""
        with self._db.read() as connection:
            value = connection.execute(
                select(facts.c.value).where(facts.c.name == name)
            ).scalar()
        return None if value is None else json.loads(value)

    def set_fact(self, name: str, value: Any) -> None:
        """Store a JSON value under a name."""
        self._db.write(lambda connection: _put(connection, name, value))


def _put(connection: Connection, name: str, value: Any) -> None:
    statement = insert(facts).values(name=name, value=json.dumps(value))
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[facts.c.name], set_={"value": statement.excluded.value}
        )
    )
