"""Child processes that start the same way on every platform and never outlive us.

What differs by platform about processes stands here and nowhere else.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from multiprocessing.process import BaseProcess
from typing import IO, Any

from watchpost.base.channel import Channel
from watchpost.base.heap import steady_heap

_SPAWN = multiprocessing.get_context("spawn")


class Child:
    """A spawned process and our end of the channel to it.

    ``target(channel, *arguments)`` runs in the child; it must be importable by name and
    its arguments picklable. The child exits when its channel closes; ``kill`` does not
    ask (a hung native call cannot be asked).
    """

    def __init__(self, name: str, target: Callable[..., None], *arguments: Any) -> None:
        ours, theirs = Channel.pair()
        self.channel = ours
        self._process: BaseProcess = _SPAWN.Process(
            target=_enter,
            args=(theirs.socket, target, arguments),
            name=name,
            daemon=True,
        )
        self._process.start()
        theirs.socket.close()

    @property
    def pid(self) -> int:
        """The child's process id."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def name(self) -> str:
        """The child's name, for logs."""
        return self._process.name

    def is_alive(self) -> bool:
        """Say whether the process exists; a stopped or hung one does."""
        return self._process.is_alive()

    @property
    def exit_code(self) -> int | None:
        """The exit code, negative for a signal; None while it lives."""
        return self._process.exitcode

    def kill(self) -> None:
        """End the child at once and collect it; harmless when it is gone."""
        self._process.kill()
        self.channel.close()
        self._process.join(2.0)

    def stop(self, timeout_s: float = 3.0) -> None:
        """Close the channel, wait for an orderly end, then kill."""
        self.channel.close()
        self._process.join(timeout_s)
        if self._process.is_alive():
            self._process.kill()
            self._process.join(2.0)


def own_command() -> list[str]:
    """Return how to start this product again: ``watchpost``, installed or frozen."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    return [sys.executable, "-m", "watchpost"]


def start_program(command: Sequence[str], errors: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start a program that may outlive us, with a pipe to its standard input.

    It gets no console window and not our Ctrl+C; what it prints as errors goes to the
    given file.

    Raises:
        OSError: There is no such program.
    """
    options: dict[str, Any] = {}
    if sys.platform == "win32":
        options["creationflags"] = (
            subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
        )
    else:
        options["start_new_session"] = True
    return subprocess.Popen(  # noqa: S603 - our own program, no shell
        list(command),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=errors,
        **options,
    )


def _enter(end: Any, target: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    # Ctrl+C in a terminal reaches every process; what it means is the parent's to say.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    steady_heap()
    _die_with_parent()
    target(Channel(end), *arguments)


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if sys.platform == "linux":
        import ctypes

        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
    if parent is not None:
        # Elsewhere, and for a parent that died before prctl, watch the sentinel.
        def watch() -> None:
            parent.join()
            os._exit(1)

        threading.Thread(target=watch, name="parent-watch", daemon=True).start()
