"""Calls that block, run on worker threads; their answers come back on the GUI thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal, Slot

from watchpost.base.errors import WatchpostError
from watchpost.base.log import get_logger

T = TypeVar("T")
_log = get_logger(__name__)
_THREADS = 4


class Task:
    """One running call; :meth:`forget` drops its answer."""

    def __init__(
        self,
        call: Callable[[], Any],
        on_success: Callable[[Any], None] | None,
        on_failure: Callable[[WatchpostError], None] | None,
    ) -> None:
        self.call = call
        self.on_success = on_success
        self.on_failure = on_failure
        self.forgotten = False
        self.answer: Any = None
        self.error: WatchpostError | None = None

    def forget(self) -> None:
        """Do not deliver the answer; the call itself runs to its end."""
        self.forgotten = True


class Tasks(QObject):
    """A few worker threads for one edge's calls.

    Threads: :meth:`run` is called on the GUI thread, ``call`` runs on a worker thread,
    ``on_success`` and ``on_failure`` run on the GUI thread, never after :meth:`close`.

    Signals:
        failed: A call without its own ``on_failure`` failed; the window shows a notice.
    """

    failed = Signal(object)
    _done = Signal()

    def __init__(
        self, parent: QObject | None = None, *, threads: int = _THREADS
    ) -> None:
        super().__init__(parent)
        self._wanted: SimpleQueue[Task | None] = SimpleQueue()
        self._finished: SimpleQueue[Task] = SimpleQueue()
        self._threads = threads
        self._running: list[threading.Thread] = []
        self._closed = False
        self._pending = 0
        self._done.connect(self._deliver)

    @property
    def pending(self) -> int:
        """How many calls have not been answered yet."""
        return self._pending

    def run(
        self,
        call: Callable[[], T],
        on_success: Callable[[T], None] | None = None,
        on_failure: Callable[[WatchpostError], None] | None = None,
    ) -> Task:
        """Run a blocking call on a worker thread.

        Args:
            call: Takes nothing; use ``functools.partial`` for arguments.
            on_success: Gets what the call returned, on the GUI thread.
            on_failure: Gets the error, on the GUI thread. Without it, :attr:`failed` is
                emitted. Errors that are not ours arrive as a ``WatchpostError`` with the
                code ``console.unexpected``.

        Returns:
            A handle to forget the answer, for example when its page is gone.
        """
        task = Task(call, on_success, on_failure)
        if self._closed:
            task.forget()
            return task
        if not self._running:
            self._start()
        self._pending += 1
        self._wanted.put(task)
        return task

    def close(self) -> None:
        """Drop what has not run and deliver nothing any more; does not wait."""
        self._closed = True
        for _ in self._running:
            self._wanted.put(None)

    def wait(self, timeout_s: float = 5.0) -> None:
        """Wait for the threads to end after :meth:`close`; for tests and the last exit."""
        for thread in self._running:
            thread.join(timeout_s)

    def _start(self) -> None:
        for number in range(self._threads):
            # Daemons: a call that hangs in the network must not keep the program alive.
            thread = threading.Thread(
                target=self._work, name=f"task-{number}", daemon=True
            )
            self._running.append(thread)
            thread.start()

    def _work(self) -> None:
        while (task := self._wanted.get()) is not None:
            if self._closed:
                continue
            _run(task)
            self._finished.put(task)
            try:
                self._done.emit()
            except RuntimeError:
                return  # The object went with the application.

    @Slot()
    def _deliver(self) -> None:
        if self._finished.empty():
            return
        task = self._finished.get()
        self._pending -= 1
        if task.forgotten or self._closed:
            return
        if task.error is None:
            if task.on_success is not None:
                task.on_success(task.answer)
        elif task.on_failure is not None:
            task.on_failure(task.error)
        else:
            self.failed.emit(task.error)


def _run(task: Task) -> None:
    try:
        task.answer = task.call()
    except WatchpostError as error:
        task.error = error
    except Exception as error:  # noqa: BLE001 - a worker's loop top: shown as a notice
        _log.error("task failed", error=repr(error), exc_info=True)
        task.error = WatchpostError(
            "Something went wrong inside the console.",
            todo="Try again; if it stays, send the log of the console.",
            code="console.unexpected",
        )
