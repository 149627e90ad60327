"""Counts that were made while the picture was bad are marked where they are looked at."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from support import site
from watchpost.console.screens.page import PageContext
from watchpost.console.screens.review.cases import case_of_event
from watchpost.console.screens.review.forms import case_state
from watchpost.console.screens.review.screen import ReviewScreen, create
from watchpost.domain.quality import QualityTrouble


def test_a_count_made_on_a_bad_picture_says_so_before_it_says_why() -> None:
    event = next(e for e in site.events() if not e.picture)
    assert case_state(case_of_event(event)).why == event.why
    troubles = (QualityTrouble.BLURRED, QualityTrouble.DIRTY)
    doubtful = event.model_copy(update={"picture": troubles})
    assert case_state(case_of_event(doubtful)).why == (
        "In doubt (the picture is blurred and the lens is dirty). " + event.why
    )


def test_the_list_of_counts_marks_them(
    page_context: PageContext, qtbot: object
) -> None:
    page = create(page_context)
    assert isinstance(page, ReviewScreen)
    qtbot.addWidget(page)  # type: ignore[attr-defined]
    page.activate()
    queue = page.presenter.queue
    queue.set_mode("counts")
    QApplication.processEvents()
    chips = {row.key: row.chip for row in queue.state.rows}
    listed = [case.event for case in queue.cases() if case.event is not None]
    doubtful = [event for event in listed if event.picture and not event.corrected]
    assert doubtful
    for event in listed:
        in_doubt = chips[f"e:{event.id}"] == "In doubt"
        assert in_doubt == (event in doubtful)
