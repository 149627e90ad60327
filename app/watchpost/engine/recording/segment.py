"""One recorded file: Matroska that can be read while it grows and after a crash."""

from __future__ import annotations

import os
from collections import deque
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error

from watchpost.base.clock import NS_PER_MS, NS_PER_S, datetime_from_ns
from watchpost.base.log import get_logger
from watchpost.engine.recording.frame_list import FrameList, frame_list_path
from watchpost.engine.video.stream import CodedPacket, StreamFormat, ffmpeg_packet

# A cluster is written when it is complete: this is what kill -9 may cost.
_OPTIONS = {"flush_packets": "1", "cluster_time_limit": "200"}
_MILLISECOND = Fraction(1, 1000)
# Room before the first key frame for pictures that are shown before it.
_LEAD_MS = 2000
_REMEMBERED = 64

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where a packet was recorded: the list of its segment, and its time in the file."""

    frames: FrameList
    file_ms: int


def segment_path(recordings: Path, camera_id: str, at_ns: int) -> Path:
    """Return a path that no file has: ``YYYY-MM-DD/HH/<camera id>/MM.SS.mkv``, UTC."""
    moment = datetime_from_ns(at_ns)
    folder = recordings / f"{moment:%Y-%m-%d}" / f"{moment:%H}" / camera_id
    path = folder / f"{moment:%M.%S}.mkv"
    number = 1
    while path.exists():
        # The clock was set back, or recording began twice within a second.
        number += 1
        path = folder / f"{moment:%M.%S}-{number}.mkv"
    return path


class Segment:
    """Writes one file and its list of frames. One thread at a time.

    Args:
        path: A new file; its folder is made.
        form: Format of the packets.
        template: FFmpeg's stream with that format.
        first: The first packet, a key frame.

    Raises:
        OSError: The disk is full or refuses; nothing is left open.
    """

    def __init__(
        self, path: Path, form: StreamFormat, template: Any, first: CodedPacket
    ) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.form = form
        self.from_ns = self.to_ns = first.at_ns
        self.packets = 0
        # Our own file object: FFmpeg's is not given back when the disk is full.
        self._file = path.open("xb", buffering=0)
        try:
            self.frames = FrameList(frame_list_path(path))
            self._container: Any = av.open(
                self._file, "w", format="matroska", options=_OPTIONS
            )
            self._stream = self._container.add_stream_from_template(
                template, opaque=True
            )
        except BaseException:
            self._file.close()
            raise
        self._epoch: int | None = None
        self._shift_ms = 0
        self._last_ms = -1
        self._recent: deque[int] = deque(maxlen=_REMEMBERED)

    def write(self, packet: CodedPacket, epoch: int) -> Place:
        """Write one packet; it is in the file when its cluster is, within 0.2 s.

        Raises:
            OSError: The disk is full; what was written before can be read.
        """
        file_ms = self._file_ms(packet, epoch)
        coded = ffmpeg_packet(packet.payload)
        coded.stream = self._stream
        coded.time_base = _MILLISECOND
        coded.pts = file_ms
        # Matroska keeps presentation times alone; any rising number below them does.
        coded.dts = self.packets
        coded.is_keyframe = packet.is_key
        self._container.mux(coded)
        self.packets += 1
        self.to_ns = packet.at_ns
        return Place(self.frames, file_ms)

    def finish(self) -> None:
        """Write the index.

        Raises:
            OSError: The disk is full; the file can be read without it.
        """
        self._container.close()

    def sync(self) -> int:
        """Put the file on the disk, close it and return its size with its list."""
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            _log.warning("segment not synced", path=str(self.path), error=error.errno)
        self._file.close()
        return self.path.stat().st_size + self.frames.path.stat().st_size

    def _file_ms(self, packet: CodedPacket, epoch: int) -> int:
        pts_ms = packet.pts_ns // NS_PER_MS
        if epoch != self._epoch:
            self._epoch = epoch
            since_start_ms = (packet.at_ns - self.from_ns) // NS_PER_MS
            interval_ms = int(NS_PER_S / (self.form.fps or 25.0)) // NS_PER_MS
            begin_ms = max(since_start_ms + _LEAD_MS, self._last_ms + interval_ms)
            self._shift_ms = begin_ms - pts_ms
        file_ms = max(pts_ms + self._shift_ms, self.packets)
        while file_ms in self._recent:
            file_ms += 1
        self._recent.append(file_ms)
        self._last_ms = max(self._last_ms, file_ms)
        return file_ms
