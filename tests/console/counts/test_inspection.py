"""Parts beside the counts: read, kept current, and told in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from shots.stage import SMALL, Stage, make_theme
from support import site
from support.inspected import (
    CAMERA,
    LINE,
    STATION,
    STATUS,
    defect,
    inspecting_edge,
    verdict,
)
from watchpost.base.clock import NS_PER_S
from watchpost.base.errors import EdgeError
from watchpost.console.itemmodels.verdicts import VerdictColumn
from watchpost.console.screens.counts.inspection_words import (
    empty_words,
    figures_words,
    place_words,
    reason_words,
)
from watchpost.console.screens.counts.screen import CountsScreen
from watchpost.console.targets import ShowLine
from watchpost.console.theme import ThemeName
from watchpost.domain.verdicts import NotInspected, Outcome
from watchpost.protocol.cameras import StationStatus
from watchpost.protocol.live import Judged


@pytest.fixture
def stage(qapp: QApplication, tmp_path: Path) -> Iterator[Stage]:
    made = Stage(inspecting_edge(), make_theme(ThemeName.DARK), tmp_path)
    made.open("counts", SMALL)
    yield made
    made.close()


def page(stage: Stage) -> CountsScreen:
    assert isinstance(stage.page, CountsScreen)
    return stage.page


def show_belt(stage: Stage) -> CountsScreen:
    counts = page(stage)
    counts.open_target(ShowLine(CAMERA, LINE))
    return counts


def judged(outcome: Outcome, at_ns: int = site.NOW) -> Judged:
    return Judged(
        verdict_id="new",
        camera_id=CAMERA,
        station_id=STATION,
        outcome=outcome,
        reason=None,
        defects=(),
        at_ns=at_ns,
        passed=STATUS.passed,
        failed=STATUS.failed + 1,
        not_inspected=STATUS.not_inspected,
    )


def test_only_cameras_with_a_station_show_parts(stage: Stage) -> None:
    counts = page(stage)
    assert counts.parts.head.isHidden()
    show_belt(stage)
    assert not counts.parts.head.isHidden()
    counts.parts.parts_button.click()
    assert counts.parts.table.isVisible()
    counts.open_target(ShowLine("cam-hall", "line-exit"))
    assert counts.parts.head.isHidden()
    assert counts.chart.isVisible()


def test_the_newest_part_stands_on_top_with_its_reason(stage: Stage) -> None:
    model = show_belt(stage).parts.parts
    assert model.rowCount() == len(stage.edge.all_verdicts)
    assert model.index(1, VerdictColumn.OUTCOME).data() == "× Fail"
    said = model.index(1, VerdictColumn.REASON).data()
    assert said == "crack 0.81, upper left, in 12 of 13 looks"


def test_a_verdict_is_counted_at_once_and_listed_soon(stage: Stage) -> None:
    counts = show_belt(stage)
    newest = verdict(-1, Outcome.FAIL, defect("burn", 9))
    stage.edge.all_verdicts = (newest, *stage.edge.all_verdicts)
    stage.edge.push(judged(Outcome.FAIL))
    stage.wait(lambda: "38 failed" in counts.parts.figures.text())
    stage.wait(lambda: counts.parts.parts.rowCount() == len(stage.edge.all_verdicts))
    assert "burn" in counts.parts.parts.index(0, VerdictColumn.REASON).data()


def test_another_day_has_no_live_parts(stage: Stage) -> None:
    counts = show_belt(stage)
    counts.presenter.move(-1)
    assert counts.parts.parts.rowCount() == 0
    assert counts.inspection.state.verdicts == ()
    assert not counts.inspection.state.loading


def test_enter_on_a_part_shows_its_recording(stage: Stage) -> None:
    counts = show_belt(stage)
    counts.parts.parts_button.click()
    table = counts.parts.table
    table.setFocus()
    table.setCurrentIndex(table.model().index(1, 0))
    QTest.keyClick(table, Qt.Key.Key_Return)
    stage.wait(lambda: any(name == "camera_clip" for name, _ in stage.edge.calls))
    asked = [args for name, args in stage.edge.calls if name == "camera_clip"]
    camera_id, at_ns, before_s, after_s = asked[0]
    part = stage.edge.all_verdicts[1]
    assert camera_id == CAMERA
    assert at_ns - before_s * NS_PER_S < part.from_ns
    assert part.to_ns < at_ns + after_s * NS_PER_S


def test_parts_are_exported_where_they_are_shown(stage: Stage, tmp_path: Path) -> None:
    counts = show_belt(stage)
    names: list[str] = []

    def answer(name: str) -> Path:
        names.append(name)
        return tmp_path / name

    counts.ask_file = answer  # type: ignore[method-assign]
    counts.export_button.click()
    counts.parts.parts_button.click()
    counts.export_button.click()
    assert [name.partition("-")[0] for name in names] == ["counts", "parts"]
    stage.wait(lambda: all((tmp_path / name).exists() for name in names))
    assert b"outcome" in (tmp_path / names[1]).read_bytes()
    period = counts.presenter.state.period
    asked = [args for name, args in stage.edge.calls if name == "verdicts_csv"]
    assert asked[0][:2] == (period.from_ns, period.to_ns)


def test_a_camera_with_a_station_alone_shows_its_parts(stage: Stage) -> None:
    """No line can choose it."""
    ramp = stage.edge.camera(CAMERA).model_copy(update={"lines": ()})
    status = ramp.status.model_copy(update={"stations": ()})
    ramp = ramp.model_copy(update={"status": status})
    stage.edge.all_cameras = (ramp,)
    stage.edge.all_verdicts = ()
    stage.link.reload_cameras()
    parts = page(stage).parts
    assert not parts.head.isHidden()
    assert "not looked at" in parts.figures.text()
    parts.parts_button.click()
    assert parts.card.title.text() == "No part yet, and nobody looks now."


def test_an_empty_list_of_parts_says_whether_anybody_looked() -> None:
    def title(*statuses: StationStatus | None, is_now: bool = True) -> str:
        return empty_words(statuses, is_now=is_now)[0]

    blind = STATUS.model_copy(update={"inside": None})
    assert title(STATUS) == "No part went through a station."
    assert title(blind, STATUS) == "No part went through a station."
    assert title(blind, None) == "No part yet, and nobody looks now."
    assert title(STATUS, is_now=False) == "No part was seen in a station."


def test_what_cannot_be_read_is_said(stage: Stage) -> None:
    counts = page(stage)
    away = EdgeError("The edge is away.", todo="Wait.", code="edge.away")
    stage.edge.fail("verdicts", away)
    show_belt(stage)
    assert counts.inspection.state.sentence == "The edge is away."


def test_not_inspected_says_why_and_a_pass_what_was_not_believed() -> None:
    for reason in NotInspected:
        said = reason_words(verdict(0, Outcome.NOT_INSPECTED, reason=reason))
        assert len(said) > 10
    doubted = verdict(0, Outcome.PASS, defect("burn", 1))
    assert reason_words(doubted) == "burn in 1 of 13 looks, not believed"
    assert reason_words(verdict(0, Outcome.PASS)) == ""


def test_places_on_a_part() -> None:
    assert place_words((0.0, 0.0, 1.0, 1.0)) == "all over"
    assert place_words((0.4, 0.4, 0.6, 0.6)) == "middle"
    assert place_words((0.9, 0.9, 1.0, 1.0)) == "lower right"
    assert place_words((0.0, 0.4, 0.1, 0.5)) == "left"


def test_no_rate_without_an_inspected_part() -> None:
    none = STATUS.model_copy(update={"passed": 0, "failed": 0, "reject_rate": None})
    assert "Rejected" not in figures_words("Belt", none)
    assert "3.0 %" in figures_words("Belt", STATUS)
