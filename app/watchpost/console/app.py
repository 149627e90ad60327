"""The console as a program: puts its parts together and takes them down in order."""

from __future__ import annotations

import platform
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from PySide6.QtCore import QObject, QPoint, QSettings, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QWidget

from watchpost.base import log
from watchpost.base.clock import SYSTEM_CLOCK, Clock
from watchpost.base.errors import WatchpostError
from watchpost.base.paths import DataFolder, console_folder, demo_data_folder
from watchpost.client.edge import EdgeAddress, EdgeClient
from watchpost.console import qt_log
from watchpost.console.actions import Scope
from watchpost.console.alarms import AlarmDesk
from watchpost.console.bridge.edges import EdgeLink, Edges
from watchpost.console.bridge.local_edge import LocalEdgeKeeper
from watchpost.console.bridge.tasks import Tasks
from watchpost.console.collector import Collector
from watchpost.console.edge_book import EdgeBook
from watchpost.console.keys import Keys, action_text, spec_of
from watchpost.console.main_window import MainWindow, WindowParts
from watchpost.console.palette import Entry, Palette
from watchpost.console.preferences import PreferencesStore
from watchpost.console.screens.page import PageContext
from watchpost.console.second_window import STATE, SecondWindow
from watchpost.console.targets import AddCamera, Target
from watchpost.console.theme import Theme, ThemeName
from watchpost.console.tour import Tour
from watchpost.console.widgets.dialogs import (
    CloseDialog,
    KeySheet,
    PaletteDialog,
    ShelveDialog,
)

LOCAL, DEMO = "local", "demo"
_log = log.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ConsoleOptions:
    """What the command line said.

    Attributes:
        data: Data folder of the edge on this computer; of the demo site with ``demo``.
        settings: The console's own settings; None for the user's.
        demo: Open on the demo site.
        verbose: Show debug lines on the terminal.
    """

    data: Path
    settings: Path | None = None
    demo: bool = False
    verbose: bool = False


def main(
    options: ConsoleOptions,
    accompany: Callable[[Console], None] = lambda _console: None,
) -> int:
    """Run the console until its window is closed; returns the exit code.

    Args:
        options: What the command line said.
        accompany: Is given the console once it was started.
    """
    settings = options.settings or console_folder()
    settings.mkdir(parents=True, exist_ok=True)
    log.configure(settings, verbose=options.verbose)
    qt_log.install()
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("Watchpost")
    app.setDesktopFileName("watchpost")
    app.setQuitOnLastWindowClosed(False)
    collector = Collector(app)
    collector.start()
    console = Console(replace(options, settings=settings))
    console.start()
    accompany(console)
    code = app.exec()
    console.end()
    collector.stop()
    return code


class Console(QObject):
    """Owns everything; one per process.

    Start: window, edge on this computer (in the background), known edges. End: pages,
    links, edge, threads.
    """

    _unexpected = Signal(str, str)

    def __init__(self, options: ConsoleOptions, clock: Clock = SYSTEM_CLOCK) -> None:
        super().__init__()
        assert options.settings is not None
        self.options, self._clock = options, clock
        self.preferences = PreferencesStore(options.settings, self)
        now = self.preferences.now
        self.theme = Theme(now.theme, now.density)
        self.theme.apply()
        self.keys = Keys(now.keys, single_keys=now.single_keys)
        self.edges = Edges(self)
        self.desk = AlarmDesk(self.edges, clock, self)
        self.tasks = Tasks(self)
        self.book = EdgeBook(
            self.edges, self.preferences, self.tasks, clock, parent=self
        )
        self._settings = QSettings(
            str(options.settings / "window.ini"), QSettings.Format.IniFormat
        )
        self._keepers: dict[str, LocalEdgeKeeper] = {}
        self._continue = False
        self._second: SecondWindow | None = None
        self._tour: Tour | None = None
        self._ended = False
        self.window = MainWindow(
            WindowParts(
                edges=self.edges,
                desk=self.desk,
                theme=self.theme,
                keys=self.keys,
                preferences=self.preferences,
                book=self.book,
                clock=clock,
            ),
            self.run,
        )
        self._palette = Palette(self.edges, self.window.specs, self.keys, clock.utc_ns)
        self._actions = self._make_actions()
        self._connect()

    def _connect(self) -> None:
        self.keys.attach(
            self.window, {name: partial(self.run, name) for name in self._actions}
        )
        self.window.close_asked.connect(self.close_asked)
        self.book.joined.connect(self._on_joined)
        self.window.strip.shelve_wanted.connect(self._shelve)
        self.tasks.failed.connect(self.window.show_error)
        self.preferences.changed.connect(self._on_preferences)
        self._unexpected.connect(self._on_unexpected)
        self._hook = (sys.excepthook, threading.excepthook)
        sys.excepthook = self._excepthook
        threading.excepthook = self._thread_excepthook

    # Start and end

    def start(self) -> None:
        """Show the window and look for edges; returns at once."""
        self.window.restore_state_from(self._settings)
        self.window.show()
        self.window.start()
        self.open_local(DEMO if self.options.demo else LOCAL)
        if not self.options.demo:
            self.book.open_all()
        if self.preferences.now.second_window:
            self.edges.links_changed.connect(
                self._open_second_window, Qt.ConnectionType.SingleShotConnection
            )

    def open_local(self, key: str) -> None:
        """Find or start an edge on this computer: the real one or the demo site's."""
        named = key == LOCAL or self.options.demo
        folder = DataFolder(self.options.data if named else demo_data_folder())
        self.window.show_waiting(
            self.tr("Starting the edge on this computer…"),
            self.tr("It records and counts in the background."),
        )
        keeper = LocalEdgeKeeper(folder, self.tasks, demo=key == DEMO)
        self._keepers[key] = keeper
        keeper.answers.connect(partial(self._on_local, key))
        keeper.trouble.connect(partial(self._on_local_trouble, key))
        keeper.open()

    def _on_local(self, key: str, address: EdgeAddress) -> None:
        link = self.edges.link(key)
        if link is not None:
            link.move_to(EdgeClient(address))
            return
        name = self.tr("This computer") if key == LOCAL else self.tr("Demo")
        self._take(EdgeLink(key, name, EdgeClient(address), clock=self._clock))

    def _on_local_trouble(self, key: str, error: WatchpostError) -> None:
        if self.edges.link(key) is None:
            self.window.show_trouble(error, partial(self._try_again, key))
        else:
            self.window.show_error(error)

    def _try_again(self, key: str) -> None:
        self._keepers.pop(key).close()
        self.open_local(key)

    def _take(self, link: EdgeLink) -> None:
        self.edges.add(link, first=True)
        self._on_joined(link)
        link.start()
        if link.key == DEMO and not self.preferences.now.tour_done:
            self._open_tour()

    @Slot(object)
    def _on_joined(self, link: EdgeLink) -> None:
        link.tasks.failed.connect(self.window.show_error)
        if not self.window.page_id:
            last = self.preferences.now.last_page
            self.window.go(
                last if last in {s.id for s in self.window.specs} else "wall"
            )
            # Their libraries take half a second that nobody shall wait for later.
            for spec in self.window.specs:
                self.tasks.run(spec.load)

    @Slot()
    def close_asked(self) -> None:
        """The window shall close: ask once whether counting continues."""
        if any(k.owned for key, k in self._keepers.items() if key != DEMO):
            answer = self._ask_close()
            if answer is None:
                return
            self._continue = answer
        self.quit()

    def quit(self) -> None:
        """Remember how everything is, and end the program."""
        self._save_state()
        app = QApplication.instance()
        assert app is not None
        app.exit(0)

    def _ask_close(self) -> bool | None:
        remembered = self.preferences.now.on_close
        if remembered != "ask":
            return remembered == "continue"
        dialog = CloseDialog(self.window, self.theme)
        if dialog.exec() != CloseDialog.DialogCode.Accepted:
            return None
        if dialog.remember.isChecked():
            self.preferences.update(on_close="continue" if dialog.continues else "stop")
        return dialog.continues

    def _save_state(self) -> None:
        self.window.save_state_to(self._settings)
        second = self._second
        if second is not None:
            second.save_state_to(self._settings)
            pages = {**self.preferences.now.pages, STATE: second.state()}
            self.preferences.update(pages=pages)
        self.preferences.update(second_window=second is not None)
        self._settings.sync()

    def end(self) -> None:
        """Take everything down, in order."""
        if self._ended:
            return
        self._ended = True
        sys.excepthook, threading.excepthook = self._hook
        if self._second is not None:
            self._second.close()
        self.window.close_pages()
        self.window.allow_close()
        self.window.close()
        self.edges.close()
        for key, keeper in self._keepers.items():
            if self._continue and key != DEMO:
                keeper.leave_running()
            else:
                keeper.close()
        self.tasks.close()

    # Actions

    def run(self, action_id: str) -> None:
        """Do what a key, a menu or the palette asks for."""
        action = self._actions.get(action_id)
        if action is not None:
            action()

    def _make_actions(self) -> dict[str, Callable[[], object]]:
        window, desk = self.window, self.desk
        actions: dict[str, Callable[[], object]] = {
            "app.palette": self._open_palette,
            "app.keys": self._open_keys,
            "app.settings": partial(window.go, "settings"),
            "app.full_screen": self._full_screen,
            "app.second_window": self._open_second_window,
            "app.next_area": partial(window.next_area, 1),
            "app.previous_area": partial(window.next_area, -1),
            "app.menu": self._open_menu,
            "app.quit": self.close_asked,
            "app.demo": self._open_demo,
            "app.add_camera": partial(window.go, "cameras", AddCamera()),
            "app.add_edge": partial(window.go, "settings"),
            "app.theme": self._switch_theme,
            "app.reset_layout": self._reset_layout,
            "app.diagnostics": self._save_diagnostics,
            "app.tour": self._open_tour,
            "alarms.next": partial(desk.step, 1),
            "alarms.previous": partial(desk.step, -1),
            "alarms.clip": desk.show_clip,
            "alarms.acknowledge": desk.acknowledge,
            "alarms.shelve": self._shelve,
        }
        for number, spec in enumerate(window.specs, 1):
            actions[f"app.page_{number}"] = partial(window.go, spec.id)
        return actions

    def _open_palette(self) -> None:
        PaletteDialog(
            self.window, self.theme, self._palette.find, self._open_entry
        ).exec()

    def _open_entry(self, entry: Entry) -> None:
        if entry.action:
            self.run(entry.action)
        else:
            self.window.go(entry.page, entry.target, entry.edge)

    def _open_keys(self) -> None:
        page = self.window.page
        scopes: Sequence[Scope] = page.help_scopes if page is not None else ()
        KeySheet(self.window, self.theme, self.keys, scopes).exec()

    def _open_menu(self) -> None:
        menu = QMenu(self.window)
        for action_id in (
            "app.palette",
            "app.second_window",
            "app.full_screen",
            "app.theme",
            "app.keys",
            "app.diagnostics",
            "app.settings",
            "app.quit",
        ):
            spec = spec_of(action_id)
            entry = menu.addAction(f"{action_text(spec)}\t{self.keys.shown(action_id)}")
            entry.triggered.connect(partial(self._run_later, action_id))
        corner = self.window.rail.rect().topRight() + QPoint(4, 4)
        menu.exec(self.window.rail.mapToGlobal(corner))

    def _run_later(self, action_id: str, _checked: bool = False) -> None:
        self.run(action_id)

    def _full_screen(self) -> None:
        window: QWidget = self.window
        if self._second is not None and self._second.isActiveWindow():
            window = self._second
        window.setWindowState(window.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _open_second_window(self) -> None:
        link = self.window.link
        if link is None:
            return
        if self._second is not None:
            self._second.activateWindow()
            return
        context = PageContext(
            link=link,
            edges=self.edges,
            theme=self.theme,
            clock=self._clock,
            keys=self.keys,
            preferences=self.preferences,
            desk=self.desk,
            book=self.book,
            go=self._go_in_main,
            say=self.window.say,
            run=self.run,
        )
        self._second = SecondWindow(context)
        self._second.closed.connect(self._on_second_closed)
        self._second.open(self._settings)

    def _go_in_main(
        self, page_id: str, target: Target | None = None, edge: str = ""
    ) -> None:
        self.window.go(page_id, target, edge)
        self.window.activateWindow()

    @Slot()
    def _on_second_closed(self) -> None:
        second, self._second = self._second, None
        if second is None or self._ended:
            return
        second.save_state_to(self._settings)
        pages = {**self.preferences.now.pages, STATE: second.state()}
        self.preferences.update(pages=pages)
        second.deleteLater()

    def _open_demo(self) -> None:
        if DEMO in self._keepers:
            return
        # A real site stays as it is: only an empty one gives its place to the demo.
        link = self.edges.link(LOCAL)
        if link is not None and link.cameras:
            self.window.say(
                self.tr(
                    "This site has cameras; the demo opens in a window of its own."
                ),
                self.tr("Run: watchpost demo"),
            )
            return
        for key in [x.key for x in self.edges.links]:
            self.edges.remove(key)
        keeper = self._keepers.pop(LOCAL, None)
        if keeper is not None:
            self.tasks.run(keeper.close)
        self.open_local(DEMO)

    def _open_tour(self) -> None:
        link = self.edges.link(DEMO)
        if link is None:
            self.window.say(
                self.tr("The tour shows the demo site, which is not open."),
                self.tr("Run: watchpost demo"),
            )
            return
        if self._tour is not None:
            self._tour.deleteLater()
        self._tour = Tour(
            self.window.centre,
            self.theme,
            link,
            self.preferences,
            go=self.window.go,
            left=self.window.rail.width,
        )
        self._tour.show()
        self.window.go("wall", None, DEMO)

    def _switch_theme(self) -> None:
        dark = self.preferences.now.theme is ThemeName.DARK
        self.preferences.update(theme=ThemeName.LIGHT if dark else ThemeName.DARK)

    def _reset_layout(self) -> None:
        self.window.showNormal()
        self.window.resize(1280, 720)
        self._settings.clear()
        self.preferences.update(pages={})
        self.window.drop_pages()

    def _shelve(self) -> None:
        item = self.desk.state.now
        if item is None:
            return
        dialog = ShelveDialog(self.window, self.theme, item)
        if dialog.exec() == ShelveDialog.DialogCode.Accepted:
            self.desk.shelve(item, dialog.minutes, dialog.reason.text().strip())

    def _save_diagnostics(self) -> None:
        link = self.window.link
        if link is None:
            return
        path, _ = QFileDialog.getSaveFileName(
            self.window,
            self.tr("Save diagnostics"),
            "watchpost-diagnostics.zip",
            "*.zip",
        )
        if path:
            call = partial(_write_diagnostics, link.port, Path(path))
            link.tasks.run(call, self._on_diagnostics)

    def _on_diagnostics(self, path: Path) -> None:
        self.window.say(
            self.tr("Diagnostics saved; they hold no passwords and no pictures."),
            str(path),
        )

    # Preferences and accidents

    @Slot()
    def _on_preferences(self) -> None:
        now = self.preferences.now
        self.theme.switch(now.theme, now.density)
        self.keys.change(now.keys, single_keys=now.single_keys)

    def _excepthook(
        self,
        kind: type[BaseException],
        error: BaseException,
        trace: TracebackType | None,
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._hook[0](kind, error, trace)
            return
        text = "".join(traceback.format_exception(kind, error, trace))
        _log.error("unexpected", error=repr(error), traceback=text)
        self._unexpected.emit(repr(error), f"{text}\n{platform.platform()}")

    def _thread_excepthook(self, arguments: Any) -> None:
        self._excepthook(
            arguments.exc_type,
            arguments.exc_value or RuntimeError("unknown"),
            arguments.exc_traceback,
        )

    @Slot(str, str)
    def _on_unexpected(self, error: str, details: str) -> None:
        self.window.say(
            self.tr(
                "Something went wrong inside the console. Counting is not affected."
            ),
            self.tr("Go on; if it happens again, copy the details and report them."),
            "error",
            f"{error}\n\n{details}",
        )


def _write_diagnostics(port: EdgeClient, path: Path) -> Path:
    path.write_bytes(port.diagnostics())
    return path
