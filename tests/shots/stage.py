"""Builds the console's window around a canned edge, frozen in time, for a picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QApplication

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
    """

    def __init__(self, edge: FakeEdge, theme: Theme, folder: Path) -> None:
        self.edge, self.theme = edge, theme
        edge.tile_folder = folder
        self.clock = FrozenClock()
        self.link: EdgeLink = fake_link(edge)
        self.edges = Edges()
        self.edges.add(self.link)
        self.desk = AlarmDesk(self.edges, self.clock)
        self.preferences = PreferencesStore(folder / "console")
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

    def close(self) -> None:
        """Take everything down."""
        self.window.close_pages()
        self.window.allow_close()
        self.window.close()
        self.edges.close()
        self.edge.close()
        self.window.deleteLater()
        QApplication.processEvents()


def make_theme(name: ThemeName) -> Theme:
    """Return a theme in force."""
    theme = Theme(name, Density.DESK)
    theme.apply()
    return theme
