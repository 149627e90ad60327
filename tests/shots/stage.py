"""Builds the console's window around a canned edge, frozen in time, for a picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QDeadlineTimer, QEvent, QEventLoop, QPoint
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QWidget

from support.fake_edge import FakeEdge, FrozenClock, ImmediateTasks, fake_link
from watchpost.console.alarms import AlarmDesk
from watchpost.console.bridge.edges import EdgeLink, Edges
from watchpost.console.edge_book import EdgeBook
from watchpost.console.keys import Keys
from watchpost.console.main_window import MainWindow, WindowParts
from watchpost.console.preferences import PreferencesStore
from watchpost.console.screens.page import Page
from watchpost.console.theme import Density, Theme, ThemeName

SMALL, LARGE = (1280, 720), (1600, 900)
_PATIENCE_MS = 20_000


@dataclass(frozen=True)
class Shot:
    """One picture: a page in a state.

    Attributes:
        name: File name without size and theme, ``<page>-<state>``.
        page: Id of the page.
        edge: Makes the canned edge.
        act: Brings the page into the state; gets the stage with the page opened.
        sizes: Of the window.
        themes: Dark by default; each page shows light once.
    """

    name: str
    page: str
    edge: Callable[[], FakeEdge] = FakeEdge
    act: Callable[[Stage], None] = lambda _stage: None
    sizes: tuple[tuple[int, int], ...] = (SMALL, LARGE)
    themes: tuple[ThemeName, ...] = (ThemeName.DARK,)


class Stage:
    """A window on a canned edge.

    Attributes:
        edge, link, edges, window, theme, clock, desk: The parts.
        over: Windows in front of it (dialogs, menus), drawn where they lie.
    """

    def __init__(self, edge: FakeEdge, theme: Theme, folder: Path) -> None:
        self.edge, self.theme = edge, theme
        self.over: list[QWidget] = []
        edge.tile_folder = folder
        self.clock = FrozenClock()
        self.link: EdgeLink = fake_link(edge)
        self.edges = Edges()
        self.edges.add(self.link)
        self.desk = AlarmDesk(self.edges, self.clock)
        self.preferences = PreferencesStore(folder / "console")
        self.preferences.update(theme=theme.name)
        self.book = EdgeBook(self.edges, self.preferences, ImmediateTasks(), self.clock)
        self.window = MainWindow(
            WindowParts(
                self.edges,
                self.desk,
                theme,
                Keys(),
                self.preferences,
                self.book,
                self.clock,
            )
        )

    @property
    def page(self) -> Page:
        """The page that is shown."""
        page = self.window.page
        assert page is not None
        return page

    def open(self, page: str, size: tuple[int, int]) -> None:
        """Show the window with a page."""
        self.window.resize(*size)
        self.window.show()
        self.window.go(page)
        QApplication.processEvents()
        # A window that is not exposed yet cannot be made the active one.
        self.window.activateWindow()
        QApplication.processEvents()

    def wait(self, until: Callable[[], object]) -> None:
        """Let the application work until something is so (a thread's answer)."""
        patience = QDeadlineTimer(_PATIENCE_MS)
        while not until():
            assert not patience.hasExpired(), "the page never came into its state"
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)

    def put_over(self, window: QWidget) -> None:
        """Show a dialog or menu without waiting for it, in the middle of the window."""
        self.over.append(window)
        place = self.window.rect().center() - window.rect().center()
        window.setModal(False) if hasattr(window, "setModal") else None
        window.show()
        QApplication.processEvents()
        if not window.windowType() & window.windowFlags().FramelessWindowHint:
            window.move(self.window.mapToGlobal(place))

    def take(self) -> QImage:
        """Return the window as it looks now, with what lies over it."""
        # A layout may ask its parent for another one.
        for _ in range(3):
            QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
            QApplication.processEvents()
        image = self.window.grab().toImage()
        painter = QPainter(image)
        for window in self.over:
            at = self.window.mapFromGlobal(window.mapToGlobal(QPoint(0, 0)))
            painter.drawPixmap(at, window.grab())
        painter.end()
        return image

    def close(self) -> None:
        """Take everything down."""
        for window in self.over:
            window.close()
            window.deleteLater()
        self.window.close_pages()
        self.window.allow_close()
        self.window.close()
        self.edges.close()
        self.edge.close()
        self.window.deleteLater()
        # Without a running event loop nothing else deletes: each window that is left
        # over would be styled again and again.
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QApplication.processEvents()


def make_theme(name: ThemeName) -> Theme:
    """Return a theme in force."""
    theme = Theme(name, Density.DESK)
    theme.apply()
    return theme
