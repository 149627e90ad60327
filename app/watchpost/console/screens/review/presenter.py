"""The review page without its looks: queue, clip, correction, outbox."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from watchpost.base.clock import Clock
from watchpost.base.errors import WatchpostError
from watchpost.console.bridge.clip_decoder import ClipDecoder
from watchpost.console.bridge.edges import EdgeLink
from watchpost.console.moments import when_text
from watchpost.console.screens.review.cases import Case, case_of_dispute, case_of_event
from watchpost.console.screens.review.clip import ReviewClip
from watchpost.console.screens.review.correction import (
    Decision,
    Draft,
    Rect,
    request_of,
)
from watchpost.console.screens.review.corrector import Corrector
from watchpost.console.screens.review.forms import (
    CaseState,
    Desk,
    FormState,
    case_state,
    form_state,
)
from watchpost.console.screens.review.outbox import Outbox, Sending
from watchpost.console.screens.review.queue import CaseQueue, Filter, case_name
from watchpost.console.screens.review.scenes import frame_scene, timeline_scene
from watchpost.console.screens.review.viewer import ClipViewer, Phase
from watchpost.console.widgets.player.scene import FrameScene, TimelineScene
from watchpost.protocol.counts import LineCounts
from watchpost.protocol.models import ModelRecord
from watchpost.protocol.review import DecisionRequest, Dispute, Event

MAX_CLASSES = 9


@dataclass(frozen=True, slots=True)
class Moment:
    """A camera's recording around a moment; nothing that was counted."""

    camera_id: str
    at_ns: int
    before_s: float
    after_s: float


class ReviewPresenter(QObject):
    """Joins queue, clip and correction. GUI thread.

    Signals:
        case_changed: :class:`CaseState`.
        form_changed: :class:`FormState`.
        scene_changed: :class:`FrameScene` of the frame to show.
        timeline_changed: :class:`TimelineScene`.
        unsent_changed: Sentence about decisions that wait for the edge; empty when none.
        said: Text, what to do and kind of a notice.
    """

    case_changed = Signal(object)
    form_changed = Signal(object)
    scene_changed = Signal(object)
    timeline_changed = Signal(object)
    unsent_changed = Signal(str)
    said = Signal(str, str, str)

    def __init__(
        self,
        link: EdgeLink,
        clock: Clock,
        folder: Path,
        *,
        decoder: ClipDecoder | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._link = link
        self._clock = clock
        self.outbox = Outbox(link, folder, self)
        self.queue = CaseQueue(link, clock, is_waiting=self.outbox.holds, parent=self)
        self.viewer = ClipViewer(link, clock, decoder=decoder, parent=self)
        self.playback = self.viewer.playback
        self.corrector = Corrector(self)
        self._moment: Moment | None = None
        self._on_their_way: dict[str, Draft] = {}
        self._model_classes: tuple[str, ...] = ()
        self._wanted_dispute = ""
        self.case_state = CaseState()
        self.form = FormState()
        self.scene = FrameScene(0)
        self.timeline = TimelineScene()
        self.unsent = ""
        self._connect()

    def _connect(self) -> None:
        self.queue.first_read.connect(self._on_first_read)
        self.queue.changed.connect(self._on_queue)
        self.viewer.event_read.connect(self._on_event_read)
        self.viewer.opened.connect(self._on_clip)
        self.viewer.changed.connect(self._show_form)
        self.playback.changed.connect(self._show_all)
        self.corrector.changed.connect(self._show_all)
        self.outbox.changed.connect(self._on_outbox)
        self.outbox.sent.connect(self._on_sent)
        self.outbox.refused.connect(self._on_refused)
        self._link.state_changed.connect(self._show_form)

    # Life

    @property
    def case(self) -> Case | None:
        """The case that is open."""
        return self.corrector.case

    def start(self) -> None:
        """Read the queue and the model's classes."""
        self._link.tasks.run(self._link.port.models, self._on_models, lambda _e: None)
        self.queue.load()
        self._on_outbox()

    def close(self) -> None:
        """Give the decoder back."""
        self.viewer.close()

    # Which case

    def open_case(self, case: Case) -> None:
        """Show a case: its clip, its correction."""
        if self.case is not None and case.key == self.case.key:
            return
        self._moment = None
        self.corrector.open(case)
        self._show_case()
        self.viewer.open_case(case)
        if case.span_ns is not None:
            self._read_span(case, case.span_ns)
        self._show_all()

    def open_key(self, key: str) -> None:
        """Show a listed case."""
        case = self.queue.case(key)
        if case is not None:
            self.open_case(case)

    def open_event(self, event_id: str) -> None:
        """Show a count that was asked for elsewhere."""
        self._link.tasks.run(
            partial(self._link.port.event, event_id),
            lambda event: self.open_case(case_of_event(event)),
            self._say_error,
        )

    def open_dispute(self, dispute_id: str) -> None:
        """Show a claim that was asked for elsewhere."""
        self._wanted_dispute = dispute_id
        self.queue.show("disputes", Filter())

    def open_moment(
        self, camera_id: str, at_ns: int, before_s: float, after_s: float
    ) -> None:
        """Show a camera's recording around a moment."""
        self.corrector.open(None)
        self._moment = Moment(camera_id, at_ns, before_s, after_s)
        self._show_case()
        self.viewer.open_moment(camera_id, at_ns, before_s, after_s)
        self._show_all()

    def show_counts(self, line_id: str, from_ns: int, to_ns: int) -> None:
        """List the counts of a line in a span of time and open the newest one."""
        self._close_case()
        self.queue.show("counts", Filter(line_id=line_id, from_ns=from_ns, to_ns=to_ns))

    def show_span(self) -> None:
        """List the counts that a claim about an hour or a day is about."""
        if self.case is not None and self.case.span_ns is not None:
            self.show_counts(self.case.line_id, *self.case.span_ns)

    def reopen(self) -> None:
        """Try to open the clip again."""
        moment = self._moment
        if self.case is not None:
            self.viewer.open_case(self.case)
        elif moment is not None:
            self.viewer.open_moment(
                moment.camera_id, moment.at_ns, moment.before_s, moment.after_s
            )
        self._show_all()

    def next_case(self) -> None:
        """Show the next case of the list."""
        self._open_beside(1)

    def previous_case(self) -> None:
        """Show the case before."""
        self._open_beside(-1)

    def _open_beside(self, step: int) -> None:
        case = self.queue.beside(self.case.key if self.case is not None else "", step)
        if case is not None:
            self.open_case(case)

    def _close_case(self) -> None:
        self.corrector.open(None)
        self._moment = None
        self.viewer.clear()
        self._show_case()
        self._show_all()

    # The correction

    def select_next_box(self, step: int) -> None:
        """Choose the next (or previous) box of the frame."""
        self.corrector.select_beside(self.form.boxes, step)

    def reject_box(self) -> None:
        """Reject the chosen object, or keep it again."""
        self.corrector.reject(self.form.boxes)

    def set_class(self, number: int) -> None:
        """Give the chosen object the class of a digit, 1 to 9."""
        if 1 <= number <= len(self.form.classes):
            self.corrector.rename(self.form.classes[number - 1])

    def add_box(self, rect: Rect) -> None:
        """Add a box on the frame in front."""
        if self.viewer.clip is not None:
            index = self.playback.state.index
            self.corrector.add_box(index, rect, self._likely_class())

    def move_box(self, key: str, rect: Rect) -> None:
        """Put a box of the frame in front where it belongs."""
        self.corrector.move_box(key, self.playback.state.index, rect)

    def count_more(self, by: int) -> None:
        """Change the correct number in the direction that the case is about."""
        self.corrector.count(self.corrector.main_direction(), by)

    def approve(self) -> bool:
        """Send the correction and open the next case; False when there is none."""
        case, editor = self.case, self.corrector.editor
        if case is None or editor is None or not self.form.enabled:
            return False
        if not self.form.changed:
            self._say_nothing_changed()
            return False
        is_claim = case.is_open and case.dispute is not None
        target = case.dispute.id if is_claim and case.dispute else case.event_id
        if target is None:
            return False
        correction = request_of(
            editor.draft, self.corrector.tallies(), self.viewer.clip
        )
        self._send(
            case,
            Sending(
                kind="dispute" if is_claim else "event",
                target_id=target,
                case_key=case.key,
                title=case_name(case),
                correction=correction,
                key=editor.draft.idempotency_key,
            ),
        )
        return True

    def reject_claim(self) -> bool:
        """Say that the system was right and open the next case."""
        case, editor = self.case, self.corrector.editor
        if case is None or editor is None or not self.form.enabled:
            return False
        if case.dispute is None or not case.is_open:
            return False
        self._send(
            case,
            Sending(
                kind="reject",
                target_id=case.dispute.id,
                case_key=case.key,
                title=case_name(case),
                decision=DecisionRequest(note=editor.draft.note.strip()[:2000]),
                key=editor.draft.idempotency_key,
            ),
        )
        return True

    def retry_now(self) -> None:
        """Send what waits now."""
        self.outbox.send_next()

    def _send(self, case: Case, sending: Sending) -> None:
        following = self.queue.after(case.key)
        draft = self.corrector.send_off(case.key)
        if draft is not None:
            self._on_their_way[sending.key] = draft
        self.corrector.open(None)
        self.outbox.add(sending)
        if following is not None:
            self.open_case(following)
        else:
            self._close_case()

    def _say_nothing_changed(self) -> None:
        todo = (
            self.tr("Change the count or a box, or reject the claim.")
            if self.form.is_claim
            else self.tr("Change the count or a box first.")
        )
        self.said.emit(self.tr("Nothing is corrected yet."), todo, "info")

    # Answers

    def _on_first_read(self) -> None:
        wanted, self._wanted_dispute = self._wanted_dispute, ""
        if wanted:
            case = self.queue.case(f"d:{wanted}")
            if case is not None:
                self.open_case(case)
                return
            self._link.tasks.run(
                partial(self._link.port.disputes, "all"),
                partial(self._open_found, wanted),
                self._say_error,
            )
        elif self.case is None and self._moment is None:
            cases = self.queue.cases()
            if cases:
                self.open_case(cases[0])

    def _open_found(self, dispute_id: str, disputes: tuple[Dispute, ...]) -> None:
        found = next((d for d in disputes if d.id == dispute_id), None)
        if found is not None:
            self.open_case(case_of_dispute(found))
            return
        self.said.emit(
            self.tr("This dispute is not there any more."),
            self.tr("Look for it among the decided ones."),
            "warning",
        )

    def _on_queue(self, _state: object) -> None:
        """Take over what the edge says anew about the case in front."""
        if self.case is None or self.case.dispute is None:
            return
        fresh = self.queue.case(self.case.key)
        if fresh is not None and fresh.dispute != self.case.dispute:
            self.corrector.take_event(replace(self.case, dispute=fresh.dispute))
            self._show_form()

    def _on_event_read(self, event: Event) -> None:
        if self.case is not None:
            self.corrector.take_event(replace(self.case, event=event))
            self._show_case()
            self._show_form()

    def _on_clip(self, clip: ReviewClip) -> None:
        self.corrector.take_clip(clip)
        self._show_case()
        self._show_all()

    def _on_models(self, models: tuple[ModelRecord, ...]) -> None:
        active = next((m for m in models if m.state == "active"), None)
        self._model_classes = active.classes if active is not None else ()
        self._show_form()

    def _read_span(self, case: Case, span_ns: tuple[int, int]) -> None:
        call = partial(
            self._link.port.counts,
            case.line_id,
            from_ns=span_ns[0],
            to_ns=span_ns[1],
            bucket="hour",
        )
        self._link.tasks.run(call, partial(self._on_span, case.key), self._say_error)

    def _on_span(self, key: str, counts: LineCounts) -> None:
        if self.case is None or self.case.key != key:
            return
        count_in = sum(bucket.corrected_in for bucket in counts.buckets)
        count_out = sum(bucket.corrected_out for bucket in counts.buckets)
        self.corrector.take_counts((count_in, count_out))
        self._show_form()

    def _on_sent(self, sending: Sending) -> None:
        self._on_their_way.pop(sending.key, None)
        words = (
            self.tr("{case}: claim rejected.")
            if sending.kind == "reject"
            else self.tr("{case}: correction saved.")
        )
        self.said.emit(words.format(case=sending.title), "", "info")
        self.queue.load()

    def _on_refused(self, sending: Sending, error: WatchpostError) -> None:
        """Give the draft back to its case, so that nothing written is lost."""
        draft = self._on_their_way.pop(sending.key, None)
        if draft is not None:
            self.corrector.give_back(sending.case_key, draft)
        words = self.tr("{case} was refused: {why}")
        self.said.emit(
            words.format(case=sending.title, why=error.what), error.todo, "error"
        )
        self.queue.load()

    def _on_outbox(self) -> None:
        waiting, problem = self.outbox.waiting, self.outbox.problem
        text = ""
        if waiting and problem is not None:
            names = ", ".join(sending.title for sending in waiting[:3])
            if len(waiting) > 3:
                more = self.tr("{names} and {n} more")
                names = more.format(names=names, n=len(waiting) - 3)
            words = self.tr("Kept here until the edge takes it: {names}. {why}")
            text = words.format(names=names, why=problem.what)
        if text != self.unsent:
            self.unsent = text
            self.unsent_changed.emit(text)
        self.queue.refresh()
        self._show_form()

    def _say_error(self, error: WatchpostError) -> None:
        self.said.emit(error.what, error.todo, "error")

    # What is shown

    def _show_all(self) -> None:
        clip, editor = self.viewer.clip, self.corrector.editor
        decision = editor.decision if editor is not None else Decision()
        selected = editor.selected if editor is not None else ""
        state = self.playback.state
        scene, timeline = FrameScene(0), TimelineScene()
        if clip is not None and state.index < len(clip):
            scene = frame_scene(clip, state.index, decision, selected)
            timeline = timeline_scene(
                clip, decision, mark_in=state.mark_in, mark_out=state.mark_out
            )
        if scene != self.scene:
            self.scene = scene
            self.scene_changed.emit(scene)
        if timeline != self.timeline:
            self.timeline = timeline
            self.timeline_changed.emit(timeline)
        self._show_form()

    def _show_case(self) -> None:
        state = self._case_state()
        if state != self.case_state:
            self.case_state = state
            self.case_changed.emit(state)

    def _case_state(self) -> CaseState:
        if self.case is not None:
            return case_state(self.case)
        if self._moment is None:
            return CaseState()
        camera = self._link.camera(self._moment.camera_id)
        name = f"{camera.number:02d} {camera.name}" if camera is not None else ""
        when = when_text(self._moment.at_ns, self._clock.utc_ns())
        return CaseState(self.tr("Recording"), f"{name} · {when}")

    def _show_form(self) -> None:
        form = self._form_state()
        self.corrector.enabled = form.enabled
        if form != self.form:
            self.form = form
            self.form_changed.emit(form)

    def _form_state(self) -> FormState:
        case, editor = self.case, self.corrector.editor
        if case is None or editor is None:
            return FormState(sentence=self._no_form_words())
        info = self._link.info
        desk = Desk(
            case=case,
            draft=editor.draft,
            tallies=self.corrector.tallies(),
            scene=self.scene,
            selected=editor.selected,
            classes=self._classes(),
            has_clip=self.viewer.clip is not None,
            no_clip=self.viewer.state.phase is Phase.NO_CLIP,
            role=info.role if info is not None else None,
            on_its_way=self.outbox.holds(case.key),
            now_ns=self._clock.utc_ns(),
        )
        return form_state(desk, undo=editor.undo_text, redo=editor.redo_text)

    def _no_form_words(self) -> str:
        if self._moment is not None:
            return self.tr(
                "This is a recording, not a count. Open a count to correct it."
            )
        return self.tr("Choose a case on the left to correct it.")

    def _classes(self) -> tuple[str, ...]:
        clip = self.viewer.clip
        seen = clip.class_names() if clip is not None else ()
        return tuple(dict.fromkeys((*self._model_classes, *seen)))[:MAX_CLASSES]

    def _likely_class(self) -> str:
        event = self.case.event if self.case is not None else None
        if event is not None:
            return event.class_name
        return self.form.classes[0] if self.form.classes else "person"
