"""Room to write: the reserve file, and what happens when a disk is full.

A full SQLite can neither delete nor checkpoint. So a reserve larger than the write-ahead
log lies in the data folder; it is dropped when a write fails, and made again when there
is room (measured with SQLite 3.40 on a small tmpfs: 4 MiB relieve a log of 256 pages).
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from watchpost.base.clock import NS_PER_S, SYSTEM_CLOCK, Clock
from watchpost.base.errors import StoreError
from watchpost.base.files import replace_file
from watchpost.base.log import get_logger
from watchpost.base.paths import DataFolder
from watchpost.store.failures import error_code, full_error, store_error

MIB = 1 << 20
RESERVE_BYTES = 4 * MIB
_MARGIN_BYTES = 2 * MIB
_LOOK_NS = NS_PER_S

_log = get_logger(__name__)


class StorageState(StrEnum):
    """How the data folder's disk is."""

    OK = "ok"
    FULL = "full"
    FAILING = "failing"


@dataclass(frozen=True, slots=True)
class StorageReport:
    """The disk's state; ``sentence`` is empty while it is OK."""

    state: StorageState
    sentence: str = ""


_OK = StorageReport(StorageState.OK)


class DiskGuard:
    """Keeps the reserve and tells whether the disk takes writes.

    ``relieve`` and ``restore`` are called on the writer thread; ``report`` is safe on any.
    """

    def __init__(
        self,
        folder: DataFolder,
        *,
        clock: Clock = SYSTEM_CLOCK,
        on_change: Callable[[StorageReport], None] | None = None,
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._on_change = on_change
        self._report = _OK
        self._lock = threading.Lock()
        self._next_look_ns = 0
        self.engine: Engine | None = None

    @property
    def report(self) -> StorageReport:
        """How the disk is now."""
        with self._lock:
            return self._report

    def prepare(self) -> None:
        """Make the reserve, or use the one that is there.

        Raises:
            StoreError: The disk is full or refuses.
        """
        if self._folder.reserve.exists():
            return
        free = shutil.disk_usage(self._folder.root).free
        if free < RESERVE_BYTES + _MARGIN_BYTES:
            raise full_at_start(self._folder)
        try:
            self._make_reserve()
        except OSError as error:
            raise folder_error(self._folder, error) from error

    def relieve(self, error: DBAPIError) -> bool:
        """Make room after a failed write; say whether to try again."""
        full = self._is_full(error)
        trouble = full_error() if full else store_error(error)
        state = StorageState.FULL if full else StorageState.FAILING
        self._set(StorageReport(state, str(trouble)))
        if self.engine is None:
            return False
        if full:
            self._drop_reserve()
            self._checkpoint(self.engine)
        else:
            # After a failed sync a handle's next "success" proves nothing.
            self.engine.dispose()
        return True

    def restore(self, *, committed: bool) -> bool:
        """Make the reserve again as soon as there is room; say whether all is well.

        Args:
            committed: Whether a transaction just was. Without one, room can be seen, but
                not that a disk that refused takes writes again.
        """
        state = self.report.state
        if state is StorageState.OK:
            return True
        now = self._clock.monotonic_ns()
        if now < self._next_look_ns or (
            state is StorageState.FAILING and not committed
        ):
            return False
        self._next_look_ns = now + _LOOK_NS
        if not self._folder.reserve.exists():
            free = shutil.disk_usage(self._folder.root).free
            if free < RESERVE_BYTES + _MARGIN_BYTES:
                return False
            try:
                self._make_reserve()
            except OSError:
                return False
        self._set(_OK)
        return True

    def _is_full(self, error: DBAPIError) -> bool:
        if error_code(error) == sqlite3.SQLITE_FULL:
            return True
        # The shared-memory index and the log's header fail with "disk I/O error".
        return (
            error_code(error) in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
            and shutil.disk_usage(self._folder.root).free < _MARGIN_BYTES
        )

    def _drop_reserve(self) -> None:
        try:
            self._folder.reserve.unlink()
        except OSError:
            return
        _log.warning("reserve_dropped")

    def _make_reserve(self) -> None:
        # Random bytes: a file system that compresses or punches holes keeps no room.
        replace_file(self._folder.reserve, os.urandom(RESERVE_BYTES), private=True)

    def _checkpoint(self, engine: Engine) -> None:
        try:
            connection = engine.raw_connection()
        except DBAPIError:
            return
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            _log.warning("checkpoint_failed", error=str(error))
        finally:
            connection.close()

    def _set(self, report: StorageReport) -> None:
        with self._lock:
            if report.state is self._report.state:
                return
            self._report = report
        _log.warning("storage", state=report.state.value, sentence=report.sentence)
        if self._on_change is not None:
            self._on_change(report)


def full_at_start(folder: DataFolder) -> StoreError:
    """Return the sentence for a disk without room to begin."""
    free_bytes = shutil.disk_usage(folder.root).free
    return StoreError(
        f"The disk of {folder.root} is full: {free_bytes / MIB:.0f} MiB are free.",
        todo=f"Free at least {(RESERVE_BYTES + _MARGIN_BYTES) // MIB} MiB, or start "
        "with another --data folder.",
        code="store.full",
    )


def folder_error(folder: DataFolder, error: OSError) -> StoreError:
    """Return the sentence for a data folder that the system refuses."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return full_at_start(folder)
    return StoreError(
        f"The data folder {folder.root} cannot be written ({error.strerror}).",
        todo="Check its permissions, or start with another --data folder.",
        code="store.folder",
    )
