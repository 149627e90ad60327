"""The window: keys, palette, layouts, second window, and the next start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from shots.stage import LARGE, SMALL, Stage, make_theme
from support.fake_edge import FakeEdge
from watchpost.console.keys import Keys, conflicts
from watchpost.console.palette import Entry, Palette
from watchpost.console.screens.counts.screen import CountsScreen
from watchpost.console.screens.page import PageContext
from watchpost.console.screens.settings.screen import SettingsScreen
from watchpost.console.screens.wall.screen import WallScreen
from watchpost.console.second_window import SecondWindow
from watchpost.console.targets import ShowCamera, ShowMoment
from watchpost.console.theme import ThemeName
from watchpost.console.widgets.dialogs import PaletteDialog


@pytest.fixture
def stage(qapp: QApplication, tmp_path: Path) -> Iterator[Stage]:
    qapp.setCursorFlashTime(0)
    made = Stage(FakeEdge(), make_theme(ThemeName.DARK), tmp_path)
    yield made
    made.close()


def wall_of(stage: Stage) -> WallScreen:
    page = stage.page
    assert isinstance(page, WallScreen)
    return page


def test_no_key_means_two_things() -> None:
    assert conflicts(Keys()) == []


# The wall by keyboard


def test_arrows_enter_and_escape_on_the_wall(stage: Stage) -> None:
    stage.open("wall", SMALL)
    wall = wall_of(stage)
    canvas = wall.canvas
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert wall.presenter.selected == ("local", "cam-hall")
    QTest.keyClick(canvas, Qt.Key.Key_Down)
    assert wall.presenter.selected == ("local", "cam-dock")
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert wall.presenter.view.maximised
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert not wall.presenter.view.maximised


def test_a_number_and_enter_call_a_camera(stage: Stage) -> None:
    stage.open("wall", SMALL)
    wall = wall_of(stage)
    wall.canvas.setFocus()
    QTest.keyClicks(wall.canvas, "11")
    QTest.keyClick(wall.canvas, Qt.Key.Key_Return)
    assert wall.presenter.selected == ("local", "cam-shelf")
    assert wall.presenter.view.maximised


def test_a_layout_is_saved_and_called_by_its_number(stage: Stage) -> None:
    stage.open("wall", SMALL)
    wall = wall_of(stage)
    presenter = wall.presenter
    presenter.show_tiles(9)
    presenter.put(0, ("local", "cam-shelf"))
    presenter.save_layout("Night")
    presenter.use_layout("")
    presenter.show_tiles(1)
    assert [wall.layouts.itemText(i) for i in range(wall.layouts.count())][1:] == [
        "Night"
    ]
    wall.canvas.setFocus()
    QTest.keyClick(wall.canvas, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert presenter.tiles == 9
    assert presenter.view.tiles[0].key == ("local", "cam-shelf")
    assert wall.layouts.currentText() == "Night"


# Palette


def palette_of(stage: Stage, opened: list[Entry]) -> PaletteDialog:
    window = stage.window
    palette = Palette(stage.edges, window.specs, window.keys, stage.clock.utc_ns)
    dialog = PaletteDialog(window, stage.theme, palette.find, opened.append)
    dialog.setModal(False)
    dialog.show()
    QApplication.processEvents()
    dialog.activateWindow()
    dialog.line.setFocus()
    QApplication.processEvents()
    stage.over.append(dialog)
    return dialog


@pytest.mark.parametrize(
    ("typed", "page", "target"),
    [
        ("heal", "health", None),
        ("hall wall", "wall", ShowCamera("cam-hall")),
        ("shelf settings", "cameras", ShowCamera("cam-shelf")),
    ],
)
def test_the_palette_finds_by_words(
    stage: Stage, typed: str, page: str, target: object
) -> None:
    stage.open("wall", SMALL)
    opened: list[Entry] = []
    dialog = palette_of(stage, opened)
    QTest.keyClicks(dialog.line, typed)
    QTest.keyClick(dialog.line, Qt.Key.Key_Return)
    assert [(e.page, e.target) for e in opened] == [(page, target)]
    assert not dialog.isVisible()


def test_the_palette_finds_a_moment(stage: Stage) -> None:
    stage.open("wall", SMALL)
    opened: list[Entry] = []
    dialog = palette_of(stage, opened)
    QTest.keyClicks(dialog.line, "02 13:41")
    QTest.keyClick(dialog.line, Qt.Key.Key_Return)
    target = opened[0].target
    assert isinstance(target, ShowMoment)
    assert target.camera_id == "cam-hall"


def test_the_palette_grows_with_what_it_finds(stage: Stage) -> None:
    stage.open("wall", SMALL)
    dialog = palette_of(stage, [])
    tall = dialog.height()
    dialog.line.setText("02 13:41")
    assert dialog.height() < tall / 2
    dialog.line.setText("there is nothing of this name")
    assert not dialog.view.isVisible()


# The next start


def settings_in(folder: Path) -> QSettings:
    return QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)


def test_everything_is_as_it_was_at_the_next_start(
    qapp: QApplication, tmp_path: Path
) -> None:
    before = Stage(FakeEdge(), make_theme(ThemeName.DARK), tmp_path)
    before.open("wall", LARGE)
    wall = wall_of(before)
    wall.presenter.show_tiles(9)
    wall.presenter.select(("local", "cam-ramp"))
    before.window.go("settings")
    settings_page = before.page
    assert isinstance(settings_page, SettingsScreen)
    settings_page.show_section(3)
    before.window.go("counts")
    counts = before.page
    assert isinstance(counts, CountsScreen)
    counts.presenter.choose_lines(["line-gate"])
    counts.presenter.choose_span("week")
    counts.split.setSizes([320, 180])
    sizes = counts.split.sizes()
    before.window.resize(1432, 811)
    before_geometry = before.window.saveGeometry()
    kept = settings_in(tmp_path)
    before.window.save_state_to(kept)
    kept.sync()
    before.close()

    after = Stage(FakeEdge(), make_theme(ThemeName.DARK), tmp_path)
    try:
        after.window.restore_state_from(settings_in(tmp_path))
        assert settings_in(tmp_path).value("geometry") == before_geometry
        assert after.preferences.now.last_page == "counts"
        after.window.show()
        after.window.go(after.preferences.now.last_page)
        QApplication.processEvents()
        counts = after.page
        assert isinstance(counts, CountsScreen)
        state = counts.presenter.state
        assert (state.chosen, state.period.span) == (("line-gate",), "week")
        share = sizes[0] / sum(sizes)
        now = counts.split.sizes()
        assert now[0] / sum(now) == pytest.approx(share, abs=0.05)
        after.window.go("wall")
        wall = wall_of(after)
        assert wall.presenter.tiles == 9
        assert wall.presenter.selected == ("local", "cam-ramp")
        after.window.go("settings")
        settings_page = after.page
        assert isinstance(settings_page, SettingsScreen)
        assert settings_page.save_state() == {"section": 3}
    finally:
        after.close()


def test_a_state_of_another_time_does_no_harm(stage: Stage) -> None:
    pages = ("wall", "review", "cameras", "counts", "health", "settings")
    junk = {"tiles": "many", "selected": 7, "lines": [None], "split": ["a"], "span": []}
    stage.preferences.update(pages=dict.fromkeys(pages, junk))
    for page in pages:
        stage.open(page, SMALL)
        assert stage.window.page_id == page


# The second window


def test_the_second_window_has_a_wall_of_its_own(
    page_context: PageContext, tmp_path: Path
) -> None:
    second = SecondWindow(page_context)
    try:
        second.open(settings_in(tmp_path))
        second.wall.presenter.show_tiles(16)
        assert second.wall.presenter.view.columns == 4
        assert not second.wall.side.isVisible()
        assert second.wall.canvas.isVisible()
        assert second.minimumSizeHint().width() <= SMALL[0]
        state = second.state()
    finally:
        second.close()
        second.deleteLater()
    assert state["tiles"] == 16
