"""Makes the correction of the open case: drafts, counts and what keys do to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError
from PySide6.QtCore import QObject, Signal

from watchpost.console.itemmodels.frame_boxes import BoxRow
from watchpost.console.screens.review.cases import Case
from watchpost.console.screens.review.clip import ReviewClip
from watchpost.console.screens.review.correction import (
    Draft,
    Rect,
    Tally,
    tally,
)
from watchpost.console.screens.review.editor import DraftEditor
from watchpost.domain.rules import Direction
from watchpost.protocol.review import CorrectionReason, Event

MAX_DRAFTS = 50
_DRAFTS = TypeAdapter(dict[str, Draft])


class Corrector(QObject):
    """Holds a draft for every case that was begun. GUI thread.

    Intents do nothing while no case is open or :attr:`enabled` is off.

    Signals:
        changed: The open draft, its selection or its counts changed.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.enabled = False
        self.case: Case | None = None
        self._editors: dict[str, DraftEditor] = {}
        self._editor: DraftEditor | None = None
        self._counted: tuple[int, int] | None = None
        self._crossings: tuple[Event, ...] = ()

    # Which case

    @property
    def editor(self) -> DraftEditor | None:
        """The open draft."""
        return self._editor

    def open(self, case: Case | None) -> None:
        """Go on with a case's draft, or begin it; None closes the open one."""
        self.case = case
        self._counted = None
        self._crossings = ()
        self._editor = None
        if case is not None:
            self._editor = self._editors.get(case.key)
            if self._editor is None:
                self._editor = self._editors[case.key] = self._new_editor(Draft())

    def take_event(self, case: Case) -> None:
        """Take the same case with more known about it."""
        self.case = case

    def take_clip(self, clip: ReviewClip) -> None:
        """Count what crossed the case's line in its clip."""
        if self.case is None or self._editor is None:
            return
        line = self.case.line_id
        self._crossings = tuple(e for e in clip.info.events if e.line_id == line)
        self._counted = _sums(self._crossings)
        event = self.case.event
        if event is not None and not self._editor.selected:
            key = f"{event.epoch}:{event.track_id}"
            self._editor.selected = key if clip.frames_of(key) else ""

    def take_counts(self, counted: tuple[int, int]) -> None:
        """Take in and out of a claim's hours; begin with the numbers it claims."""
        self._counted = counted
        dispute = self.case.dispute if self.case is not None else None
        if dispute is None or self._editor is None or not self._editor.draft.is_empty:
            return
        claimed_in, claimed_out = dispute.claimed_in, dispute.claimed_out
        self._editor.set_counts(
            claimed_in - counted[0] if claimed_in is not None else 0,
            claimed_out - counted[1] if claimed_out is not None else 0,
        )

    def tallies(self) -> tuple[Tally, Tally]:
        """Return counted and correct, in and out."""
        if self._editor is None:
            return Tally(0, 0), Tally(0, 0)
        decision = self._editor.decision
        if self._counted is not None:
            return tally(self._counted, self._crossings, decision)
        event = self.case.event if self.case is not None else None
        events = (event,) if event is not None else ()
        return tally(_sums(events), events, decision)

    def send_off(self, key: str) -> Draft | None:
        """Take a case's draft away, because it is on its way to the edge."""
        editor = self._editors.pop(key, None)
        return editor.draft if editor is not None else None

    def give_back(self, key: str, draft: Draft) -> None:
        """Put a draft back that the edge would not take, under a new key."""
        # The edge has seen the old key and said no to it.
        again = Draft(draft.decision, draft.reason, draft.note)
        self._editors[key] = self._new_editor(again)
        if self.case is not None and self.case.key == key:
            self._editor = self._editors[key]
            self.changed.emit()

    def drafts(self) -> dict[str, Any]:
        """Return the corrections that were begun, as JSON values."""
        begun = {k: e.draft for k, e in self._editors.items() if not e.draft.is_empty}
        kept = dict(list(begun.items())[-MAX_DRAFTS:])
        dumped: dict[str, Any] = _DRAFTS.dump_python(kept, mode="json")
        return dumped

    def restore_drafts(self, drafts: dict[str, Any]) -> None:
        """Take back corrections that were begun in an earlier session."""
        try:
            known = _DRAFTS.validate_python(drafts)
        except ValidationError:
            return
        for key, draft in known.items():
            self._editors.setdefault(key, self._new_editor(draft))

    # Boxes

    def select(self, key: str) -> None:
        """Choose the object that keys act on."""
        if self._editor is not None:
            self._editor.select(key)

    def select_beside(self, rows: Sequence[BoxRow], step: int) -> None:
        """Choose the next or previous of these boxes."""
        if self._editor is None or not rows:
            return
        keys = [row.key for row in rows]
        if self._editor.selected in keys:
            place = (keys.index(self._editor.selected) + step) % len(keys)
        else:
            place = 0 if step > 0 else -1
        self._editor.select(keys[place])

    def reject(self, rows: Sequence[BoxRow]) -> None:
        """Reject the chosen object or keep it again; a lone box needs no choosing."""
        if not self.enabled or self._editor is None:
            return
        if not self._editor.selected and len(rows) == 1:
            self._editor.select(rows[0].key)
        self._editor.toggle_rejected()

    def rename(self, class_name: str) -> None:
        """Give the chosen object another class."""
        if self.enabled and self._editor is not None:
            self._editor.rename(class_name)

    def add_box(self, index: int, rect: Rect, class_name: str) -> None:
        """Add a box that was missed on a frame."""
        if self.enabled and self._editor is not None:
            self._editor.add_box(index, rect, class_name)

    def move_box(self, key: str, index: int, rect: Rect) -> None:
        """Put a box of a frame where it belongs."""
        if self.enabled and self._editor is not None:
            self._editor.move(key, index, rect)

    # Counts and words

    def count(self, direction: Direction, by: int) -> None:
        """Change the correct number of one direction; it never falls below 0."""
        if not self.enabled or self._editor is None:
            return
        tallies = self.tallies()
        if direction is Direction.IN and tallies[0].correct + by >= 0:
            self._editor.count_in(by)
        elif direction is Direction.OUT and tallies[1].correct + by >= 0:
            self._editor.count_out(by)

    def main_direction(self) -> Direction:
        """Return the direction that the case is about."""
        if self.case is not None and self.case.direction is not None:
            return self.case.direction
        count_in, count_out = self.tallies()
        more_out = count_out.counted > count_in.counted
        return Direction.OUT if more_out else Direction.IN

    def set_reason(self, reason: CorrectionReason | None) -> None:
        """Choose the reason; None leaves it to what was done."""
        if self.enabled and self._editor is not None:
            self._editor.set_reason(reason)

    def set_note(self, note: str) -> None:
        """Write the note."""
        if self._editor is not None:
            self._editor.set_note(note)

    def undo(self) -> None:
        """Take the last step back."""
        if self._editor is not None:
            self._editor.undo()

    def redo(self) -> None:
        """Do the step again."""
        if self._editor is not None:
            self._editor.redo()

    def _new_editor(self, draft: Draft) -> DraftEditor:
        editor = DraftEditor(draft, self)
        editor.changed.connect(self.changed)
        return editor


def _sums(events: tuple[Event, ...]) -> tuple[int, int]:
    count_in = sum(event.direction is Direction.IN for event in events)
    return count_in, len(events) - count_in
