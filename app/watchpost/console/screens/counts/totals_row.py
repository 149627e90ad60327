"""The big numbers: in, out and inside, against a week before."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from watchpost.console.screens.counts.presenter import CountsState
from watchpost.console.screens.counts.words import (
    against_words,
    coverage_words,
    number_text,
)
from watchpost.console.theme import Theme, set_look
from watchpost.console.widgets.parts import ElidedLabel, column, label, row


class TotalsRow(QWidget):
    """Three figures and a sentence about what is missing."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.figures = {
            name: _Figure(title, unit)
            for name, title, unit in (
                ("in", self.tr("In"), self.tr("crossings")),
                ("out", self.tr("Out"), self.tr("crossings")),
                ("inside", self.tr("Inside"), self.tr("now")),
            )
        }
        self.coverage = label(look="label", wrap=True)
        box = QFrame()
        set_look(box, "panel")
        inside = column(label(self.tr("Coverage"), "strong"), self.coverage, gap=4)
        inside.setContentsMargins(14, 8, 14, 8)
        box.setLayout(inside)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(8)
        for figure in self.figures.values():
            whole.addWidget(figure, 1)
        whole.addWidget(box, 1)
        self.setFixedHeight(theme.px(76))

    def show_state(self, state: CountsState) -> None:
        """Show the sums of the period."""
        sums = state.totals
        read = bool(state.hours)
        for name, now, first, done, before in (
            ("in", sums.corrected_in, sums.reported_in, sums.done_in, sums.before_in),
            (
                "out",
                sums.corrected_out,
                sums.reported_out,
                sums.done_out,
                sums.before_out,
            ),
        ):
            notes = []
            if read and first != now:
                notes.append(self.tr("first counted {n}").format(n=first))
            if read and before is not None:
                notes.append(against_words(state, done, before))
            self.figures[name].show_value(str(now) if read else "-", " · ".join(notes))
        inside = sums.inside
        self.figures["inside"].show_value(
            "-" if inside is None or not read else number_text(inside),
            self.tr("in minus out since the day began"),
        )
        running = any(hour.running for hour in state.hours)
        self.figures["inside"].unit.setText(
            self.tr("now") if running else self.tr("at the end")
        )
        self.coverage.setText(coverage_words(state, sums))
        doubtful = bool(sums.incomplete or sums.in_doubt)
        set_look(self.coverage, "nodata-text" if doubtful else "label")


class _Figure(QFrame):
    """One big number with its name, unit and comparison."""

    def __init__(self, title: str, unit: str) -> None:
        super().__init__()
        set_look(self, "panel")
        self.value: QLabel = label("-", "value")
        self.note = ElidedLabel(look="label")
        self.unit = label(unit, "unit")
        head = row(label(title, "strong"), self.value, self.unit, None)
        layout = column(head, self.note, gap=4)
        layout.setContentsMargins(14, 8, 14, 8)
        self.setLayout(layout)

    def show_value(self, value: str, note: str) -> None:
        """Show a number."""
        self.value.setText(value)
        self.note.setText(note)
