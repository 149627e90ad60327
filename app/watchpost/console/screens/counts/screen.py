"""The counts page: lines and period on top, totals, chart, table, chosen hour."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from PySide6.QtCore import QDate, QItemSelectionModel, QModelIndex, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QCalendarWidget,
    QCheckBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QPushButton,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
    QWidgetAction,
)

from watchpost.base.clock import NS_PER_S
from watchpost.console.itemmodels.count_hours import (
    TONE_ROLE,
    CountHourModel,
    HourColumn,
)
from watchpost.console.moments import day_text, local, zone_text
from watchpost.console.screens.counts.hour_panel import HourPanel
from watchpost.console.screens.counts.inspection_panel import InspectionPanel
from watchpost.console.screens.counts.inspection_presenter import InspectionPresenter
from watchpost.console.screens.counts.periods import Period, Span
from watchpost.console.screens.counts.presenter import CountsPresenter, CountsState
from watchpost.console.screens.counts.totals_row import TotalsRow
from watchpost.console.screens.counts.words import bars, before_words, rows, titles
from watchpost.console.screens.page import Page, PageContext
from watchpost.console.targets import (
    ShowCounted,
    ShowDispute,
    ShowLine,
    ShowMoment,
    Target,
)
from watchpost.console.theme import set_look
from watchpost.console.times import short_clock_text
from watchpost.console.widgets.count_chart import ChartKey, CountChart
from watchpost.console.widgets.parts import (
    ElidedLabel,
    button,
    column,
    icon_button,
    label,
    row,
    segments,
)
from watchpost.console.widgets.player.card import MessageCard
from watchpost.console.widgets.tone_delegate import ToneDelegate
from watchpost.protocol.inspection import VerdictRecord

_WIDTHS = {
    HourColumn.WHEN: 124,
    HourColumn.IN: 56,
    HourColumn.IN_REPORTED: 76,
    HourColumn.OUT: 60,
    HourColumn.OUT_REPORTED: 82,
    HourColumn.INSIDE: 74,
    HourColumn.BEFORE_IN: 88,
    HourColumn.BEFORE_OUT: 96,
}

# What is shown beside a part's time in its station, and of a part that lay there for long.
_BESIDE_PART_S = 2.0
_LONGEST_PART_S = 15.0


def create(context: PageContext) -> Page:
    """Build the page."""
    return CountsScreen(context)


class CountsScreen(Page):
    """Renders :class:`CountsState` and hands intents to the presenter."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.presenter = CountsPresenter(context.link, context.clock, self)
        self.inspection = InspectionPresenter(context.link, self)
        self._checks: dict[str, QCheckBox] = {}
        self._filling = False
        self._build()
        self._connect()
        self._show(self.presenter.state)
        self.parts.show_state(self.inspection.state)

    # Building

    def _build(self) -> None:
        theme = self.context.theme
        self.totals = TotalsRow(theme)
        self.problem = self._build_problem()
        self.hour = HourPanel(theme)
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.setChildrenCollapsible(False)
        self.split.setHandleWidth(8)
        self.split.addWidget(self._build_chart())
        self.split.addWidget(self._build_table())
        self.split.setStretchFactor(0, 3)
        self.split.setStretchFactor(1, 2)
        hours = QWidget()
        middle = QHBoxLayout(hours)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(8)
        middle.addWidget(self.split, 1)
        middle.addWidget(self.hour)
        self.parts = InspectionPanel(theme, self.context.clock, hours)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(12, 10, 12, 10)
        whole.setSpacing(8)
        whole.addLayout(self._build_head())
        whole.addWidget(self.problem)
        whole.addWidget(self.totals)
        whole.addWidget(self.parts, 1)

    def _build_problem(self) -> QWidget:
        self.problem_text = label(wrap=True)
        self.retry_button = button(
            self.context.theme, self.tr("Try again"), icon="refresh-cw"
        )
        box = QWidget()
        set_look(box, "p2")
        layout = row(self.problem_text, self.retry_button)
        layout.setStretch(0, 1)
        layout.setContentsMargins(12, 4, 8, 4)
        box.setLayout(layout)
        box.hide()
        return box

    def _build_head(self) -> QHBoxLayout:
        theme = self.context.theme
        self.lines_button = button(theme, "", icon="list")
        self.lines_menu = QMenu(self.lines_button)
        self.lines_button.setMenu(self.lines_menu)
        set_look(self.lines_button, "menu")
        self.lines_button.setAccessibleName(self.tr("Lines"))
        self.day_button = QPushButton(self.tr("Day"))
        self.week_button = QPushButton(self.tr("Week"))
        spans = QButtonGroup(self)
        spans.addButton(self.day_button)
        spans.addButton(self.week_button)
        switch = segments(self.day_button, self.week_button)
        self.back_button = icon_button(theme, "chevron-left", self.tr("Earlier"))
        self.date_button = button(theme, "", icon="calendar")
        self.on_button = icon_button(theme, "chevron-right", self.tr("Later"))
        self.today_button = button(theme, self.tr("Today"), look="flat")
        self.calendar = QCalendarWidget()
        self.calendar.setGridVisible(False)
        self.calendar.setVerticalHeaderFormat(
            QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader
        )
        self.date_menu = QMenu(self.date_button)
        action = QWidgetAction(self.date_menu)
        action.setDefaultWidget(self.calendar)
        self.date_menu.addAction(action)
        self.date_button.setMenu(self.date_menu)
        set_look(self.date_button, "menu")
        self.updated = ElidedLabel(look="label")
        self.export_button = button(theme, self.tr("Export CSV…"), icon="download")
        return row(
            label(self.tr("Counts"), "page-title"),
            4,
            self.lines_button,
            switch,
            self.back_button,
            self.date_button,
            self.on_button,
            self.today_button,
            None,
            self.updated,
            self.export_button,
        )

    def _build_chart(self) -> QWidget:
        theme = self.context.theme
        self.chart = CountChart(theme)
        self.key = ChartKey(theme)
        self.card = MessageCard(theme, self.chart)
        self.chart_title = label(look="title")
        head = row(self.chart_title, self.key, gap=16)
        head.setStretch(1, 1)
        head.setContentsMargins(12, 8, 12, 6)
        box = QFrame()
        set_look(box, "panel")
        layout = column(head, self.chart, gap=0)
        layout.setStretch(1, 1)
        layout.setContentsMargins(1, 1, 1, 1)
        box.setLayout(layout)
        return box

    def _build_table(self) -> QWidget:
        theme = self.context.theme
        self.hours = CountHourModel(self)
        self.table = QTableView()
        set_look(self.table, "framed")
        self.table.setAccessibleName(self.tr("Counts as a table"))
        self.table.setModel(self.hours)
        self.table.setItemDelegate(ToneDelegate(theme, TONE_ROLE, self.table))
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(theme.px(30))
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setTabKeyNavigation(False)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        for place, width in _WIDTHS.items():
            header.resizeSection(place, theme.px(width))
        header.setSectionResizeMode(HourColumn.NOTE, QHeaderView.ResizeMode.Stretch)
        return self.table

    def _connect(self) -> None:
        presenter = self.presenter
        presenter.changed.connect(self._show)
        self.inspection.changed.connect(self.parts.show_state)
        self.parts.clip_wanted.connect(self._show_part)
        presenter.said.connect(self.context.say)
        self.day_button.clicked.connect(lambda: presenter.choose_span("day"))
        self.week_button.clicked.connect(lambda: presenter.choose_span("week"))
        self.back_button.clicked.connect(lambda: presenter.move(-1))
        self.on_button.clicked.connect(lambda: presenter.move(1))
        self.today_button.clicked.connect(presenter.go_today)
        self.calendar.clicked.connect(self._on_date)
        self.calendar.activated.connect(self._on_date)
        self.export_button.clicked.connect(self._export)
        self.retry_button.clicked.connect(presenter.load)
        self.card.asked.connect(lambda: self.context.go("cameras"))
        self.chart.chosen.connect(presenter.select)
        self.chart.opened.connect(self._on_opened)
        self.table.selectionModel().currentChanged.connect(self._on_row)
        self.hour.clips_wanted.connect(self._show_clips)
        self.hour.day_wanted.connect(
            lambda: presenter.open_day(presenter.state.selected)
        )
        self.hour.dispute_wanted.connect(
            lambda dispute_id: self.context.go("review", ShowDispute(dispute_id))
        )
        self.hour.flag_sent.connect(presenter.flag)

    # What is shown

    def _show(self, state: CountsState) -> None:
        self._filling = True
        self._show_lines(state)
        self._show_period(state)
        self.problem_text.setText(f"{state.sentence} {state.todo}".strip())
        self.problem.setVisible(bool(state.sentence))
        self._show_card(state)
        self.totals.show_state(state)
        self.chart.set_bars(bars(state))
        self.chart.set_selected(state.selected)
        self.key.set_before(before_words(state))
        self.chart_title.setText(
            self.tr("By hour") if state.period.span == "day" else self.tr("By day")
        )
        self.hours.set_titles(titles(state))
        self.hours.set_rows(rows(state))
        self._show_selection(state)
        self.hour.show_state(state)
        chosen = [state.choice(line_id) for line_id in state.chosen]
        self.inspection.watch([c.camera_id for c in chosen if c], state.period)
        self.export_button.setEnabled(bool(state.lines))
        self._filling = False

    def _show_card(self, state: CountsState) -> None:
        """Say in the chart's place why it is empty."""
        if state.hours:
            self.card.hide()
        elif not state.lines and not state.loading:
            self.card.show_message(
                "slash",
                self.tr("There is no counting line yet."),
                self.tr("Draw one on a camera's picture; counts begin at once."),
                action=self.tr("Cameras"),
            )
        elif state.sentence:
            self.card.show_message(
                "triangle-alert", state.sentence, state.todo, colour="p2"
            )
        else:
            self.card.show_message("clock", self.tr("Reading the counts"), busy=True)

    def _show_lines(self, state: CountsState) -> None:
        if [*self._checks] != [choice.line_id for choice in state.lines]:
            self._fill_lines(state)
        for line_id, check in self._checks.items():
            check.setChecked(line_id in state.chosen)
        chosen = [state.choice(line_id) for line_id in state.chosen]
        names = [c.line_name for c in chosen if c is not None]
        if not state.lines:
            text = self.tr("No lines")
        elif len(names) == 1 and chosen[0] is not None:
            text = f"{chosen[0].camera_name} · {names[0]}"
        elif len(names) == len(state.lines):
            text = self.tr("All {n} lines").format(n=len(names))
        else:
            text = self.tr("{n} lines").format(n=len(names))
        self.lines_button.setText(text)
        self.lines_button.setEnabled(bool(state.lines))

    def _fill_lines(self, state: CountsState) -> None:
        self.lines_menu.clear()
        self._checks = {}
        box = QWidget()
        layout = QVBoxLayout(box)
        layout.setContentsMargins(12, 8, 16, 8)
        layout.setSpacing(2)
        camera = ""
        for choice in state.lines:
            if choice.camera_name != camera:
                camera = choice.camera_name
                layout.addWidget(label(camera, "label"))
            check = QCheckBox(choice.line_name)
            check.clicked.connect(self._on_lines)
            layout.addWidget(check)
            self._checks[choice.line_id] = check
        action = QWidgetAction(self.lines_menu)
        action.setDefaultWidget(box)
        self.lines_menu.addAction(action)

    def _show_period(self, state: CountsState) -> None:
        period = state.period
        self.day_button.setChecked(period.span == "day")
        self.week_button.setChecked(period.span == "week")
        now_ns = self.context.clock.utc_ns()
        if period.span == "day":
            text = day_text(period.from_ns)
        else:
            text = self.tr("{first} to {last}").format(
                first=day_text(period.from_ns),
                last=day_text(period.to_ns - 43_200_000_000_000),
            )
        self.date_button.setText(text)
        first = period.first_day
        self.calendar.setSelectedDate(QDate(first.year, first.month, first.day))
        self.calendar.setMaximumDate(QDate(*_day_of(now_ns)))
        current = period.holds(now_ns)
        self.on_button.setEnabled(not current)
        self.today_button.setText(
            self.tr("Today") if period.span == "day" else self.tr("This week")
        )
        self.today_button.setEnabled(not current)
        if not state.at_ns:
            self.updated.setText("")
        elif current:
            self.updated.setText(
                self.tr("Live, {clock} {zone}").format(
                    clock=short_clock_text(state.at_ns), zone=zone_text(state.at_ns)
                )
            )
        else:
            self.updated.setText(zone_text(period.from_ns))

    def _show_selection(self, state: CountsState) -> None:
        model = self.table.selectionModel()
        if state.selected < 0:
            model.clear()
        elif self.table.currentIndex().row() != state.selected:
            index = self.hours.index(state.selected, 0)
            flags = (
                QItemSelectionModel.SelectionFlag.ClearAndSelect
                | QItemSelectionModel.SelectionFlag.Rows
            )
            model.setCurrentIndex(index, flags)
            self.table.scrollTo(index)

    # What people do

    def _on_lines(self) -> None:
        chosen = [line_id for line_id, c in self._checks.items() if c.isChecked()]
        if chosen:
            self.presenter.choose_lines(chosen)
        else:
            self._show_lines(self.presenter.state)

    def _on_date(self, day: QDate) -> None:
        span = self.presenter.state.period.span
        self.presenter.choose_period(
            Period(span, date(day.year(), day.month(), day.day()))
        )
        self.date_menu.close()

    def _on_row(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if not self._filling and current.isValid():
            self.presenter.select(current.row())

    def _on_opened(self, index: int) -> None:
        self.presenter.select(index)
        if self.presenter.state.period.span == "week":
            self.presenter.open_day(index)
        else:
            self._show_clips(self.hour.line_id())

    def _show_clips(self, line_id: str) -> None:
        hour = self.presenter.state.hour
        if hour is not None and hour.reported_in + hour.reported_out:
            self.context.go("review", ShowCounted(line_id, hour.from_ns, hour.to_ns))

    def _show_part(self, verdict: VerdictRecord) -> None:
        """Show the recording of a part while it was in its station."""
        half_s = (verdict.to_ns - verdict.from_ns) / NS_PER_S / 2
        around_s = min(half_s + _BESIDE_PART_S, _LONGEST_PART_S)
        middle_ns = (verdict.from_ns + verdict.to_ns) // 2
        self.context.go(
            "review", ShowMoment(verdict.camera_id, middle_ns, around_s, around_s)
        )

    def _export(self) -> None:
        parts = self.parts.shows_parts
        path = self.ask_file(self.presenter.file_name(parts=parts))
        if path is not None:
            self.presenter.export(path, parts=parts)

    def ask_file(self, name: str) -> Path | None:
        """Ask where to save; a method of its own so that tests can answer."""
        chosen, _ = QFileDialog.getSaveFileName(
            self,
            self.tr("Export as CSV"),
            str(Path.home() / name),
            self.tr("Comma-separated values (*.csv)"),
        )
        return Path(chosen) if chosen else None

    # Life

    def activate(self) -> None:
        """Read, and keep current."""
        self.presenter.activate()
        self.inspection.activate()

    def deactivate(self) -> None:
        """Read nothing while nobody looks."""
        self.presenter.deactivate()
        self.inspection.deactivate()

    def open_target(self, target: Target) -> None:
        """Show a line's counts of today."""
        if isinstance(target, ShowLine):
            self.presenter.choose_lines([target.line_id])
            self.presenter.go_today()

    def save_state(self) -> dict[str, Any]:
        """Return the chosen lines, the span and the split."""
        state = self.presenter.state
        return {
            "lines": list(state.chosen),
            "span": state.period.span,
            "split": self.split.sizes(),
        }

    def restore_state(self, state: dict[str, Any]) -> None:
        """Take them back; always at today."""
        kept = state.get("lines")
        lines = [str(line) for line in kept] if isinstance(kept, list) else []
        if lines:
            self.presenter.choose_lines(lines)
        span: Span = "week" if state.get("span") == "week" else "day"
        self.presenter.choose_span(span)
        sizes = state.get("split", [])
        is_pair = isinstance(sizes, list) and len(sizes) == 2
        if is_pair and all(isinstance(size, int) for size in sizes):
            self.split.setSizes(sizes)

    def first_focus(self) -> QWidget:
        """Return the chart."""
        return self.chart

    def close_page(self) -> None:
        """Stop reading."""
        self.presenter.deactivate()
        self.inspection.deactivate()


def _day_of(utc_ns: int) -> tuple[int, int, int]:
    moment = local(utc_ns)
    return moment.year, moment.month, moment.day
