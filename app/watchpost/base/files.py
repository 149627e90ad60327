"""Files that survive a power cut, and the lock that keeps a second edge out.

What differs by platform about files stands here and nowhere else.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from pathlib import Path
from typing import IO

from watchpost.base.errors import StoreError


def sync_folder(folder: Path) -> None:
    """Make renames in a folder durable; Windows has no such call and needs none."""
    if sys.platform != "win32":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def digest_of(path: Path) -> str:
    """Return a file's SHA-256, in hexadecimal.

    Raises:
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def replace_file(path: Path, content: bytes, *, private: bool = False) -> None:
    """Replace a file so that a reader sees the old or the new content, never a part.

    Args:
        path: The file; its folder must exist.
        content: The whole new content.
        private: Readable by this OS user alone from the first byte on (POSIX mode 600).

    Raises:
        OSError: The disk is full or refuses; the old file is untouched.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if not private and sys.platform != "win32":
            temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


class FolderLock:
    """An exclusive claim on a folder that ends with the process, however it ends."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "edge.lock"
        self._file: IO[bytes] | None = None

    def acquire(self) -> None:
        """Claim the folder.

        Raises:
            StoreError: Another process holds it.
        """
        file = self._path.open("a+b")
        try:
            _lock(file)
        except OSError as error:
            file.close()
            raise StoreError(
                f"Another edge is already running on the data folder "
                f"{self._path.parent}.",
                todo="Stop that edge first, or start this one with another --data folder.",
                code="store.locked",
            ) from error
        self._file = file

    def release(self) -> None:
        """Give the folder back; harmless when not held."""
        if self._file is not None:
            self._file.close()
            self._file = None


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
