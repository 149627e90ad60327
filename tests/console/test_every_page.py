"""What holds for every page: it is whole, small enough, and works without a mouse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QPushButton,
    QToolButton,
    QWidget,
)

from shots.stage import SMALL, Stage, make_theme
from support.fake_edge import FakeEdge
from watchpost.console.screens import PAGES
from watchpost.console.theme import ThemeName

IDS = [spec.id for spec in PAGES]
# Reads what an edge knows only through its link, which is up before the page is.
BY_LINK_ALONE = {"wall"}


@pytest.fixture(params=["site", "empty"])
def stage(
    request: pytest.FixtureRequest, qapp: QApplication, tmp_path: Path
) -> Iterator[Stage]:
    qapp.setCursorFlashTime(0)
    empty = request.param == "empty"
    made = Stage(FakeEdge(empty=empty), make_theme(ThemeName.DARK), tmp_path)
    yield made
    made.close()


_Kind = TypeVar("_Kind", bound=QWidget)


def shown(page: QWidget, kind: type[_Kind]) -> list[_Kind]:
    return [w for w in page.findChildren(kind) if w.isVisible()]


def stops(page: QWidget) -> list[QWidget]:
    """Return what Tab should reach on a page."""
    found = []
    for widget in shown(page, QWidget):
        takes = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        alone = widget.focusProxy() is None and not _inside_a_field(widget)
        if takes == Qt.FocusPolicy.TabFocus and widget.isEnabled() and alone:
            found.append(widget)
    return found


def _inside_a_field(widget: QWidget) -> bool:
    parent = widget.parent()
    return isinstance(parent, (QComboBox, QAbstractSpinBox))


def test_every_page_of_the_rail_is_built() -> None:
    assert [spec.id for spec in PAGES if not spec.exists()] == []


@pytest.mark.parametrize("page", IDS)
def test_no_page_is_a_stub(page: str, stage: Stage) -> None:
    asked = len(stage.edge.calls)
    stage.open(page, SMALL)
    if page not in BY_LINK_ALONE and stage.edge.all_cameras:
        assert len(stage.edge.calls) > asked, "the page asks its edge nothing"
    assert len(shown(stage.page, QAbstractButton)) >= 3
    assert stage.page.windowTitle() == ""
    words = " ".join(b.text() for b in shown(stage.page, QPushButton))
    assert "todo" not in words.lower()
    assert "coming soon" not in words.lower()


@pytest.mark.parametrize("page", IDS)
def test_a_page_fits_a_small_screen(page: str, stage: Stage) -> None:
    stage.open(page, SMALL)
    least = stage.window.minimumSizeHint()
    assert least.width() <= SMALL[0]
    assert least.height() <= SMALL[1]


@pytest.mark.parametrize("page", IDS)
def test_one_accent_a_page(page: str, stage: Stage) -> None:
    stage.open(page, SMALL)
    primary = [
        b.text()
        for b in shown(stage.window, QPushButton)
        if b.property("look") == "primary" and b.isEnabled()
    ]
    assert len(primary) <= 1, primary


@pytest.mark.parametrize("page", IDS)
def test_icons_have_words(page: str, stage: Stage) -> None:
    stage.open(page, SMALL)
    for button in [
        *shown(stage.window, QToolButton),
        *shown(stage.window, QPushButton),
    ]:
        if button.icon().isNull() or button.text():
            continue
        assert button.toolTip(), f"{button} shows an icon and no words"
        assert button.accessibleName(), f"{button} is not read out"


@pytest.mark.parametrize("page", IDS)
def test_tab_reaches_everything_and_comes_round(page: str, stage: Stage) -> None:
    stage.open(page, SMALL)
    stage.window.activateWindow()
    stage.page.first_focus().setFocus()
    QApplication.processEvents()
    first = QApplication.focusWidget()
    assert first is not None
    assert stage.page.isAncestorOf(first)
    seen: list[QWidget] = []
    now: QWidget | None = first
    for _ in range(200):
        assert now is not None
        seen.append(now)
        QTest.keyClick(now, Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
        if now is first:
            break
    assert now is first, f"Tab is trapped at {seen[-1]}"
    missed = [w for w in stops(stage.page) if w not in seen and not _proxied(w, seen)]
    assert missed == [], [(type(w).__name__, w.accessibleName()) for w in missed]


def _proxied(widget: QWidget, seen: list[QWidget]) -> bool:
    """Say whether the focus was in a part of a widget, or in its group.

    Qt's radio groups and exclusive button groups are one stop: arrows move in them.
    """
    if any(widget.isAncestorOf(w) for w in seen):
        return True
    if isinstance(widget, QAbstractButton) and widget.group() is not None:
        return any(b in seen for b in widget.group().buttons())
    return False


@pytest.mark.parametrize("number", range(1, len(PAGES) + 1))
def test_f6_goes_round_the_areas(number: int, stage: Stage) -> None:
    stage.open(IDS[number - 1], SMALL)
    window = stage.window
    window.activateWindow()
    areas = [window.strip, window.rail, stage.page, window.status]
    been = set()
    for _ in range(4):
        window.next_area(1)
        now = window.focusWidget()
        been.add(next(i for i, a in enumerate(areas) if now and a.isAncestorOf(now)))
    # An edge without alarms has nothing in the strip to stand on.
    assert been >= {1, 2, 3}
