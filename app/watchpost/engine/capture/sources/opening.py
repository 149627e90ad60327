"""Opens whatever kind of source a camera has."""

from __future__ import annotations

from collections.abc import Callable

from watchpost.domain.cameras import Source, SourceKind
from watchpost.engine.capture.sources.file import FileSource
from watchpost.engine.capture.sources.images import open_images
from watchpost.engine.capture.sources.network import NetworkSource
from watchpost.engine.capture.sources.simulated import Counts, open_simulated
from watchpost.engine.capture.sources.source import PacketSource, Waiting
from watchpost.engine.capture.sources.usb import UsbSource


def open_source(
    source: Source,
    waiting: Waiting,
    *,
    begin_at_ns: int,
    lockstep: bool,
    on_truth: Callable[[int, Counts], None],
) -> PacketSource:
    """Open a source; blocks until it answers or its time is over.

    Args:
        source: What to open.
        waiting: How to wait.
        begin_at_ns: Arrival of the first packet of what is not live, UTC nanoseconds.
        lockstep: Do not wait between pictures of what is not live.
        on_truth: Hears what truly happened in a simulated scene.

    Raises:
        CaptureError: It is unusable.
        av.error.FFmpegError: It cannot be opened; ``troubles.explain`` says why.
        OSError: It cannot be read.
    """
    match source.kind:
        case SourceKind.RTSP:
            return NetworkSource(source, waiting)
        case SourceKind.USB:
            return UsbSource(source, waiting)
        case SourceKind.FILE:
            return FileSource(source, waiting, begin_at_ns, lockstep=lockstep)
        case SourceKind.IMAGES:
            return open_images(source, waiting, begin_at_ns, lockstep=lockstep)
        case SourceKind.SIMULATED:
            return open_simulated(
                source, waiting, begin_at_ns, lockstep=lockstep, on_truth=on_truth
            )
