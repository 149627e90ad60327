"""Frames of a clip, decoded on a thread of their own: the newest wish wins."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from watchpost.base.errors import WatchpostError
from watchpost.base.log import get_logger
from watchpost.engine.playback import ClipPlayer

_log = get_logger(__name__)


class FrameReader(Protocol):
    """What decodes a clip; :class:`watchpost.engine.playback.ClipPlayer`."""

    def frame(self, index: int) -> NDArray[np.uint8]:
        """Return a frame, BGRA, shape (height, width, 4), uint8; kept unchanged."""
        ...

    def close(self) -> None:
        """Free what decoding holds."""
        ...


@dataclass(frozen=True, slots=True)
class ShownFrame:
    """A decoded frame; ``image`` looks into ``pixels`` without a copy."""

    clip: int
    index: int
    image: QImage
    pixels: NDArray[np.uint8]


class ClipDecoder(QObject):
    """Decodes one clip at a time on its own thread.

    Threads: all methods are called on the GUI thread and return at once; signals are
    delivered there too. A wish that is overtaken by a later one is dropped, so that
    holding an arrow key never builds a queue.

    Signals:
        decoded: :class:`ShownFrame`.
        failed: Number of the clip and the error; that clip shows no more frames.
    """

    decoded = Signal(object)
    failed = Signal(int, object)

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        open_reader: Callable[[bytes], FrameReader] = ClipPlayer,
    ) -> None:
        super().__init__(parent)
        self._open_reader = open_reader
        self._wake = threading.Condition()
        self._clip = 0
        self._video: bytes | None = None
        self._wish: int | None = None
        self._stopping = False
        self._thread: threading.Thread | None = None

    def open(self, video: bytes, index: int) -> int:
        """Take another clip and decode one of its frames; return the clip's number."""
        with self._wake:
            self._clip += 1
            self._video = video
            self._wish = index
            self._wake.notify()
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._run, name="clip-decoder", daemon=True
            )
            self._thread.start()
        return self._clip

    def show(self, index: int) -> None:
        """Wish for a frame of the clip."""
        with self._wake:
            self._wish = index
            self._wake.notify()

    def close_clip(self) -> None:
        """Drop the clip; frames of it that are still coming are to be ignored."""
        with self._wake:
            self._clip += 1
            self._video = None
            self._wish = None
            self._wake.notify()

    def close(self) -> None:
        """End the thread; waits for the frame that is being decoded."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        if self._thread is not None:
            self._thread.join(5.0)
            self._thread = None

    def _run(self) -> None:
        reader: FrameReader | None = None
        opened = 0
        while True:
            with self._wake:
                while (
                    not self._stopping and self._wish is None and opened == self._clip
                ):
                    self._wake.wait()
                clip, video, index = self._clip, self._video, self._wish
                stopping, self._wish = self._stopping, None
            if clip != opened or stopping:
                if reader is not None:
                    reader.close()
                reader, opened = None, clip
            if stopping:
                return
            if video is None or index is None:
                continue
            try:
                if reader is None:
                    reader = self._open_reader(video)
                shown = _shown(clip, index, reader.frame(index))
            except WatchpostError as error:
                self._say(self.failed, clip, error)
            except Exception as error:  # noqa: BLE001 - the thread's loop top
                _log.error("clip not decoded", error=repr(error), exc_info=True)
                self._say(self.failed, clip, _broken())
            else:
                self._say(self.decoded, shown)

    def _say(self, signal: object, *values: object) -> None:
        try:
            signal.emit(*values)  # type: ignore[attr-defined]
        except RuntimeError:
            return  # The object went with the application.


def _shown(clip: int, index: int, pixels: NDArray[np.uint8]) -> ShownFrame:
    height, width = pixels.shape[:2]
    pixels = np.ascontiguousarray(pixels)
    image = QImage(pixels.data, width, height, width * 4, QImage.Format.Format_RGB32)
    return ShownFrame(clip, index, image, pixels)


def _broken() -> WatchpostError:
    return WatchpostError(
        "This clip cannot be decoded.",
        todo="The recording may be damaged; the count itself is not affected.",
        code="clip.broken",
    )
