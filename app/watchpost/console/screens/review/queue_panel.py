"""The left panel: claims or counts, what they are narrowed to, and the list."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QBoxLayout,
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QFrame,
    QListView,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from watchpost.console.itemmodels.cases import CaseListModel
from watchpost.console.moments import day_text
from watchpost.console.screens.review.queue import Filter, Mode, QueueState
from watchpost.console.theme import Theme, set_look
from watchpost.console.times import short_clock_text
from watchpost.console.widgets.case_delegate import CaseDelegate
from watchpost.console.widgets.parts import (
    button,
    column,
    icon_button,
    label,
    row,
    rule,
    segments,
)
from watchpost.protocol.cameras import Camera

WIDTH = 296


class QueuePanel(QFrame):
    """Lists the cases and narrows the list.

    Signals:
        case_chosen: Key of the case to show.
        mode_chosen: ``disputes`` or ``counts``.
        filter_chosen: :class:`Filter`.
        more_wanted: The list was scrolled to its end.
        retry_wanted: Read the list again.
    """

    case_chosen = Signal(str)
    mode_chosen = Signal(str)
    filter_chosen = Signal(object)
    more_wanted = Signal()
    retry_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._state = QueueState()
        self._cameras: tuple[Camera, ...] = ()
        self._filling = False
        self.rows = CaseListModel(self)
        set_look(self, "panel")
        self.setFixedWidth(theme.px(WIDTH))
        self._build()
        self._connect()

    def _build(self) -> None:
        self.claims_button = QPushButton(self.tr("Disputes"))
        self.counts_button = QPushButton(self.tr("Counts"))
        modes = QButtonGroup(self)
        for each in (self.claims_button, self.counts_button):
            modes.addButton(each)
        switch = segments(self.claims_button, self.counts_button)
        self.claims_button.setChecked(True)
        self.filter_button = icon_button(
            self._theme, "funnel", self.tr("Filter the list")
        )
        self.filter_button.setCheckable(True)
        head = QWidget()
        _lay(head, row(switch, None, self.filter_button), (12, 8, 8, 8))
        self.filters = self._build_filters()
        self.span_row = QWidget()
        self.span_label = label(look="label", wrap=True)
        self.span_clear = icon_button(self._theme, "x", self.tr("Clear the filter"))
        _lay(self.span_row, row(self.span_label, self.span_clear), (14, 4, 8, 4))
        self.span_row.hide()
        self.list = QListView()
        self.list.setAccessibleName(self.tr("Cases"))
        self.list.setModel(self.rows)
        self.list.setItemDelegate(CaseDelegate(self._theme, self.list))
        self.list.setMouseTracking(True)
        self.list.setUniformItemSizes(True)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.empty = label(wrap=True)
        self.empty_todo = label(look="label", wrap=True)
        self.retry = button(self._theme, self.tr("Try again"), icon="refresh-cw")
        self.empty_box = QWidget()
        words = column(self.empty, self.empty_todo, self.retry, None)
        _lay(self.empty_box, words, (14, 16, 14, 14))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(1, 1, 1, 1)
        whole.setSpacing(0)
        for part in (head, rule(), self.filters, self.span_row):
            whole.addWidget(part)
        whole.addWidget(self.list, 1)
        whole.addWidget(self.empty_box, 1)

    def _build_filters(self) -> QWidget:
        self.camera_box = QComboBox()
        self.camera_box.setAccessibleName(self.tr("Camera"))
        self.line_box = QComboBox()
        self.line_box.setAccessibleName(self.tr("Line"))
        self.decided_box = QCheckBox(self.tr("Decided claims"))
        for combo in (self.camera_box, self.line_box):
            combo.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            combo.setMinimumContentsLength(8)
        box = QWidget()
        layout = column(
            label(self.tr("Camera"), "label"),
            self.camera_box,
            label(self.tr("Line"), "label"),
            self.line_box,
            self.decided_box,
            gap=4,
        )
        layout.setContentsMargins(12, 8, 12, 8)
        box.setLayout(column(layout, rule(), gap=0))
        box.hide()
        return box

    def _connect(self) -> None:
        self.claims_button.clicked.connect(lambda: self.mode_chosen.emit("disputes"))
        self.counts_button.clicked.connect(lambda: self.mode_chosen.emit("counts"))
        self.filter_button.toggled.connect(self.filters.setVisible)
        self.camera_box.activated.connect(self._on_camera)
        self.line_box.activated.connect(self._on_line)
        self.decided_box.toggled.connect(self._on_decided)
        self.span_clear.clicked.connect(self._on_clear)
        self.retry.clicked.connect(self.retry_wanted)
        self.list.selectionModel().currentChanged.connect(self._on_current)
        self.list.verticalScrollBar().valueChanged.connect(self._on_scrolled)

    # What is shown

    def set_cameras(self, cameras: tuple[Camera, ...]) -> None:
        """Offer these cameras and their lines in the filter."""
        self._cameras = cameras
        self._fill_filters()

    def show_state(self, state: QueueState) -> None:
        """Show the queue."""
        self._state = state
        self._filling = True
        self.claims_button.setText(
            self.tr("Disputes {n}").format(n=state.open_claims)
            if state.open_claims
            else self.tr("Disputes")
        )
        self.claims_button.setChecked(state.mode == "disputes")
        self.counts_button.setChecked(state.mode == "counts")
        self.decided_box.setVisible(state.mode == "disputes")
        self.decided_box.setChecked(state.filter.decided)
        self.rows.set_rows(state.rows)
        self.list.setVisible(bool(state.rows))
        self.empty_box.setVisible(not state.rows)
        self.empty.setText(state.sentence)
        set_look(self.empty, "p1-text" if state.problem else "strong")
        self.empty_todo.setText(state.todo)
        self.retry.setVisible(state.problem)
        self._filling = False
        self._fill_filters()
        self._show_span()

    def select(self, key: str) -> None:
        """Mark the case that is shown."""
        place = self.rows.row_of(key)
        model = self.list.selectionModel()
        self._filling = True
        if place < 0:
            model.clear()
        elif self.list.currentIndex().row() != place or not model.hasSelection():
            index = self.rows.index(place)
            model.setCurrentIndex(
                index, QItemSelectionModel.SelectionFlag.ClearAndSelect
            )
            self.list.scrollTo(index)
        self._filling = False

    def _fill_filters(self) -> None:
        chosen = self._state.filter
        self._filling = True
        self.camera_box.clear()
        self.camera_box.addItem(self.tr("All cameras"), "")
        self.line_box.clear()
        self.line_box.addItem(self.tr("All lines"), "")
        for camera in self._cameras:
            if camera.lines:
                self.camera_box.addItem(f"{camera.number:02d} {camera.name}", camera.id)
            if chosen.camera_id in ("", camera.id):
                for line in camera.lines:
                    self.line_box.addItem(line.name, line.id)
        self.camera_box.setCurrentIndex(
            max(0, self.camera_box.findData(chosen.camera_id))
        )
        self.line_box.setCurrentIndex(max(0, self.line_box.findData(chosen.line_id)))
        self._filling = False

    def _show_span(self) -> None:
        chosen = self._state.filter
        narrowed = replace(chosen, decided=False).is_on
        self.span_row.setVisible(narrowed)
        if not narrowed:
            return
        words = []
        if chosen.line_id:
            words.append(self.line_box.currentText())
        elif chosen.camera_id:
            words.append(self.camera_box.currentText())
        if chosen.from_ns is not None and chosen.to_ns is not None:
            words.append(
                self.tr("{day}, {start} to {end}").format(
                    day=day_text(chosen.from_ns),
                    start=short_clock_text(chosen.from_ns),
                    end=short_clock_text(chosen.to_ns),
                )
            )
        self.span_label.setText(self.tr("Only {what}").format(what=" · ".join(words)))

    # What people do

    def _on_current(self, current: QModelIndex, _previous: QModelIndex) -> None:
        key = self.rows.key_at(current.row())
        if key and not self._filling:
            self.case_chosen.emit(key)

    def _on_scrolled(self, value: int) -> None:
        bar = self.list.verticalScrollBar()
        if self._state.has_more and value >= bar.maximum() - 40:
            self.more_wanted.emit()

    def _on_camera(self) -> None:
        chosen = self._state.filter
        camera_id = str(self.camera_box.currentData() or "")
        self.filter_chosen.emit(replace(chosen, camera_id=camera_id, line_id=""))

    def _on_line(self) -> None:
        line_id = str(self.line_box.currentData() or "")
        self.filter_chosen.emit(replace(self._state.filter, line_id=line_id))

    def _on_decided(self, on: bool) -> None:
        if not self._filling:
            self.filter_chosen.emit(replace(self._state.filter, decided=on))

    def _on_clear(self) -> None:
        self.filter_chosen.emit(Filter(decided=self._state.filter.decided))


def mode_of(name: str) -> Mode:
    """Return the mode of a stored name."""
    return "counts" if name == "counts" else "disputes"


def _lay(
    widget: QWidget, layout: QBoxLayout, margins: tuple[int, int, int, int]
) -> None:
    layout.setContentsMargins(*margins)
    widget.setLayout(layout)
