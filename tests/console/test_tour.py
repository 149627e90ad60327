"""The demo's tour: three steps, ended for good by finishing or leaving it."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from console.conftest import Spoken
from support.fake_edge import FakeEdge
from watchpost.console.bridge.edges import EdgeLink
from watchpost.console.preferences import PreferencesStore
from watchpost.console.targets import ShowDispute
from watchpost.console.theme import Theme
from watchpost.console.tour import Tour
from watchpost.domain.rules import Direction
from watchpost.protocol.live import Counted


@pytest.fixture
def preferences(tmp_path: Path) -> PreferencesStore:
    return PreferencesStore(tmp_path)


@pytest.fixture
def centre(qtbot: QtBot) -> QWidget:
    made = QWidget()
    made.resize(1280, 720)
    qtbot.addWidget(made)
    return made


@pytest.fixture
def tour(
    centre: QWidget,
    theme: Theme,
    link: EdgeLink,
    spoken: Spoken,
    preferences: PreferencesStore,
) -> Tour:
    return Tour(centre, theme, link, preferences, go=spoken.go, left=lambda: 76)


def test_the_steps_lead_from_a_count_over_its_clip_to_the_totals(
    tour: Tour, link: EdgeLink, spoken: Spoken, preferences: PreferencesStore
) -> None:
    assert tour.steps[tour.step].title == "See a count"
    tour.next.click()
    page, target = spoken.went[-1]
    assert page == "review"
    assert target == ShowDispute(link.port.disputes()[0].id)
    tour.next.click()
    assert tour.steps[tour.step].title == "Correct it"
    assert not preferences.now.tour_done
    tour.next.click()
    assert spoken.went[-1] == ("counts", None)
    assert preferences.now.tour_done


def test_a_live_count_is_told_while_it_is_waited_for(
    tour: Tour, link: EdgeLink
) -> None:
    camera = link.cameras[0]
    counted = Counted(
        event_id="e",
        camera_id=camera.id,
        line_id=camera.lines[0].id,
        direction=Direction.IN,
        class_name="person",
        at_ns=1,
        count_in=18,
        count_out=14,
    )
    link.live.counted.emit(counted)
    assert camera.name in tour.news
    assert "in 18, out 14" in tour.news


def test_a_correction_is_told_in_the_last_step_alone(
    tour: Tour, link: EdgeLink
) -> None:
    link.live.counts_changed.emit()
    assert not tour.news
    tour.advance()
    tour.advance()
    link.live.counts_changed.emit()
    assert tour.news.startswith("Corrected.")


def test_escape_ends_it_for_good(
    qtbot: QtBot, tour: Tour, preferences: PreferencesStore
) -> None:
    qtbot.keyClick(tour, Qt.Key.Key_Escape)
    assert tour.isHidden()
    assert preferences.now.tour_done


def test_it_stays_in_the_corner_of_the_window(tour: Tour, centre: QWidget) -> None:
    centre.show()
    centre.resize(1600, 900)
    assert tour.geometry().left() > 76
    assert tour.geometry().bottom() < 900
    assert tour.geometry().top() > 500


def test_a_clip_that_is_not_there_yet_is_waited_for(
    tour: Tour, link: EdgeLink, edge: FakeEdge, spoken: Spoken
) -> None:
    waiting, edge.all_disputes = edge.all_disputes, ()
    tour.next.click()
    assert "One moment" in tour.news
    assert not spoken.went
    edge.all_disputes = waiting
    link.live.disputes_changed.emit()
    assert isinstance(spoken.went[-1][1], ShowDispute)
    assert tour.steps[tour.step].title == "Replay it"
