"""A second window: a plain window with a wall of its own, for a second screen."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSettings, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow

from watchpost.console.screens.page import PageContext
from watchpost.console.screens.wall.screen import WallScreen
from watchpost.console.widgets.parts import label

STATE = "wall-2"


class SecondWindow(QMainWindow):
    """Shows cameras on another screen; keeps its own layout.

    Signals:
        closed: The person closed it.
    """

    closed = Signal()

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self.wall = WallScreen(context)
        self.wall.hide_side()
        self.wall.restore_state(context.preferences.now.pages.get(STATE, {}))
        self.setCentralWidget(self.wall)
        context.edges.state_changed.connect(self._show_title)
        self._demo = label(self.tr("DEMO"), "demo")
        self.wall.add_to_bar(self._demo)
        self._show_title()

    def open(self, settings: QSettings) -> None:
        """Show it where it was; at first, on another screen if there is one."""
        geometry = settings.value("geometry-2")
        if geometry is None or not self.restoreGeometry(geometry):
            screens = [
                s for s in self.screen().virtualSiblings() if s is not self.screen()
            ]
            self.resize(1280, 720)
            if screens:
                self.move(screens[0].availableGeometry().topLeft())
        self.show()
        self.wall.activate()
        self.wall.first_focus().setFocus()

    def state(self) -> dict[str, Any]:
        """Return what the wall shows."""
        return self.wall.save_state()

    def save_state_to(self, settings: QSettings) -> None:
        """Remember where it is."""
        settings.setValue("geometry-2", self.saveGeometry())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Give back the leases."""
        super().closeEvent(event)
        self.wall.deactivate()
        self.closed.emit()

    def _show_title(self) -> None:
        demo = self._context.edges.demo
        self._demo.setVisible(demo)
        title = self.tr("Watchpost wall (demo)") if demo else self.tr("Watchpost wall")
        self.setWindowTitle(title)
