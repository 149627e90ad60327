"""The review queue: open claims and recent counts, filtered, in order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

from watchpost.base.clock import Clock
from watchpost.base.errors import WatchpostError
from watchpost.console.bridge.edges import EdgeLink
from watchpost.console.itemmodels.cases import CaseRow
from watchpost.console.moments import local, when_text
from watchpost.console.screens.review.cases import Case, case_of_dispute, case_of_event
from watchpost.console.screens.review.scenes import class_title, direction_word
from watchpost.console.times import due_text
from watchpost.protocol.review import Dispute, Event, EventPage

Mode = Literal["disputes", "counts"]
PAGE = 100
_RELOAD_MS = 400


@dataclass(frozen=True, slots=True)
class Filter:
    """What the queue is narrowed to; empty means everything.

    Attributes:
        camera_id: One camera.
        line_id: One line.
        from_ns: Start of a time span, UTC nanoseconds.
        to_ns: End of it.
        decided: Claims that were decided instead of those that are open.
    """

    camera_id: str = ""
    line_id: str = ""
    from_ns: int | None = None
    to_ns: int | None = None
    decided: bool = False

    @property
    def is_on(self) -> bool:
        """Whether anything is left out."""
        return self != Filter()


@dataclass(frozen=True, slots=True)
class QueueState:
    """What the queue panel shows.

    Attributes:
        mode: Claims or plain counts.
        rows: The cases.
        open_claims: Number of open claims, whatever is listed.
        sentence: Stands in place of an empty list.
        todo: What to do about it.
        problem: True when the list could not be read.
        has_more: Older counts can be read.
        loading: Nothing has been read yet.
    """

    mode: Mode = "disputes"
    rows: tuple[CaseRow, ...] = ()
    open_claims: int = 0
    sentence: str = ""
    todo: str = ""
    problem: bool = False
    has_more: bool = False
    loading: bool = True
    filter: Filter = Filter()


class CaseQueue(QObject):
    """Reads claims and counts and keeps them current. GUI thread.

    Signals:
        changed: :class:`QueueState`.
        first_read: The list was read for the first time, or the mode changed.
    """

    changed = Signal(object)
    first_read = Signal()

    def __init__(
        self,
        link: EdgeLink,
        clock: Clock,
        *,
        is_waiting: Callable[[str], bool] = lambda _key: False,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._link = link
        self._clock = clock
        self._is_waiting = is_waiting
        self._disputes: tuple[Dispute, ...] = ()
        self._closed: tuple[Dispute, ...] = ()
        self._events: tuple[Event, ...] = ()
        self._cursor: str | None = None
        self._reading_more = False
        self._request = 0
        self._announced = False
        self._error: WatchpostError | None = None
        self.state = QueueState()
        self._reload = QTimer(self)
        self._reload.setSingleShot(True)
        self._reload.setInterval(_RELOAD_MS)
        self._reload.timeout.connect(self.load)
        for signal in (
            link.live.disputes_changed,
            link.live.counts_changed,
            link.live.missed,
        ):
            signal.connect(self._reload.start)
        link.live.counted.connect(self._on_counted)

    # What is listed

    def cases(self) -> tuple[Case, ...]:
        """Return the listed cases in order."""
        if self.state.mode == "counts":
            return tuple(case_of_event(event) for event in self._events)
        listed = self._closed if self.state.filter.decided else self._disputes
        return tuple(case_of_dispute(d) for d in listed if self._passes(d))

    def case(self, key: str) -> Case | None:
        """Return a listed case by its name, or None."""
        return next((case for case in self.cases() if case.key == key), None)

    def after(self, key: str) -> Case | None:
        """Return the next case that still waits for somebody, after this one."""
        cases = self.cases()
        place = next((i for i, case in enumerate(cases) if case.key == key), -1)
        order = (*cases[place + 1 :], *cases[:place])
        return next(
            (c for c in order if c.key != key and not self._is_waiting(c.key)), None
        )

    def beside(self, key: str, step: int) -> Case | None:
        """Return the case some rows further down (or up), or None at the ends."""
        cases = self.cases()
        place = next((i for i, case in enumerate(cases) if case.key == key), None)
        if place is None:
            return cases[0] if cases else None
        wanted = place + step
        return cases[wanted] if 0 <= wanted < len(cases) else None

    def _passes(self, dispute: Dispute) -> bool:
        chosen = self.state.filter
        return (
            (not chosen.camera_id or dispute.camera_id == chosen.camera_id)
            and (not chosen.line_id or dispute.line_id == chosen.line_id)
            and (chosen.from_ns is None or dispute.at_ns >= chosen.from_ns)
            and (chosen.to_ns is None or dispute.at_ns < chosen.to_ns)
        )

    # Intents

    def set_mode(self, mode: Mode) -> None:
        """List claims, or plain counts."""
        if mode != self.state.mode:
            self.show(mode, self.state.filter)

    def set_filter(self, chosen: Filter) -> None:
        """Narrow the list."""
        if chosen != self.state.filter:
            self.show(self.state.mode, chosen)

    def begin_with(self, mode: Mode, chosen: Filter) -> None:
        """Choose what to list without reading it yet."""
        self.state = replace(self.state, mode=mode, filter=chosen)

    def show(self, mode: Mode, chosen: Filter) -> None:
        """List this, read anew."""
        self._announced = False
        self._error = None
        self._events, self._cursor = (), None
        self.state = replace(self.state, mode=mode, filter=chosen, loading=True)
        self._publish()
        self.load()

    def load(self) -> None:
        """Read what is listed, and the number of open claims, again."""
        self._request += 1
        run, port = self._link.tasks.run, self._link.port
        failed = partial(self._on_failed, self._request)
        run(
            partial(port.disputes, "open"),
            partial(self._on_disputes, self._request),
            failed,
        )
        if self.state.mode == "counts":
            run(
                self._events_call(None), partial(self._on_events, self._request), failed
            )
        else:
            run(
                partial(port.disputes, "closed"),
                partial(self._on_closed, self._request),
                failed,
            )

    def load_more(self) -> None:
        """Read older counts, when there are any."""
        if self._cursor is None or self._reading_more or self.state.mode != "counts":
            return
        self._reading_more = True
        self._link.tasks.run(
            self._events_call(self._cursor),
            partial(self._on_more, self._request),
            partial(self._on_failed, self._request),
        )

    def refresh(self) -> None:
        """Show the rows again, for example after a decision was sent."""
        self._publish()

    def _events_call(self, cursor: str | None) -> Callable[[], EventPage]:
        chosen = self.state.filter
        return partial(
            self._link.port.events,
            camera_id=chosen.camera_id or None,
            line_id=chosen.line_id or None,
            from_ns=chosen.from_ns,
            to_ns=chosen.to_ns,
            cursor=cursor,
            limit=PAGE,
        )

    # Answers

    def _on_disputes(self, request: int, disputes: tuple[Dispute, ...]) -> None:
        if request != self._request:
            return
        self._disputes = disputes
        if self.state.mode == "disputes" and not self.state.filter.decided:
            self._arrived()
        else:
            self._publish()

    def _on_closed(self, request: int, disputes: tuple[Dispute, ...]) -> None:
        if request != self._request:
            return
        self._closed = disputes
        if self.state.mode == "disputes" and self.state.filter.decided:
            self._arrived()
        else:
            self._publish()

    def _on_events(self, request: int, page: EventPage) -> None:
        if request != self._request or self.state.mode != "counts":
            return
        newest = {event.id for event in page.events}
        # Older pages that were read stay, unless the list began anew.
        kept = [e for e in self._events if e.id not in newest] if self._events else []
        if page.events and kept:
            oldest = page.events[-1].at_ns
            kept = [event for event in kept if event.at_ns <= oldest]
        self._events = (*page.events, *kept)
        if not kept:
            self._cursor = page.next_cursor
        self._arrived()

    def _on_more(self, request: int, page: EventPage) -> None:
        self._reading_more = False
        if request != self._request or self.state.mode != "counts":
            return
        known = {event.id for event in self._events}
        self._events += tuple(e for e in page.events if e.id not in known)
        self._cursor = page.next_cursor
        self._publish()

    def _arrived(self) -> None:
        self._error = None
        self.state = replace(self.state, loading=False)
        self._publish()
        if not self._announced:
            self._announced = True
            self.first_read.emit()

    def _on_failed(self, request: int, error: WatchpostError) -> None:
        self._reading_more = False
        if request != self._request:
            return
        self._error = error
        self.state = replace(self.state, loading=False)
        self._publish()

    def _on_counted(self, _message: object) -> None:
        if self.state.mode == "counts" and not self._reload.isActive():
            self._reload.start()

    # What is shown

    def _publish(self) -> None:
        rows = tuple(self._row(case) for case in self.cases())
        sentence, todo = self._empty_words() if not rows else ("", "")
        if self._error is not None:
            sentence, todo = self._error.what, self._error.todo
        self.state = replace(
            self.state,
            rows=rows,
            open_claims=len(self._disputes),
            sentence=sentence,
            todo=todo,
            problem=self._error is not None,
            has_more=self.state.mode == "counts" and self._cursor is not None,
        )
        self.changed.emit(self.state)

    def _row(self, case: Case) -> CaseRow:
        now_ns = self._clock.utc_ns()
        waiting = self._is_waiting(case.key)
        if case.dispute is not None:
            return _dispute_row(case, case.dispute, now_ns, waiting=waiting)
        assert case.event is not None
        return _event_row(case, case.event, now_ns, waiting=waiting)

    def _empty_words(self) -> tuple[str, str]:
        if self.state.loading:
            return self.tr("Reading the queue"), ""
        chosen = self.state.filter
        if replace(chosen, decided=False).is_on:
            return (
                self.tr("Nothing matches this filter."),
                self.tr("Widen the filter or clear it."),
            )
        if self.state.mode == "counts":
            return (
                self.tr("No counts yet."),
                self.tr("They appear here as soon as somebody crosses a line."),
            )
        if chosen.decided:
            return self.tr("No claim has been decided yet."), ""
        today = local(self._clock.utc_ns()).date()
        closed = sum(
            bool(d.audit) and local(d.audit[-1].at_ns).date() == today
            for d in self._closed
        )
        return (
            self.tr("No open disputes. {n} closed today.").format(n=closed),
            self.tr("Recent counts can be looked at under Counts."),
        )


def _dispute_row(
    case: Case, dispute: Dispute, now_ns: int, *, waiting: bool
) -> CaseRow:
    chips = {
        "new": _tr("New"),
        "in_review": _tr("In review"),
        "corrected": _tr("Corrected"),
        "rejected": _tr("Claim rejected"),
    }
    due = dispute.due_ns
    return CaseRow(
        key=case.key,
        name=case_name(case),
        chip=_tr("Waiting") if waiting else chips[dispute.state],
        due=due_text(due, now_ns) if due is not None and case.is_open else "",
        title=dispute.claim,
        where=f"{dispute.camera_name} · {when_text(dispute.at_ns, now_ns)}",
        overdue=due is not None and due < now_ns and case.is_open,
        waiting=waiting,
    )


def _event_row(case: Case, event: Event, now_ns: int, *, waiting: bool) -> CaseRow:
    chip = ""
    if waiting:
        chip = _tr("Waiting")
    elif event.corrected:
        chip = _tr("Corrected")
    elif event.picture:
        chip = _tr("In doubt")
    elif not event.has_clip:
        chip = _tr("No clip")
    return CaseRow(
        key=case.key,
        name=direction_word(event.direction),
        chip=chip,
        due=when_text(event.at_ns, now_ns),
        title=f"{class_title(event.class_name)} {event.score:.2f}  #{event.track_id}",
        where=f"{event.camera_name} · {event.line_name}",
        waiting=waiting,
    )


def case_name(case: Case) -> str:
    """Return what a case is called, such as "D-4817"."""
    if case.dispute is not None:
        return f"D-{case.dispute.number}"
    assert case.event is not None
    return f"{direction_word(case.event.direction)} #{case.event.track_id}"


def _tr(text: str) -> str:
    return QCoreApplication.translate("Review", text)
