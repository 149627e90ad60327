"""Results beside recorded segments: what was seen in which frame."""

from __future__ import annotations

from pathlib import Path

from watchpost.protocol.live import Result


class ResultSidecar:
    """Appends results of one camera to ``MM.SS.boxes.jsonl`` beside the right segment.

    A result comes a little after its frame; the segment may have rolled meanwhile.
    Safe on any thread. A full disk loses results here, never the caller's time.
    """

    def segment_opened(self, path: Path, from_ns: int) -> None:
        """Write results of frames from then on beside this segment."""
        raise NotImplementedError

    def append(self, result: Result) -> bool:
        """Write one result; False when no open segment covers its frame."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the files; a later ``segment_opened`` begins anew."""
        raise NotImplementedError
