"""Models on the edge: which one serves, bringing another, renaming its classes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHeaderView,
    QLineEdit,
    QTableView,
    QWidget,
)

from watchpost.base.errors import ConfigError
from watchpost.console.screens.settings.catalogue_list import CatalogueSection
from watchpost.console.screens.settings.parts import section, setting
from watchpost.console.screens.settings.presenter import (
    SettingsPresenter,
    SettingsView,
    parse_class_map,
)
from watchpost.console.screens.settings.trial_dialog import TrialDialog
from watchpost.console.theme import Theme
from watchpost.console.widgets.parts import button, column, label, row
from watchpost.console.widgets.tone_delegate import ToneDelegate
from watchpost.protocol.models import ModelRecord

_Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
TONE_ROLE = int(Qt.ItemDataRole.UserRole) + 1
_TONES = {"quarantined": "p2", "refused": "p2"}


class ModelTable(QAbstractTableModel):
    """Models: name, state, classes, size, time."""

    NAME, STATE, CLASSES, INPUT, SIZE, TIME = range(6)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[ModelRecord, ...] = ()

    def set_rows(self, rows: Sequence[ModelRecord]) -> None:
        """Show these models; unchanged ones stay."""
        old = [r.id for r in self._rows]
        if old == [r.id for r in rows]:
            self._rows = tuple(rows)
            if rows:
                last = self.index(len(rows) - 1, self.TIME)
                self.dataChanged.emit(self.index(0, 0), last)
            return
        self.beginResetModel()
        self._rows = tuple(rows)
        self.endResetModel()

    def record(self, row_number: int) -> ModelRecord | None:
        """Return the model of a row."""
        return self._rows[row_number] if 0 <= row_number < len(self._rows) else None

    def rowCount(self, parent: _Index = _NO_PARENT) -> int:
        """Return the number of models."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = _NO_PARENT) -> int:
        """Return six."""
        return 0 if parent.isValid() else 6

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Return a column's name."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return (
            self.tr("Model"),
            self.tr("State"),
            self.tr("Classes"),
            self.tr("Input"),
            self.tr("Size"),
            self.tr("Time"),
        )[section]

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's words."""
        record = self.record(index.row())
        if record is None:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return record.sentence or ", ".join(record.classes)
        if role == TONE_ROLE and index.column() == self.STATE:
            return _TONES.get(record.state)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        match index.column():
            case self.NAME:
                return record.name
            case self.STATE:
                return self._state(record)
            case self.CLASSES:
                return ", ".join(record.classes)
            case self.INPUT:
                return f"{record.width} × {record.height}"
            case self.SIZE:
                return f"{record.megabytes:.1f} MB"
            case _:
                time = record.inference_ms
                return "-" if time is None else f"{time:.1f} ms"

    def _state(self, record: ModelRecord) -> str:
        return {
            "active": self.tr("Serving"),
            "ready": self.tr("Ready"),
            "quarantined": self.tr("Quarantined"),
            "refused": self.tr("Refused"),
        }[record.state]


class ModelSection(QWidget):
    """The table, what the chosen model is, and what can be done with it."""

    def __init__(self, presenter: SettingsPresenter, theme: Theme) -> None:
        super().__init__()
        self._presenter, self._theme = presenter, theme
        self.model = ModelTable(self)
        self.table = QTableView()
        self.table.setModel(self.model)
        self.table.setItemDelegate(ToneDelegate(theme, TONE_ROLE, self.table))
        self.table.setProperty("look", "framed")
        self.table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.setWordWrap(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(theme.px(30))
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(ModelTable.CLASSES, QHeaderView.ResizeMode.Stretch)
        self.table.setAccessibleName(self.tr("Models"))
        self.table.setMinimumHeight(theme.px(150))
        self._words = label(look="label", wrap=True)
        self.reading = QComboBox()
        self._reading_line = QWidget()
        line = setting(
            self.tr("Read as"),
            self.reading,
            self.tr(
                "Its outputs can be read in more than one way. Try it on a picture and "
                "take the reading whose boxes are right."
            ),
        )
        line.setContentsMargins(0, 0, 0, 0)
        self._reading_line.setLayout(line)
        self.renames = QLineEdit()
        self.renames.setPlaceholderText(self.tr("cell phone = car, suitcase = parcel"))
        self.activate = button(theme, self.tr("Use this model"), look="primary")
        self.trial = button(theme, self.tr("Try on a picture…"), icon="images")
        self.add = button(theme, self.tr("Bring a model (ONNX)…"), icon="plus")
        self.catalogue = CatalogueSection(presenter, theme)
        self.setLayout(
            section(
                self.tr("Models"),
                self.tr(
                    "The neural network that detects. Pictures never leave the edge."
                ),
                self.table,
                column(self._words, self._reading_line, gap=10),
                setting(
                    self.tr("Rename classes"),
                    self.renames,
                    self.tr(
                        "Where a model calls things by another name than your lines."
                    ),
                ),
                row(self.activate, self.trial, self.add, None),
                self.catalogue,
            )
        )
        self.table.selectionModel().currentRowChanged.connect(self._on_row)
        self.reading.currentIndexChanged.connect(self._on_reading)
        self.activate.clicked.connect(self._activate)
        self.trial.clicked.connect(self._try)
        self.add.clicked.connect(self._choose_file)
        self._on_row()

    @property
    def words(self) -> str:
        """What is said about the chosen model."""
        return self._words.text()

    def show_view(self, view: SettingsView) -> None:
        """Show the edge's models and the public ones."""
        self.catalogue.show_view(view)
        row_number = self.table.currentIndex().row()
        self.model.set_rows(view.models)
        if view.models:
            self.table.selectRow(max(0, row_number))
        self._on_row()

    def _on_row(self, *_: object) -> None:
        record = self.model.record(self.table.currentIndex().row())
        layouts = [r.layout for r in record.readings] if record is not None else []
        self._reading_line.setVisible(len(layouts) > 1)
        if layouts != [self.reading.itemText(i) for i in range(self.reading.count())]:
            self.reading.clear()
            self.reading.addItems(layouts)
            if record is not None and record.layout in layouts:
                self.reading.setCurrentIndex(layouts.index(record.layout))
        self._on_reading()

    def _on_reading(self, *_: object) -> None:
        record = self.model.record(self.table.currentIndex().row())
        self.trial.setEnabled(
            record is not None and record.state not in ("quarantined", "refused")
        )
        if record is None:
            self.activate.setEnabled(False)
            self._words.setText("")
            return
        reading = next(
            (r for r in record.readings if r.layout == self.reading.currentText()), None
        )
        layout = record.layout if reading is None else reading.layout
        evidence = record.evidence if reading is None else reading.evidence
        other = record.state == "active" and layout != record.layout
        self.activate.setEnabled(record.state == "ready" or other)
        words = self.tr("Read as {layout}: {evidence}")
        parts = [words.format(layout=layout, evidence=evidence)]
        if record.licence:
            parts.append(self.tr("Licence: {licence}.").format(licence=record.licence))
        if record.sentence:
            parts.insert(0, record.sentence)
        self._words.setText(" ".join(parts))

    def _activate(self) -> None:
        record = self.model.record(self.table.currentIndex().row())
        if record is None:
            return
        try:
            renames = parse_class_map(self.renames.text())
        except ConfigError as error:
            self._words.setText(str(error))
            return
        self._presenter.activate(record.id, renames, self.reading.currentText())

    def _try(self) -> None:
        record = self.model.record(self.table.currentIndex().row())
        if record is None:
            return
        trial = self._presenter.trial_of(record)
        dialog = TrialDialog(self.window(), self._theme, trial)
        if dialog.exec() == TrialDialog.DialogCode.Accepted:
            if len(record.readings) > 1:
                self.reading.setCurrentText(dialog.layout_name)
            self._activate()

    def _choose_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, self.tr("Bring a model"), "", self.tr("ONNX models (*.onnx)")
        )
        if path:
            self._presenter.add_model(Path(path))


def _alignment(column: int) -> Qt.AlignmentFlag:
    right = column in (ModelTable.INPUT, ModelTable.SIZE, ModelTable.TIME)
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
