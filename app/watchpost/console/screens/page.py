"""What every page is and gets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from PySide6.QtWidgets import QWidget

from watchpost.base.clock import Clock
from watchpost.console.actions import Scope
from watchpost.console.alarms import AlarmDesk
from watchpost.console.bridge.edges import EdgeLink, Edges
from watchpost.console.edge_book import EdgeBook
from watchpost.console.keys import Keys
from watchpost.console.preferences import PreferencesStore
from watchpost.console.targets import Target
from watchpost.console.theme import Theme, set_look


class Go(Protocol):
    """Opens a page, of another edge where ``edge`` names one."""

    def __call__(
        self, page_id: str, target: Target | None = None, edge: str = ""
    ) -> None: ...


class Say(Protocol):
    """Shows a notice: one sentence, what to do, and how bad (info, warning, error)."""

    def __call__(self, text: str, todo: str = "", kind: str = "info") -> None: ...


@dataclass(frozen=True, slots=True)
class PageContext:
    """All that a page needs; see the package's docstring."""

    link: EdgeLink
    edges: Edges
    theme: Theme
    clock: Clock
    keys: Keys
    preferences: PreferencesStore
    desk: AlarmDesk
    book: EdgeBook
    go: Go
    say: Say
    run: Callable[[str], None] = lambda _action_id: None
    """Runs a window-wide action, such as ``app.add_edge``."""


class Page(QWidget):
    """A page of the stack; derive and override what applies."""

    help_scopes: tuple[Scope, ...] = ()

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self.context = context
        set_look(self, "page")

    def activate(self) -> None:
        """The page became visible."""

    def deactivate(self) -> None:
        """The page is hidden; stop what only serves the eye."""

    def open_target(self, target: Target) -> None:
        """Show this object."""

    def save_state(self) -> dict[str, Any]:
        """Return what should be as it was at the next start (JSON values)."""
        return {}

    def restore_state(self, state: dict[str, Any]) -> None:
        """Take over a state that :meth:`save_state` returned, perhaps long ago."""

    def first_focus(self) -> QWidget:
        """Return what gets the keyboard when the page opens."""
        return self

    def close_page(self) -> None:
        """Give back threads, files and leases; the page will not be used again."""
