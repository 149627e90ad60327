"""The edge on this computer, started and watched without ever blocking the window."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from watchpost.base.errors import EdgeError, WatchpostError
from watchpost.base.paths import DataFolder
from watchpost.client.edge import EdgeAddress
from watchpost.client.local import LocalEdge, LocalEdgeState, default_command
from watchpost.console.bridge.tasks import Tasks


class LocalEdgeKeeper(QObject):
    """Opens a :class:`LocalEdge` on a worker thread and tells where it answers.

    Signals:
        answers: :class:`EdgeAddress`; again whenever the edge was started anew.
        trouble: A :class:`WatchpostError`: it cannot start, or it ended.
    """

    answers = Signal(object)
    trouble = Signal(object)
    _state = Signal(object)

    def __init__(self, folder: DataFolder, tasks: Tasks, *, demo: bool = False) -> None:
        super().__init__()
        self._tasks = tasks
        command = default_command(folder) + (["--demo"] if demo else [])
        self._edge = LocalEdge(folder, on_state=self._state.emit, command=command)
        self._state.connect(self._on_state)
        self._opened = False

    @property
    def owned(self) -> bool:
        """Whether we started it, so that it ends with us."""
        return self._edge.owned

    def open(self) -> None:
        """Find or start it; ends in :attr:`answers` or :attr:`trouble`."""
        self._tasks.run(self._edge.open, self._on_address, self._on_failure)

    def leave_running(self) -> None:
        """Let it count on without us."""
        if self._opened:
            self._edge.leave_running()

    def close(self) -> None:
        """End it if we started it; blocks until it has ended."""
        self._edge.close()

    def _on_address(self, address: EdgeAddress) -> None:
        self._opened = True
        self.answers.emit(address)

    def _on_failure(self, error: WatchpostError) -> None:
        self.trouble.emit(error)

    @Slot(object)
    def _on_state(self, state: LocalEdgeState) -> None:
        if state.address is not None:
            self.answers.emit(state.address)
            return
        what, _, todo = state.sentence.partition(". ")
        self.trouble.emit(
            EdgeError(f"{what}.", todo=todo, code=state.code or "edge.died")
        )
