"""Opens a case's clip step by step and shows its frames."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from watchpost.base.clock import NS_PER_S, Clock
from watchpost.base.errors import WatchpostError
from watchpost.console.bridge.clip_decoder import ClipDecoder, ShownFrame
from watchpost.console.bridge.edges import EdgeLink
from watchpost.console.bridge.tasks import Task
from watchpost.console.screens.review.cases import Case
from watchpost.console.screens.review.clip import ReviewClip
from watchpost.console.screens.review.playback import Playback
from watchpost.protocol.review import ClipInfo, Event

T = TypeVar("T")
_SECOND_MS = 1000


class Phase(StrEnum):
    """How far a clip is."""

    NOTHING = "nothing"
    READING = "reading"
    FETCHING = "fetching"
    DECODING = "decoding"
    READY = "ready"
    NO_CLIP = "no_clip"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ClipState:
    """What the player's head and its middle show.

    Attributes:
        phase: How far it is.
        seconds: How long it has taken so far.
        megabytes: Size of the video, once it is here.
        sentence: Why there is no picture.
        todo: What to do about it.
        verified: Whether the video is the one that was recorded (SHA-256); None before
            it was checked.
    """

    phase: Phase = Phase.NOTHING
    seconds: int = 0
    megabytes: float = 0.0
    sentence: str = ""
    todo: str = ""
    verified: bool | None = None

    @property
    def is_loading(self) -> bool:
        """Whether something is under way."""
        return self.phase in (Phase.READING, Phase.FETCHING, Phase.DECODING)


class ClipViewer(QObject):
    """One clip at a time: reads, verifies, decodes, plays. GUI thread.

    Signals:
        changed: :class:`ClipState`.
        event_read: The :class:`Event` of a case that only named it.
        opened: The clip is known frame by frame (:class:`ReviewClip`).
        frame_shown: :class:`ShownFrame`, the picture of the frame to show.
    """

    changed = Signal(object)
    event_read = Signal(object)
    opened = Signal(object)
    frame_shown = Signal(object)

    def __init__(
        self,
        link: EdgeLink,
        clock: Clock,
        *,
        decoder: ClipDecoder | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._link = link
        self._clock = clock
        self._decoder = decoder if decoder is not None else ClipDecoder(self)
        self.playback = Playback(self, clock)
        self.state = ClipState()
        self.clip: ReviewClip | None = None
        self._decoding = 0
        self._began_ns = 0
        self._tasks: list[Task] = []
        self._ticker = QTimer(self)
        self._ticker.setInterval(_SECOND_MS)
        self._ticker.timeout.connect(self._on_second)
        self._decoder.decoded.connect(self._on_decoded)
        self._decoder.failed.connect(self._on_decoding_failed)
        self.playback.changed.connect(self._on_playback)

    # Intents

    def open_case(self, case: Case) -> None:
        """Open the clip of a case."""
        self.clear()
        self._begin()
        if case.event is not None:
            self._open_event(case.event)
        elif case.event_id is not None:
            call = partial(self._link.port.event, case.event_id)
            self._run(call, self._on_event)
        else:
            self._no_clip(
                self.tr("This claim is about a span of time, not about one count."),
                self.tr("Look at the counts of that time one by one."),
            )

    def open_moment(
        self, camera_id: str, at_ns: int, before_s: float, after_s: float
    ) -> None:
        """Open a camera's recording around a moment."""
        self.clear()
        self._begin()
        call = partial(
            self._link.port.camera_clip,
            camera_id,
            at_ns,
            before_s=before_s,
            after_s=after_s,
        )
        self._run(call, self._on_info)

    def clear(self) -> None:
        """Show nothing; answers that are on their way are dropped."""
        for task in self._tasks:
            task.forget()
        self._tasks.clear()
        self._ticker.stop()
        self._decoder.close_clip()
        self._decoding = 0
        self.clip = None
        self.playback.clear()
        self._set(ClipState())

    def close(self) -> None:
        """Give the decoder's thread back."""
        self.clear()
        self._decoder.close()

    # Steps

    def _begin(self) -> None:
        self._began_ns = self._clock.monotonic_ns()
        self._ticker.start()
        self._set(ClipState(Phase.READING))

    def _on_event(self, event: Event) -> None:
        self.event_read.emit(event)
        self._open_event(event)

    def _open_event(self, event: Event) -> None:
        if event.has_clip:
            self._run(partial(self._link.port.event_clip, event.id), self._on_info)
        else:
            self._no_clip(
                event.clip_note or self.tr("No clip of this count was kept."),
                self.tr("The count can still be corrected."),
            )

    def _on_info(self, info: ClipInfo) -> None:
        if not info.frames:
            self._no_clip(
                self.tr("The recording has no frames of this time."),
                self.tr("The count can still be corrected."),
            )
            return
        self.clip = ReviewClip(info)
        self._set(replace(self.state, phase=Phase.FETCHING))
        self.playback.load(
            self.clip.times_ns,
            event_index=self.clip.event_index,
            crossings=[index for _, index in self.clip.crossings()],
        )
        self.opened.emit(self.clip)
        self._run(partial(_fetch, self._link, info), partial(self._on_video, info))

    def _on_video(self, info: ClipInfo, answer: tuple[bytes, str]) -> None:
        video, digest = answer
        self._set(
            replace(
                self.state,
                phase=Phase.DECODING,
                megabytes=len(video) / 1e6,
                verified=digest == info.sha256,
            )
        )
        self._decoding = self._decoder.open(video, self.playback.state.index)

    def _on_decoded(self, shown: ShownFrame) -> None:
        if shown.clip != self._decoding:
            return
        if self.state.phase is Phase.DECODING:
            self._ticker.stop()
            self._set(replace(self.state, phase=Phase.READY))
        self.frame_shown.emit(shown)

    def _on_decoding_failed(self, clip: int, error: WatchpostError) -> None:
        if clip == self._decoding:
            self._on_failed(error)

    def _on_failed(self, error: WatchpostError) -> None:
        self._ticker.stop()
        self.playback.pause()
        self._set(
            replace(
                self.state, phase=Phase.FAILED, sentence=error.what, todo=error.todo
            )
        )

    def _no_clip(self, sentence: str, todo: str) -> None:
        self._ticker.stop()
        self._set(ClipState(Phase.NO_CLIP, sentence=sentence, todo=todo))

    def _on_playback(self, _state: object) -> None:
        if self._decoding and self.clip is not None:
            self._decoder.show(self.playback.state.index)

    def _on_second(self) -> None:
        elapsed_ns = self._clock.monotonic_ns() - self._began_ns
        self._set(replace(self.state, seconds=elapsed_ns // NS_PER_S))

    def _run(self, call: Callable[[], T], on_success: Callable[[T], None]) -> None:
        self._tasks.append(self._link.tasks.run(call, on_success, self._on_failed))

    def _set(self, state: ClipState) -> None:
        if state != self.state:
            self.state = state
            self.changed.emit(state)


def _fetch(link: EdgeLink, info: ClipInfo) -> tuple[bytes, str]:
    """Return the video and its SHA-256; runs on a worker thread."""
    video = link.port.clip_video(info)
    return video, hashlib.sha256(video).hexdigest()
