"""Cut a clip out of recorded segments: packets as they came, frames by their names."""

from __future__ import annotations

import bisect
import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error

from watchpost.base.clock import NS_PER_MS, NS_PER_S
from watchpost.base.errors import CaptureError
from watchpost.domain.frames import FrameKey
from watchpost.engine.recording.results import read_results
from watchpost.engine.recording.stretch import RecordedPacket, covering, read_packets
from watchpost.engine.video.form import video_form
from watchpost.engine.video.stream import StreamFormat, ffmpeg_packet
from watchpost.protocol.live import Result

_MILLISECOND = Fraction(1, 1000)
# Decoding times count up from 0; presentation times stay above them.
_FIRST_MS = 1000


@dataclass(frozen=True, slots=True)
class RecordedFrame:
    """One frame of a clip.

    Attributes:
        key: Its name; None where the packet was recorded but never decoded.
        pts_ns: Since the start of its epoch.
        at_ns: Arrival, UTC nanoseconds.
        result: What was seen in exactly this frame; None where it was not analysed.
    """

    key: FrameKey | None
    pts_ns: int
    at_ns: int
    result: Result | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """Recorded video and what is known of each of its frames.

    Attributes:
        video: Matroska, beginning with a key frame; packets as the camera sent them.
        frames: ``frames[i]`` describes the i-th frame that a decoder yields.
        width, height: Pixels.
        fps: Mean frames a second.
    """

    video: bytes
    frames: tuple[RecordedFrame, ...]
    width: int
    height: int
    fps: float

    @property
    def from_ns(self) -> int:
        """Arrival of the first frame, UTC nanoseconds."""
        return self.frames[0].at_ns

    @property
    def to_ns(self) -> int:
        """Arrival of the last frame, UTC nanoseconds."""
        return self.frames[-1].at_ns


@dataclass(slots=True, eq=False)
class _Run:
    """Packets of one format, in the order of decoding."""

    form: StreamFormat
    template: Any
    packets: list[RecordedPacket]


def read_clip(segments: Sequence[Path], from_ns: int, to_ns: int) -> Clip:
    """Cut a clip; also from a segment that is still being written.

    It begins at the last key frame at or before ``from_ns``. Where the camera's format
    changed within the stretch, the part around its middle is returned. Nothing is
    decoded, so it takes milliseconds. Safe on any thread.

    Args:
        segments: ``.mkv`` files of one camera, oldest first, with their sidecars.
        from_ns: UTC nanoseconds.
        to_ns: UTC nanoseconds.

    Raises:
        CaptureError: Nothing readable was recorded then (``recording.none``).
    """
    with contextlib.ExitStack() as opened:
        runs = _read_runs(covering(segments, from_ns, to_ns), from_ns, to_ns, opened)
        runs = [run for run in runs if run.packets]
        if not runs:
            raise CaptureError(
                "There is no recording of this moment.",
                todo="Check that recording is on; the oldest footage is deleted first.",
                code="recording.none",
            )
        run = min(runs, key=lambda r: _distance(r.packets, (from_ns + to_ns) // 2))
        shown = _in_order_of_presentation(run.packets)
        packets = _without_leading(run.packets, shown)
        places = _places(shown)
        packets = _without_tail(packets, places, to_ns)
        kept = sorted(packets, key=lambda p: places[id(p)])
        video = _mux(run, packets, kept)
    return Clip(
        video, _describe(kept), run.form.width, run.form.height, _mean_rate(kept)
    )


def _read_runs(
    segments: list[Path], from_ns: int, to_ns: int, opened: contextlib.ExitStack
) -> list[_Run]:
    runs: list[_Run] = []
    for segment in segments:
        try:
            container = opened.enter_context(av.open(f"file:{segment}", "r"))
            template, form = video_form(container, segment.name)
        except (av.error.FFmpegError, CaptureError):
            continue
        if not runs or runs[-1].form != form:
            runs.append(_Run(form, template, []))
        packets = runs[-1].packets
        for packet in read_packets(container, segment, to_ns):
            if packet.is_key and packet.at_ns <= from_ns:
                packets.clear()
            if packets or packet.is_key:
                packets.append(packet)
    return runs


def _distance(packets: list[RecordedPacket], at_ns: int) -> int:
    first, last = packets[0].at_ns, packets[-1].at_ns
    return max(first - at_ns, at_ns - last, 0)


def _in_order_of_presentation(packets: list[RecordedPacket]) -> list[RecordedPacket]:
    """Sort by name; what has none follows the named frame before it in the file."""
    named: dict[Path, list[tuple[int, FrameKey]]] = {}
    for packet in packets:
        if packet.listed is not None:
            named.setdefault(packet.segment, []).append(
                (packet.file_ms, packet.listed.key)
            )
    for pairs in named.values():
        pairs.sort()
    last = FrameKey(0, 0)
    places = {}
    for packet in packets:
        if packet.listed is not None:
            last = packet.listed.key
            places[id(packet)] = (last, -1)
            continue
        pairs = named.get(packet.segment, [])
        at = bisect.bisect_left(pairs, packet.file_ms, key=lambda pair: pair[0])
        places[id(packet)] = (pairs[at - 1][1] if at else last, packet.file_ms)
    return sorted(packets, key=lambda p: places[id(p)])


def _without_leading(
    packets: list[RecordedPacket], shown: list[RecordedPacket]
) -> list[RecordedPacket]:
    """Drop pictures shown before the first key frame: they need what is not there."""
    before = {id(p) for p in shown[: shown.index(packets[0])]}
    return [p for p in packets if id(p) not in before]


def _without_tail(
    packets: list[RecordedPacket], places: dict[int, int], to_ns: int
) -> list[RecordedPacket]:
    """Cut behind the stretch, where no picture is missing before the last one shown."""
    wanted = [i for i, p in enumerate(packets) if p.at_ns <= to_ns and p.listed]
    end = wanted[-1] + 1 if wanted else 1
    while True:
        highest = max(places[id(p)] for p in packets[:end])
        needed = [i for i, p in enumerate(packets) if places[id(p)] < highest]
        grown = max(end, needed[-1] + 1 if needed else end)
        if grown == end:
            return packets[:end]
        end = grown


def _places(shown: list[RecordedPacket]) -> dict[int, int]:
    return {id(packet): place for place, packet in enumerate(shown)}


def _mux(run: _Run, packets: list[RecordedPacket], kept: list[RecordedPacket]) -> bytes:
    places = _places(kept)
    times_ms: list[int] = []
    for packet in kept:
        ms = (packet.at_ns - kept[0].at_ns) // NS_PER_MS + _FIRST_MS
        times_ms.append(max(ms, times_ms[-1] + 1) if times_ms else ms)
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as container:
        stream = container.add_stream_from_template(run.template, opaque=True)
        for number, recorded in enumerate(packets):
            coded = ffmpeg_packet(recorded.payload)
            coded.stream = stream
            coded.time_base = _MILLISECOND
            coded.pts = times_ms[places[id(recorded)]]
            coded.dts = number
            coded.is_keyframe = recorded.is_key
            container.mux(coded)
    return file.getvalue()


def _describe(kept: list[RecordedPacket]) -> tuple[RecordedFrame, ...]:
    from_ns = min(p.at_ns for p in kept)
    to_ns = max(p.at_ns for p in kept)
    results: dict[FrameKey, Result] = {}
    for segment in {p.segment for p in kept}:
        results |= read_results(segment, from_ns, to_ns)
    frames = []
    for packet in kept:
        listed = packet.listed
        if listed is None:
            frames.append(RecordedFrame(None, 0, packet.at_ns))
        else:
            frames.append(
                RecordedFrame(
                    listed.key, listed.pts_ns, listed.at_ns, results.get(listed.key)
                )
            )
    return tuple(frames)


def _mean_rate(kept: list[RecordedPacket]) -> float:
    lasting_ns = kept[-1].at_ns - kept[0].at_ns
    return (len(kept) - 1) * NS_PER_S / lasting_ns if lasting_ns > 0 else 0.0
