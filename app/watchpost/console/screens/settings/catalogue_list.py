"""Public models that the edge can fetch by itself, and how far it is with one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from watchpost.console.screens.settings.parts import section
from watchpost.console.screens.settings.presenter import SettingsPresenter, SettingsView
from watchpost.console.theme import Theme
from watchpost.console.widgets.parts import button, label, row
from watchpost.console.widgets.tone_delegate import ToneDelegate
from watchpost.protocol.models import CatalogueRecord

_Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
TONE_ROLE = int(Qt.ItemDataRole.UserRole) + 1


class CatalogueTable(QAbstractTableModel):
    """Public detectors: name, state, licence, classes, input, size, time."""

    NAME, STATE, LICENCE, CLASSES, INPUT, SIZE, TIME = range(7)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[CatalogueRecord, ...] = ()

    def set_rows(self, rows: Sequence[CatalogueRecord]) -> None:
        """Show these entries; the selection stays while they are the same ones."""
        old = [r.name for r in self._rows]
        if old == [r.name for r in rows]:
            self._rows = tuple(rows)
            if rows:
                last = self.index(len(rows) - 1, self.TIME)
                self.dataChanged.emit(self.index(0, 0), last)
            return
        self.beginResetModel()
        self._rows = tuple(rows)
        self.endResetModel()

    def record(self, row_number: int) -> CatalogueRecord | None:
        """Return the entry of a row."""
        return self._rows[row_number] if 0 <= row_number < len(self._rows) else None

    def rowCount(self, parent: _Index = _NO_PARENT) -> int:
        """Return the number of entries."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = _NO_PARENT) -> int:
        """Return seven."""
        return 0 if parent.isValid() else 7

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
            self.tr("Licence"),
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
            return "p2" if record.state == "failed" else None
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        match index.column():
            case self.NAME:
                return record.title
            case self.STATE:
                return self._state(record)
            case self.LICENCE:
                return record.licence
            case self.CLASSES:
                return self._classes(record)
            case self.INPUT:
                return f"{record.width} × {record.height}"
            case self.SIZE:
                return f"{record.megabytes:.1f} MB"
            case _:
                return f"{record.ms_one_core:.1f} ms"

    def _state(self, record: CatalogueRecord) -> str:
        if record.state == "fetching":
            return self.tr("{percent} %").format(percent=round(100 * record.progress))
        return {
            "absent": self.tr("Not here"),
            "checking": self.tr("Being tried"),
            "failed": self.tr("Not fetched"),
            "here": self.tr("On this edge"),
        }[record.state]

    def _classes(self, record: CatalogueRecord) -> str:
        if len(record.classes) > 4:
            return self.tr("{count} classes").format(count=len(record.classes))
        return ", ".join(record.classes)


class CatalogueSection(QWidget):
    """The table, what the chosen entry is, and fetching it."""

    def __init__(self, presenter: SettingsPresenter, theme: Theme) -> None:
        super().__init__()
        self._presenter = presenter
        self.model = CatalogueTable(self)
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
        stretch = QHeaderView.ResizeMode.Stretch
        header.setSectionResizeMode(CatalogueTable.CLASSES, stretch)
        self.table.setAccessibleName(self.tr("Public models"))
        self.table.setMinimumHeight(theme.px(190))
        self._words = label(look="label", wrap=True)
        self.get = button(theme, self.tr("Get"))
        self.cancel = button(theme, self.tr("Cancel"))
        self.setLayout(
            section(
                self.tr("Public models"),
                self.tr(
                    "The edge fetches them from where they are published, checks every "
                    "byte and tries them; the present model serves meanwhile."
                ),
                self.table,
                self._words,
                row(self.get, self.cancel, None),
            )
        )
        self.table.selectionModel().currentRowChanged.connect(self._on_row)
        self.get.clicked.connect(self._get)
        self.cancel.clicked.connect(self._cancel)
        self._on_row()

    @property
    def words(self) -> str:
        """What is said about the chosen entry."""
        return self._words.text()

    def show_view(self, view: SettingsView) -> None:
        """Show how the entries stand on the edge; only what could serve."""
        row_number = self.table.currentIndex().row()
        rows = [r for r in view.catalogue if r.task == "detector"]
        self.model.set_rows(rows)
        if rows:
            self.table.selectRow(max(0, row_number))
        self._on_row()

    def _on_row(self, *_: object) -> None:
        record = self.model.record(self.table.currentIndex().row())
        state = "" if record is None else record.state
        self.get.setEnabled(state in ("absent", "failed"))
        self.cancel.setEnabled(state in ("fetching", "checking"))
        if record is None:
            self._words.setText("")
            return
        words = self.tr("By {author}, {licence}. {note}").format(
            author=record.author, licence=record.licence, note=record.note
        )
        self._words.setText(f"{record.sentence} {words}".strip())

    def _get(self) -> None:
        record = self.model.record(self.table.currentIndex().row())
        if record is not None:
            self._presenter.get_model(record.name)

    def _cancel(self) -> None:
        record = self.model.record(self.table.currentIndex().row())
        if record is not None:
            self._presenter.cancel_model(record.name)


def _alignment(column: int) -> Qt.AlignmentFlag:
    right = column in (CatalogueTable.INPUT, CatalogueTable.SIZE, CatalogueTable.TIME)
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
