"""How good cameras' pictures were: what is usual, and when counts were not to be trusted.

The stretches lie beside the ledger, not in it: a trouble is sure some seconds after it
began, when counts of its first seconds are written already.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)

from watchpost.domain.quality import HARMLESS, QualityReport, QualityTrouble
from watchpost.store.database import Database
from watchpost.store.settings import SettingsRepository
from watchpost.store.tables import bad_pictures

_STILL_BAD = 2**62

bad_until: ColumnElement[int] = func.coalesce(bad_pictures.c.to_ns, literal(_STILL_BAD))
"""When a stretch of bad pictures ended, in SQL; far ahead while it lasts."""


class PictureRepository:
    """Writes what is known of pictures. Safe on any thread."""

    def __init__(self, db: Database, settings: SettingsRepository) -> None:
        self._db = db
        self._settings = settings

    def baseline(self, camera_id: str) -> str:
        """Return what was kept of a camera's usual picture, or an empty text."""
        kept = self._settings.fact(_name(camera_id))
        return "" if kept is None else json.dumps(kept)

    def keep_baseline(self, camera_id: str, baseline: str) -> None:
        """Keep what is usual, JSON text.

        Raises:
            StoreError: It cannot be written.
        """
        self._settings.set_fact(_name(camera_id), json.loads(baseline))

    def changed(self, camera_id: str, report: QualityReport) -> None:
        """Note that a camera's picture is otherwise now.

        Raises:
            StoreError: It cannot be written.
        """
        self._db.write(lambda connection: _note(connection, camera_id, report))


def troubles_within(
    camera_id: ColumnElement[Any],
    from_ns: ColumnElement[int],
    to_ns: ColumnElement[int],
) -> ScalarSelect[Any]:
    """Return what was wrong with a camera's picture, in SQL; NULL where all was well.

    Args:
        camera_id: Whose picture.
        from_ns: First moment, a column of the outer query.
        to_ns: Last moment, which belongs to it.
    """
    return (
        select(bad_pictures.c.troubles)
        .where(
            bad_pictures.c.camera_id == camera_id,
            bad_pictures.c.from_ns <= to_ns,
            bad_until > from_ns,
        )
        .order_by(bad_pictures.c.from_ns.desc())
        .limit(1)
        .scalar_subquery()
    )


def troubles_of(joined: str | None) -> tuple[QualityTrouble, ...]:
    """Return the troubles of a row, the worst first; none for NULL."""
    return tuple(map(QualityTrouble, joined.split(","))) if joined else ()


def _note(connection: Connection, camera_id: str, report: QualityReport) -> None:
    standing = (bad_pictures.c.camera_id == camera_id) & bad_pictures.c.to_ns.is_(None)
    begin_ns = report.since_ns
    if begin_ns is None:
        connection.execute(
            update(bad_pictures).where(standing).values(to_ns=report.at_ns)
        )
        return
    # The same stretch with other troubles is told once, from its first moment on.
    connection.execute(
        delete(bad_pictures).where(standing & (bad_pictures.c.from_ns >= begin_ns))
    )
    connection.execute(update(bad_pictures).where(standing).values(to_ns=begin_ns))
    troubles = ",".join(t for t in report.troubles if t not in HARMLESS)
    connection.execute(
        insert(bad_pictures).values(
            camera_id=camera_id, from_ns=begin_ns, troubles=troubles
        )
    )


def _name(camera_id: str) -> str:
    return f"picture:{camera_id}"
