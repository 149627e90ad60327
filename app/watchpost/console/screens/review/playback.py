"""Which frame of a clip is shown, and how it moves: keys, speeds, marks."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QTimer, Signal

from watchpost.base.clock import NS_PER_S, SYSTEM_CLOCK, Clock, datetime_from_ns

SPEEDS = (-8.0, -4.0, -2.0, -1.0, -0.5, -0.25, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
_TICK_MS = 15


@dataclass(frozen=True, slots=True)
class PlaybackState:
    """What the controls show.

    Attributes:
        count: Frames of the clip; 0 without one.
        index: The frame shown, from 0.
        speed: Times real time; negative backwards; 0 paused.
        at_ns: Arrival of the frame, UTC nanoseconds.
        mark_in: First frame of the marked range, or None.
        mark_out: Last frame of it, or None.
    """

    count: int = 0
    index: int = 0
    speed: float = 0.0
    at_ns: int = 0
    mark_in: int | None = None
    mark_out: int | None = None

    @property
    def is_playing(self) -> bool:
        """Whether it moves by itself."""
        return self.speed != 0.0


class Playback(QObject):
    """Moves through a clip by its frames' own times. GUI thread.

    Signals:
        changed: :class:`PlaybackState`, whenever any of it changed.
    """

    changed = Signal(object)

    def __init__(
        self, parent: QObject | None = None, clock: Clock = SYSTEM_CLOCK
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._times: tuple[int, ...] = ()
        self._crossings: tuple[int, ...] = ()
        self._event = 0
        self._from_ns = 0
        self._from_frame_ns = 0
        self._state = PlaybackState()
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self.tick)

    @property
    def state(self) -> PlaybackState:
        """What the controls show now."""
        return self._state

    def load(
        self, times_ns: Sequence[int], *, event_index: int, crossings: Sequence[int]
    ) -> None:
        """Take a clip, paused on the event's own frame."""
        self._times = tuple(times_ns)
        self._crossings = tuple(sorted(set(crossings)))
        self._event = event_index
        self._timer.stop()
        index = min(max(0, event_index), max(0, len(self._times) - 1))
        self._state = PlaybackState(len(self._times), index, 0.0, self._time(index))
        self.changed.emit(self._state)

    def clear(self) -> None:
        """Have no clip."""
        self.load((), event_index=0, crossings=())

    def toggle(self) -> None:
        """Play at normal speed, or pause; from the end it starts again."""
        if self._state.is_playing:
            self.pause()
            return
        first, last = self._range()
        if self._state.index >= last:
            self._put(first)
        self._run(1.0)

    def pause(self) -> None:
        """Stop on this frame."""
        self._run(0.0)

    def faster(self) -> None:
        """L: forward, and each time one step faster."""
        self._shift(1)

    def slower(self) -> None:
        """J: slower, then backwards, and each time one step faster backwards."""
        self._shift(-1)

    def _shift(self, direction: int) -> None:
        if not self._state.is_playing:
            self._run(float(direction))
            return
        place = SPEEDS.index(self._state.speed) + direction
        self._run(SPEEDS[min(max(place, 0), len(SPEEDS) - 1)])

    def step(self, frames: int) -> None:
        """Go some frames on or back, exactly, and pause there."""
        self.seek(self._state.index + frames)

    def seek(self, index: int) -> None:
        """Go to a frame and pause there."""
        self.pause()
        self._put(index)

    def home(self) -> None:
        """Go to the first frame."""
        self.seek(0)

    def end(self) -> None:
        """Go to the last frame."""
        self.seek(self._state.count - 1)

    def next_crossing(self) -> bool:
        """Go to the next crossing; False when there is none."""
        return self._jump([i for i in self._crossings if i > self._state.index][:1])

    def previous_crossing(self) -> bool:
        """Go to the crossing before; False when there is none."""
        return self._jump([i for i in self._crossings if i < self._state.index][-1:])

    def _jump(self, found: list[int]) -> bool:
        if found:
            self.seek(found[0])
        return bool(found)

    def mark_in(self) -> None:
        """Begin the marked range here; again on the same frame takes it away."""
        here = self._state.index
        start = None if self._state.mark_in == here else here
        stop = self._state.mark_out
        if start is not None and stop is not None and stop < start:
            stop = None
        self._set(mark_in=start, mark_out=stop)

    def mark_out(self) -> None:
        """End the marked range here; again on the same frame takes it away."""
        here = self._state.index
        stop = None if self._state.mark_out == here else here
        start = self._state.mark_in
        if start is not None and stop is not None and stop < start:
            start = None
        self._set(mark_in=start, mark_out=stop)

    def go_to(self, words: str) -> str:
        """Go to a frame number, a time of day or seconds from the event.

        Args:
            words: ``61``, ``13:41:07.1`` (local time), ``+2.5`` or ``-1 s``.

        Returns:
            Empty when it worked, otherwise the sentence that says what is wrong.
        """
        if not self._times:
            return "There is no clip to move in."
        index = self._find(words.strip().removesuffix("s").strip())
        if index is None:
            return "This is no frame, time or offset. Type 61, 13:41:07.1 or +2.5."
        if not 0 <= index < len(self._times):
            return (
                f"This is outside the clip, which has frames 1 to {len(self._times)}."
            )
        self.seek(index)
        return ""

    def _find(self, words: str) -> int | None:
        if re.fullmatch(r"\d{1,7}", words):
            return int(words) - 1
        if re.fullmatch(r"[+-]\d{1,5}(\.\d*)?", words):
            return self._at(self._time(self._event) + round(float(words) * NS_PER_S))
        match = re.fullmatch(r"(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d*)?))?", words)
        if match is None:
            return None
        seconds = int(match[1]) * 3600 + int(match[2]) * 60 + float(match[3] or 0)
        event = datetime_from_ns(self._time(self._event)).astimezone()
        midnight = event.replace(hour=0, minute=0, second=0, microsecond=0)
        return self._at(round((midnight.timestamp() + seconds) * NS_PER_S))

    def _at(self, at_ns: int) -> int:
        """Return the frame shown at a moment; -1 when that is outside the clip."""
        slack = NS_PER_S // 2
        if not self._times[0] - slack <= at_ns <= self._times[-1] + slack:
            return -1
        return max(0, bisect_right(self._times, at_ns) - 1)

    def tick(self) -> None:
        """Move to the frame that is due now; called by a timer while playing."""
        speed = self._state.speed
        if not speed:
            return
        elapsed_ns = self._clock.monotonic_ns() - self._from_ns
        due_ns = self._from_frame_ns + round(elapsed_ns * speed)
        first, last = self._range()
        index = min(max(bisect_right(self._times, due_ns) - 1, first), last)
        if due_ns > self._times[last] and speed > 0:
            index = last
        self._put(index)
        if (speed > 0 and index == last) or (
            speed < 0 and due_ns <= self._times[first]
        ):
            self.pause()

    def _range(self) -> tuple[int, int]:
        """Return first and last frame to play: the marked range, if it is around."""
        state = self._state
        first, last = 0, max(0, state.count - 1)
        if state.mark_in is not None and state.index >= state.mark_in:
            first = state.mark_in
        if state.mark_out is not None and state.index <= state.mark_out:
            last = state.mark_out
        return first, last

    def _run(self, speed: float) -> None:
        if not self._times:
            return
        self._from_ns = self._clock.monotonic_ns()
        self._from_frame_ns = self._time(self._state.index)
        if speed:
            self._timer.start()
        else:
            self._timer.stop()
        self._set(speed=speed)

    def _put(self, index: int) -> None:
        index = min(max(index, 0), max(0, self._state.count - 1))
        self._set(index=index, at_ns=self._time(index))

    def _time(self, index: int) -> int:
        return self._times[index] if index < len(self._times) else 0

    def _set(self, **changes: object) -> None:
        state = replace(self._state, **changes)  # type: ignore[arg-type]
        if state != self._state:
            self._state = state
            self.changed.emit(state)
