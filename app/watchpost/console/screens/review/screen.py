"""The review page: queue, player, correction side by side."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from watchpost.console.actions import Scope
from watchpost.console.screens.page import Page, PageContext
from watchpost.console.screens.review.correction_panel import CorrectionPanel
from watchpost.console.screens.review.forms import FormState
from watchpost.console.screens.review.player_panel import PlayerPanel
from watchpost.console.screens.review.presenter import ReviewPresenter
from watchpost.console.screens.review.queue import Filter, QueueState
from watchpost.console.screens.review.queue_panel import QueuePanel, mode_of
from watchpost.console.targets import (
    ShowCounted,
    ShowDispute,
    ShowEvent,
    ShowMoment,
    Target,
)
from watchpost.console.theme import set_look
from watchpost.console.widgets.parts import button, label, row
from watchpost.domain.rules import Direction

# Below this width of the page the queue is a drawer over the player.
DRAWER_BELOW = 1340
_MARGIN = 12
_GAP = 8


def create(context: PageContext) -> Page:
    """Build the page."""
    return ReviewScreen(context)


class ReviewScreen(Page):
    """Lays the three panels out and hands intents to the presenter."""

    help_scopes = (Scope.PLAYER, Scope.CORRECTION)

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.presenter = ReviewPresenter(
            context.link, context.clock, context.preferences.folder, parent=self
        )
        self._started = False
        self._drawer = False
        self._build()
        self._connect()

    def _build(self) -> None:
        theme, keys = self.context.theme, self.context.keys
        self.queue = QueuePanel(theme)
        self.player = PlayerPanel(theme, keys, self.presenter.playback)
        self.correction = CorrectionPanel(theme, keys)
        self.hints = self.player.hints()
        self.unsent = self._build_unsent()
        middle = QVBoxLayout()
        middle.setSpacing(4)
        middle.addWidget(self.player, 1)
        middle.addWidget(self.hints)
        self._panels = QHBoxLayout()
        self._panels.setSpacing(_GAP)
        self._panels.addWidget(self.queue)
        self._panels.addLayout(middle, 1)
        self._panels.addWidget(self.correction)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(_MARGIN, 10, _MARGIN, 8)
        whole.setSpacing(_GAP)
        whole.addWidget(self.unsent)
        whole.addLayout(self._panels, 1)

    def _build_unsent(self) -> QWidget:
        self.unsent_text = label(wrap=True)
        self.unsent_retry = button(
            self.context.theme, self.tr("Send now"), icon="refresh-cw"
        )
        box = QWidget()
        set_look(box, "p2")
        layout = row(self.unsent_text, self.unsent_retry)
        layout.setStretch(0, 1)
        layout.setContentsMargins(12, 4, 8, 4)
        box.setLayout(layout)
        box.hide()
        return box

    def _connect(self) -> None:
        presenter, queue = self.presenter, self.queue
        presenter.queue.changed.connect(self._show_queue)
        presenter.case_changed.connect(self._show_case)
        presenter.form_changed.connect(self._show_form)
        presenter.scene_changed.connect(self.player.show_scene)
        presenter.timeline_changed.connect(self.player.show_timeline)
        presenter.unsent_changed.connect(self._show_unsent)
        presenter.said.connect(self.context.say)
        presenter.viewer.changed.connect(self.player.show_clip)
        presenter.viewer.frame_shown.connect(self.player.show_frame)
        queue.case_chosen.connect(self._open)
        queue.mode_chosen.connect(lambda name: presenter.queue.set_mode(mode_of(name)))
        queue.filter_chosen.connect(presenter.queue.set_filter)
        queue.more_wanted.connect(presenter.queue.load_more)
        queue.retry_wanted.connect(presenter.queue.load)
        self.player.queue_wanted.connect(self._toggle_drawer)
        self.player.span_wanted.connect(presenter.show_span)
        self.player.retry_wanted.connect(presenter.reopen)
        self.player.timeline.track_picked.connect(presenter.corrector.select)
        canvas = self.player.canvas
        canvas.box_picked.connect(presenter.corrector.select)
        canvas.box_drawn.connect(presenter.add_box)
        canvas.box_changed.connect(presenter.move_box)
        self.unsent_retry.clicked.connect(presenter.retry_now)
        self.context.link.cameras_changed.connect(self._show_cameras)
        self._connect_correction()
        self._connect_keys()

    def _connect_correction(self) -> None:
        presenter, panel = self.presenter, self.correction
        corrector = presenter.corrector
        panel.count_in_changed.connect(partial(corrector.count, Direction.IN))
        panel.count_out_changed.connect(partial(corrector.count, Direction.OUT))
        panel.box_chosen.connect(corrector.select)
        panel.new_box_wanted.connect(self._new_box)
        panel.reject_wanted.connect(presenter.reject_box)
        panel.undo_wanted.connect(corrector.undo)
        panel.redo_wanted.connect(corrector.redo)
        panel.class_chosen.connect(presenter.set_class)
        panel.reason_chosen.connect(corrector.set_reason)
        panel.note_changed.connect(corrector.set_note)
        panel.approve_wanted.connect(self._approve)
        panel.reject_claim_wanted.connect(self._reject_claim)

    def _connect_keys(self) -> None:
        presenter, keys = self.presenter, self.context.keys
        keys.attach(
            self,
            {
                "correction.undo": presenter.corrector.undo,
                "correction.redo": presenter.corrector.redo,
                "correction.approve": self._approve,
                "correction.reject_claim": self._reject_claim,
                "correction.next_case": presenter.next_case,
                "correction.previous_case": presenter.previous_case,
            },
        )
        single: dict[str, Any] = {
            "correction.new_box": self._new_box,
            "correction.reject_box": presenter.reject_box,
            "correction.more": partial(presenter.count_more, 1),
            "correction.less": partial(presenter.count_more, -1),
        }
        for number in range(1, 10):
            slot = partial(presenter.set_class, number)
            single[f"correction.class_{number}"] = slot
        # Letters and digits act only where no text is typed.
        keys.attach(self.correction.table, single)
        single["correction.previous_box"] = partial(presenter.select_next_box, -1)
        single["correction.next_box"] = partial(presenter.select_next_box, 1)
        keys.attach(self.player.canvas, single)
        keys.attach(self.player.timeline, single)

    # What is shown

    def _show_queue(self, state: QueueState) -> None:
        self.queue.show_state(state)
        words = (
            self.tr("Queue {n}").format(n=state.open_claims)
            if state.open_claims
            else self.tr("Queue")
        )
        self.player.queue_button.setText(words)
        if state.rows:
            self.player.set_idle(
                self.tr("No case is open."), self.tr("Choose one from the queue.")
            )
        else:
            self.player.set_idle(state.sentence, state.todo)
        self._mark_case()

    def _show_case(self, state: Any) -> None:
        case = self.presenter.case
        self.player.set_span_case(case is not None and case.span_ns is not None)
        self.player.show_case(state)
        self._mark_case()

    def _mark_case(self) -> None:
        case = self.presenter.case
        self.queue.select(case.key if case is not None else "")

    def _show_form(self, form: FormState) -> None:
        self.correction.show_form(form)

    def _show_unsent(self, text: str) -> None:
        self.unsent_text.setText(text)
        self.unsent.setVisible(bool(text))

    def _show_cameras(self) -> None:
        self.queue.set_cameras(self.context.link.cameras)

    # What people do

    def _open(self, key: str) -> None:
        self.presenter.open_key(key)
        if self._drawer and not self.queue.list.hasFocus():
            self._close_drawer()

    def _approve(self) -> None:
        if self.presenter.approve():
            self.player.canvas.setFocus()

    def _reject_claim(self) -> None:
        if self.presenter.reject_claim():
            self.player.canvas.setFocus()

    def _new_box(self) -> None:
        if self.presenter.form.enabled:
            self.presenter.playback.pause()
            self.player.canvas.begin_drawing()

    # The drawer

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Make the queue a drawer on a narrow page."""
        super().resizeEvent(event)
        narrow = self.width() < self.context.theme.px(DRAWER_BELOW)
        if narrow != self._drawer:
            self._set_drawer(narrow)
        elif narrow:
            self._place_drawer()

    def minimumSizeHint(self) -> QSize:
        """Return the least size with the queue as a drawer."""
        full = super().minimumSizeHint()
        if self._drawer:
            return full
        return QSize(full.width() - self.queue.width() - _GAP, full.height())

    def _set_drawer(self, narrow: bool) -> None:
        self._drawer = narrow
        self.player.queue_button.setVisible(narrow)
        if narrow:
            self._panels.removeWidget(self.queue)
            self.queue.setParent(self)
            self.queue.hide()
            self._place_drawer()
        else:
            self._panels.insertWidget(0, self.queue)
            self.queue.show()

    def _place_drawer(self) -> None:
        top = self.player.mapTo(self, self.player.rect().topLeft()).y()
        head = self.context.theme.px(41)
        height = self.height() - top - head - 8
        self.queue.setGeometry(_MARGIN, top + head, self.queue.width(), height)

    def _toggle_drawer(self) -> None:
        if self.queue.isVisible():
            self._close_drawer()
            return
        self._place_drawer()
        self.queue.show()
        self.queue.raise_()
        self.queue.list.setFocus()

    def _close_drawer(self) -> None:
        if self._drawer:
            self.queue.hide()
            self.player.canvas.setFocus()

    # Life

    def activate(self) -> None:
        """Read the queue at the first visit; later it is kept current."""
        if not self._started:
            self._started = True
            self._show_cameras()
            self._show_case(self.presenter.case_state)
            self.player.show_clip(self.presenter.viewer.state)
            self.presenter.start()

    def deactivate(self) -> None:
        """Stop playing while nobody looks."""
        self.presenter.playback.pause()

    def open_target(self, target: Target) -> None:
        """Show a count, a claim, a recording or the counts of an hour."""
        match target:
            case ShowEvent(event_id):
                self.presenter.open_event(event_id)
            case ShowDispute(dispute_id):
                self.presenter.open_dispute(dispute_id)
            case ShowMoment(camera_id, at_ns, before_s, after_s):
                self.presenter.open_moment(camera_id, at_ns, before_s, after_s)
            case ShowCounted(line_id, from_ns, to_ns):
                self.presenter.show_counts(line_id, from_ns, to_ns)

    def save_state(self) -> dict[str, Any]:
        """Return the list that is shown and the corrections that were begun."""
        return {
            "mode": self.presenter.queue.state.mode,
            "drafts": self.presenter.corrector.drafts(),
        }

    def restore_state(self, state: dict[str, Any]) -> None:
        """Take them back."""
        drafts = state.get("drafts")
        if isinstance(drafts, dict):
            self.presenter.corrector.restore_drafts(drafts)
        mode = mode_of(str(state.get("mode", "")))
        self.presenter.queue.begin_with(mode, Filter())

    def first_focus(self) -> QWidget:
        """Return the picture, where the player's keys are heard."""
        return self.player.canvas

    def close_page(self) -> None:
        """Give the decoder's thread back."""
        self.presenter.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close the drawer on Esc."""
        if event.key() == Qt.Key.Key_Escape and self._drawer and self.queue.isVisible():
            self._close_drawer()
            return
        super().keyPressEvent(event)
