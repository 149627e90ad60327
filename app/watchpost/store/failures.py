"""What SQLite's errors mean for a person."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError

from watchpost.base.errors import StoreError

_STORAGE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def error_code(error: DBAPIError) -> int:
    """Return SQLite's primary result code, 0 when there is none."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return (code or 0) & 0xFF


def storage_failed(error: DBAPIError) -> bool:
    """Say whether the disk refused, rather than the statement being wrong."""
    return error_code(error) in _STORAGE


def store_error(error: DBAPIError) -> StoreError:
    """Return the sentence for an error of the database."""
    code = error_code(error)
    if code == sqlite3.SQLITE_FULL:
        return full_error()
    if code in _DAMAGED:
        return damaged(str(error.orig))
    if code in _STORAGE:
        return StoreError(
            f"The database cannot be written ({error.orig}).",
            todo="Check the disk of the data folder and its permissions.",
            code="store.disk",
        )
    return StoreError(
        f"The database refused a statement ({error.orig}).",
        todo="Report this with the diagnostics export.",
        code="store.statement",
    )


def full_error() -> StoreError:
    """Return the sentence for a disk that got full."""
    return StoreError(
        "The disk of the data folder is full.",
        todo="Free some space; recording and counting go on by themselves.",
        code="store.full",
    )


def damaged(detail: str) -> StoreError:
    """Return the sentence for a database that cannot be trusted."""
    return StoreError(
        f"The database is damaged ({detail}).",
        todo="Move watchpost.sqlite3 and its -wal and -shm files out of the data "
        "folder, keep them for recovery, and start again or restore a backup.",
        code="store.damaged",
    )
