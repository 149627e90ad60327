"""The pages of the console.

How to add one:

1. ``screens/<id>/screen.py`` with ``def create(context: PageContext) -> Page`` and beside
   it ``presenter.py`` (a ``QObject`` without QtWidgets that takes ``context.link``).
2. A row in :data:`PAGES`; its texts are marked for translation.
3. Its states in ``tests/shots/registry.py`` (or a ``tests/shots/pages/<id>.py``).

``page.PageContext`` (frozen) gives a page all it needs:

    link: EdgeLink          the edge this page shows (pages are made anew for another edge)
    edges: Edges            all edges (wall, settings)
    theme: Theme            .colours .px(n) .font(size, weight) .icons .class_colour(name)
    clock: Clock            frozen in screenshots; the page never asks another
    keys: Keys              .attach(widget, {"player.pause": slot, ...})
    preferences: Preferences
    desk: AlarmDesk         order, selection and calls of alarms
    go(page_id, target, edge)   open another page: go("review", ShowEvent(id))
    say(text, todo="", kind="info")   show a notice at the bottom of the window

``page.Page`` is the ``QWidget`` that a screen derives from; override what applies:

    activate() / deactivate()      became visible or hidden; stop timers when hidden
    open_target(target)            show this object (``console/targets.py``)
    save_state() -> dict[str, Any] / restore_state(dict)   splitters, choices; JSON values
    first_focus() -> QWidget       what gets the focus when the page opens
    help_scopes: tuple[Scope, ...] whose keys F1 lists for this page
"""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

from watchpost.console.texts import QT_TRANSLATE_NOOP

if TYPE_CHECKING:
    from watchpost.console.screens.page import Page, PageContext


@dataclass(frozen=True, slots=True)
class PageSpec:
    """One row of the rail.

    Attributes:
        id: Name of the package under ``screens``.
        title: Source text for translation, context ``Pages``.
        icon: Lucide name.
        at_bottom: Stands at the bottom of the rail.
        per_edge: Shows one edge, chosen in the status bar; else all of them.
    """

    id: str
    title: str
    icon: str
    at_bottom: bool = False
    per_edge: bool = True

    def load(self) -> ModuleType:
        """Import the page's code; any thread may do it ahead of time."""
        return importlib.import_module(f"watchpost.console.screens.{self.id}.screen")

    def create(self, context: PageContext) -> Page:
        """Build the page."""
        page: Page = self.load().create(context)
        return page

    def exists(self) -> bool:
        """Say whether this build contains the page."""
        name = f"watchpost.console.screens.{self.id}"
        if importlib.util.find_spec(name) is None:
            return False
        return importlib.util.find_spec(f"{name}.screen") is not None


PAGES: tuple[PageSpec, ...] = (
    PageSpec("wall", QT_TRANSLATE_NOOP("Pages", "Wall"), "layout-grid", per_edge=False),
    PageSpec("review", QT_TRANSLATE_NOOP("Pages", "Review"), "clipboard-check"),
    PageSpec("cameras", QT_TRANSLATE_NOOP("Pages", "Cameras"), "cctv"),
    PageSpec("counts", QT_TRANSLATE_NOOP("Pages", "Counts"), "chart-column"),
    PageSpec("health", QT_TRANSLATE_NOOP("Pages", "Health"), "activity"),
    PageSpec(
        "settings", QT_TRANSLATE_NOOP("Pages", "Settings"), "settings", at_bottom=True
    ),
)
