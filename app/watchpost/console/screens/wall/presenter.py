"""What the wall shows and how it is steered; knows no widget."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from watchpost.base.clock import NS_PER_S, Clock
from watchpost.console.bridge.edges import EdgeLink, Edges
from watchpost.console.bridge.results import ResultBook
from watchpost.console.preferences import PreferencesStore, WallLayout
from watchpost.console.screens.wall.describe import describe_detail, describe_tile
from watchpost.console.screens.wall.view import TileKey, TileView, WallView
from watchpost.protocol.cameras import Camera
from watchpost.protocol.live import Result

TILE_COUNTS = (1, 4, 9, 16)
HISTORY_S = 90
REPLAY_NS = 30 * NS_PER_S

Place = TileKey | None


class WallPresenter(QObject):
    """Chooses cameras for places, keeps selection and figures. GUI thread.

    Signals:
        changed: :attr:`view` changed.
        layouts_changed: Saved layouts, or which one is shown, changed.
    """

    changed = Signal()
    layouts_changed = Signal()

    def __init__(
        self, edges: Edges, preferences: PreferencesStore, clock: Clock
    ) -> None:
        super().__init__()
        self._edges, self._preferences, self._clock = edges, preferences, clock
        self._tiles = 4
        self._places: tuple[Place, ...] = ()
        self._layout = ""
        self._page = 0
        self._selected: TileKey | None = None
        self._maximised = False
        self._books: dict[TileKey, ResultBook] = {}
        self._history: dict[TileKey, dict[str, deque[float | None]]] = {}
        self._heard: set[str] = set()
        self.view = WallView()
        edges.links_changed.connect(self._on_links)
        edges.cameras_changed.connect(self.refresh)
        edges.alarms_changed.connect(self.refresh)
        edges.state_changed.connect(self.refresh)
        edges.camera_status.connect(self._on_status)
        preferences.changed.connect(self.layouts_changed)
        self._on_links()

    # What is shown

    @property
    def tiles(self) -> int:
        """How many places the wall has: 1, 4, 9 or 16."""
        return self._tiles

    @property
    def layout_name(self) -> str:
        """The saved layout that is shown; empty for "by number"."""
        return self._layout

    @property
    def selected(self) -> TileKey | None:
        """The selected camera."""
        return self._selected

    def book(self, key: TileKey) -> ResultBook:
        """Return a camera's results."""
        return self._books.setdefault(key, ResultBook())

    def camera(self, key: TileKey) -> tuple[EdgeLink, Camera] | None:
        """Return a camera and its edge, if both are still there."""
        link = self._edges.link(key[0])
        camera = link.camera(key[1]) if link is not None else None
        return (link, camera) if link is not None and camera is not None else None

    @Slot()
    def refresh(self) -> None:
        """Make the view anew and tell about it when it differs."""
        view = self._make()
        if view != self.view:
            self.view = view
            self.changed.emit()

    def tick(self) -> None:
        """Advance ages and histories; once a second."""
        for link, camera in self._edges.cameras():
            key = (link.key, camera.id)
            kept = self._history.setdefault(key, {})
            status = camera.status
            for name, value in (
                ("fps", status.fps),
                ("latency", status.latency_p95_ms),
                ("counts", float(sum(t.count_in + t.count_out for t in status.totals))),
            ):
                kept.setdefault(name, deque(maxlen=HISTORY_S)).append(value)
        self.refresh()

    # Steering

    def show_tiles(self, tiles: int) -> None:
        """Show 1, 4, 9 or 16 cameras."""
        if tiles in TILE_COUNTS:
            self._tiles = tiles
            self._maximised = False
            self._turn_to_selected()
            self.refresh()

    def select(self, key: TileKey) -> None:
        """Select a camera; turns to the page that shows it."""
        self._selected = key
        self._turn_to_selected()
        self.refresh()

    def move(self, dx: int, dy: int) -> None:
        """Select the tile beside the selected one, if there is one."""
        view = self.view
        if self._maximised or view.selected < 0:
            return
        column, row = view.selected % view.columns, view.selected // view.columns
        column, row = column + dx, row + dy
        if not (0 <= column < view.columns and 0 <= row < view.columns):
            return
        target = view.tiles[row * view.columns + column].key
        if target is not None:
            self.select(target)

    def turn(self, by: int) -> None:
        """Show the next or previous cameras."""
        if self._maximised:
            self._step_camera(by)
            return
        pages = self._pages()
        self._page = min(max(self._page + by, 0), pages - 1)
        shown = [key for key in self._shown() if key is not None]
        if shown and self._selected not in shown:
            self._selected = shown[0]
        self.refresh()

    def maximise(self) -> None:
        """Show the selected camera alone, or all again."""
        self._maximised = not self._maximised and self._selected is not None
        self.refresh()

    def restore(self) -> None:
        """Show all tiles again."""
        self._maximised = False
        self.refresh()

    def call(self, number: int) -> bool:
        """Select a camera by its number, maximised; False if there is none."""
        for link, camera in self._edges.cameras():
            if camera.number == number:
                self._selected = (link.key, camera.id)
                self._turn_to_selected()
                self._maximised = True
                self.refresh()
                return True
        return False

    def put(self, index: int, key: Place) -> None:
        """Show a camera (or nothing) in a place of the shown page."""
        places = list(self._all_places())
        where = self._page * self._tiles + index
        places += [None] * (where + 1 - len(places))
        if key is not None and key in places:
            places[places.index(key)] = places[where]
        places[where] = key
        self._places = tuple(places)
        if self._selected not in places:
            self._selected = key
        self.refresh()

    # Layouts

    def layouts(self) -> tuple[WallLayout, ...]:
        """Return the saved layouts."""
        return self._preferences.now.layouts

    def use_layout(self, name: str) -> None:
        """Show a saved layout; an empty name shows all cameras by number."""
        found = next((x for x in self.layouts() if x.name == name), None)
        self._layout = found.name if found else ""
        self._places = found.cameras if found else ()
        self._tiles = found.tiles if found else self._tiles
        self._page, self._maximised = 0, False
        self.refresh()
        self.layouts_changed.emit()

    def use_layout_number(self, number: int) -> None:
        """Show the n-th saved layout, from 1."""
        layouts = self.layouts()
        if number <= len(layouts):
            self.use_layout(layouts[number - 1].name)

    def save_layout(self, name: str) -> None:
        """Keep what is shown under a name; an old layout of that name is replaced."""
        layout = WallLayout.model_validate(
            {"name": name, "tiles": self._tiles, "cameras": self._all_places()}
        )
        others = [x for x in self.layouts() if x.name != name]
        self._layout = name
        self._places = layout.cameras
        self._preferences.update(layouts=(*others, layout))

    def delete_layout(self) -> None:
        """Forget the layout that is shown; the wall stays as it is."""
        others = tuple(x for x in self.layouts() if x.name != self._layout)
        self._layout = ""
        self._preferences.update(layouts=others)

    # State between starts

    def save_state(self) -> dict[str, Any]:
        """Return what the next start shows again."""
        return {
            "tiles": self._tiles,
            "layout": self._layout,
            "places": [list(p) if p is not None else None for p in self._places],
            "page": self._page,
            "selected": list(self._selected) if self._selected is not None else None,
            "maximised": self._maximised,
        }

    def restore_state(self, state: dict[str, Any]) -> None:
        """Show what the last start showed."""
        tiles = state.get("tiles")
        self._tiles = tiles if tiles in TILE_COUNTS else 4
        self._layout = str(state.get("layout", ""))
        places = state.get("places")
        self._places = tuple(map(_place, places)) if isinstance(places, list) else ()
        page = state.get("page")
        self._page = page if isinstance(page, int) and page >= 0 else 0
        self._selected = _place(state.get("selected"))
        self._maximised = state.get("maximised") is True
        self.refresh()
        self.layouts_changed.emit()

    # Parts

    def _make(self) -> WallView:
        cameras = {(link.key, c.id): (link, c) for link, c in self._edges.cameras()}
        if self._selected not in cameras:
            shown = [k for k in self._shown() if k in cameras]
            self._selected = shown[0] if shown else None
        self._page = min(self._page, self._pages() - 1)
        shown_keys: list[Place] = list(self._shown())
        maximised = self._maximised and self._selected is not None
        if maximised:
            shown_keys = [self._selected]
        now = self._clock.utc_ns()
        several = len(self._edges.links) > 1
        tiles: list[TileView] = []
        for key in shown_keys:
            found = cameras.get(key) if key is not None else None
            tiles.append(
                describe_tile(*found, now, several) if found else TileView(None)
            )
        selected = next(
            (i for i, t in enumerate(tiles) if t.key and t.key == self._selected), -1
        )
        chosen = cameras.get(self._selected) if self._selected is not None else None
        detail = None
        if chosen is not None and self._selected is not None:
            detail = describe_detail(
                *chosen,
                self.book(self._selected).model,
                {n: tuple(v) for n, v in self._history.get(self._selected, {}).items()},
            )
        side = 1 if maximised else {1: 1, 4: 2, 9: 3, 16: 4}[self._tiles]
        return WallView(
            tuple(tiles),
            side,
            selected,
            maximised,
            self._page,
            self._pages(),
            detail,
            not cameras,
        )

    def _all_places(self) -> tuple[Place, ...]:
        if self._places:
            return self._places
        return tuple(
            (link.key, camera.id)
            for link, camera in self._edges.cameras()
            if camera.enabled
        )

    def _shown(self) -> tuple[Place, ...]:
        start = self._page * self._tiles
        shown = self._all_places()[start : start + self._tiles]
        return shown + (None,) * (self._tiles - len(shown))

    def _pages(self) -> int:
        return max(1, -(-len(self._all_places()) // self._tiles))

    def _turn_to_selected(self) -> None:
        places = self._all_places()
        if self._selected in places:
            self._page = places.index(self._selected) // self._tiles

    def _step_camera(self, by: int) -> None:
        keys = [key for key in self._all_places() if key is not None]
        if self._selected in keys:
            self.select(keys[(keys.index(self._selected) + by) % len(keys)])

    @Slot()
    def _on_links(self) -> None:
        for link in self._edges.links:
            if link.key not in self._heard:
                self._heard.add(link.key)
                link.live.result.connect(self._listener(link))
        self._heard &= {link.key for link in self._edges.links}
        self.refresh()

    def _listener(self, link: EdgeLink) -> Callable[[Result], None]:
        return partial(self._on_result, link.key)

    def _on_result(self, edge_key: str, result: Result) -> None:
        self.book((edge_key, result.camera_id)).add(result)

    def _on_status(self, _link: EdgeLink, _status: object) -> None:
        self.refresh()


def _place(value: object) -> Place:
    if isinstance(value, (list, tuple)) and len(value) == 2:
        return str(value[0]), str(value[1])
    return None
