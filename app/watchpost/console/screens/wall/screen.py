"""The wall's page: toolbar, canvas, alarms and the selected camera."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, QStandardPaths, Qt, QTimer
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFrame,
    QInputDialog,
    QMenu,
    QPushButton,
    QStackedLayout,
    QWidget,
)

from watchpost.base.clock import datetime_from_ns
from watchpost.console.actions import Scope
from watchpost.console.bridge.frames import LeasedPictures, Pictures
from watchpost.console.screens.page import Page, PageContext
from watchpost.console.screens.wall.canvas import TileCanvas
from watchpost.console.screens.wall.detail import DetailCard
from watchpost.console.screens.wall.presenter import (
    REPLAY_NS,
    TILE_COUNTS,
    WallPresenter,
)
from watchpost.console.screens.wall.view import TileKey
from watchpost.console.screens.welcome.panel import WelcomePanel
from watchpost.console.targets import AddCamera, ShowCamera, ShowMoment, Target
from watchpost.console.theme import set_look
from watchpost.console.widgets.alarm_list import AlarmList
from watchpost.console.widgets.parts import (
    button,
    column,
    icon_button,
    label,
    row,
    segments,
)

DRAWER_BELOW = 1440
_SIDE = 324
_MARGIN = 12
_BY_NUMBER = ""


def create(context: PageContext) -> Page:
    """Build the page."""
    return WallScreen(context)


class WallScreen(Page):
    """Shows the wall; below 1440 px the side panel becomes a drawer."""

    help_scopes = (Scope.WALL,)

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.presenter = WallPresenter(
            context.edges, context.preferences, context.clock
        )
        self.canvas = TileCanvas(
            context.theme, context.clock, self._open_pictures, self.presenter.book
        )
        self.canvas.set_overlays(context.preferences.now.overlays)
        self.canvas.type_numbers = context.preferences.now.single_keys
        self._drawer_open = False
        self._has_side = True
        self._was_empty = False
        self._build()
        self._connect()
        self._tick = QTimer(self)
        self._tick.setInterval(1000)
        self._tick.timeout.connect(self._on_tick)
        self._fill_layouts()
        self._render()

    # Building

    def _build(self) -> None:
        theme, keys = self.context.theme, self.context.keys
        self._title = label(self.tr("Wall"), "page-title")
        self.layouts = QComboBox()
        self.layouts.setAccessibleName(self.tr("Layout"))
        self.layouts.setToolTip(self.tr("Saved layouts (Alt+1 to Alt+9)"))
        self.layouts.setMinimumWidth(theme.px(150))
        self.layouts.setMaximumWidth(theme.px(210))
        self._counts: dict[int, QPushButton] = {}
        self._count_group = QButtonGroup(self)
        for count in TILE_COUNTS:
            made = button(theme, str(count), tip=self._tiles_tip(count))
            made.setAccessibleName(self._tiles_tip(count))
            self._counts[count] = made
            self._count_group.addButton(made)
        self._page = label(look="label")
        self.overlays = button(
            theme, self.tr("Overlays"), icon="eye", tip=keys.tip("wall.overlays")
        )
        self.overlays.setCheckable(True)
        self.overlays.setChecked(self.canvas.overlays)
        self.replay = button(
            theme,
            self.tr("Replay 30 s"),
            icon="rotate-ccw",
            tip=keys.tip("wall.replay"),
        )
        self.snapshot = button(
            theme, self.tr("Snapshot"), icon="camera", tip=keys.tip("wall.snapshot")
        )
        self.more = icon_button(theme, "ellipsis", self.tr("More"))
        self.drawer = button(theme, self.tr("Alarms"), icon="panel-right")
        self.drawer.setCheckable(True)
        self._bar = row(
            self._title,
            4,
            self.layouts,
            segments(*self._counts.values()),
            self._page,
            None,
            self.overlays,
            self.replay,
            self.snapshot,
            self.more,
            self.drawer,
        )
        self.alarms = AlarmList(self.context.desk, theme, self.context.clock)
        self.detail = DetailCard(theme)
        self.side = QFrame(self)
        side = column(self.alarms, self.detail)
        side.setStretch(0, 1)
        self.side.setLayout(side)
        self.side.setFixedWidth(theme.px(_SIDE))
        self.welcome = WelcomePanel(self.context)
        self._stack = QStackedLayout()
        self._stack.addWidget(self.canvas)
        self._stack.addWidget(self.welcome)
        self._middle = row(self._stack, gap=8)
        self._middle.setStretch(0, 1)
        self._middle.addWidget(self.side)
        whole = column(self._bar, self._middle, gap=8)
        whole.setStretch(1, 1)
        whole.setContentsMargins(_MARGIN, 10, _MARGIN, _MARGIN)
        self.setLayout(whole)

    def _connect(self) -> None:
        presenter, canvas = self.presenter, self.canvas
        presenter.changed.connect(self._render)
        presenter.layouts_changed.connect(self._fill_layouts)
        self.layouts.activated.connect(self._on_layout)
        for count, made in self._counts.items():
            made.clicked.connect(partial(presenter.show_tiles, count))
        canvas.chosen.connect(self._on_chosen)
        canvas.opened.connect(self._on_opened)
        canvas.menu_wanted.connect(self._show_tile_menu)
        self.overlays.toggled.connect(self._on_overlays)
        self.replay.clicked.connect(self._replay)
        self.snapshot.clicked.connect(self._snapshot)
        self.more.clicked.connect(self._show_more)
        self.drawer.toggled.connect(self._on_drawer)
        keys = self.context.keys
        keys.attach(
            canvas,
            {
                "wall.left": partial(presenter.move, -1, 0),
                "wall.right": partial(presenter.move, 1, 0),
                "wall.up": partial(presenter.move, 0, -1),
                "wall.down": partial(presenter.move, 0, 1),
                "wall.maximise": self._enter,
                "wall.restore": self._escape,
                "wall.overlays": self.overlays.toggle,
                "wall.details": self._show_details,
                "wall.snapshot": self._snapshot,
                "wall.replay": self._replay,
                "wall.next_page": partial(presenter.turn, 1),
                "wall.previous_page": partial(presenter.turn, -1),
                **{
                    f"wall.layout_{n}": partial(presenter.use_layout_number, n)
                    for n in range(1, 10)
                },
            },
        )

    def _tiles_tip(self, count: int) -> str:
        if count == 1:
            return self.tr("One camera")
        return self.tr("{count} cameras").format(count=count)

    # Page

    def activate(self) -> None:
        """Tick while visible."""
        self._tick.start()
        self.presenter.refresh()

    def deactivate(self) -> None:
        """Nobody looks: no ages, no pictures."""
        self._tick.stop()
        self.canvas.close_pictures()

    def open_target(self, target: Target) -> None:
        """Select a camera, maximised."""
        if isinstance(target, ShowCamera):
            self.presenter.select((self.context.link.key, target.camera_id))

    def save_state(self) -> dict[str, Any]:
        """Return what the wall shows."""
        return {**self.presenter.save_state(), "drawer": self._drawer_open}

    def restore_state(self, state: dict[str, Any]) -> None:
        """Show what was shown."""
        self.presenter.restore_state(state)
        self.drawer.setChecked(state.get("drawer") is True)

    def first_focus(self) -> QWidget:
        """The canvas takes the keys."""
        return (
            self.canvas if not self.presenter.view.empty else self.welcome.first_focus()
        )

    def close_page(self) -> None:
        """Give back leases."""
        self._tick.stop()
        self.canvas.close_pictures()

    # Rendering

    def _render(self) -> None:
        view = self.presenter.view
        self._stack.setCurrentWidget(self.welcome if view.empty else self.canvas)
        if view.empty is not self._was_empty:
            self._was_empty = view.empty
            self._place_side()
        self.canvas.show_view(view)
        self.detail.show_detail(view.detail)
        self._counts[self.presenter.tiles].setChecked(True)
        self._page.setVisible(view.pages > 1 and not view.maximised)
        text = self.tr("Page {page} of {pages}")
        self._page.setText(text.format(page=view.page + 1, pages=view.pages))
        has_camera = view.detail is not None
        self.replay.setEnabled(has_camera)
        self.snapshot.setEnabled(has_camera)
        controls: tuple[QWidget, ...] = (
            self.layouts,
            self.overlays,
            *self._counts.values(),
        )
        for widget in controls:
            widget.setEnabled(not view.empty)
        waiting = self.context.desk.state.waiting()
        text = self.tr("Alarms ({count})") if waiting else self.tr("Alarms")
        self.drawer.setText(text.format(count=waiting))

    def _fill_layouts(self) -> None:
        self.layouts.clear()
        self.layouts.addItem(self.tr("All, by number"), _BY_NUMBER)
        for layout in self.presenter.layouts():
            self.layouts.addItem(layout.name, layout.name)
        index = self.layouts.findData(self.presenter.layout_name)
        self.layouts.setCurrentIndex(max(0, index))

    def _on_tick(self) -> None:
        self.presenter.tick()
        self.alarms.tick()

    # Side panel or drawer

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose between side panel and drawer."""
        super().resizeEvent(event)
        self._place_side()

    def hide_side(self) -> None:
        """Show tiles alone, as the second window does."""
        self._has_side = False
        self._place_side()

    def add_to_bar(self, widget: QWidget) -> None:
        """Put a widget beside the title."""
        self._bar.insertWidget(1, widget)

    def _place_side(self) -> None:
        if not self._has_side or self._was_empty:
            self.side.hide()
            self.drawer.hide()
            return
        narrow = self.window().width() < DRAWER_BELOW
        self.drawer.setVisible(narrow)
        within = self._middle.indexOf(self.side) >= 0
        if narrow and within:
            self._middle.removeWidget(self.side)
        elif not narrow and not within:
            self._middle.addWidget(self.side)
        set_look(self.side, "drawer" if narrow else "clear")
        self.side.setVisible(not narrow or self._drawer_open)
        if narrow:
            top = self.canvas.mapTo(self, QPoint(0, 0)).y() or self.context.theme.px(52)
            width = self.side.width()
            self.side.setGeometry(
                self.width() - width - _MARGIN,
                top,
                width,
                self.height() - top - _MARGIN,
            )
            self.side.raise_()

    def _on_drawer(self, is_open: bool) -> None:
        self._drawer_open = is_open
        self._place_side()
        if is_open:
            self.alarms.view.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_details(self) -> None:
        if self.drawer.isVisible():
            self.drawer.toggle()

    # What people do

    def _on_chosen(self, index: int) -> None:
        key = self.presenter.view.tiles[index].key
        if key is not None:
            self.presenter.select(key)

    def _on_opened(self, index: int) -> None:
        self._on_chosen(index)
        self.presenter.maximise()

    def _enter(self) -> None:
        number = self.canvas.take_digits()
        if number is None:
            self.presenter.maximise()
        elif not self.presenter.call(number):
            text = self.tr("There is no camera {number}.")
            self.context.say(text.format(number=number), kind="warning")

    def _escape(self) -> None:
        if self.canvas.take_digits() is None:
            self.presenter.restore()

    def _on_overlays(self, on: bool) -> None:
        self.canvas.set_overlays(on)
        self.context.preferences.update(overlays=on)

    def _on_layout(self, index: int) -> None:
        self.presenter.use_layout(self.layouts.itemData(index))

    def _replay(self) -> None:
        key = self.presenter.selected
        if key is None:
            return
        link = self.context.edges.link(key[0])
        ahead = link.clock_ahead_ns if link is not None else 0
        start = self.context.clock.utc_ns() + ahead - REPLAY_NS
        target = ShowMoment(key[1], start, before_s=0.0, after_s=30.0, play=True)
        self.context.go("review", target, key[0])

    def _snapshot(self) -> None:
        key = self.presenter.selected
        found = self.presenter.camera(key) if key is not None else None
        if found is None:
            return
        link, camera = found
        moment = datetime_from_ns(self.context.clock.utc_ns())
        name = f"{camera.number:02d}_{moment:%Y-%m-%dT%H-%M-%SZ}.jpg"
        call = partial(_save_snapshot, link.port.snapshot, camera.id, name)
        link.tasks.run(call, self._on_snapshot)

    def _on_snapshot(self, path: Path) -> None:
        self.context.say(self.tr("Snapshot saved."), str(path))

    # Menus

    def _show_more(self) -> None:
        menu = QMenu(self)
        theme = self.context.theme
        self._add(menu, "save", self.tr("Save layout as…"), self._save_layout)
        delete = self._add(
            menu, "trash-2", self.tr("Delete this layout"), self.presenter.delete_layout
        )
        delete.setEnabled(bool(self.presenter.layout_name))
        menu.addSeparator()
        window = self._add(
            menu,
            "external-link",
            self.tr("Open a second window"),
            partial(self.context.run, "app.second_window"),
        )
        theme.icons.give(window, "external-link", size=16)
        self._add(
            menu,
            "maximize",
            self.tr("Full screen"),
            partial(self.context.run, "app.full_screen"),
        )
        self._add(menu, "plus", self.tr("Add a camera"), self._add_camera)
        menu.exec(self.more.mapToGlobal(QPoint(0, self.more.height() + 2)))

    def _show_tile_menu(self, index: int, where: QPoint) -> None:
        menu = QMenu(self)
        key = self.presenter.view.tiles[index].key
        if key is not None:
            self.presenter.select(key)
            self._add(menu, "maximize", self.tr("Maximise"), self.presenter.maximise)
            self._add(menu, "rotate-ccw", self.tr("Replay 30 s"), self._replay)
            self._add(menu, "camera", self.tr("Snapshot"), self._snapshot)
            self._add(
                menu,
                "cctv",
                self.tr("Camera settings"),
                partial(self._open_camera, key),
            )
            menu.addSeparator()
        here = menu.addMenu(self.tr("Show here"))
        for link, camera in self.context.edges.cameras():
            action = here.addAction(f"{camera.number:02d}  {camera.name}")
            action.triggered.connect(
                partial(self._put, index, (link.key, camera.id)),
            )
        if key is not None:
            self._add(
                menu, "x", self.tr("Empty this place"), partial(self._put, index, None)
            )
        menu.exec(where)

    def _put(self, index: int, key: TileKey | None, *_: object) -> None:
        self.presenter.put(index, key)

    def _add(self, menu: QMenu, icon: str, text: str, slot: Any) -> QAction:
        action = menu.addAction(text)
        self.context.theme.icons.give(action, icon, size=16)
        action.triggered.connect(lambda _checked=False: slot())
        return action

    def _save_layout(self) -> None:
        name, given = QInputDialog.getText(
            self,
            self.tr("Save layout"),
            self.tr("Name of this layout"),
            text=self.presenter.layout_name,
        )
        if given and name.strip():
            self.presenter.save_layout(name.strip()[:80])

    def _open_camera(self, key: TileKey) -> None:
        self.context.go("cameras", ShowCamera(key[1]), key[0])

    def _add_camera(self) -> None:
        self.context.go("cameras", AddCamera())

    def _open_pictures(self, key: TileKey) -> Pictures:
        link = self.context.edges.link(key[0])
        assert link is not None
        return LeasedPictures(link, key[1])


def _save_snapshot(snapshot: Any, camera_id: str, name: str) -> Path:
    content: bytes = snapshot(camera_id)
    where = QStandardPaths.writableLocation(
        QStandardPaths.StandardLocation.PicturesLocation
    )
    folder = Path(where) / "Watchpost"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    return path
