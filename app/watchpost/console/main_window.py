"""The window: alarm strip, rail, pages, status bar, notices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from watchpost.base.clock import Clock
from watchpost.base.errors import WatchpostError
from watchpost.console.alarms import AlarmDesk
from watchpost.console.bridge.edges import EdgeLink, Edges
from watchpost.console.edge_book import EdgeBook
from watchpost.console.keys import Keys
from watchpost.console.preferences import PreferencesStore
from watchpost.console.screens import PAGES, PageSpec
from watchpost.console.screens.page import Page, PageContext
from watchpost.console.targets import ShowEvent, ShowMoment, Target
from watchpost.console.theme import Theme, set_look
from watchpost.console.widgets.alarm_strip import AlarmStrip
from watchpost.console.widgets.notices import Notice, Notices
from watchpost.console.widgets.rail import Rail
from watchpost.console.widgets.status_bar import StatusBar
from watchpost.console.widgets.waiting import WaitingPanel
from watchpost.protocol.alarms import AlarmRecord

_TICK_MS = 500
_ALL_EDGES = ""
_ROOMY = 1900
"""Narrower screens are filled at first start."""


@dataclass(frozen=True, slots=True)
class WindowParts:
    """What the window and its pages are made of."""

    edges: Edges
    desk: AlarmDesk
    theme: Theme
    keys: Keys
    preferences: PreferencesStore
    book: EdgeBook
    clock: Clock


class MainWindow(QMainWindow):
    """Frame around the pages; makes a page when it is first opened.

    Signals:
        close_asked: The person closes the window; whoever owns the program decides.
        page_changed: Id of the page now shown.
    """

    close_asked = Signal()
    page_changed = Signal(str)

    def __init__(
        self,
        parts: WindowParts,
        run_action: Callable[[str], None] = lambda _action_id: None,
    ) -> None:
        super().__init__()
        self.parts = parts
        self.edges, self.desk, self.theme, self.keys = (
            parts.edges,
            parts.desk,
            parts.theme,
            parts.keys,
        )
        self.preferences, self._clock = parts.preferences, parts.clock
        theme, keys, clock = parts.theme, parts.keys, parts.clock
        self._run_action = run_action
        self._edge_key = parts.preferences.now.last_edge
        self._pages: dict[tuple[str, str], Page] = {}
        self._open: tuple[str, str] | None = None
        self._may_close = False
        self.specs = tuple(spec for spec in PAGES if spec.exists())
        self.strip = AlarmStrip(parts.desk, theme, keys, clock)
        self.rail = Rail(self.specs, theme)
        self.stack = QStackedWidget()
        self._waiting = WaitingPanel(theme)
        self.stack.addWidget(self._waiting)
        self.status = StatusBar(parts.edges, theme, clock)
        self.centre = self._build()
        self.notices = Notices(self.centre, theme)
        self._connect()
        self._choose_edge()
        self._show_title()

    def _build(self) -> QWidget:
        centre = QWidget()
        set_look(centre, "page")
        middle = QHBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(self.rail)
        middle.addWidget(self.stack, 1)
        whole = QVBoxLayout(centre)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.strip)
        whole.addLayout(middle, 1)
        whole.addWidget(self.status)
        self.setCentralWidget(centre)
        return centre

    def _connect(self) -> None:
        self.rail.chosen.connect(self.go)
        self.status.edge_chosen.connect(self.choose_edge)
        self.edges.links_changed.connect(self._choose_edge)
        self.edges.state_changed.connect(self._show_title)
        self.desk.clip_wanted.connect(self.show_alarm_clip)
        self.desk.refused.connect(self.show_error)
        self.theme.changed.connect(self._on_theme)
        self._tick = QTimer(self)
        self._tick.setInterval(_TICK_MS)
        self._tick.timeout.connect(self._on_tick)
        self._blink = False

    # Pages

    @property
    def link(self) -> EdgeLink | None:
        """The edge whose pages are shown."""
        return self.edges.link(self._edge_key)

    @property
    def page(self) -> Page | None:
        """The page that is shown."""
        return self._pages.get(self._open) if self._open is not None else None

    @property
    def page_id(self) -> str:
        """Id of the page that is shown; empty before the first."""
        return self._open[0] if self._open is not None else ""

    def go(self, page_id: str, target: Target | None = None, edge: str = "") -> None:
        """Open a page, and an object on it; of another edge where one is named."""
        if edge and edge != self._edge_key and self.edges.link(edge) is not None:
            self._edge_key = edge
            self.status.show_edge(edge)
        spec = next((s for s in self.specs if s.id == page_id), None)
        link = self.link
        if spec is None or link is None:
            return
        key = (page_id, link.key if spec.per_edge else _ALL_EDGES)
        if key != self._open:
            self._leave()
            self._open = key
            page = self._pages.get(key) or self._make(spec, key, link)
            self.stack.setCurrentWidget(page)
            self.rail.show_page(page_id)
            page.activate()
            page.first_focus().setFocus()
            self.page_changed.emit(page_id)
        if target is not None:
            self._pages[key].open_target(target)

    def _make(self, spec: PageSpec, key: tuple[str, str], link: EdgeLink) -> Page:
        context = PageContext(
            link=link,
            edges=self.edges,
            theme=self.theme,
            clock=self._clock,
            keys=self.keys,
            preferences=self.preferences,
            desk=self.desk,
            book=self.parts.book,
            go=self.go,
            say=self.say,
            run=self._run_action,
        )
        page = spec.create(context)
        page.restore_state(self.preferences.now.pages.get(spec.id, {}))
        self._pages[key] = page
        self.stack.addWidget(page)
        return page

    def _leave(self) -> None:
        page = self.page
        if page is not None:
            page.deactivate()

    def choose_edge(self, key: str) -> None:
        """Show another edge's pages."""
        if self.edges.link(key) is None or key == self._edge_key:
            return
        self._edge_key = key
        self.status.show_edge(key)
        if self._open is not None:
            page_id = self._open[0]
            self.go(page_id)

    def _choose_edge(self) -> None:
        if self.link is None and self.edges.links:
            self._edge_key = self.edges.links[0].key
        self.status.show_edge(self._edge_key)
        self._drop_pages_of_removed_edges()
        self._show_title()

    def _drop_pages_of_removed_edges(self) -> None:
        known = {link.key for link in self.edges.links} | {_ALL_EDGES}
        for key in [k for k in self._pages if k[1] not in known]:
            page = self._pages.pop(key)
            page.close_page()
            self.stack.removeWidget(page)
            page.deleteLater()
            if self._open == key:
                self._open = None
                self.go(key[0])

    def drop_pages(self) -> None:
        """Forget what all pages look like and open the wall as new."""
        for key in list(self._pages):
            page = self._pages.pop(key)
            page.close_page()
            self.stack.removeWidget(page)
            page.deleteLater()
        self._open = None
        self.go("wall")

    def show_waiting(self, title: str, words: str) -> None:
        """Say what is going on while there is nothing to show yet."""
        self._waiting.show_waiting(title, words)
        self.stack.setCurrentWidget(self._waiting)

    def show_trouble(self, error: WatchpostError, retry: Callable[[], None]) -> None:
        """Say why there is nothing to show, and offer to try again."""
        self._waiting.show_trouble(error, retry)
        self.stack.setCurrentWidget(self._waiting)

    def next_area(self, by: int) -> None:
        """Move the focus to the next area: strip, rail, page, status bar."""
        page = self.page
        middle: QWidget = page if page is not None else self.stack
        areas: list[QWidget] = [self.strip, self.rail, middle, self.status]
        now = self.focusWidget()
        here = next(
            (i for i, a in enumerate(areas) if now is not None and a.isAncestorOf(now)),
            2,
        )
        for step in range(1, len(areas) + 1):
            area = areas[(here + by * step) % len(areas)]
            target = _first_focus(area)
            if area is page and page is not None:
                target = page.first_focus()
            if target is not None:
                target.setFocus(Qt.FocusReason.ShortcutFocusReason)
                return

    # What pages and keys ask for

    def say(
        self, text: str, todo: str = "", kind: str = "info", details: str = ""
    ) -> None:
        """Show a notice."""
        self.notices.show_notice(Notice(text, todo, kind, details))

    def show_error(self, error: WatchpostError) -> None:
        """Show an error as a notice."""
        self.say(error.what, error.todo, "error", f"{error.code}: {error}")

    def show_alarm_clip(self, edge_key: str, alarm: AlarmRecord) -> None:
        """Open the review page at what raised an alarm."""
        if alarm.clip_event_id is not None:
            self.go("review", ShowEvent(alarm.clip_event_id), edge_key)
        elif alarm.clip_camera_id is not None:
            moment = ShowMoment(alarm.clip_camera_id, alarm.raised_ns)
            self.go("review", moment, edge_key)
        else:
            self.say(
                self.tr("This alarm has no clip: it is about {subject}.").format(
                    subject=alarm.subject_name
                ),
                alarm.response,
            )

    # The window itself

    def start(self) -> None:
        """Begin to tick: ages, clock, blinking."""
        self._tick.start()

    def allow_close(self) -> None:
        """The next close closes."""
        self._may_close = True

    def save_state_to(self, settings: QSettings) -> None:
        """Remember place, page and what pages want to find again."""
        settings.setValue("geometry", self.saveGeometry())
        kept: dict[str, dict[str, Any]] = dict(self.preferences.now.pages)
        for (page_id, _), page in self._pages.items():
            kept[page_id] = page.save_state()
        self.preferences.update(
            pages=kept, last_page=self.page_id or "wall", last_edge=self._edge_key
        )

    def restore_state_from(self, settings: QSettings) -> None:
        """Be where the window was; at first start, a size that fits the screen."""
        geometry = settings.value("geometry")
        if geometry is not None and self.restoreGeometry(geometry):
            return
        area = self.screen().availableGeometry()
        self.resize(min(1600, area.width()), min(900, area.height()))
        if area.width() < _ROOMY:
            self.setWindowState(Qt.WindowState.WindowMaximized)

    def close_pages(self) -> None:
        """Give back what pages hold, before the links close."""
        self._tick.stop()
        self._leave()
        for page in self._pages.values():
            page.close_page()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Let the owner of the program decide."""
        if self._may_close:
            event.accept()
            return
        event.ignore()
        self.close_asked.emit()

    def _show_title(self) -> None:
        self.strip.set_demo(self.edges.demo)
        title = self.tr("Watchpost (demo)") if self.edges.demo else "Watchpost"
        self.setWindowTitle(title)

    def _on_theme(self) -> None:
        self.strip.setFixedHeight(self.theme.px(44))
        self.status.setFixedHeight(self.theme.px(28))

    def _on_tick(self) -> None:
        self._blink = not self._blink
        self.strip.blink(self._blink and not self.preferences.now.less_motion)
        if not self._blink:
            self.strip.tick()
            self.status.tick()
            self.desk.refresh()


def _first_focus(area: QWidget) -> QWidget | None:
    """Return the first widget of an area that takes the keyboard."""
    if area.isVisible() and area.focusPolicy() & Qt.FocusPolicy.TabFocus:
        return area
    for widget in area.findChildren(QWidget):
        takes = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        if takes and widget.isVisible() and widget.isEnabled():
            return widget
    return None
