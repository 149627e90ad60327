"""How the camera is: one place that says so, once per change."""

from __future__ import annotations

import threading
from collections.abc import Callable

from watchpost.base.errors import CaptureError
from watchpost.domain.cameras import CameraState
from watchpost.engine.capture.events import StateChanged


class Condition:
    """Tells every change of the camera's state. Safe on any thread."""

    def __init__(self, on_event: Callable[[StateChanged], None]) -> None:
        self._on_event = on_event
        self._lock = threading.Lock()
        self._told: StateChanged | None = None

    @property
    def state(self) -> CameraState | None:
        """The state told last."""
        told = self._told
        return None if told is None else told.state

    def set(
        self,
        state: CameraState,
        error: CaptureError | None = None,
        next_try_ns: int | None = None,
    ) -> None:
        """Tell a state, unless it is the one told before."""
        change = StateChanged(
            state,
            "" if error is None else str(error),
            "" if error is None else error.code,
            next_try_ns,
        )
        with self._lock:
            before, self._told = self._told, change
            if change == before:
                return
            self._on_event(change)

    def replace(
        self,
        old: CameraState,
        new: CameraState,
        error: CaptureError | None = None,
    ) -> bool:
        """Tell another state if it is still the old one; say whether it was."""
        if self.state is not old:
            return False
        self.set(new, error)
        return True
