"""Writes a camera's packets into segments, whatever else happens to them."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av.error

from watchpost.base.clock import NS_PER_S, SYSTEM_CLOCK, Clock
from watchpost.base.log import get_logger
from watchpost.engine.capture.events import (
    RecordingChanged,
    SegmentClosed,
    SegmentOpened,
)
from watchpost.engine.recording.segment import Place, Segment, segment_path
from watchpost.engine.video.stream import CodedPacket, StreamFormat

SEGMENT_S = 60.0
LEAST_FREE_BYTES = 64 << 20
_LONGEST_GAP_NS = 2 * NS_PER_S
_LOOK_AT_DISK_NS = 2 * NS_PER_S
_CLOSING_S = 10.0

_log = get_logger(__name__)

RecordingEvent = RecordingChanged | SegmentOpened | SegmentClosed


class Recorder:
    """Records one camera. Packets as they came; nothing is decoded or encoded.

    Segments are cut at key frames, about every 60 s, and where the format changes or
    nothing came for two seconds. A full disk stops the recording, says so, and it goes on
    when there is space; the caller never sees an error.

    Threads: :meth:`write` belongs to one thread; the others are safe on any. A finished
    segment is put on the disk by a thread of its own, because that may take seconds.

    Args:
        camera_id: Folder of the segments.
        recordings: Folder of all recordings.
        on_event: Called with what happens, on the thread where it does.
        enabled: Record from the start.
        segment_s: Length of a segment.
        least_free_bytes: Below this much free space the disk counts as full.
        clock: Time.
    """

    def __init__(
        self,
        camera_id: str,
        recordings: Path,
        *,
        on_event: Callable[[RecordingEvent], None],
        enabled: bool,
        segment_s: float = SEGMENT_S,
        least_free_bytes: int = LEAST_FREE_BYTES,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._camera_id = camera_id
        self._recordings = recordings
        self._on_event = on_event
        self._enabled = enabled
        self._segment_ns = int(segment_s * NS_PER_S)
        self._least_free = least_free_bytes
        self._clock = clock
        self._lock = threading.Lock()
        self._segment: Segment | None = None
        self._late: Segment | None = None
        self._syncing: threading.Thread | None = None
        self._look_ns = 0
        self._told: RecordingChanged | None = None

    def set_enabled(self, enabled: bool) -> None:
        """Record, or do not."""
        with self._lock:
            self._enabled = enabled
            if not enabled:
                self._finish()
                self._tell_state(RecordingChanged(False))

    def write(
        self, packet: CodedPacket, epoch: int, form: StreamFormat, template: Any
    ) -> Place | None:
        """Record one packet; None when it was not (off, full, or before a key frame)."""
        with self._lock:
            if not self._enabled:
                return None
            try:
                if not self._has_space():
                    return None
                if self._is_due(packet, form):
                    self._begin(packet, form, template)
                if self._segment is None:
                    return None
                return self._segment.write(packet, epoch)
            except (OSError, av.error.FFmpegError) as error:
                self._give_up(error)
                return None

    def close(self) -> None:
        """Finish the segment and wait until it is on the disk; nothing follows."""
        with self._lock:
            self._enabled = False
            self._finish()
            syncing = self._syncing
        if syncing is not None:
            syncing.join(_CLOSING_S)
        if self._late is not None:
            self._late.frames.close()

    def _is_due(self, packet: CodedPacket, form: StreamFormat) -> bool:
        """Say whether a segment begins here; finish the one that cannot go on."""
        segment = self._segment
        if segment is None:
            return packet.is_key
        gap_ns = packet.at_ns - segment.to_ns
        if segment.form != form or not 0 <= gap_ns <= _LONGEST_GAP_NS:
            self._finish()
            return packet.is_key
        return packet.is_key and packet.at_ns - segment.from_ns >= self._segment_ns

    def _begin(self, packet: CodedPacket, form: StreamFormat, template: Any) -> None:
        self._finish()
        path = segment_path(self._recordings, self._camera_id, packet.at_ns)
        self._segment = Segment(path, form, template, packet)
        self._on_event(SegmentOpened(path, packet.at_ns))
        self._tell_state(RecordingChanged(True))

    def _has_space(self) -> bool:
        """Look at the disk every two seconds; between looks believe the last one."""
        full = self._told is not None and bool(self._told.code)
        now_ns = self._clock.monotonic_ns()
        if now_ns < self._look_ns:
            return not full
        self._look_ns = now_ns + _LOOK_AT_DISK_NS
        self._recordings.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(self._recordings).free
        # Twice as much to begin again, so that it does not stutter at the limit.
        if free < self._least_free * (2 if full else 1):
            self._stop(free_bytes=free)
            return False
        return True

    def _give_up(self, error: OSError | av.error.FFmpegError) -> None:
        if isinstance(error, OSError):
            self._look_ns = self._clock.monotonic_ns() + _LOOK_AT_DISK_NS
            self._stop(errno=error.errno)
            return
        # What the muxer does not take ends this segment; the next key frame begins one.
        _log.warning(
            "segment cut short", camera=self._camera_id, error=type(error).__name__
        )
        self._finish()

    def _stop(self, **why: int | None) -> None:
        self._finish()
        self._tell_state(
            RecordingChanged(
                False,
                "Recording has stopped: the disk is full or refuses to be written. "
                "Free space on it; recording goes on by itself.",
                "recording.disk",
            ),
            **why,
        )

    def _finish(self) -> None:
        segment, self._segment = self._segment, None
        if segment is None:
            return
        try:
            segment.finish()
        except (OSError, av.error.FFmpegError) as error:
            _log.warning(
                "segment without index",
                camera=self._camera_id,
                error=type(error).__name__,
            )
        # Names of its last frames are still to come: its list stays open for now.
        late, self._late = self._late, segment
        before = self._syncing
        self._syncing = threading.Thread(
            target=self._sync, args=(segment, late, before), name="segment-sync"
        )
        self._syncing.start()

    def _sync(
        self, segment: Segment, late: Segment | None, before: threading.Thread | None
    ) -> None:
        if before is not None:
            before.join()
        if late is not None:
            late.frames.close()
        size = segment.sync()
        self._on_event(
            SegmentClosed(
                segment.path, segment.from_ns, segment.to_ns, size, segment.packets
            )
        )

    def _tell_state(self, change: RecordingChanged, **why: int | None) -> None:
        if change == self._told:
            return
        self._told = change
        if why:
            _log.warning("recording stopped", camera=self._camera_id, **why)
        self._on_event(change)
