"""The counts by the hour, or where there are stations, the parts one by one."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QHeaderView,
    QPushButton,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from watchpost.base.clock import Clock
from watchpost.console.itemmodels.count_hours import TONE_ROLE
from watchpost.console.itemmodels.verdicts import VerdictColumn, VerdictModel
from watchpost.console.screens.counts.inspection_presenter import InspectionState
from watchpost.console.screens.counts.inspection_words import (
    empty_words,
    figures_words,
    rows,
    unknown_words,
)
from watchpost.console.theme import Theme, set_look
from watchpost.console.widgets.parts import ElidedLabel, row, segments
from watchpost.console.widgets.player.card import MessageCard
from watchpost.console.widgets.tone_delegate import ToneDelegate

_WIDTHS = {
    VerdictColumn.TIME: 124,
    VerdictColumn.STATION: 130,
    VerdictColumn.OUTCOME: 136,
    VerdictColumn.LOOKS: 64,
}


class InspectionPanel(QWidget):
    """Switches between the hours and the parts.

    Args:
        theme: For sizes and colours.
        clock: For what today is.
        hours: Chart and table of the hours; shown alone where there is no station.

    Signals:
        clip_wanted: The :class:`VerdictRecord` whose part is to be looked at.
    """

    clip_wanted = Signal(object)

    def __init__(self, theme: Theme, clock: Clock, hours: QWidget) -> None:
        super().__init__()
        self._theme = theme
        self._clock = clock
        self._state = InspectionState()
        self.hours_button = QPushButton(self.tr("Hours"))
        self.parts_button = QPushButton(self.tr("Parts"))
        choices = QButtonGroup(self)
        for place, each in enumerate((self.hours_button, self.parts_button)):
            choices.addButton(each, place)
        switch = segments(self.hours_button, self.parts_button)
        self.hours_button.setChecked(True)
        self.figures = ElidedLabel(look="label")
        self.head = QWidget()
        head = row(switch, self.figures, gap=12)
        head.setStretch(1, 1)
        head.setContentsMargins(0, 0, 0, 0)
        self.head.setLayout(head)
        self.stack = QStackedWidget()
        self.stack.addWidget(hours)
        self.stack.addWidget(self._build_table())
        choices.idClicked.connect(self.stack.setCurrentIndex)
        self.table.activated.connect(self._on_part)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(8)
        whole.addWidget(self.head)
        whole.addWidget(self.stack, 1)
        self.head.hide()

    def _build_table(self) -> QWidget:
        theme = self._theme
        self.parts = VerdictModel(self)
        self.table = QTableView()
        set_look(self.table, "framed")
        self.table.setAccessibleName(self.tr("Inspected parts"))
        self.table.setToolTip(self.tr("Enter or a double click shows the recording"))
        self.table.setModel(self.parts)
        self.table.setItemDelegate(ToneDelegate(theme, TONE_ROLE, self.table))
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(theme.px(30))
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setTabKeyNavigation(False)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setTextElideMode(Qt.TextElideMode.ElideRight)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        for place, width in _WIDTHS.items():
            header.resizeSection(place, theme.px(width))
        header.setSectionResizeMode(
            VerdictColumn.REASON, QHeaderView.ResizeMode.Stretch
        )
        self.card = MessageCard(theme, self.table)
        return self.table

    def show_state(self, state: InspectionState) -> None:
        """Show stations and their parts; only the hours where there is no station."""
        self._state = state
        self.head.setVisible(bool(state.stations))
        if not state.stations:
            self.hours_button.setChecked(True)
            self.stack.setCurrentIndex(0)
        unknown = [
            name
            for _, status in state.stations
            if status is not None
            for name in status.unknown
        ]
        if unknown:
            self.figures.setText(unknown_words(tuple(dict.fromkeys(unknown))))
        else:
            self.figures.setText(
                " ".join(figures_words(*one) for one in state.stations)
            )
        set_look(self.figures, "nodata-text" if unknown else "label")
        week = state.period is not None and state.period.span == "week"
        self.parts.set_rows(rows(state.verdicts, self._clock.utc_ns(), week=week))
        self._show_card(state)

    @property
    def shows_parts(self) -> bool:
        """Whether the parts are shown, not the hours."""
        return self.stack.currentIndex() == 1

    def _on_part(self, index: QModelIndex) -> None:
        self.clip_wanted.emit(self._state.verdicts[index.row()])

    def _show_card(self, state: InspectionState) -> None:
        if state.verdicts:
            self.card.hide()
        elif state.sentence:
            self.card.show_message(
                "triangle-alert", state.sentence, state.todo, colour="p2"
            )
        elif state.loading:
            self.card.show_message("clock", self.tr("Reading the parts"), busy=True)
        else:
            period = state.period
            is_now = period is not None and period.holds(self._clock.utc_ns())
            statuses = [status for _, status in state.stations]
            self.card.show_message("slash", *empty_words(statuses, is_now=is_now))
