"""Models (neural networks) that the edge has; files are named by their content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, Row, select, update
from sqlalchemy.dialects.sqlite import insert

from watchpost.base.files import replace_file
from watchpost.protocol.models import ModelRecord
from watchpost.store.audit import append_audit
from watchpost.store.database import Database
from watchpost.store.disk import folder_error
from watchpost.store.refusals import unknown
from watchpost.store.tables import models

ModelState = Literal["active", "ready", "quarantined", "refused"]


@dataclass(frozen=True, slots=True)
class ServingModel:
    """What the edge is to detect with.

    Attributes:
        record: The model.
        class_map: Renames classes, such as ``{"cell phone": "car"}``.
    """

    record: ModelRecord
    class_map: Mapping[str, str]


class ModelRepository:
    """Keeps models and which of them serves. Safe on any thread."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def path(self, sha256: str) -> Path:
        """Return where a model of that content lies."""
        return self._db.folder.models / f"{sha256}.onnx"

    def put_file(self, onnx: bytes) -> tuple[Path, str]:
        """Store a file under its content's name; return its path and SHA-256, hex.

        Raises:
            StoreError: The disk is full or refuses.
        """
        sha256 = hashlib.sha256(onnx).hexdigest()
        path = self.path(sha256)
        try:
            if not path.exists() or path.stat().st_size != len(onnx):
                replace_file(path, onnx)
        except OSError as error:
            raise folder_error(self._db.folder, error) from error
        return path, sha256

    def file_is_whole(self, record: ModelRecord) -> bool:
        """Say whether a model's file is there and has the content it had."""
        path = self.path(record.sha256)
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == record.sha256

    def list(self) -> tuple[ModelRecord, ...]:
        """Return all models, oldest first."""
        with self._db.read() as connection:
            rows = connection.execute(
                select(models).order_by(models.c.added_ns, models.c.id)
            ).all()
        return tuple(_record(row) for row in rows)

    def get(self, model_id: str) -> ModelRecord:
        """Return one model.

        Raises:
            StoreError: There is none (``model.unknown``).
        """
        with self._db.read() as connection:
            return _record(_row(connection, model_id))

    def add(self, record: ModelRecord, by: str) -> ModelRecord:
        """Add a model or replace what is known of it; which one serves stays."""
        at_ns = self._db.clock.utc_ns()

        def work(connection: Connection) -> ModelRecord:
            stored = _stored(record)
            statement = insert(models).values(
                id=record.id,
                record=stored,
                class_map="{}",
                active=False,
                previous=False,
                added_ns=at_ns,
            )
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=[models.c.id], set_={"record": stored}
                )
            )
            _audit(connection, record.id, by, f"Model {record.name} added", at_ns)
            return _record(_row(connection, record.id))

        return self._db.write(work)

    def activate(
        self, model_id: str, class_map: Mapping[str, str], by: str
    ) -> ModelRecord:
        """Make a model the one that serves; the one before is kept as previous.

        Raises:
            StoreError: No such model.
        """
        at_ns = self._db.clock.utc_ns()

        def work(connection: Connection) -> ModelRecord:
            row = _row(connection, model_id)
            if not row.active:
                # All of it in one statement: the right-hand sides are the old values.
                connection.execute(
                    update(models).values(
                        previous=models.c.active, active=models.c.id == model_id
                    )
                )
            ready = json.loads(row.record)
            ready |= {"state": "ready", "sentence": ""}
            connection.execute(
                update(models)
                .where(models.c.id == model_id)
                .values(class_map=json.dumps(dict(class_map)), record=json.dumps(ready))
            )
            _audit(connection, model_id, by, "Model activated", at_ns)
            return _record(_row(connection, model_id))

        return self._db.write(work)

    def set_state(
        self,
        model_id: str,
        state: Literal["ready", "quarantined", "refused"],
        sentence: str = "",
        *,
        by: str = "edge",
    ) -> ModelRecord:
        """Note that a model must not serve, or may again; one that served stops to."""
        at_ns = self._db.clock.utc_ns()

        def work(connection: Connection) -> ModelRecord:
            stored = json.loads(_row(connection, model_id).record)
            stored |= {"state": state, "sentence": sentence}
            values: dict[str, Any] = {"record": json.dumps(stored)}
            if state != "ready":
                values["active"] = False
            connection.execute(
                update(models).where(models.c.id == model_id).values(values)
            )
            _audit(connection, model_id, by, f"Model {state}. {sentence}", at_ns)
            return _record(_row(connection, model_id))

        return self._db.write(work)

    def active(self) -> ServingModel | None:
        """Return the model that serves, or None at the first start."""
        return self._serving(models.c.active)

    def previous(self) -> ServingModel | None:
        """Return the model that served before, to fall back on, or None."""
        return self._serving(models.c.previous)

    def _serving(self, condition: Any) -> ServingModel | None:
        with self._db.read() as connection:
            row = connection.execute(select(models).where(condition)).first()
        if row is None:
            return None
        return ServingModel(_record(row), json.loads(row.class_map))


def _row(connection: Connection, model_id: str) -> Row[Any]:
    row = connection.execute(
        select(models).where(models.c.id == model_id)
    ).one_or_none()
    if row is None:
        raise unknown("model", model_id)
    return row


def _stored(record: ModelRecord) -> str:
    state = "ready" if record.state == "active" else record.state
    return record.model_copy(update={"state": state}).model_dump_json()


def _record(row: Row[Any]) -> ModelRecord:
    record = ModelRecord.model_validate_json(row.record)
    return record.model_copy(update={"state": "active"}) if row.active else record


def _audit(
    connection: Connection, model_id: str, by: str, text: str, at_ns: int
) -> None:
    append_audit(connection, subject=f"model:{model_id}", by=by, text=text, at_ns=at_ns)
