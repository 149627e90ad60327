"""What every console test gets: a themed application, a canned edge, a page's context.

link            EdgeLink on a FakeEdge (``link.port``), connected, calls run at once
page_context    PageContext on it; ``.went`` and ``.said`` of ``spoken`` record
                navigation and notices
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from support.fake_edge import FakeEdge, FrozenClock, ImmediateTasks, fake_link
from watchpost.console.alarms import AlarmDesk
from watchpost.console.bridge.edges import EdgeLink, Edges
from watchpost.console.edge_book import EdgeBook
from watchpost.console.keys import Keys
from watchpost.console.preferences import PreferencesStore
from watchpost.console.screens.page import PageContext
from watchpost.console.targets import Target
from watchpost.console.theme import Theme


@dataclass
class Spoken:
    """What pages asked the window to do."""

    went: list[tuple[str, Target | None]] = field(default_factory=list)
    said: list[tuple[str, str, str]] = field(default_factory=list)
    ran: list[str] = field(default_factory=list)

    def go(self, page_id: str, target: Target | None = None, edge: str = "") -> None:
        self.went.append((page_id, target))

    def say(self, text: str, todo: str = "", kind: str = "info") -> None:
        self.said.append((text, todo, kind))


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    made = Theme()
    made.apply()
    qapp.setCursorFlashTime(0)
    return made


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def edge(tmp_path: Path) -> Iterator[FakeEdge]:
    made = FakeEdge()
    made.tile_folder = tmp_path
    yield made
    made.close()


@pytest.fixture
def link(qapp: Any, edge: FakeEdge) -> Iterator[EdgeLink]:
    made = fake_link(edge)
    yield made
    made.close()


@pytest.fixture
def spoken() -> Spoken:
    return Spoken()


@pytest.fixture
def page_context(
    link: EdgeLink, theme: Theme, clock: FrozenClock, spoken: Spoken, tmp_path: Path
) -> PageContext:
    edges = Edges()
    edges.add(link)
    preferences = PreferencesStore(tmp_path / "console")
    return PageContext(
        link=link,
        edges=edges,
        theme=theme,
        clock=clock,
        keys=Keys(),
        preferences=preferences,
        desk=AlarmDesk(edges, clock),
        book=EdgeBook(edges, preferences, ImmediateTasks(), clock),
        go=spoken.go,
        say=spoken.say,
        run=spoken.ran.append,
    )
