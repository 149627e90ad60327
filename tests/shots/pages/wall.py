"""The wall, its states, and the welcome in place of an empty one."""

from __future__ import annotations

from functools import partial

from shots.stage import LARGE, SMALL, Shot, Stage
from support import site
from support.fake_edge import FakeEdge
from watchpost.base.clock import NS_PER_S
from watchpost.console.screens.wall.screen import WallScreen
from watchpost.console.theme import ThemeName
from watchpost.domain.cameras import CameraState
from watchpost.protocol.live import CameraUpdate

BOTH = (ThemeName.DARK, ThemeName.LIGHT)


def _wall(stage: Stage) -> WallScreen:
    page = stage.page
    assert isinstance(page, WallScreen)
    return page


def _live(stage: Stage) -> None:
    """Give every camera its result and a history, and draw one frame of each."""
    for camera_id in site.BOXES:
        for sequence in (94, 95, 100):
            stage.edge.push(site.result(camera_id, sequence))
    for _ in range(30):
        _wall(stage).presenter.tick()
    _wall(stage).canvas.tick()


def _tiles(count: int, stage: Stage) -> None:
    _live(stage)
    _wall(stage).presenter.show_tiles(count)
    _wall(stage).canvas.tick()


def _faults(stage: Stage) -> None:
    """The four cameras that are not simply live."""
    _live(stage)
    presenter = _wall(stage).presenter
    for place, camera_id in enumerate(
        ("cam-dock", "cam-staff", "cam-ramp", "cam-yard")
    ):
        presenter.put(place, ("local", camera_id))
    status = stage.edge.set_status(
        "cam-yard",
        state=CameraState.REFUSED,
        since_ns=site.NOW - 5 * NS_PER_S,
        last_frame_ns=site.NOW - 5 * NS_PER_S,
        sentence="Wrong user or password (401). Type them again.",
        next_try_ns=site.NOW + 55 * NS_PER_S,
        fps=None,
        latency_ms=None,
        latency_p95_ms=None,
    )
    stage.edge.push(CameraUpdate(status=status))
    presenter.select(("local", "cam-dock"))
    _wall(stage).canvas.tick()


def _stale(stage: Stage) -> None:
    _live(stage)
    stage.clock.advance(42)
    stage.edge.lose()
    _wall(stage).presenter.tick()
    _wall(stage).alarms.tick()


def _maximised(stage: Stage) -> None:
    _live(stage)
    _wall(stage).presenter.call(2)
    _wall(stage).canvas.tick()


def _drawer(stage: Stage) -> None:
    _live(stage)
    _wall(stage).drawer.setChecked(True)


def _ruled() -> FakeEdge:
    edge = FakeEdge()
    edge.all_cameras = site.ruled_cameras()
    return edge


SHOTS = [
    Shot("wall-rules", "wall", edge=_ruled, act=partial(_tiles, 4), sizes=(SMALL,)),
    Shot("wall-four", "wall", act=_live, themes=BOTH),
    Shot("wall-one", "wall", act=partial(_tiles, 1), sizes=(SMALL,)),
    Shot("wall-nine", "wall", act=partial(_tiles, 9)),
    Shot("wall-sixteen", "wall", act=partial(_tiles, 16), sizes=(SMALL,)),
    Shot("wall-maximised", "wall", act=_maximised, sizes=(LARGE,)),
    Shot("wall-faults", "wall", act=_faults, themes=BOTH),
    Shot("wall-stale", "wall", act=_stale, sizes=(SMALL,)),
    Shot("wall-drawer", "wall", act=_drawer, sizes=(SMALL,)),
    Shot("wall-demo", "wall", edge=lambda: FakeEdge(demo=True), act=_live),
    Shot("wall-welcome", "wall", edge=lambda: FakeEdge(empty=True), themes=BOTH),
]
