"""Inside a console that is measured: its event loop and its tiles."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from watchpost.base.channel import Channel, ChannelClosedError
from watchpost.base.clock import NS_PER_MS, SYSTEM_CLOCK
from watchpost.bench.lateness import EVERY_MS, Lateness
from watchpost.console.app import Console
from watchpost.console.screens.wall.view import TileKey
from watchpost.domain.frames import FrameKey

_SIZE = (1600, 900)


class Watcher(QObject):
    """Watches a console and tells its figures over a channel. GUI thread.

    Args:
        console: Just started; stays on its wall.
        channel: Where wishes come from and figures go to.
        tiles: It is open once so many tiles show pictures.
    """

    _wish = Signal(str)

    def __init__(self, console: Console, channel: Channel, tiles: int) -> None:
        super().__init__()
        self._console, self._channel, self._tiles = console, channel, tiles
        self._open = False
        self._lateness = Lateness()
        self._seen: dict[TileKey, FrameKey] = {}
        self._drawn: dict[TileKey, int] = {}
        self._began_ns = SYSTEM_CLOCK.monotonic_ns()
        # Queued: the channel is read on a thread of its own.
        self._wish.connect(self._obey, Qt.ConnectionType.QueuedConnection)
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_timer)
        console.window.setWindowState(Qt.WindowState.WindowNoState)
        console.window.resize(*_SIZE)
        self._timer.start()
        threading.Thread(
            target=_listen,
            args=(channel, self._wish.emit),
            name="bench wishes",
            daemon=True,
        ).start()

    @Slot()
    def _on_timer(self) -> None:
        self._lateness.tick(SYSTEM_CLOCK.monotonic_ns())
        self._look_at_tiles()
        if not self._open and len(self._seen) >= self._tiles:
            self._open = True
            self._channel.send({"open": True})

    def _look_at_tiles(self) -> None:
        canvas = getattr(self._console.window.page, "canvas", None)
        if canvas is None:
            return
        for link, camera in self._console.edges.cameras():
            key = (link.key, camera.id)
            frame = canvas.shown_frame(key)
            if frame is not None and frame.header.key != self._seen.get(key):
                self._seen[key] = frame.header.key
                self._drawn[key] = self._drawn.get(key, 0) + 1

    @Slot(str)
    def _obey(self, wish: str) -> None:
        if wish == "watch":
            self._timer.start()
            self._lateness = Lateness()
            self._drawn = {}
            self._began_ns = SYSTEM_CLOCK.monotonic_ns()
        elif wish == "tell":
            self._channel.send(self._figures())
        elif wish == "rest":
            # What watches must not be what is busy.
            self._timer.stop()
        elif wish == "minimise":
            self._console.window.showMinimized()
        else:
            self._console.quit()

    def _figures(self) -> dict[str, Any]:
        spent_ms = (SYSTEM_CLOCK.monotonic_ns() - self._began_ns) / NS_PER_MS
        drawn = [self._drawn.get(key, 0) for key in self._seen]
        return {
            "late_ms": self._lateness.samples_ms,
            "fps": [count * 1000 / spent_ms for count in drawn],
        }


def _listen(channel: Channel, tell: Callable[[str], None]) -> None:
    try:
        while True:
            got = channel.receive(None)
            if got is not None:
                tell(str(got[0]["do"]))
    except ChannelClosedError:
        tell("quit")
