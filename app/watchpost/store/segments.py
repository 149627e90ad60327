"""The index of recorded video, and what is deleted when the disk is to be kept free."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from watchpost.base.log import get_logger
from watchpost.store.database import Database
from watchpost.store.segment_files import (
    delete_files,
    file_at,
    remove_empty_folders,
    scan,
)
from watchpost.store.tables import disputes, segments

_PAGE = 200

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Segment:
    """One recorded file.

    Attributes:
        camera_id: The camera.
        path: The file.
        from_ns: UTC nanoseconds of its first frame.
        to_ns: UTC nanoseconds of its last frame, or None while it grows.
        bytes: Its size when it was closed, with its sidecars.
    """

    camera_id: str
    path: Path
    from_ns: int
    to_ns: int | None
    bytes: int


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was deleted to keep the disk free.

    Attributes:
        segments: Deleted, oldest first.
        bytes: What they took.
        disputed: How many of them held the moment of an open dispute.
        short_bytes: How much more should have gone and could not; 0 when all is well.
    """

    segments: tuple[Segment, ...] = ()
    bytes: int = 0
    disputed: int = 0
    short_bytes: int = 0


class SegmentIndex:
    """Knows every recorded file. Safe on any thread."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._root = db.folder.recordings

    def opened(self, camera_id: str, path: Path, from_ns: int) -> None:
        """Note that a file was begun; does not wait."""
        self._db.queue(_add, (camera_id, self._key(path), from_ns, None, 0))

    def closed(self, path: Path, to_ns: int, size: int) -> None:
        """Note that a file is complete; does not wait.

        Args:
            path: The file.
            to_ns: UTC nanoseconds of its last frame.
            size: Bytes, with its sidecars as far as known.
        """
        self._db.queue(_close, (self._key(path), to_ns, size))

    def abandoned(self, camera_id: str) -> None:
        """After a recorder died: close what it left open, with what lies on the disk."""
        with self._db.read() as connection:
            keys = connection.execute(
                select(segments.c.path).where(
                    segments.c.camera_id == camera_id, segments.c.to_ns.is_(None)
                )
            ).scalars()
            files = [(key, file_at(self._root, key)) for key in keys]
        for key, file in files:
            if file is not None and file.path.exists():
                self._db.queue(_close, (key, *file.end()))

    def between(self, camera_id: str, from_ns: int, to_ns: int) -> tuple[Segment, ...]:
        """Return the files that hold any of a stretch of time, in order of time."""
        with self._db.read() as connection:
            rows = connection.execute(
                select(segments)
                .where(
                    segments.c.camera_id == camera_id,
                    segments.c.from_ns <= to_ns,
                    (segments.c.to_ns >= from_ns) | segments.c.to_ns.is_(None),
                )
                .order_by(segments.c.from_ns, segments.c.number)
            ).all()
        return tuple(self._segment(row) for row in rows)

    def total_bytes(self) -> int:
        """Return what all closed files take."""
        with self._db.read() as connection:
            return _total(connection)

    def oldest_ns(self) -> int | None:
        """Return when the oldest recording began, UTC nanoseconds, or None."""
        with self._db.read() as connection:
            return connection.execute(select(func.min(segments.c.from_ns))).scalar()

    def adopt_orphans(self, folder: Path | None = None) -> int:
        """After a crash: complete the index from what lies on the disk.

        Files that were being written are closed with what their sidecars say; files
        that the index does not know are taken in; rows without a file are dropped. Call
        before any camera records.

        Args:
            folder: Where recordings lie; the data folder's own when None.

        Returns:
            How many rows were changed.
        """
        root = folder or self._root
        found = {file.key: file for file in scan(root)}
        with self._db.read() as connection:
            known = {
                row.path: row.to_ns is None
                for row in connection.execute(select(segments.c.path, segments.c.to_ns))
            }
        lost = [key for key in known if key not in found]
        unfinished = [
            found[key] for key, grows in known.items() if grows and key in found
        ]
        strangers = [file for key, file in found.items() if key not in known]
        strangers.sort(key=lambda file: file.from_ns)

        def work(connection: Connection) -> None:
            _forget(connection, lost)
            for file in unfinished:
                _close(connection, [(file.key, *file.end())])
            for file in strangers:
                row = (file.camera_id, file.key, file.from_ns, *file.end())
                _add(connection, [row])

        changed = len(lost) + len(unfinished) + len(strangers)
        if changed:
            self._db.write(work)
            _log.info(
                "recordings_adopted",
                lost=len(lost),
                unfinished=len(unfinished),
                strangers=len(strangers),
            )
        return changed

    def prune(self, quota_bytes: int, min_free_bytes: int) -> Pruned:
        """Delete the oldest files until quota and free space are kept.

        Oldest is what was recorded first, not what the wall clock says: a clock that
        jumps deletes nothing. Files that hold the moment of an open dispute go last.
        Files that are being written stay; so do, for now, those that Windows keeps open
        for a reader. Files go before their rows: this needs no room in the database.
        """
        over_quota = self.total_bytes() - quota_bytes
        missing = min_free_bytes - shutil.disk_usage(self._root).free
        if over_quota <= 0 and missing <= 0:
            return Pruned()
        gone: list[Segment] = []
        freed = disputed = 0
        for row, held in self._oldest_first():
            if over_quota <= 0 and missing <= 0:
                break
            segment = self._segment(row)
            size = delete_files(segment.path)
            if size is None:
                continue
            gone.append(segment)
            freed += size
            disputed += held
            over_quota -= segment.bytes
            missing -= size
        self._drop(gone)
        return Pruned(tuple(gone), freed, disputed, max(0, over_quota, missing))

    def _oldest_first(self) -> Iterable[tuple[Row[Any], bool]]:
        """Yield closed files in order of recording, those in open disputes last."""
        with self._db.read() as connection:
            moments = connection.execute(
                select(disputes.c.camera_id, disputes.c.at_ns).where(
                    disputes.c.state.in_(("new", "in_review"))
                )
            ).all()
        held: list[Row[Any]] = []
        after = 0
        while rows := self._page_after(after):
            after = rows[-1].number
            for row in rows:
                if any(_holds(row, camera_id, at_ns) for camera_id, at_ns in moments):
                    held.append(row)
                else:
                    yield row, False
        for row in held:
            yield row, True

    def _page_after(self, number: int) -> Sequence[Row[Any]]:
        with self._db.read() as connection:
            return connection.execute(
                select(segments)
                .where(segments.c.number > number, segments.c.to_ns.is_not(None))
                .order_by(segments.c.number)
                .limit(_PAGE)
            ).all()

    def _drop(self, gone: Sequence[Segment]) -> None:
        keys = [self._key(segment.path) for segment in gone]
        if keys:
            self._db.write(lambda connection: _forget(connection, keys))
            remove_empty_folders(self._root, [segment.path.parent for segment in gone])
            _log.info("recordings_pruned", segments=len(gone))

    def _key(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()

    def _segment(self, row: Row[Any]) -> Segment:
        return Segment(
            row.camera_id, self._root / row.path, row.from_ns, row.to_ns, row.bytes
        )


def _holds(row: Row[Any], camera_id: str, at_ns: int) -> bool:
    return bool(row.camera_id == camera_id and row.from_ns <= at_ns <= row.to_ns)


def _total(connection: Connection) -> int:
    total = connection.execute(select(func.coalesce(func.sum(segments.c.bytes), 0)))
    return int(total.scalar_one())


def _add(
    connection: Connection, rows: Sequence[tuple[str, str, int, int | None, int]]
) -> list[None]:
    names = ("camera_id", "path", "from_ns", "to_ns", "bytes")
    statement = upsert(segments).on_conflict_do_nothing()
    connection.execute(statement, [dict(zip(names, row, strict=True)) for row in rows])
    return [None] * len(rows)


def _close(connection: Connection, rows: Sequence[tuple[str, int, int]]) -> list[None]:
    for path, to_ns, size in rows:
        connection.execute(
            update(segments)
            .where(segments.c.path == path)
            .values(to_ns=to_ns, bytes=size)
        )
    return [None] * len(rows)


def _forget(connection: Connection, paths: Sequence[str]) -> None:
    for start in range(0, len(paths), _PAGE):
        page = paths[start : start + _PAGE]
        connection.execute(delete(segments).where(segments.c.path.in_(page)))
