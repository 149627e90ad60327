"""The status bar: is everything all right, answered without a click."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QMenu, QToolButton

from watchpost.base.clock import Clock
from watchpost.console.bridge.edges import EdgeLink, Edges, LinkState
from watchpost.console.moments import age_text, clock_text, day_text, zone_text
from watchpost.console.theme import Theme, set_look
from watchpost.console.widgets.parts import ElidedLabel, icon_label, label, row
from watchpost.domain.cameras import CameraState


class StatusBar(QFrame):
    """Edges, cameras, who is signed in, and the time with its zone.

    Signals:
        edge_chosen: Key of the edge whose pages to show.
    """

    edge_chosen = Signal(str)

    def __init__(self, edges: Edges, theme: Theme, clock: Clock) -> None:
        super().__init__()
        self._edges, self._clock = edges, clock
        self._current = ""
        set_look(self, "status-bar")
        self.setFixedHeight(theme.px(28))
        self.setAccessibleName(self.tr("Status"))
        self._edge = QToolButton()
        set_look(self._edge, "status-button")
        self._edge.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        theme.icons.give(self._edge, "network", colour="lo", size=15, beside_text=True)
        self._edge.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._edge.setToolTip(self.tr("Which edge the pages show"))
        self._menu = QMenu(self._edge)
        self._menu.aboutToShow.connect(self._fill_menu)
        self._edge.setMenu(self._menu)
        self._cameras = ElidedLabel(look="status")
        self._reporting = label(look="status")
        self._user = ElidedLabel(look="status")
        self._time = label(look="status-strong")
        line = row(
            self._edge,
            icon_label(theme, "cctv", size=15),
            self._cameras,
            8,
            icon_label(theme, "cpu", size=15),
            self._reporting,
            None,
            self._user,
            12,
            self._time,
            gap=6,
        )
        line.setContentsMargins(6, 0, 14, 0)
        self.setLayout(line)
        for signal in (edges.links_changed, edges.state_changed, edges.cameras_changed):
            signal.connect(self.refresh)
        edges.camera_status.connect(self._on_status)
        self.refresh()

    def show_edge(self, key: str) -> None:
        """Name the edge whose pages are shown."""
        self._current = key
        self.refresh()

    def refresh(self) -> None:
        """Show edges and cameras as they are."""
        self._show_edge()
        states = [
            (link.state, camera.status.state) for link, camera in self._edges.cameras()
        ]
        wanted = [s for s in states if s[1] is not CameraState.DISABLED]
        live = sum(s == (LinkState.CONNECTED, CameraState.LIVE) for s in wanted)
        text = self.tr("{live} of {all} cameras delivering")
        self._cameras.setText(text.format(live=live, all=len(wanted)))
        set_look(self._cameras, "status" if live == len(wanted) else "status-strong")
        links = self._edges.links
        up = sum(link.state is LinkState.CONNECTED for link in links)
        text = self.tr("{up} of {all} edges reporting")
        self._reporting.setText(text.format(up=up, all=len(links)))
        self.tick()

    def tick(self) -> None:
        """Show the time; once a second."""
        now = self._clock.utc_ns()
        self._time.setText(f"{day_text(now)}  {clock_text(now)} {zone_text(now)}")
        link = self._edges.link(self._current)
        if link is not None and link.state is not LinkState.CONNECTED:
            self._show_edge()

    def _on_status(self, _link: EdgeLink, _status: object) -> None:
        self.refresh()

    def _show_edge(self) -> None:
        link = self._edges.link(self._current)
        if link is None:
            self._edge.setText(self.tr("No edge"))
            self._user.setText("")
            return
        self._edge.setText(f"{link.name}: {self._state_text(link)}")
        if link.info is not None:
            role = QCoreApplication.translate("Roles", link.info.role.capitalize())
            self._user.setText(f"{role}: {link.info.user}")

    def _state_text(self, link: EdgeLink) -> str:
        match link.state:
            case LinkState.CONNECTED:
                return self.tr("connected")
            case LinkState.CONNECTING:
                return self.tr("connecting")
            case LinkState.REFUSED:
                return self.tr("not let in")
            case LinkState.LOST:
                age = age_text(link.since_ns, self._clock.utc_ns())
                return self.tr("away for {age}").format(age=age)

    def _fill_menu(self) -> None:
        self._menu.clear()
        for link in self._edges.links:
            action = QAction(f"{link.name}: {self._state_text(link)}", self._menu)
            action.setCheckable(True)
            action.setChecked(link.key == self._current)
            action.triggered.connect(
                lambda _checked=False, key=link.key: self.edge_chosen.emit(key)
            )
            self._menu.addAction(action)
