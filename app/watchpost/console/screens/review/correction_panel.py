"""The right panel: counted and correct, detections, reason, note, audit, decision."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import (
    QCoreApplication,
    QItemSelectionModel,
    QModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QPlainTextEdit,
    QScrollArea,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from watchpost.console.itemmodels.frame_boxes import BoxColumn, FrameBoxModel
from watchpost.console.keys import Keys
from watchpost.console.screens.review.correction import REASONS, Tally
from watchpost.console.screens.review.forms import FormState
from watchpost.console.screens.review.scenes import class_title
from watchpost.console.theme import Theme, set_look
from watchpost.console.widgets.parts import (
    ElidedLabel,
    button,
    column,
    icon_button,
    icon_label,
    label,
    row,
)
from watchpost.protocol.review import CorrectionReason

WIDTH = 332
_ROWS, _FEW_ROWS = 4, 2
_LOW = 700


class CorrectionPanel(QFrame):
    """Shows the draft of a case and says what the person wants.

    Signals:
        count_in_changed: Step of the correct number in.
        count_out_changed: Step of the correct number out.
        box_chosen: Key of a detection.
        new_box_wanted, reject_wanted, undo_wanted, redo_wanted: Buttons.
        class_chosen: Digit, 1 to 9.
        reason_chosen: A reason.
        note_changed: The note.
        approve_wanted, reject_claim_wanted: Decisions.
    """

    count_in_changed = Signal(int)
    count_out_changed = Signal(int)
    box_chosen = Signal(str)
    new_box_wanted = Signal()
    reject_wanted = Signal()
    undo_wanted = Signal()
    redo_wanted = Signal()
    class_chosen = Signal(int)
    reason_chosen = Signal(str)
    note_changed = Signal(str)
    approve_wanted = Signal()
    reject_claim_wanted = Signal()

    def __init__(self, theme: Theme, keys: Keys, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._keys = keys
        self._form = FormState()
        self._filling = False
        self._audit: tuple[tuple[str, str, str], ...] | None = None
        self.boxes = FrameBoxModel(self)
        set_look(self, "panel")
        self.setFixedWidth(theme.px(WIDTH))
        self._build()
        self._connect()
        self.show_form(FormState())

    # Building

    def _build(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(1, 1, 1, 1)
        whole.setSpacing(0)
        self.form = QWidget()
        set_look(self.form, "clear")
        parts = column(
            self._build_counts(),
            self._build_boxes(),
            self._build_reason(),
            self._build_audit(),
            None,
            gap=8,
        )
        parts.setContentsMargins(14, 0, 14, 2)
        self.form.setLayout(parts)
        self.scroller = QScrollArea()
        self.scroller.setWidgetResizable(True)
        self.scroller.setHorizontalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        self.scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.scroller.setWidget(self.form)
        self.title = label(self.tr("Correction"), "title")
        head = QWidget()
        head.setFixedHeight(self._theme.px(40))
        self.scope = ElidedLabel(look="label")
        self.scope.setAlignment(_RIGHT)
        layout = row(self.title, self.scope, gap=12)
        layout.setStretch(1, 1)
        layout.setContentsMargins(14, 4, 14, 0)
        head.setLayout(layout)
        self.sentence = label(look="label", wrap=True)
        self.sentence.setContentsMargins(14, 0, 14, 8)
        whole.addWidget(head)
        whole.addWidget(self.sentence)
        whole.addWidget(self.scroller, 1)
        whole.addWidget(self._build_actions())

    def _build_counts(self) -> QWidget:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        grid.addWidget(label(self.tr("Counted"), "label"), 0, 1)
        grid.addWidget(label(self.tr("Correct"), "label"), 0, 2, 1, 3, _MIDDLE)
        grid.addWidget(label(self.tr("Change"), "label"), 0, 5, _RIGHT)
        self.in_row = _CountRow(self._theme, self.tr("In"))
        self.out_row = _CountRow(self._theme, self.tr("Out"))
        self.in_row.add_to(grid, 1)
        self.out_row.add_to(grid, 2)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(5, 1)
        box = QWidget()
        box.setLayout(grid)
        return box

    def _build_boxes(self) -> QWidget:
        theme = self._theme
        self.table = QTableView()
        set_look(self.table, "framed")
        self.table.setAccessibleName(self.tr("Detections on this frame"))
        self.table.setModel(self.boxes)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(theme.px(28))
        self.table.setShowGrid(False)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setTabKeyNavigation(False)
        self.table.setWordWrap(False)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(theme.px(40))
        for place, width in (
            (BoxColumn.BOX, 76),
            (BoxColumn.SCORE, 60),
            (BoxColumn.DECISION, 80),
        ):
            header.resizeSection(place, theme.px(width))
        header.setSectionResizeMode(BoxColumn.CLASS, QHeaderView.ResizeMode.Stretch)
        self._show_rows(_ROWS)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.no_boxes = label(look="label", wrap=True)
        inside = column(self.no_boxes, None)
        inside.setContentsMargins(8, theme.px(36), 8, 4)
        self.table.setLayout(inside)
        tip = self._keys.tip
        self.new_button = button(
            theme, self.tr("New box"), icon="plus", tip=tip("correction.new_box")
        )
        self.reject_button = button(
            theme, self.tr("Reject"), icon="x", tip=tip("correction.reject_box")
        )
        self.undo_button = icon_button(theme, "undo-2", tip("correction.undo"))
        self.redo_button = icon_button(theme, "redo-2", tip("correction.redo"))
        self.class_box = QComboBox()
        self.class_box.setSizeAdjustPolicy(_SHORT)
        self.class_box.setAccessibleName(self.tr("Class of the chosen box"))
        buttons = row(
            self.new_button,
            self.reject_button,
            None,
            self.undo_button,
            self.redo_button,
        )
        classes = self._named(self.tr("Class"), self.class_box)
        self.boxes_part = QWidget()
        self.boxes_part.setLayout(
            column(
                label(self.tr("Detections on this frame"), "label"),
                self.table,
                buttons,
                classes,
                gap=6,
            )
        )
        return self.boxes_part

    def _show_rows(self, rows: int) -> None:
        """Give the table room for so many boxes; more of them scroll."""
        self.table.setFixedHeight(self._theme.px(30 + rows * 28) + 4)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show fewer boxes on a low panel, so that the audit trail is in sight."""
        super().resizeEvent(event)
        low = self.height() < self._theme.px(_LOW)
        self._show_rows(_FEW_ROWS if low else _ROWS)

    def _named(self, name: str, field: QWidget) -> QHBoxLayout:
        """Return a field with its name to the left; names line up."""
        words = label(name, "label")
        words.setFixedWidth(self._theme.px(52))
        layout = row(words, field)
        layout.setStretch(1, 1)
        return layout

    def _build_reason(self) -> QWidget:
        self.reason = QComboBox()
        self.reason.setSizeAdjustPolicy(_SHORT)
        self.reason.setAccessibleName(self.tr("Reason"))
        for reason in REASONS:
            self.reason.addItem(self._reason_text(reason), reason)
        self.note = QPlainTextEdit()
        self.note.setTabChangesFocus(True)
        self.note.setAccessibleName(self.tr("Note"))
        self.note.setPlaceholderText(self.tr("Note, shown in the audit trail"))
        self.note.setFixedHeight(self._theme.px(48))
        box = QWidget()
        box.setLayout(
            column(self._named(self.tr("Reason"), self.reason), self.note, gap=8)
        )
        return box

    def _build_audit(self) -> QWidget:
        self.audit_title = label(self.tr("Audit trail"), "strong")
        self.audit_grid = QGridLayout()
        self.audit_grid.setContentsMargins(0, 0, 0, 0)
        self.audit_grid.setHorizontalSpacing(8)
        self.audit_grid.setVerticalSpacing(2)
        self.audit_grid.setColumnStretch(1, 1)
        self.audit = QWidget()
        self.audit.setLayout(column(self.audit_title, self.audit_grid, gap=4))
        return self.audit

    def _build_actions(self) -> QWidget:
        theme, tip = self._theme, self._keys.tip
        self.effect = label(look="label", wrap=True)
        sign = icon_label(theme, "info", "lo", 16)
        effect = row(sign, self.effect)
        effect.setAlignment(sign, _TOP)
        effect.setStretch(1, 1)
        self.reject_claim_button = button(
            theme, self.tr("Reject claim"), tip=tip("correction.reject_claim")
        )
        self.approve_button = button(
            theme,
            self.tr("Approve correction and open next"),
            icon="check",
            look="primary",
            tip=tip("correction.approve"),
        )
        self.decisions = QWidget()
        layout = column(effect, self.reject_claim_button, self.approve_button, gap=8)
        layout.setContentsMargins(14, 8, 14, 12)
        self.decisions.setLayout(layout)
        return self.decisions

    def _connect(self) -> None:
        self.in_row.changed(self.count_in_changed.emit)
        self.out_row.changed(self.count_out_changed.emit)
        self.table.selectionModel().currentChanged.connect(self._on_current)
        self.new_button.clicked.connect(self.new_box_wanted)
        self.reject_button.clicked.connect(self.reject_wanted)
        self.undo_button.clicked.connect(self.undo_wanted)
        self.redo_button.clicked.connect(self.redo_wanted)
        self.class_box.activated.connect(lambda row: self.class_chosen.emit(row + 1))
        self.reason.activated.connect(self._on_reason)
        self.note.textChanged.connect(self._on_note)
        self.approve_button.clicked.connect(self.approve_wanted)
        self.reject_claim_button.clicked.connect(self.reject_claim_wanted)

    # What is shown

    def show_form(self, form: FormState) -> None:
        """Show the draft."""
        self._form = form
        self._filling = True
        self.sentence.setText(form.sentence)
        self.sentence.setVisible(bool(form.sentence))
        has_case = bool(form.scope)
        self.form.setVisible(has_case)
        self.decisions.setVisible(has_case)
        self.scope.setText(form.scope)
        self.in_row.show_tally(form.tally_in, enabled=form.enabled)
        self.out_row.show_tally(form.tally_out, enabled=form.enabled)
        self._show_boxes(form)
        place = self.reason.findData(form.reason)
        self.reason.setCurrentIndex(place)
        self.reason.setEnabled(form.enabled)
        if self.note.toPlainText() != form.note:
            self.note.setPlainText(form.note)
        self.note.setReadOnly(not form.enabled)
        self.effect.setText(form.effect)
        self.reject_claim_button.setVisible(form.is_claim)
        self.reject_claim_button.setEnabled(form.enabled)
        self.approve_button.setEnabled(form.enabled and form.changed)
        self._show_audit(form.audit)
        self._filling = False

    def _show_boxes(self, form: FormState) -> None:
        self.boxes_part.setVisible(form.has_frames)
        self.boxes.set_rows(form.boxes)
        self.no_boxes.setText(form.no_boxes)
        self.no_boxes.setVisible(bool(form.no_boxes))
        model = self.table.selectionModel()
        place = self.boxes.row_of(form.selected)
        if place < 0:
            model.clear()
        elif self.table.currentIndex().row() != place or not model.hasSelection():
            flags = (
                QItemSelectionModel.SelectionFlag.ClearAndSelect
                | QItemSelectionModel.SelectionFlag.Rows
            )
            model.setCurrentIndex(self.boxes.index(place, 0), flags)
        chosen = place >= 0
        rejected = chosen and form.boxes[place].rejected
        self.new_button.setEnabled(form.enabled)
        self.reject_button.setEnabled(form.enabled and chosen)
        self.reject_button.setText(self.tr("Keep") if rejected else self.tr("Reject"))
        self._theme.icons.give(
            self.reject_button,
            "check" if rejected else "x",
            beside_text=True,
        )
        self.undo_button.setEnabled(bool(form.undo))
        self.redo_button.setEnabled(bool(form.redo))
        if form.undo:
            self.undo_button.setToolTip(
                self.tr("Undo: {what} ({key})").format(
                    what=form.undo, key=self._keys.shown("correction.undo")
                )
            )
        self._show_classes(form, enabled=chosen)

    def _show_classes(self, form: FormState, *, enabled: bool) -> None:
        texts = [f"{n}  {class_title(c)}" for n, c in enumerate(form.classes, 1)]
        if [self.class_box.itemText(i) for i in range(self.class_box.count())] != texts:
            self.class_box.clear()
            self.class_box.addItems(texts)
        self.class_box.setEnabled(form.enabled and enabled)
        known = form.selected_class in form.classes
        self.class_box.setCurrentIndex(
            form.classes.index(form.selected_class) if known else -1
        )

    def _show_audit(self, audit: tuple[tuple[str, str, str], ...]) -> None:
        if audit == self._audit:
            return
        self._audit = audit
        while (item := self.audit_grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.audit.setVisible(bool(audit))
        for place, (when, who, text) in enumerate(audit):
            words = label(
                self.tr("{text}, {who}").format(text=text, who=who), wrap=True
            )
            self.audit_grid.addWidget(label(when, "label"), place, 0, _TOP)
            self.audit_grid.addWidget(words, place, 1, _TOP)

    def _reason_text(self, reason: CorrectionReason) -> str:
        return {
            "false_detection": self.tr("False detection"),
            "counted_twice": self.tr("Counted twice"),
            "missed": self.tr("Missed"),
            "wrong_direction": self.tr("Wrong direction"),
            "staff": self.tr("Staff"),
            "child": self.tr("Child"),
            "object": self.tr("An object, not a person"),
            "turned_back": self.tr("Turned back on the line"),
            "other": self.tr("Other"),
        }[reason]

    # What people do

    def _on_current(self, current: QModelIndex, _previous: QModelIndex) -> None:
        key = self.boxes.key_at(current.row())
        if key and not self._filling:
            self.box_chosen.emit(key)

    def _on_reason(self, place: int) -> None:
        self.reason_chosen.emit(str(self.reason.itemData(place)))

    def _on_note(self) -> None:
        if not self._filling:
            self.note_changed.emit(self.note.toPlainText())


_SHORT = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
_TOP = Qt.AlignmentFlag.AlignTop
_MIDDLE = Qt.AlignmentFlag.AlignCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class _CountRow:
    """Counted, minus, correct, plus, change: one line of the grid."""

    def __init__(self, theme: Theme, name: str) -> None:
        self.name = label(name, "strong")
        self.counted = label(look="value")
        self.correct = label(look="value")
        self.change = label(look="value")
        self.less: QToolButton = icon_button(
            theme, "minus", _tr("{name}: one less").format(name=name)
        )
        self.more: QToolButton = icon_button(
            theme, "plus", _tr("{name}: one more").format(name=name)
        )
        self.correct.setAlignment(_MIDDLE)
        self.change.setAlignment(_RIGHT)
        self.correct.setFixedWidth(theme.px(44))
        self.name.setFixedWidth(theme.px(30))
        set_look(self.counted, "quiet-value")

    def add_to(self, grid: QGridLayout, place: int) -> None:
        """Put the parts into a row of a grid."""
        parts = (
            self.name, self.counted, self.less, self.correct, self.more, self.change
        )  # fmt: skip
        for where, part in enumerate(parts):
            grid.addWidget(part, place, where)

    def changed(self, step: Callable[[int], None]) -> None:
        """Call with -1 or +1 when a button is pressed."""
        self.less.clicked.connect(lambda: step(-1))
        self.more.clicked.connect(lambda: step(1))

    def show_tally(self, tally: Tally, *, enabled: bool) -> None:
        """Show the numbers."""
        self.counted.setText(str(tally.counted))
        self.correct.setText(str(tally.correct))
        change = tally.change
        sign = "+" if change > 0 else "−"
        self.change.setText(f"{sign}{abs(change)}" if change else "0")
        set_look(self.change, "value" if change else "quiet-value")
        self.less.setEnabled(enabled and tally.correct > 0)
        self.more.setEnabled(enabled)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Review", text)
