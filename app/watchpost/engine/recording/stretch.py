"""Recorded packets of a stretch of time, read without decoding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import av.error

from watchpost.base.clock import NS_PER_MS
from watchpost.base.log import get_logger
from watchpost.engine.recording.frame_list import ListedFrame, read_frame_list

# Pictures may be shown so long before the key frame that they follow.
_LEAD_NS = 2_000 * NS_PER_MS

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class RecordedPacket:
    """One packet of a segment.

    Attributes:
        segment: Its file.
        file_ms: Its time in the file.
        is_key: A decoder can begin here.
        payload: Its bytes.
        listed: The frame that it decoded to, or None.
        at_ns: Arrival; of a packet without frame, estimated from its neighbours.
    """

    segment: Path
    file_ms: int
    is_key: bool
    payload: bytes
    listed: ListedFrame | None
    at_ns: int


@dataclass(frozen=True, slots=True)
class SegmentExtent:
    """What a segment holds, as its files say; for one that a crash left behind."""

    from_ns: int
    to_ns: int
    bytes: int
    frames: int


def segment_extent(segment: Path) -> SegmentExtent | None:
    """Return what a segment holds, or None when it holds nothing that can be used."""
    listed = read_frame_list(segment).values()
    if not listed:
        return None
    try:
        files = [segment, *segment.parent.glob(f"{segment.stem}.*")]
        size = sum(p.stat().st_size for p in set(files))
    except OSError:
        return None
    times = [frame.at_ns for frame in listed]
    return SegmentExtent(min(times), max(times), size, len(times))


def read_packets(container: Any, segment: Path, to_ns: int) -> Iterator[RecordedPacket]:
    """Yield the packets of an opened segment, in the order of decoding, up to a time.

    Ends quietly where a growing or damaged file ends.
    """
    listed = read_frame_list(segment)
    stream = container.streams.video[0]
    offset_ns = next((f.at_ns - f.file_ms * NS_PER_MS for f in listed.values()), None)
    if offset_ns is None:
        return
    try:
        for packet in container.demux(stream):
            if not packet.size or packet.pts is None:
                continue
            file_ms = round(packet.pts * stream.time_base * 1000)
            frame = listed.get(file_ms)
            if frame is None:
                at_ns = file_ms * NS_PER_MS + offset_ns
            else:
                at_ns = frame.at_ns
                offset_ns = at_ns - file_ms * NS_PER_MS
            if at_ns > to_ns + _LEAD_NS:
                return
            yield RecordedPacket(
                segment, file_ms, bool(packet.is_keyframe), bytes(packet), frame, at_ns
            )
    except av.error.FFmpegError as error:
        _log.info("segment read up to its end", error=type(error).__name__)


def covering(segments: Sequence[Path], from_ns: int, to_ns: int) -> list[Path]:
    """Return the segments that hold something of a stretch, oldest first."""
    found = []
    for segment in segments:
        extent = segment_extent(segment)
        if extent and extent.from_ns <= to_ns and extent.to_ns >= from_ns:
            found.append(segment)
    return found
