"""Any frame of a clip, exactly."""

from __future__ import annotations

from types import TracebackType

import numpy as np
from numpy.typing import NDArray


class ClipPlayer:
    """Decodes frames of a clip by index; steps of one are cheap both ways.

    One thread at a time.

    Args:
        video: Matroska as :func:`watchpost.engine.recording.clips.read_clip` makes it.

    Raises:
        CaptureError: It cannot be decoded (``clip.broken``).
    """

    def __init__(self, video: bytes) -> None:
        raise NotImplementedError

    def __len__(self) -> int:
        """Return the number of frames."""
        raise NotImplementedError

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, pixels."""
        raise NotImplementedError

    def frame(self, index: int) -> NDArray[np.uint8]:
        """Return a frame, BGRA, shape (height, width, 4), uint8.

        The array belongs to the caller. A frame that is damaged shows the one before.

        Raises:
            IndexError: There is no such frame.
            CaptureError: Nothing of the clip can be decoded.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Free what decoding holds."""
        raise NotImplementedError

    def __enter__(self) -> ClipPlayer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
