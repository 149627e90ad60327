"""The models of an edge on the settings page: what is there and what can be fetched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.fake_edge import FakeEdge
from watchpost.console.screens.page import PageContext
from watchpost.console.screens.settings.catalogue_list import CatalogueTable
from watchpost.console.screens.settings.model_list import ModelSection
from watchpost.console.screens.settings.screen import SettingsScreen
from watchpost.console.screens.settings.trial_dialog import TrialDialog
from watchpost.protocol.models import ModelReading


@pytest.fixture
def page(page_context: PageContext, edge: FakeEdge) -> SettingsScreen:
    made = SettingsScreen(page_context)
    made.activate()
    return made


@pytest.fixture
def section(page: SettingsScreen) -> ModelSection:
    return page.models


def cells(section: ModelSection, column: int) -> list[str]:
    model = section.catalogue.model
    return [model.index(r, column).data() for r in range(model.rowCount())]


def choose(section: ModelSection, row: int) -> None:
    section.catalogue.table.selectRow(row)


def test_each_public_model_shows_how_it_stands(section: ModelSection) -> None:
    assert cells(section, CatalogueTable.STATE) == [
        "On this edge",
        "42 %",
        "Not here",
        "Not fetched",
    ]
    assert cells(section, CatalogueTable.LICENCE)[2] == "BSD-3-Clause"


@pytest.mark.parametrize(
    ("row", "can_get", "can_cancel"),
    [(0, False, False), (1, False, True), (2, True, False), (3, True, False)],
)
def test_what_can_be_done_follows_the_state(
    section: ModelSection, row: int, can_get: bool, can_cancel: bool
) -> None:
    choose(section, row)
    assert section.catalogue.get.isEnabled() is can_get
    assert section.catalogue.cancel.isEnabled() is can_cancel


def test_fetching_and_cancelling_go_through_the_edge(
    section: ModelSection, edge: FakeEdge
) -> None:
    choose(section, 2)
    section.catalogue.get.click()
    assert ("get_model", ("fastestdet-352",)) in edge.calls
    assert cells(section, CatalogueTable.STATE)[2] == "0 %"
    assert section.catalogue.cancel.isEnabled()
    section.catalogue.cancel.click()
    assert ("cancel_model", ("fastestdet-352",)) in edge.calls
    assert cells(section, CatalogueTable.STATE)[2] == "Not here"


def test_why_a_model_was_not_fetched_is_said(section: ModelSection) -> None:
    choose(section, 3)
    assert "cannot be reached" in section.catalogue.words


def test_models_that_detect_nothing_are_not_offered(
    page: SettingsScreen, section: ModelSection, edge: FakeEdge
) -> None:
    looks = edge.all_public[0].model_copy(update={"name": "r", "task": "appearance"})
    edge.all_public = (*edge.all_public, looks)
    page.activate()
    assert section.catalogue.model.rowCount() == 4


def test_a_model_that_arrived_appears_among_the_edges_own(
    page: SettingsScreen, section: ModelSection, edge: FakeEdge
) -> None:
    edge.calls.clear()
    page.presenter.get_model("nanodet-m-320")
    assert "models" not in [name for name, _ in edge.calls]
    edge.all_public = tuple(
        r.model_copy(update={"state": "here"}) for r in edge.all_public
    )
    page.presenter.poll_catalogue()
    assert "models" in [name for name, _ in edge.calls]


def two_readings(edge: FakeEdge) -> None:
    """The customer's own model can be read in two ways."""
    readings = (
        ModelReading(layout="yolov5", evidence="In pixels.", classes=("person",)),
        ModelReading(layout="yolov8", evidence="One class more.", classes=("a", "b")),
    )
    fields = {"layout": "yolov5", "evidence": "In pixels.", "readings": readings}
    changed = edge.all_models[1].model_copy(update=fields)
    edge.all_models = (edge.all_models[0], changed, *edge.all_models[2:])


def test_a_model_with_two_readings_lets_a_person_choose(
    page: SettingsScreen, section: ModelSection, edge: FakeEdge
) -> None:
    assert section.reading.isHidden() or section.reading.count() == 0
    two_readings(edge)
    page.activate()
    section.table.selectRow(1)
    assert section.reading.currentText() == "yolov5"
    section.reading.setCurrentText("yolov8")
    assert "One class more." in section.words
    section.activate.click()
    sent = [arguments for name, arguments in edge.calls if name == "activate_model"]
    ((model_id, request),) = sent
    assert model_id == edge.all_models[1].id
    assert request.layout == "yolov8"


@pytest.fixture
def dialog(page: SettingsScreen, edge: FakeEdge) -> Iterator[TrialDialog]:
    two_readings(edge)
    page.activate()
    trial = page.presenter.trial_of(edge.all_models[1])
    made = TrialDialog(page, page.context.theme, trial)
    yield made
    made.close()


def test_a_model_is_tried_on_a_cameras_picture_in_each_of_its_ways(
    dialog: TrialDialog, edge: FakeEdge
) -> None:
    ((model_id, picture),) = [a for name, a in edge.calls if name == "try_model"]
    assert model_id == edge.all_models[1].id
    assert picture.startswith(b"\xff\xd8")
    assert [pane.words for pane in dialog.panes] == [
        "2 person  ·  24.1 ms",
        "3 person, 3 bicycle, 2 car, 2 bus, 2 more  ·  25.1 ms",
    ]
    assert dialog.layout_name == "yolov5"
    dialog.panes[1].choice.click()
    assert dialog.layout_name == "yolov8"
    assert not dialog.panes[0].choice.isChecked()


def test_another_camera_is_looked_through(dialog: TrialDialog, edge: FakeEdge) -> None:
    edge.calls.clear()
    dialog.camera.setCurrentIndex(2)
    dialog.camera.activated.emit(2)
    assert ("snapshot", (edge.all_cameras[2].id,)) in edge.calls


def test_a_picture_that_cannot_be_had_leaves_no_boxes_of_another(
    dialog: TrialDialog, edge: FakeEdge, tmp_path: Path
) -> None:
    dialog.trial.look_at(tmp_path / "gone.jpg")
    assert "gone.jpg cannot be read" in dialog.state.text()
    assert [pane.words for pane in dialog.panes] == ["", ""]


def test_the_reading_that_was_picked_by_looking_serves(
    page: SettingsScreen,
    section: ModelSection,
    edge: FakeEdge,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    two_readings(edge)
    page.activate()
    section.table.selectRow(1)

    def pick(dialog: TrialDialog) -> TrialDialog.DialogCode:
        dialog.panes[1].choice.click()
        return TrialDialog.DialogCode.Accepted

    monkeypatch.setattr(TrialDialog, "exec", pick)
    section.trial.click()
    ((_, request),) = [a for name, a in edge.calls if name == "activate_model"]
    assert request.layout == "yolov8"
