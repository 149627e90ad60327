"""Collects Python's garbage on the Qt thread alone.

Widgets and their Python halves refer to each other in rings, which only the cyclic garbage
collector takes apart, on whatever thread happens to allocate when it is due. A widget that
ends on a thread of the link or of a task crashes Qt sooner or later.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot

_LOOK_MS = 1000


class Collector(QObject):
    """Takes over from the automatic collector until it is stopped; lives on the Qt thread.

    Once a second it collects those generations that have had more allocations than
    Python's own thresholds, youngest first, as the automatic collector would.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """Switch the automatic collector off and look once a second from now on."""
        gc.disable()
        self._timer.start()

    def stop(self) -> None:
        """Hand back to the automatic collector."""
        self._timer.stop()
        gc.enable()

    @Slot()
    def look(self) -> None:
        """Collect what is due; harmless at any time on the Qt thread."""
        due = [
            generation
            for generation, (count, threshold) in enumerate(
                zip(gc.get_count(), gc.get_threshold(), strict=True)
            )
            if count > threshold > 0
        ]
        if due:
            gc.collect(max(due))
