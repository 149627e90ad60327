"""The health page: cameras in a table, six plots below."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QItemSelectionModel, Qt, QTimer, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHeaderView,
    QPushButton,
    QTableView,
    QWidget,
)

from watchpost.base.errors import ConfigError
from watchpost.base.files import replace_file
from watchpost.console.itemmodels.camera_health import (
    CAMERA_ROLE,
    CameraHealthModel,
    Column,
)
from watchpost.console.screens.health.presenter import HealthPresenter, Span
from watchpost.console.screens.page import Page, PageContext
from watchpost.console.targets import ShowCamera, Target
from watchpost.console.widgets.metric_plot import MetricPlot
from watchpost.console.widgets.parts import button, column, label, row, segments
from watchpost.console.widgets.tone_delegate import ToneDelegate

_PLOTS = ("latency", "frames", "storage", "cpu", "temperature", "network")
_WIDTHS = {
    Column.STATE: 104,
    Column.CAMERA: 0,
    Column.LATENCY: 130,
    Column.FRAMES: 104,
    Column.LOST: 108,
    Column.ANALYSED: 104,
    Column.BITRATE: 104,
    Column.RECORDING: 92,
    Column.LAST_FRAME: 120,
}
_SHOWN_ROWS = 5


def create(context: PageContext) -> Page:
    """Build the page."""
    return HealthScreen(context)


class HealthScreen(Page):
    """Renders :class:`HealthState`; decides nothing."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._presenter = HealthPresenter(context.link, context.clock, self)
        theme = context.theme
        self._camera = QComboBox()
        self._camera.setAccessibleName(self.tr("Camera of the plots"))
        self._camera.setMinimumWidth(theme.px(180))
        self._spans: dict[Span, QPushButton] = {
            Span.QUARTER: button(theme, self.tr("15 min")),
            Span.HOUR: button(theme, self.tr("1 h")),
            Span.DAY: button(theme, self.tr("24 h")),
            Span.MONTH: button(theme, self.tr("30 d")),
        }
        self._group = QButtonGroup(self)
        self._updated = label(look="label")
        self._pause = button(theme, self.tr("Pause"), icon="pause")
        self._pause.setCheckable(True)
        self._export = button(theme, self.tr("Export…"), icon="download")
        self._problem = label(look="nodata-text", wrap=True)
        self._workers = label(look="label")
        self._table = QTableView()
        self._model = CameraHealthModel(theme, self._headers(), self)
        self._plots = {name: MetricPlot(theme) for name in _PLOTS}
        # One plot a turn of the event loop.
        self._drawing = QTimer(self, interval=0)
        self._build()
        self._connect()
        self._render()

    def _headers(self) -> tuple[str, ...]:
        return (
            self.tr("State"),
            self.tr("Camera"),
            self.tr("Latency p95"),
            self.tr("Frames/s"),
            self.tr("Frames lost"),
            self.tr("Analysed/s"),
            self.tr("Bit rate"),
            self.tr("Recording"),
            self.tr("Last frame"),
        )

    def _build(self) -> None:
        px = self.context.theme.px
        head = row(
            label(self.tr("Health"), "page-title"),
            8,
            self._camera,
            segments(*self._spans.values()),
            None,
            self._updated,
            self._pause,
            self._export,
        )
        for each in self._spans.values():
            self._group.addButton(each)
        table = self._table
        table.setModel(self._model)
        foreground = int(Qt.ItemDataRole.ForegroundRole)
        table.setItemDelegate(ToneDelegate(self.context.theme, foreground, table))
        table.setAccessibleName(self.tr("Cameras and their figures"))
        table.setProperty("look", "framed")
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.setWordWrap(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(px(30))
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        for section, width in _WIDTHS.items():
            if width:
                header.setSectionResizeMode(section, QHeaderView.ResizeMode.Interactive)
                header.resizeSection(section, px(width))
            else:
                header.setSectionResizeMode(section, QHeaderView.ResizeMode.Stretch)
        table.setFixedHeight(px(31 + 30 * _SHOWN_ROWS))
        grid = QGridLayout()
        grid.setSpacing(8)
        for index, name in enumerate(_PLOTS):
            grid.addWidget(self._plots[name], index // 3, index % 3)
        for place in range(3):
            grid.setColumnStretch(place, 1)
        self._problem.hide()
        body = column(
            head, self._problem, table, grid, self._workers, gap=8, margins=12
        )
        body.setStretch(3, 1)
        self.setLayout(body)

    def _connect(self) -> None:
        presenter = self._presenter
        presenter.changed.connect(self._render)
        self._drawing.timeout.connect(self._draw_next)
        self._camera.activated.connect(self._on_camera)
        for span, each in self._spans.items():
            each.clicked.connect(
                lambda _checked=False, s=span: presenter.choose_span(s)
            )
        self._pause.toggled.connect(presenter.pause)
        self._export.clicked.connect(self._on_export)
        self._table.selectionModel().currentRowChanged.connect(self._on_row)
        self._table.doubleClicked.connect(self._on_open)

    def activate(self) -> None:
        """Read while the page is visible."""
        self._presenter.activate()

    def deactivate(self) -> None:
        """Stop reading."""
        self._presenter.deactivate()

    def open_target(self, target: Target) -> None:
        """Show a camera's plots."""
        if isinstance(target, ShowCamera):
            self._presenter.choose_camera(target.camera_id)

    def save_state(self) -> dict[str, Any]:
        """Keep the span and the camera."""
        state = self._presenter.state
        return {"span": int(state.span), "camera": state.camera_id}

    def restore_state(self, state: dict[str, Any]) -> None:
        """Take them over."""
        span = state.get("span")
        if isinstance(span, int) and span in {int(s) for s in Span}:
            self._presenter.choose_span(Span(span))
        if isinstance(state.get("camera"), str):
            self._presenter.choose_camera(state["camera"])

    def first_focus(self) -> QWidget:
        """The table takes the keyboard."""
        return self._table

    @Slot()
    def _render(self) -> None:
        state = self._presenter.state
        self._model.set_rows(state.rows)
        if [self._camera.itemData(i) for i in range(self._camera.count())] != [
            key for key, _ in state.cameras
        ]:
            self._camera.clear()
            for key, name in state.cameras:
                self._camera.addItem(name, key)
        self._camera.setCurrentIndex(self._camera.findData(state.camera_id))
        self._camera.setEnabled(bool(state.cameras))
        self._spans[state.span].setChecked(True)
        self._updated.setText(state.updated)
        look = "nodata-text" if state.stale else "label"
        if self._updated.property("look") != look:
            self._updated.setProperty("look", look)
            self._updated.style().unpolish(self._updated)
            self._updated.style().polish(self._updated)
        self._problem.setText(state.problem)
        self._problem.setVisible(bool(state.problem))
        self._workers.setText(state.workers)
        for name, plot in state.plots.items():
            self._plots[name].show_state(plot)
        self._drawing.start()
        self._select(state.camera_id)

    @Slot()
    def _draw_next(self) -> None:
        if not any(plot.draw() for plot in self._plots.values()):
            self._drawing.stop()

    def _select(self, camera_id: str) -> None:
        number = self._model.row_of(camera_id)
        selection = self._table.selectionModel()
        if number >= 0 and selection.currentIndex().row() != number:
            flags = (
                QItemSelectionModel.SelectionFlag.ClearAndSelect
                | QItemSelectionModel.SelectionFlag.Rows
            )
            selection.setCurrentIndex(self._model.index(number, 0), flags)

    @Slot(int)
    def _on_camera(self, index: int) -> None:
        self._presenter.choose_camera(self._camera.itemData(index))

    def _on_row(self, current: Any, _previous: Any) -> None:
        if current.isValid():
            self._presenter.choose_camera(current.data(CAMERA_ROLE))

    def _on_open(self, index: Any) -> None:
        self.context.go("cameras", ShowCamera(index.data(CAMERA_ROLE)))

    @Slot()
    def _on_export(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, self.tr("Export figures"), "health.csv", self.tr("CSV files (*.csv)")
        )
        if not name:
            return
        try:
            replace_file(Path(name), self._presenter.table_csv().encode())
        except OSError as error:
            problem = ConfigError(
                self.tr("The file could not be written: {reason}.").format(
                    reason=error.strerror
                ),
                todo=self.tr("Choose another place."),
            )
            self.context.say(problem.what, problem.todo, "error")
