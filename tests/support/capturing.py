"""A capture process under test: collects events, waits for what should come."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from watchpost.base.paths import DataFolder
from watchpost.domain.cameras import Source
from watchpost.engine.capture.events import CaptureEvent
from watchpost.engine.capture.process import CaptureProcess

Kind = TypeVar("Kind")


class Events:
    """Collects events; ``reaction`` is called with each on the process's thread."""

    def __init__(self) -> None:
        self.all: list[CaptureEvent] = []
        self.reaction: Callable[[CaptureEvent], None] | None = None
        self._change = threading.Condition()

    def __call__(self, event: CaptureEvent) -> None:
        with self._change:
            self.all.append(event)
            self._change.notify_all()
        if self.reaction is not None:
            self.reaction(event)

    def of(self, kind: type[Kind]) -> list[Kind]:
        with self._change:
            return [e for e in self.all if isinstance(e, kind)]

    def wait_for(
        self,
        kind: type[Kind],
        matches: Callable[[Kind], bool] = lambda _: True,
        *,
        count: int = 1,
        timeout_s: float = 30.0,
    ) -> Kind:
        """Return the count-th event of a kind that matches."""
        limit = time.monotonic() + timeout_s
        with self._change:
            while True:
                found = [e for e in self.all if isinstance(e, kind) and matches(e)]
                if len(found) >= count:
                    return found[count - 1]
                left = limit - time.monotonic()
                if left <= 0:
                    seen = [e for e in self.all if type(e).__name__ != "FrameReady"]
                    raise AssertionError(f"no {kind.__name__} came, but {seen[-8:]}")
                self._change.wait(left)


@contextmanager
def capturing(
    folder: Path, source: Source, *, started: bool = True, **options: Any
) -> Iterator[tuple[CaptureProcess, Events]]:
    """Run a capture process; it is ended in any case."""
    data = DataFolder(folder)
    data.create()
    events = Events()
    values: dict[str, Any] = {"first_epoch": 1, "record": True} | options
    process = CaptureProcess("cam", source, folder=data, on_event=events, **values)
    if started:
        process.start()
    try:
        yield process, events
    finally:
        process.stop()
        process.kill()
