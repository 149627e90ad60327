"""The right panel: the chosen hour, its clips, and a form to flag it as wrong."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QLineEdit,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from watchpost.console.screens.counts.presenter import CountsState
from watchpost.console.screens.counts.summing import Hour, Known
from watchpost.console.screens.counts.words import (
    before_words,
    dispute_words,
    note_words,
    number_text,
    when_words,
)
from watchpost.console.theme import Theme, set_look
from watchpost.console.widgets.parts import (
    ElidedLabel,
    button,
    column,
    label,
    row,
)
from watchpost.protocol.review import Dispute

WIDTH = 296
_MOST = 9999


class HourPanel(QFrame):
    """Shows one hour or day and takes a claim against it.

    Signals:
        clips_wanted: Id of the line whose counts are to be looked at one by one.
        day_wanted: The chosen day by its hours.
        dispute_wanted: Id of a claim to open.
        flag_sent: Line id, claim, number in, number out.
    """

    clips_wanted = Signal(str)
    day_wanted = Signal()
    dispute_wanted = Signal(str)
    flag_sent = Signal(str, str, int, int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._state: CountsState | None = None
        self._shown: tuple[int, int] | None = None
        set_look(self, "panel")
        self.setFixedWidth(theme.px(WIDTH))
        self._build()
        self._connect()

    def _build(self) -> None:
        self.title = ElidedLabel(look="title")
        self.nothing = label(
            self.tr("Choose a bar or a row to see its clips or to flag it as wrong."),
            "label",
            wrap=True,
        )
        self.body = QWidget()
        self.line_box = QComboBox()
        self.line_box.setAccessibleName(self.tr("Line"))
        self.line_box.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.note = label(wrap=True)
        self.dispute_button = button(self._theme, "", icon="flag", look="link")
        self.clips_button = button(self._theme, self.tr("Show clips"), icon="film")
        self.day_button = button(self._theme, self.tr("Show the hours"), icon="clock")
        self.flag_button = button(
            self._theme, self.tr("Flag as wrong"), icon="flag", look="primary"
        )
        self.actions_page = QWidget()
        actions = column(self.clips_button, self.day_button, self.flag_button, gap=8)
        actions.setContentsMargins(0, 0, 0, 0)
        self.actions_page.setLayout(column(None, actions, gap=0))
        self.stages = QStackedWidget()
        self.stages.addWidget(self.actions_page)
        self.stages.addWidget(self._build_flag())
        body = column(
            self.line_box,
            self._build_numbers(),
            self.note,
            row(self.dispute_button, None),
            gap=10,
        )
        body.addWidget(self.stages, 1)
        body.setContentsMargins(0, 0, 0, 0)
        self.body.setLayout(body)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(14, 12, 14, 12)
        whole.setSpacing(10)
        whole.addWidget(self.title)
        whole.addWidget(self.nothing)
        whole.addWidget(self.body, 1)
        whole.addStretch(0)

    def _build_numbers(self) -> QGridLayout:
        self.numbers = {
            (where, what): label(look="value" if what == "now" else "label")
            for where in ("in", "out", "inside")
            for what in ("now", "first", "before")
        }
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        self.before_title = label(look="label")
        for place, head in enumerate(
            (
                label(),
                label(self.tr("Now"), "label"),
                label(self.tr("First"), "label"),
                self.before_title,
            )
        ):
            grid.addWidget(head, 0, place)
        names = {
            "in": self.tr("In"),
            "out": self.tr("Out"),
            "inside": self.tr("Inside"),
        }
        for place, (where, name) in enumerate(names.items(), 1):
            grid.addWidget(label(name, "strong"), place, 0)
            for cell, what in enumerate(("now", "first", "before"), 1):
                grid.addWidget(self.numbers[where, what], place, cell)
        grid.setColumnStretch(3, 1)
        return grid

    def _build_flag(self) -> QWidget:
        self.claimed_in = _number_field(self.tr("Correct number in"))
        self.claimed_out = _number_field(self.tr("Correct number out"))
        self.claim = QLineEdit()
        self.claim.setMaxLength(500)
        self.claim.setAccessibleName(self.tr("What is wrong"))
        self.claim.setPlaceholderText(self.tr("What is wrong? (may stay empty)"))
        self.send_button = button(
            self._theme, self.tr("Send"), icon="check", look="primary"
        )
        self.cancel_button = button(self._theme, self.tr("Cancel"))
        fields = QGridLayout()
        fields.setHorizontalSpacing(8)
        fields.setVerticalSpacing(4)
        fields.addWidget(label(self.tr("Correct in"), "label"), 0, 0)
        fields.addWidget(label(self.tr("Correct out"), "label"), 0, 1)
        fields.addWidget(self.claimed_in, 1, 0)
        fields.addWidget(self.claimed_out, 1, 1)
        page = QWidget()
        buttons = row(self.cancel_button, self.send_button)
        buttons.setStretch(1, 1)
        page.setLayout(
            column(
                label(self.tr("Flag as wrong"), "strong"),
                fields,
                self.claim,
                None,
                buttons,
                gap=8,
            )
        )
        return page

    def _connect(self) -> None:
        self.line_box.activated.connect(self._on_line)
        self.clips_button.clicked.connect(
            lambda: self.clips_wanted.emit(self.line_id())
        )
        self.day_button.clicked.connect(self.day_wanted)
        self.dispute_button.clicked.connect(self._on_dispute)
        self.flag_button.clicked.connect(self.begin_flag)
        self.cancel_button.clicked.connect(self.end_flag)
        self.send_button.clicked.connect(self._on_send)
        self.claim.returnPressed.connect(self._on_send)
        self.claimed_in.lineEdit().returnPressed.connect(self._on_send)
        self.claimed_out.lineEdit().returnPressed.connect(self._on_send)

    # What is shown

    def show_state(self, state: CountsState) -> None:
        """Show the chosen hour."""
        self._state = state
        hour = state.hour
        self.body.setVisible(hour is not None)
        self.nothing.setVisible(hour is None)
        if hour is None:
            self.title.setText(self.tr("Nothing chosen"))
            self._shown = None
            self.end_flag()
            return
        self._show_lines(state)
        if self._shown != (hour.from_ns, hour.to_ns):
            self._shown = (hour.from_ns, hour.to_ns)
            self.end_flag()
            place = self.line_box.findData(state.busiest_line())
            self.line_box.setCurrentIndex(max(0, place))
        self.title.setText(when_words(state, hour))
        self._show_line()
        self.day_button.setVisible(state.period.span == "week")

    def _show_line(self) -> None:
        """Show the numbers of the line that the buttons act on."""
        state = self._state
        hour = state.hour_of(self.line_id()) if state is not None else None
        if state is None or hour is None:
            return
        self._show_numbers(state, hour)
        disputes = self._disputes()
        self.note.setText(note_words(hour, ()) or self._complete_words(hour))
        partly = hour.known in (Known.PARTLY, Known.NO_DATA)
        set_look(self.note, "nodata-text" if partly else "label")
        self.dispute_button.setVisible(bool(disputes))
        if disputes:
            self.dispute_button.setText(dispute_words(disputes[-1]).rstrip("."))
        counted = hour.reported_in + hour.reported_out > 0
        self.clips_button.setEnabled(counted)
        self.clips_button.setToolTip(
            "" if counted else self.tr("Nothing was counted in this time.")
        )

    def _disputes(self) -> tuple[Dispute, ...]:
        """Return the claims against this line's hour."""
        state = self._state
        found = state.disputes.get(state.selected, ()) if state is not None else ()
        return tuple(d for d in found if d.line_id == self.line_id())

    def _complete_words(self, hour: Hour) -> str:
        if not hour.corrected_in and not hour.corrected_out:
            return self.tr("Analysed all the time; nobody crossed.")
        return self.tr("Analysed all the time.")

    def _show_lines(self, state: CountsState) -> None:
        choices = [c for c in map(state.choice, state.chosen) if c is not None]
        ids = [choice.line_id for choice in choices]
        if [self.line_box.itemData(i) for i in range(self.line_box.count())] != ids:
            self.line_box.clear()
            for choice in choices:
                self.line_box.addItem(
                    f"{choice.camera_name} · {choice.line_name}", choice.line_id
                )
        self.line_box.setVisible(len(ids) > 1)
        self.line_box.setToolTip(
            self.tr("The line whose clips are shown or whose count is flagged")
        )

    def _show_numbers(self, state: CountsState, hour: Hour) -> None:
        self.before_title.setText(before_words(state))
        known = hour.known is not Known.NO_DATA
        for where, now, first, before in (
            ("in", hour.corrected_in, hour.reported_in, hour.before_in),
            ("out", hour.corrected_out, hour.reported_out, hour.before_out),
        ):
            self.numbers[where, "now"].setText(str(now) if known else "-")
            self.numbers[where, "first"].setText(str(first) if known else "-")
            text = "-" if before is None else str(before)
            self.numbers[where, "before"].setText(text)
        self.numbers["inside", "now"].setText(
            number_text(hour.inside) if known else "-"
        )

    # What people do

    def line_id(self) -> str:
        """Return the line that buttons act on."""
        if self.line_box.count():
            return str(self.line_box.currentData())
        state = self._state
        return state.chosen[0] if state is not None and state.chosen else ""

    def begin_flag(self) -> None:
        """Show the form, filled with what was counted."""
        state = self._state
        hour = state.hour_of(self.line_id()) if state is not None else None
        if hour is None:
            return
        self.claimed_in.setValue(hour.corrected_in)
        self.claimed_out.setValue(hour.corrected_out)
        self.claim.clear()
        self.stages.setCurrentIndex(1)
        self.claimed_in.setFocus()
        self.claimed_in.selectAll()

    def end_flag(self) -> None:
        """Hide the form."""
        self.stages.setCurrentIndex(0)

    @property
    def is_flagging(self) -> bool:
        """Whether the form is shown."""
        return self.stages.currentIndex() == 1

    def _on_send(self) -> None:
        if not self.is_flagging:
            return
        self.flag_sent.emit(
            self.line_id(),
            self.claim.text(),
            self.claimed_in.value(),
            self.claimed_out.value(),
        )
        self.end_flag()

    def _on_dispute(self) -> None:
        disputes = self._disputes()
        if disputes:
            self.dispute_wanted.emit(disputes[-1].id)

    def _on_line(self) -> None:
        self._show_line()
        if self.is_flagging:
            self.begin_flag()


def _number_field(name: str) -> QSpinBox:
    field = QSpinBox()
    field.setRange(0, _MOST)
    field.setAccessibleName(name)
    return field
