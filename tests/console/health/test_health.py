from __future__ import annotations

import pytest
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from support.fake_edge import FakeEdge, FrozenClock, fake_link
from watchpost.base.errors import EdgeError
from watchpost.console.itemmodels.camera_health import CameraHealthModel, Column
from watchpost.console.screens.health.presenter import HealthPresenter, Span
from watchpost.console.screens.health.screen import create
from watchpost.console.screens.page import PageContext
from watchpost.console.theme import Theme
from watchpost.protocol.health import Reading
from watchpost.protocol.live import HealthUpdate


@pytest.fixture
def edge() -> FakeEdge:
    return FakeEdge()


@pytest.fixture
def presenter(edge: FakeEdge, qapp: QApplication) -> HealthPresenter:
    made = HealthPresenter(fake_link(edge), FrozenClock())
    made.reload()
    return made


def text(presenter: HealthPresenter, camera: str, column: Column) -> str:
    row = next(r for r in presenter.state.rows if camera in r.texts[Column.CAMERA])
    return row.texts[column]


def test_latency_is_told_beside_the_frame_budget(presenter: HealthPresenter) -> None:
    assert text(presenter, "Car park ramp", Column.LATENCY) == "96 / 80 ms"


def test_over_budget_takes_the_colour_of_its_priority(
    presenter: HealthPresenter,
) -> None:
    row = next(r for r in presenter.state.rows if "ramp" in r.texts[Column.CAMERA])
    assert dict(row.tokens)[Column.LATENCY] == "p2"


def test_a_silent_camera_has_dashes_not_zeros_and_is_greyed(
    presenter: HealthPresenter,
) -> None:
    row = next(
        r for r in presenter.state.rows if "Loading dock" in r.texts[Column.CAMERA]
    )
    assert row.stale
    assert row.texts[Column.ANALYSED] == "-"
    assert "0.0" not in row.texts[Column.FRAMES]
    assert row.texts[Column.LAST_FRAME].endswith("ago")


def test_choosing_a_camera_reads_its_history(
    presenter: HealthPresenter, edge: FakeEdge
) -> None:
    camera_id = presenter.state.cameras[2][0]
    edge.calls.clear()
    presenter.choose_camera(camera_id)
    asked = [args for name, args in edge.calls if name == "health_history"]
    assert asked
    assert presenter.state.camera_id == camera_id


def test_a_longer_span_moves_the_axis(presenter: HealthPresenter) -> None:
    presenter.choose_span(Span.DAY)
    plot = presenter.state.plots["latency"]
    assert plot.to_ns - plot.from_ns == 86_400 * 10**9


def test_a_sensor_that_is_not_there_is_a_state(presenter: HealthPresenter) -> None:
    plot = presenter.state.plots["temperature"]
    assert plot.value == "-"
    assert plot.priority is None
    assert "sensor" in plot.empty_text


def test_an_edge_that_goes_away_keeps_its_last_figures_and_says_how_old(
    edge: FakeEdge, qapp: QApplication
) -> None:
    clock = FrozenClock()
    presenter = HealthPresenter(fake_link(edge), clock)
    presenter.reload()
    clock.advance(42)
    edge.lose()
    assert presenter.state.stale
    assert "00:42" in presenter.state.updated
    assert presenter.state.plots["cpu"].priority is None
    assert presenter.state.plots["cpu"].value != "-"


def test_a_failed_history_is_a_sentence(
    presenter: HealthPresenter, edge: FakeEdge
) -> None:
    edge.fail("health_history", EdgeError("The history is damaged.", todo="Look."))
    presenter.reload()
    assert "damaged" in presenter.state.problem
    presenter.reload()
    assert presenter.state.problem == ""


def test_paused_nothing_is_read(presenter: HealthPresenter, edge: FakeEdge) -> None:
    presenter.pause(True)
    edge.calls.clear()
    presenter.reload()
    assert edge.calls == []
    presenter.pause(False)
    assert edge.calls


def test_live_figures_move_the_values(
    presenter: HealthPresenter, edge: FakeEdge
) -> None:
    sample = edge.health().model_copy(update={"cpu_percent": Reading(value=99.0)})
    edge.push(HealthUpdate(sample=sample))
    assert presenter.state.plots["cpu"].value == "99"


def test_a_fallback_of_the_inference_is_told(
    edge: FakeEdge, presenter: HealthPresenter
) -> None:
    assert "on CPU" not in presenter.state.workers
    sample = edge.health().model_copy(
        update={"provider": "CPU", "fallback": "CPU serves instead of CUDA."}
    )
    edge.push(HealthUpdate(sample=sample))
    assert "on CPU" in presenter.state.workers
    assert "Fallback: CPU serves instead of CUDA." in presenter.state.workers


def test_csv_has_a_line_a_value_and_utc(presenter: HealthPresenter) -> None:
    lines = presenter.table_csv().split("\r\n")
    assert lines[0] == "time,metric,camera,value,unit"
    assert any(line.startswith("2026-04-14T") and "+00:00" in line for line in lines)


def test_the_table_is_a_sound_item_model(
    presenter: HealthPresenter, theme: Theme
) -> None:
    model = CameraHealthModel(theme, [c.name for c in Column])
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_rows(presenter.state.rows)
    model.set_rows(presenter.state.rows[:2])
    assert model.rowCount() == 2


def test_the_page_fits_a_small_laptop(page_context: PageContext, qtbot: object) -> None:
    page = create(page_context)
    qtbot.addWidget(page)  # type: ignore[attr-defined]
    hint = page.minimumSizeHint()
    assert hint.width() <= 1280 - 76
    assert hint.height() <= 720 - 44 - 28
