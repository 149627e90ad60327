"""Recorded files on the disk: ``YYYY-MM-DD/HH/<camera id>/MM.SS.mkv`` and sidecars.

A segment's sidecars begin with its name: ``MM.SS.frames`` (one line a frame: time in the
file, epoch, sequence, PTS, arrival) and ``MM.SS.boxes.jsonl``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from watchpost.base.clock import ns_from_datetime
from watchpost.base.log import get_logger

_PLACE = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})/(?P<hour>\d{2})/(?P<camera>[^/]+)/"
    r"(?P<minute>\d{2})\.(?P<second>\d{2})[^/]*\.mkv"
)
_TAIL_BYTES = 4096
_FIELDS = 5

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SegmentFile:
    """A recorded file as the disk knows it.

    Attributes:
        key: Path within the recordings, with ``/``.
        path: The file.
        camera_id: The camera.
        from_ns: UTC nanoseconds, to the second, from its name.
    """

    key: str
    path: Path
    camera_id: str
    from_ns: int

    def end(self) -> tuple[int, int]:
        """Return UTC nanoseconds of the last frame, and bytes with sidecars.

        Without a sidecar the time of the last write stands for the last frame.
        """
        last = _last_arrival(self.path.with_suffix(".frames"))
        size = sum(part.stat().st_size for part in parts(self.path))
        return max(last or self.path.stat().st_mtime_ns, self.from_ns), size


def scan(root: Path) -> Iterator[SegmentFile]:
    """Yield every recorded file below a folder; others are left alone."""
    for path in root.glob("*/*/*/*.mkv"):
        file = file_at(root, path.relative_to(root).as_posix())
        if file is not None:
            yield file


def file_at(root: Path, key: str) -> SegmentFile | None:
    """Return what a recorded file's place says, or None when it is not one of ours."""
    match = _PLACE.fullmatch(key)
    if match is None:
        return None
    try:
        start = datetime.fromisoformat(
            f"{match['day']}T{match['hour']}:{match['minute']}:{match['second']}"
        )
    except ValueError:
        return None
    begin = ns_from_datetime(start.replace(tzinfo=UTC))
    return SegmentFile(key, root / key, match["camera"], begin)


def parts(path: Path) -> tuple[Path, ...]:
    """Return a segment and its sidecars, the segment last."""
    stem = f"{path.stem}."
    sidecars = [
        other
        for other in path.parent.glob(f"{stem}*")
        if other != path and other.name.startswith(stem)
    ]
    return (*sorted(sidecars), path)


def delete_files(path: Path) -> int | None:
    """Delete a segment and its sidecars.

    Returns:
        Bytes freed, or None when the system does not let go of the video (Windows, while
        somebody replays it); nothing was deleted then.
    """
    freed = 0
    try:
        # The video first: sidecars of a video that stays must stay too.
        for part in reversed(parts(path)):
            try:
                size = part.stat().st_size
                part.unlink()
                freed += size
            except FileNotFoundError:
                continue
    except OSError as error:
        if path.exists():
            _log.info("recording_in_use", path=str(path), error=error.strerror)
            return None
    return freed


def remove_empty_folders(root: Path, folders: Iterable[Path]) -> None:
    """Remove folders below a root that hold nothing any more."""
    for folder in set(folders):
        for empty in (folder, *folder.parents):
            if empty == root or root not in empty.parents:
                break
            try:
                empty.rmdir()
            except OSError:
                break


def _last_arrival(sidecar: Path) -> int | None:
    """Return the arrival time in the last whole line of a ``.frames`` sidecar."""
    try:
        with sidecar.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _TAIL_BYTES))
            tail = file.read()
    except OSError:
        return None
    # The last line may be cut: a kill came while it was written.
    whole = tail[: tail.rfind(b"\n") + 1].splitlines()
    for line in reversed(whole):
        fields = line.split()
        if len(fields) == _FIELDS and fields[-1].isdigit():
            return int(fields[-1])
    return None
