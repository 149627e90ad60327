"""A real edge in a process of its own, and a console's connections to it."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from watchpost.base.paths import DataFolder
from watchpost.client.edge import EdgeAddress, EdgeClient
from watchpost.client.live import LiveState, LiveStream
from watchpost.client.local import find, read_token_file
from watchpost.protocol.live import LiveMessage

START_S = 60.0
# An installation whose detector is gone, as a cleaner or a virus scanner may leave it.
_WITHOUT_DETECTOR = """
import sys
from watchpost.edge import models
models.shipped_model = lambda: None
from watchpost.cli import main
sys.exit(main(sys.argv[1:]))
"""
M = TypeVar("M", bound=LiveMessage)


class EdgeProcess:
    """``watchpost edge`` on a data folder; started, killed and started again."""

    def __init__(self, root: Path, *arguments: str, has_detector: bool = True) -> None:
        self.folder = DataFolder(root)
        self._arguments = arguments
        self._program = (
            ("-m", "watchpost") if has_detector else ("-c", _WITHOUT_DETECTOR)
        )
        self._process: subprocess.Popen[bytes] | None = None
        self.client: EdgeClient
        self.address: EdgeAddress

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> EdgeProcess:
        """Start and wait until it answers."""
        self._process = self.launch()
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise AssertionError(f"the edge ended with {self._process.returncode}")
            said = read_token_file(self.folder)
            address = find(self.folder) if said and said.pid == self.pid else None
            if address is not None:
                self.address, self.client = address, EdgeClient(address)
                return self
            time.sleep(0.05)
        raise AssertionError("the edge did not answer")

    def launch(self) -> subprocess.Popen[bytes]:
        """Start the program and return at once."""
        self.folder.root.mkdir(parents=True, exist_ok=True)
        with (self.folder.root.parent / "edge.err").open("ab") as errors:
            return subprocess.Popen(
                [
                    *(sys.executable, *self._program, "edge"),
                    *("--data", str(self.folder.root), *self._arguments),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                env={**os.environ, "OMP_NUM_THREADS": "1"},
            )

    def kill(self) -> None:
        """End it the hardest way, now."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(20)
        self.client.close()

    def stop(self) -> int:
        """End it in order; return its exit code."""
        assert self._process is not None
        self._process.terminate()
        code = self._process.wait(30)
        self.client.close()
        return code

    def end(self) -> None:
        """End it somehow; harmless when it ended before."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait(20)
        if hasattr(self, "client"):
            self.client.close()


@contextlib.contextmanager
def running(root: Path, *arguments: str) -> Iterator[EdgeProcess]:
    """Run an edge for the length of a test."""
    edge = EdgeProcess(root, *arguments)
    try:
        yield edge.start()
    finally:
        edge.end()


class Console:
    """What a console hears on the live stream."""

    def __init__(self, address: EdgeAddress) -> None:
        self.messages: queue.Queue[LiveMessage] = queue.Queue()
        self.states: queue.Queue[LiveState] = queue.Queue()
        self._stream = LiveStream(
            address, on_message=self.messages.put, on_state=self.states.put
        )

    def __enter__(self) -> Console:
        self._stream.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stream.stop()

    def next(
        self,
        kind: type[M],
        accept: Callable[[M], bool] = lambda _message: True,
        *,
        within_s: float = 60.0,
    ) -> M:
        """Return the next message of a kind that is accepted; others are dropped."""
        deadline = time.monotonic() + within_s
        while True:
            left = deadline - time.monotonic()
            try:
                message = self.messages.get(timeout=max(0.01, left))
            except queue.Empty:
                raise AssertionError(f"no {kind.__name__} in {within_s} s") from None
            if isinstance(message, kind) and accept(message):
                return message

    def drain(self) -> list[LiveMessage]:
        """Return everything heard and not yet taken."""
        found = []
        with contextlib.suppress(queue.Empty):
            while True:
                found.append(self.messages.get_nowait())
        return found


def eventually(question: Callable[[], M | None], *, within_s: float = 30.0) -> M:
    """Ask until there is an answer; for what no message announces."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        answer = question()
        if answer:
            return answer
        time.sleep(0.1)
    raise AssertionError(f"no answer in {within_s} s")
