"""The database file: opened, checked, brought up to date, written by one thread."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from watchpost.base.clock import SYSTEM_CLOCK, Clock
from watchpost.base.errors import StoreError
from watchpost.base.files import FolderLock
from watchpost.base.log import get_logger
from watchpost.base.paths import DataFolder
from watchpost.store.disk import (
    DiskGuard,
    StorageReport,
    StorageState,
    folder_error,
    full_at_start,
)
from watchpost.store.failures import damaged, storage_failed, store_error
from watchpost.store.migrate import migrate
from watchpost.store.writer import Writer

T = TypeVar("T")

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA busy_timeout=5000",
    "PRAGMA foreign_keys=ON",
    "PRAGMA wal_autocheckpoint=256",
    "PRAGMA journal_size_limit=2097152",
)
_READERS = 8

_log = get_logger(__name__)


class Database:
    """An edge's database. Open it once; every method is safe on any thread.

    Args:
        folder: The data folder; made when it is not there.
        clock: For the times in records; the system's, or a test's.
        on_storage: Told when the disk fills, fails or recovers; called on the writer
            thread.
    """

    def __init__(
        self,
        folder: DataFolder,
        *,
        clock: Clock = SYSTEM_CLOCK,
        on_storage: Callable[[StorageReport], None] | None = None,
    ) -> None:
        self.folder = folder
        self.clock = clock
        self._lock = FolderLock(folder.root)
        # Waits are real whatever the clock: threads pace themselves by the system's.
        self._disk = DiskGuard(folder, on_change=on_storage)
        self._write_engine: Engine | None = None
        self._read_engine: Engine | None = None
        self._writer: Writer | None = None

    @property
    def storage(self) -> StorageReport:
        """How the data folder's disk is now."""
        return self._disk.report

    def open(self) -> None:
        """Claim the folder, check the file, bring its tables up to date, start writing.

        Raises:
            StoreError: The folder is in use (``store.locked``), cannot be written
                (``store.folder``), its disk is full (``store.full``), the database is
                damaged (``store.damaged``) or of a newer version (``store.future``).
        """
        try:
            self.folder.create()
            self._lock.acquire()
        except OSError as error:
            raise folder_error(self.folder, error) from error
        try:
            self._disk.prepare()
            self._open_file()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Commit what waits and let go of everything; harmless when not open."""
        if self._writer is not None:
            self._writer.stop()
            self._writer = None
        for engine in (self._read_engine, self._write_engine):
            if engine is not None:
                engine.dispose()
        self._read_engine = self._write_engine = None
        self._lock.release()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a read-only connection on one snapshot of the data.

        Raises:
            StoreError: The database is closed or cannot be read.
        """
        if self._read_engine is None:
            raise _closed()
        try:
            with self._read_engine.connect() as connection:
                yield connection
        except DBAPIError as error:
            raise store_error(error) from error
        except OverflowError as error:
            raise StoreError(
                "A number is too large for the database.",
                todo="Use times in nanoseconds since 1970.",
                code="request.number",
            ) from error

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in a transaction; see :meth:`Writer.call`."""
        return self._writing().call(work)

    def queue(
        self,
        apply: Callable[[Connection, Sequence[Any]], Sequence[Any]],
        item: Any,
        on_durable: Callable[[Any], None] | None = None,
    ) -> Future[Any]:
        """Queue a patient write; see :meth:`Writer.put`."""
        return self._writing().put(apply, item, on_durable)

    def flush(self) -> None:
        """Return when everything queued so far is committed."""
        self._writing().flush()

    def _writing(self) -> Writer:
        if self._writer is None:
            raise _closed()
        return self._writer

    def _open_file(self) -> None:
        engine = _engine(self.folder, readers=0)
        self._write_engine = self._disk.engine = engine
        try:
            try:
                _bring_up(engine)
            except DBAPIError as error:
                # An edge that has its reserve starts even on a full disk.
                if not storage_failed(error) or not self._disk.relieve(error):
                    raise
                _bring_up(engine)
        except DBAPIError as error:
            raise self._start_error(error) from error
        self._read_engine = _engine(self.folder, readers=_READERS)
        self._writer = Writer(engine, self._disk)
        self._writer.start()
        _log.info("database_open", path=str(self.folder.database))

    def _start_error(self, error: DBAPIError) -> StoreError:
        if self.storage.state is StorageState.FULL:
            return full_at_start(self.folder)
        trouble = store_error(error)
        if storage_failed(error):
            trouble.code = "store.folder"
        return trouble


def _engine(folder: DataFolder, *, readers: int) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(folder.database)),
        pool_size=readers or 1,
        max_overflow=-1 if readers else 1,
    )

    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _record: object) -> None:
        # The driver would begin transactions by guessing and not around DDL.
        connection.isolation_level = None
        for pragma in _PRAGMAS:
            connection.execute(pragma).close()
        if readers:
            connection.execute("PRAGMA query_only=ON").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if readers else "BEGIN IMMEDIATE")

    return engine


def _bring_up(engine: Engine) -> None:
    with engine.begin() as connection:
        _check(connection)
    migrate(engine)


def _check(connection: Connection) -> None:
    faults = connection.exec_driver_sql("PRAGMA quick_check(3)").scalars().all()
    if faults != ["ok"]:
        raise damaged("; ".join(str(fault) for fault in faults))


def _closed() -> StoreError:
    return StoreError(
        "The database is closed.", todo="Start the edge again.", code="store.closed"
    )
