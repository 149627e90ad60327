"""``MM.SS.boxes.jsonl`` beside a segment: what was seen in which frame."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pydantic import ValidationError

from watchpost.base.log import get_logger
from watchpost.domain.frames import FrameKey
from watchpost.protocol.live import Result

# Results come late by less than this many segments.
_KEPT_OPEN = 3

_log = get_logger(__name__)


@dataclass(slots=True, eq=False)
class _Open:
    from_ns: int
    path: Path
    file: IO[bytes] | None = None


class ResultSidecar:
    """Appends results of one camera beside the right segment.

    A result comes a little after its frame; the segment may have rolled meanwhile. Each
    is one line in one write, so a crash tears at most the last. Safe on any thread. A
    full disk loses results here, never the caller's time.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: deque[_Open] = deque()
        self._broken = False

    def segment_opened(self, path: Path, from_ns: int) -> None:
        """Write results of frames from then on beside this segment."""
        with self._lock:
            self._open.append(_Open(from_ns, results_path(path)))
            while len(self._open) > _KEPT_OPEN:
                _close(self._open.popleft())

    def append(self, result: Result) -> bool:
        """Write one result; False when no open segment covers its frame."""
        line = result.model_dump_json(exclude={"type"}).encode() + b"\n"
        with self._lock:
            for segment in reversed(self._open):
                if segment.from_ns <= result.at_ns:
                    return self._write(segment, line)
        return False

    def close(self) -> None:
        """Close the files; a later ``segment_opened`` begins anew."""
        with self._lock:
            while self._open:
                _close(self._open.popleft())

    def _write(self, segment: _Open, line: bytes) -> bool:
        try:
            if segment.file is None:
                segment.file = segment.path.open("ab", buffering=0)
            segment.file.write(line)
        except OSError as error:
            if not self._broken:
                _log.warning("results not recorded", error=error.errno)
            self._broken = True
            return False
        self._broken = False
        return True


def results_path(segment: Path) -> Path:
    """Return where the results of a segment lie."""
    return segment.with_suffix(".boxes.jsonl")


def read_results(segment: Path, from_ns: int, to_ns: int) -> dict[FrameKey, Result]:
    """Return the results of a stretch of a segment by their frames.

    Lines that a crash tore are left out; no file, no results.
    """
    try:
        text = results_path(segment).read_bytes()
    except OSError:
        return {}
    found = {}
    for line in text.split(b"\n")[:-1]:
        try:
            result = Result.model_validate_json(line)
        except ValidationError:
            continue
        if from_ns <= result.at_ns <= to_ns:
            found[FrameKey(result.epoch, result.sequence)] = result
    return found


def _close(segment: _Open) -> None:
    if segment.file is not None:
        segment.file.close()
