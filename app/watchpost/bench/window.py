"""The console as a process to measure: its real window, on Qt's offscreen platform.

Runs in a child of its own, so that its processor time and memory are the console's alone.
Only :func:`window_main`, in that child, imports Qt.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from watchpost.base.channel import Channel, ChannelClosedError, Message
from watchpost.base.clock import SYSTEM_CLOCK
from watchpost.base.errors import ConfigError
from watchpost.base.processes import Child

_OPEN_S = 120.0


@dataclass(frozen=True, slots=True)
class WindowFigures:
    """What the event loop lived through in a while.

    Attributes:
        late_ms: How long something that was due had to wait for the event loop, one
            sample every ten milliseconds.
        fps: New pictures a second that each tile drew.
    """

    late_ms: tuple[float, ...]
    fps: tuple[float, ...]


class ConsoleWindow:
    """The parent's end of a console in a child process. One thread at a time."""

    def __init__(self, data: Path, settings: Path, tiles: int) -> None:
        self._child = Child(
            "bench console", window_main, str(data), str(settings), tiles
        )

    @property
    def pid(self) -> int:
        """The console's process."""
        return self._child.pid

    def wait_open(self) -> None:
        """Wait until all tiles show pictures.

        Raises:
            ConfigError: They do not, or Qt cannot work here.
        """
        self._hear(_OPEN_S)

    def watch(self, seconds: float) -> WindowFigures:
        """Let it run for a while and return its figures; blocks."""
        self._say({"do": "watch"})
        SYSTEM_CLOCK.sleep(seconds)
        self._say({"do": "tell"})
        told = self._hear(_OPEN_S)
        return WindowFigures(tuple(told["late_ms"]), tuple(told["fps"]))

    def rest(self) -> None:
        """Stop watching until the next :meth:`watch`: to be watched costs a little."""
        self._say({"do": "rest"})

    def minimise(self) -> None:
        """Minimise the window."""
        self._say({"do": "minimise"})

    def close(self) -> None:
        """Close the window and wait for the end of the process."""
        with suppress(ConfigError):
            self._say({"do": "quit"})
        self._child.stop(10.0)

    def _say(self, message: Message) -> None:
        try:
            self._child.channel.send(message)
        except ChannelClosedError as error:
            raise _gone() from error

    def _hear(self, timeout_s: float) -> Message:
        try:
            got = self._child.channel.receive(timeout_s)
        except ChannelClosedError as error:
            raise _gone() from error
        if got is None:
            raise ConfigError(
                f"The console's window showed no pictures within {timeout_s:.0f} seconds.",
                todo="Measure again when less is running on this computer.",
                code="bench.slow",
            )
        if "what" in got[0]:
            raise ConfigError(got[0]["what"], todo=got[0]["todo"], code=got[0]["code"])
        return got[0]


@contextmanager
def open_window(data: Path, *, tiles: int) -> Iterator[ConsoleWindow]:
    """Open the console on the edge of a data folder, until the end of the block.

    Args:
        data: Folder of an edge that runs.
        tiles: Waits until so many tiles show pictures.

    Raises:
        ConfigError: The console cannot run here.
    """
    window = ConsoleWindow(data, data.parent / "console", tiles)
    try:
        window.wait_open()
        yield window
    finally:
        window.close()


def _gone() -> ConfigError:
    return ConfigError(
        "The console ended while it was measured.",
        todo="Start 'watchpost console' and look at what it says.",
        code="bench.console",
    )


# In the child


def window_main(channel: Channel, data: str, settings: str, tiles: int) -> None:
    """Run the console until told to quit; the child's body."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from watchpost.console import guard

    try:
        guard.check()
    except ConfigError as error:
        channel.send({"what": error.what, "todo": error.todo, "code": error.code})
        return
    from watchpost.bench.watcher import Watcher
    from watchpost.console.app import Console, ConsoleOptions, main

    kept: list[Watcher] = []

    def accompany(console: Console) -> None:
        kept.append(Watcher(console, channel, tiles))

    main(ConsoleOptions(data=Path(data), settings=Path(settings)), accompany)
