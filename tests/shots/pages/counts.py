"""The counts page."""

from __future__ import annotations

from shots.stage import SMALL, Shot, Stage
from support.fake_edge import FakeEdge
from support.inspected import CAMERA, LINE, STATUS, inspecting_edge
from watchpost.base.errors import EdgeError
from watchpost.console.screens.counts.screen import CountsScreen
from watchpost.console.targets import ShowLine
from watchpost.console.theme import ThemeName


def _counts(stage: Stage) -> CountsScreen:
    page = stage.page
    assert isinstance(page, CountsScreen)
    return page


def _line(stage: Stage) -> None:
    """A line whose camera sent nothing for a quarter of an hour."""
    page = _counts(stage)
    page.open_target(ShowLine("cam-hall", "line-exit"))
    page.presenter.select(13)


def _no_data(stage: Stage) -> None:
    """Zero beside an hour that nobody looked at."""
    page = _counts(stage)
    page.open_target(ShowLine("cam-dock", "line-dock"))
    page.presenter.select(3)


def _week(stage: Stage) -> None:
    page = _counts(stage)
    page.presenter.choose_span("week")


def _old(stage: Stage) -> None:
    away = EdgeError(
        "The edge cannot be reached.", todo="Check the network.", code="edge.away"
    )
    stage.edge.fail("counts", away)
    _counts(stage).presenter.load()


def _parts(stage: Stage) -> None:
    """Parts of a belt: passed, failed with the reason, and not inspected."""
    page = _counts(stage)
    page.open_target(ShowLine(CAMERA, LINE))
    page.parts.parts_button.click()


def _no_parts(stage: Stage) -> None:
    """A model that does not know the defects, and no part in the period."""
    status = STATUS.model_copy(update={"unknown": ("crack",)})
    stage.edge.all_verdicts = ()
    stage.link.live.camera_status.emit(
        stage.edge.set_status(CAMERA, stations=(status,))
    )
    _parts(stage)


def _station_alone() -> FakeEdge:
    """A station that no line goes with; the camera is not analysed."""
    edge = inspecting_edge()
    edge.all_verdicts = ()
    camera = edge.camera(CAMERA)
    status = camera.status.model_copy(update={"stations": (), "totals": ()})
    edge.all_cameras = (camera.model_copy(update={"lines": (), "status": status}),)
    return edge


def _its_parts(stage: Stage) -> None:
    _counts(stage).parts.parts_button.click()


SHOTS = [
    Shot(
        "counts-day",
        "counts",
        act=_line,
        themes=(ThemeName.DARK, ThemeName.LIGHT),
    ),
    Shot("counts-no-data", "counts", act=_no_data, sizes=(SMALL,)),
    Shot("counts-week", "counts", act=_week, sizes=(SMALL,)),
    Shot("counts-old", "counts", act=_old, sizes=(SMALL,)),
    Shot("counts-parts", "counts", edge=inspecting_edge, act=_parts),
    Shot(
        "counts-no-parts",
        "counts",
        edge=inspecting_edge,
        act=_no_parts,
        sizes=(SMALL,),
    ),
    Shot(
        "counts-nobody-looks",
        "counts",
        edge=_station_alone,
        act=_its_parts,
        sizes=(SMALL,),
    ),
    Shot("counts-empty", "counts", edge=lambda: FakeEdge(empty=True), sizes=(SMALL,)),
]
