"""Verdicts on inspected parts as table rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from watchpost.console.itemmodels.count_hours import TONE_ROLE

_Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
_Role = Qt.ItemDataRole


class VerdictColumn(IntEnum):
    """Columns, left to right."""

    TIME = 0
    STATION = 1
    OUTCOME = 2
    LOOKS = 3
    REASON = 4


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """One part.

    Attributes:
        id: Of the verdict.
        cells: Texts in the order of :class:`VerdictColumn`.
        tone: Colour token of the verdict and its reason.
    """

    id: str
    cells: tuple[str, ...]
    tone: str


class VerdictModel(QAbstractTableModel):
    """Rows of one period, newest first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[VerdictRow, ...] = ()

    def set_rows(self, rows: Sequence[VerdictRow]) -> None:
        """Show other rows; new ones come in on top, so that a selection stays."""
        new, old = tuple(rows), self._rows
        if new == old:
            return
        added = next((i for i, row in enumerate(new) if old and row == old[0]), 0)
        if added and new[added:] == old[: len(new) - added]:
            self.beginInsertRows(_NO_PARENT, 0, added - 1)
            self._rows = (*new[:added], *old)
            self.endInsertRows()
            if len(self._rows) > len(new):
                self.beginRemoveRows(_NO_PARENT, len(new), len(self._rows) - 1)
                self._rows = new
                self.endRemoveRows()
            return
        self.beginResetModel()
        self._rows = new
        self.endResetModel()

    def rowCount(self, parent: _Index = _NO_PARENT) -> int:
        """Return the number of parts."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = _NO_PARENT) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(VerdictColumn)

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> Any:
        """Return a cell's text, side or colour token."""
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        row, column = self._rows[index.row()], VerdictColumn(index.column())
        match role:
            case _Role.DisplayRole:
                return row.cells[column]
            case _Role.ToolTipRole:
                return row.cells[column] if column is VerdictColumn.REASON else None
            case _Role.TextAlignmentRole:
                return _alignment(column)
            case _Role.AccessibleTextRole:
                return f"{_titles()[column]}: {row.cells[column]}"
            case r if r == TONE_ROLE:
                told = column in (VerdictColumn.OUTCOME, VerdictColumn.REASON)
                return row.tone if told else "text"
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = _Role.DisplayRole,
    ) -> Any:
        """Return a column's title."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == _Role.TextAlignmentRole:
            return _alignment(VerdictColumn(section))
        return _titles()[section] if role == _Role.DisplayRole else None


def _titles() -> tuple[str, ...]:
    return (_tr("Time"), _tr("Station"), _tr("Verdict"), _tr("Looks"), _tr("Reason"))


def _alignment(column: VerdictColumn) -> Qt.AlignmentFlag:
    left = column is not VerdictColumn.LOOKS
    side = Qt.AlignmentFlag.AlignLeft if left else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter


def _tr(text: str) -> str:
    return QCoreApplication.translate("Verdicts", text)
