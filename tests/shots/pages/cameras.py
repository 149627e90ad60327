"""The cameras page."""

from __future__ import annotations

from shots.stage import LARGE, SMALL, Shot, Stage
from support.fake_edge import FakeEdge
from watchpost.console.targets import AddCamera, ShowCamera
from watchpost.console.theme import ThemeName


def _away(stage: Stage) -> None:
    camera = next(c for c in stage.edge.all_cameras if c.status.sentence)
    stage.page.open_target(ShowCamera(camera.id))


def _adding(stage: Stage) -> None:
    stage.page.open_target(AddCamera("rtsp", "rtsp://192.0.2.10/stream1"))


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
]
