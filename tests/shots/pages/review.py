"""The review page."""

from __future__ import annotations

from shots.stage import SMALL, Shot, Stage
from support.fake_edge import FakeEdge
from watchpost.base.errors import EdgeError
from watchpost.console.screens.review.screen import ReviewScreen
from watchpost.console.screens.review.viewer import Phase
from watchpost.console.targets import ShowEvent
from watchpost.console.theme import ThemeName
from watchpost.domain.rules import Direction


def _review(stage: Stage) -> ReviewScreen:
    page = stage.page
    assert isinstance(page, ReviewScreen)
    return page


def _ready(stage: Stage) -> None:
    viewer = _review(stage).presenter.viewer
    stage.wait(lambda: viewer.state.phase is Phase.READY)


def _queue(stage: Stage) -> None:
    _ready(stage)
    page = _review(stage)
    if not page.queue.isVisible():
        page.player.queue_button.click()


def _correcting(stage: Stage) -> None:
    _ready(stage)
    presenter = _review(stage).presenter
    presenter.select_next_box(1)
    presenter.reject_box()
    presenter.corrector.set_reason("false_detection")
    presenter.corrector.set_note("Kiosk table kept as a person. Nobody left.")
    presenter.corrector.count(Direction.OUT, -1)


def _counts(stage: Stage) -> None:
    page = _review(stage)
    _ready(stage)
    page.presenter.queue.set_mode("counts")
    doubtful = next(e for e in stage.edge.all_events if e.picture)
    page.presenter.open_event(doubtful.id)
    _ready(stage)
    if not page.queue.isVisible():
        page.player.queue_button.click()


def _no_clip(stage: Stage) -> None:
    old = next(e for e in stage.edge.all_events if not e.has_clip)
    _review(stage).open_target(ShowEvent(old.id))


def _failed(stage: Stage) -> None:
    _ready(stage)
    gone = EdgeError(
        "The edge cannot be reached.", todo="Check the network.", code="edge.away"
    )
    event = stage.edge.all_events[3]
    stage.edge.fail("event_clip", gone)
    _review(stage).open_target(ShowEvent(event.id))


SHOTS = [
    Shot("review-player", "review", act=_ready, sizes=(SMALL,)),
    Shot("review-queue", "review", act=_queue, sizes=(SMALL,)),
    Shot(
        "review-correction",
        "review",
        act=_correcting,
        themes=(ThemeName.DARK, ThemeName.LIGHT),
    ),
    Shot("review-counts", "review", act=_counts, sizes=(SMALL,)),
    Shot("review-no-clip", "review", act=_no_clip, sizes=(SMALL,)),
    Shot("review-failed", "review", act=_failed, sizes=(SMALL,)),
    Shot("review-empty", "review", edge=lambda: FakeEdge(empty=True), sizes=(SMALL,)),
]
