"""The cameras page."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from shots.stage import LARGE, SMALL, Shot, Stage
from support import site
from support.fake_edge import FakeEdge
from watchpost.console.screens.cameras.screen import CamerasScreen
from watchpost.console.targets import AddCamera, ShowCamera
from watchpost.console.theme import ThemeName
from watchpost.console.widgets.rule_canvas import RuleCanvas
from watchpost.console.widgets.rule_shapes import RuleKind


def _away(stage: Stage) -> None:
    camera = next(c for c in stage.edge.all_cameras if c.status.sentence)
    stage.page.open_target(ShowCamera(camera.id))


def _adding(stage: Stage) -> None:
    stage.page.open_target(AddCamera("rtsp", "rtsp://192.0.2.10/stream1"))


def _ruled() -> FakeEdge:
    edge = FakeEdge()
    edge.all_cameras = site.ruled_cameras()
    return edge


def _show(camera_id: str, rule: int, stage: Stage) -> None:
    page = stage.page
    assert isinstance(page, CamerasScreen)
    page.open_target(ShowCamera(camera_id))
    page._presenter.select_rule(rule)


def _zone(stage: Stage, *corners: tuple[float, float]) -> RuleCanvas:
    """Take the tool and click corners."""
    canvas = stage.page.findChild(RuleCanvas)
    assert isinstance(canvas, RuleCanvas)
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_P)
    for x, y in corners:
        rect = canvas.picture_rect()
        place = QPointF(rect.left() + x * rect.width(), rect.top() + y * rect.height())
        QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=place.toPoint())
    return canvas


def _drawing(stage: Stage) -> None:
    """A zone half drawn, the pen on its way to the next corner."""
    canvas = _zone(stage, (0.25, 0.6), (0.7, 0.58), (0.85, 0.9))
    for _ in range(9):
        QTest.keyClick(canvas, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)


def _station(stage: Stage) -> None:
    page = stage.page
    assert isinstance(page, CamerasScreen)
    page.open_target(ShowCamera("cam-ramp"))
    page._presenter.draw(
        RuleKind.STATION, ((0.3, 0.4), (0.7, 0.4), (0.75, 0.8), (0.25, 0.8))
    )


def _refused(stage: Stage) -> None:
    """A border that crosses itself: its corners stay."""
    canvas = _zone(stage, (0.2, 0.6), (0.8, 0.9), (0.8, 0.6), (0.2, 0.9))
    QTest.keyClick(canvas, Qt.Key.Key_Return)


SHOTS = [
    Shot(
        "cameras-normal",
        "cameras",
        sizes=(SMALL, LARGE),
        themes=(ThemeName.DARK, ThemeName.LIGHT),
    ),
    Shot("cameras-empty", "cameras", edge=lambda: FakeEdge(empty=True), sizes=(SMALL,)),
    Shot("cameras-away", "cameras", act=_away, sizes=(SMALL,)),
    Shot("cameras-adding", "cameras", act=_adding, sizes=(SMALL,)),
    Shot("cameras-gate", "cameras", edge=_ruled, sizes=(SMALL,)),
    Shot(
        "cameras-zone",
        "cameras",
        edge=_ruled,
        act=partial(_show, "cam-hall", 1),
        sizes=(SMALL,),
        themes=(ThemeName.DARK, ThemeName.LIGHT),
    ),
    Shot(
        "cameras-shelf",
        "cameras",
        edge=_ruled,
        act=partial(_show, "cam-shelf", 0),
        sizes=(SMALL,),
    ),
    Shot("cameras-station", "cameras", act=_station, sizes=(SMALL,)),
    Shot("cameras-drawing", "cameras", act=_drawing, sizes=(SMALL,)),
    Shot("cameras-refused", "cameras", act=_refused, sizes=(SMALL,)),
]
