"""Live messages of one edge, brought to the GUI thread."""

from __future__ import annotations

import threading
from collections import deque

from PySide6.QtCore import QObject, Signal, Slot

from watchpost.protocol.live import (
    AlarmUpdate,
    CamerasChanged,
    CameraUpdate,
    Counted,
    CountsChanged,
    DisputesChanged,
    HealthUpdate,
    Judged,
    LiveMessage,
    Missed,
    Result,
)

_LIMIT = 2000


class LiveFeed(QObject):
    """A bounded queue in front of Qt signals.

    :meth:`post` may be called on any thread; signals are emitted on the GUI thread, a
    whole batch at a time. When the GUI is too slow the oldest messages go and ``missed``
    says how many: listeners then read anew what they show.

    Signals:
        result: :class:`Result`, what was seen in one frame.
        camera_status: :class:`watchpost.protocol.cameras.CameraStatus`.
        cameras_changed: Cameras were added, removed or edited.
        counted: :class:`Counted`, one durable count.
        judged: :class:`Judged`, one durable verdict on a part.
        counts_changed: A correction changed totals.
        alarm: :class:`watchpost.protocol.alarms.AlarmRecord`.
        health: :class:`watchpost.protocol.health.HealthSample`.
        disputes_changed: A dispute was opened or decided.
        missed: Number of messages left out, here or at the edge.
    """

    result = Signal(object)
    camera_status = Signal(object)
    cameras_changed = Signal()
    counted = Signal(object)
    judged = Signal(object)
    counts_changed = Signal()
    alarm = Signal(object)
    health = Signal(object)
    disputes_changed = Signal()
    missed = Signal(int)
    _waiting = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._queue: deque[LiveMessage] = deque(maxlen=_LIMIT)
        self._dropped = 0
        self._signalled = False
        self._waiting.connect(self._drain)

    def post(self, message: LiveMessage) -> None:
        """Hand over a message; any thread, never blocks."""
        with self._lock:
            if len(self._queue) == _LIMIT:
                self._dropped += 1
            self._queue.append(message)
            if self._signalled:
                return
            self._signalled = True
        self._waiting.emit()

    @Slot()
    def _drain(self) -> None:
        with self._lock:
            batch = list(self._queue)
            self._queue.clear()
            dropped, self._dropped = self._dropped, 0
            self._signalled = False
        if dropped:
            self.missed.emit(dropped)
        for message in batch:
            self._tell(message)

    def _tell(self, message: LiveMessage) -> None:
        match message:
            case Result():
                self.result.emit(message)
            case CameraUpdate():
                self.camera_status.emit(message.status)
            case Counted():
                self.counted.emit(message)
            case Judged():
                self.judged.emit(message)
            case AlarmUpdate():
                self.alarm.emit(message.alarm)
            case HealthUpdate():
                self.health.emit(message.sample)
            case CamerasChanged():
                self.cameras_changed.emit()
            case CountsChanged():
                self.counts_changed.emit()
            case DisputesChanged():
                self.disputes_changed.emit()
            case Missed():
                self.missed.emit(message.messages)
