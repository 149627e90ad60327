"""The correction of one case while it is being made, with undo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from watchpost.console.screens.review.correction import Decision, Draft, Rect
from watchpost.protocol.review import CorrectionReason


class _Step(QUndoCommand):
    """From one decision to the next; a decision is a value, so both are kept whole."""

    def __init__(
        self,
        text: str,
        before: Decision,
        after: Decision,
        put: Callable[[Decision], None],
    ) -> None:
        super().__init__(text)
        self._before = before
        self._after = after
        self._put = put

    def redo(self) -> None:
        self._put(self._after)

    def undo(self) -> None:
        self._put(self._before)


class DraftEditor(QObject):
    """One case's draft. GUI thread.

    Signals:
        changed: ``draft``, ``selected`` or what can be undone changed.
    """

    changed = Signal()

    def __init__(
        self, draft: Draft | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.draft = draft if draft is not None else Draft()
        self.selected = ""
        self._stack = QUndoStack(self)
        # A step is put before the stack counts it: what can be undone changes after.
        self._stack.indexChanged.connect(self._on_index)

    @property
    def decision(self) -> Decision:
        """The part that can be undone."""
        return self.draft.decision

    @property
    def undo_text(self) -> str:
        """What undo would take back; empty when there is nothing."""
        return self._stack.undoText()

    @property
    def redo_text(self) -> str:
        """What redo would do again; empty when there is nothing."""
        return self._stack.redoText()

    def undo(self) -> None:
        """Take the last step back."""
        self._stack.undo()

    def redo(self) -> None:
        """Do the step that was taken back again."""
        self._stack.redo()

    def select(self, key: str) -> None:
        """Choose the box that keys act on."""
        if key != self.selected:
            self.selected = key
            self.changed.emit()

    def toggle_rejected(self) -> None:
        """Reject the chosen object, or keep it again."""
        if not self.selected:
            return
        rejected = self.selected in self.decision.rejected
        text = self.tr("keep again") if rejected else self.tr("reject")
        self._do(text, self.decision.toggle_rejected(self.selected))

    def rename(self, class_name: str) -> None:
        """Give the chosen object another class."""
        if self.selected and class_name:
            renamed = self.decision.rename(self.selected, class_name)
            self._do(self.tr("change class"), renamed)

    def move(self, key: str, index: int, rect: Rect) -> None:
        """Put a box on one frame where it belongs."""
        self._do(self.tr("move box"), self.decision.move(key, index, rect))

    def add_box(self, index: int, rect: Rect, class_name: str) -> None:
        """Add a box that was missed, and choose it."""
        decision = self.decision.add(index, rect, class_name)
        self.selected = decision.added[-1].key
        self._do(self.tr("new box"), decision)

    def count_in(self, by: int) -> None:
        """Count that many more in."""
        more = self.decision.more_in + by
        self._do(self.tr("change count"), replace(self.decision, more_in=more))

    def count_out(self, by: int) -> None:
        """Count that many more out."""
        more = self.decision.more_out + by
        self._do(self.tr("change count"), replace(self.decision, more_out=more))

    def set_counts(self, more_in: int, more_out: int) -> None:
        """Put both corrections of the count at once, as one step."""
        decision = replace(self.decision, more_in=more_in, more_out=more_out)
        self._do(self.tr("change count"), decision)

    def set_reason(self, reason: CorrectionReason | None) -> None:
        """Choose the reason; None leaves it to what was done."""
        self._replace(replace(self.draft, reason=reason))

    def set_note(self, note: str) -> None:
        """Keep the note; its own field undoes typing."""
        self._replace(replace(self.draft, note=note))

    def _do(self, text: str, decision: Decision) -> None:
        if decision != self.decision:
            self._stack.push(_Step(text, self.decision, decision, self._put))

    def _on_index(self, _index: int) -> None:
        self.changed.emit()

    def _put(self, decision: Decision) -> None:
        self._replace(replace(self.draft, decision=decision))

    def _replace(self, draft: Draft) -> None:
        if draft != self.draft:
            self.draft = draft
            self.changed.emit()
