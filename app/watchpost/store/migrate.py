"""Brings a database's tables to this version, in one transaction."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from watchpost.base.errors import StoreError
from watchpost.base.log import get_logger

_log = get_logger(__name__)


def configuration(connection: Connection) -> Config:
    """Return Alembic's settings; the scripts are part of the package."""
    config = Config()
    folder = Path(__file__).with_name("migrations")
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def migrate(engine: Engine) -> None:
    """Upgrade to the newest tables; killed in the middle, the old ones stand.

    SQLite's DDL is transactional once the driver is kept from guessing, so every
    statement of every step is one ``BEGIN IMMEDIATE`` ... ``COMMIT``.

    Raises:
        StoreError: The database was made by a newer version (``store.future``).
    """
    with engine.begin() as connection:
        config = configuration(connection)
        scripts = ScriptDirectory.from_config(config)
        present = MigrationContext.configure(connection).get_current_revision()
        newest = scripts.get_current_head()
        if present == newest:
            return
        known = {script.revision for script in scripts.walk_revisions()}
        if present is not None and present not in known:
            raise StoreError(
                "The database was made by a newer version of Watchpost.",
                todo="Install that version again, or start with another --data folder.",
                code="store.future",
            )
        command.upgrade(config, "head")
        _log.info("database_migrated", before=present, after=newest)
