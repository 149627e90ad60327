"""``MM.SS.frames`` beside a segment: the name of every frame in it.

One line a frame, in the order in which the live decoder yielded them:
``<time in the file, ms> <epoch> <sequence> <pts, ns> <arrival, UTC ns>``. The time in the
file names the packet: the recorder gives each its own. A line is written when the frame
is decoded, a little after its packet; a torn last line is left out by readers.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path

from watchpost.base.log import get_logger
from watchpost.domain.frames import FrameKey

_FIELDS = 5

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ListedFrame:
    """One line: a frame's place in the file, its name and its times."""

    file_ms: int
    key: FrameKey
    pts_ns: int
    at_ns: int


class FrameList:
    """Writes the list of one segment. Safe on any thread."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._file = path.open("ab", buffering=0)
        self._broken = False

    def note(self, frame: ListedFrame) -> None:
        """Write one line; a full disk costs the line and is logged once."""
        line = (
            f"{frame.file_ms} {frame.key.epoch} {frame.key.sequence} "
            f"{frame.pts_ns} {frame.at_ns}\n"
        )
        with self._lock:
            if self._file.closed:
                return
            try:
                self._file.write(line.encode())
            except OSError as error:
                if not self._broken:
                    _log.warning("frame list not written", error=error.errno)
                self._broken = True

    def close(self) -> None:
        """Put it on the disk and close it; harmless when closed."""
        with self._lock:
            if self._file.closed:
                return
            try:
                os.fsync(self._file.fileno())
            except OSError as error:
                _log.warning("frame list not synced", error=error.errno)
            self._file.close()


def frame_list_path(segment: Path) -> Path:
    """Return where the frames of a segment are listed."""
    return segment.with_suffix(".frames")


def read_frame_list(segment: Path) -> dict[int, ListedFrame]:
    """Return the listed frames of a segment by their time in the file, ms.

    Lines that a crash tore or filled with zeros are left out; no file, no frames.
    """
    try:
        text = frame_list_path(segment).read_bytes()
    except OSError:
        return {}
    found = {}
    lines = text.split(b"\n")
    for line in lines[:-1]:
        fields = line.split()
        if len(fields) != _FIELDS:
            continue
        try:
            file_ms, epoch, sequence, pts_ns, at_ns = map(int, fields)
        except ValueError:
            continue
        found[file_ms] = ListedFrame(file_ms, FrameKey(epoch, sequence), pts_ns, at_ns)
    return found
