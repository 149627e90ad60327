"""The health page."""

from __future__ import annotations

from shots.stage import LARGE, SMALL, Shot, Stage
from support.fake_edge import FakeEdge
from watchpost.console.theme import ThemeName


def _lost(stage: Stage) -> None:
    stage.clock.advance(42)
    stage.edge.lose()


SHOTS = [
    Shot(
        "health-normal",
        "health",
        sizes=(SMALL, LARGE),
        themes=(ThemeName.DARK, ThemeName.LIGHT),
    ),
    Shot("health-empty", "health", edge=lambda: FakeEdge(empty=True), sizes=(SMALL,)),
    Shot("health-lost", "health", act=_lost, sizes=(SMALL,)),
]
