"""Counts by hour or day as table rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

_Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
_Role = Qt.ItemDataRole

TONE_ROLE = _Role.UserRole + 1
"""Colour token of a cell's text."""


class HourColumn(IntEnum):
    """Columns, left to right."""

    WHEN = 0
    IN = 1
    IN_REPORTED = 2
    OUT = 3
    OUT_REPORTED = 4
    INSIDE = 5
    BEFORE_IN = 6
    BEFORE_OUT = 7
    NOTE = 8


@dataclass(frozen=True, slots=True)
class HourRow:
    """Texts of one row, by column, and what colours them.

    Attributes:
        cells: Texts in the order of :class:`HourColumn`.
        tone: Colour token of the numbers.
        note_tone: Colour token of the note.
        corrected: Corrected numbers differ from reported ones.
    """

    cells: tuple[str, ...]
    tone: str = "text"
    note_tone: str = "lo"
    corrected: bool = False


class CountHourModel(QAbstractTableModel):
    """Rows of one period; replaced in place, so that selections stay."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[HourRow, ...] = ()
        self._titles: tuple[str, ...] = ("",) * len(HourColumn)

    def set_titles(self, titles: Sequence[str]) -> None:
        """Name the columns, in the order of :class:`HourColumn`."""
        new = tuple(titles)
        if new != self._titles:
            self._titles = new
            self.headerDataChanged.emit(
                Qt.Orientation.Horizontal, 0, len(HourColumn) - 1
            )

    def set_rows(self, rows: Sequence[HourRow]) -> None:
        """Show other rows."""
        new = tuple(rows)
        old, common = self._rows, min(len(self._rows), len(new))
        if len(new) < len(old):
            self.beginRemoveRows(_NO_PARENT, len(new), len(old) - 1)
            self._rows = old[: len(new)]
            self.endRemoveRows()
        elif len(new) > len(old):
            self.beginInsertRows(_NO_PARENT, len(old), len(new) - 1)
            self._rows = (*old, *new[len(old) :])
            self.endInsertRows()
        self._rows = new
        changed = [row for row in range(common) if old[row] != new[row]]
        if changed:
            last = len(HourColumn) - 1
            self.dataChanged.emit(
                self.index(changed[0], 0), self.index(changed[-1], last)
            )

    def rowCount(self, parent: _Index = _NO_PARENT) -> int:
        """Return the number of hours or days."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = _NO_PARENT) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(HourColumn)

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> Any:
        """Return a cell's text, side or colour token."""
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        row, column = self._rows[index.row()], HourColumn(index.column())
        match role:
            case _Role.DisplayRole:
                return row.cells[column]
            case _Role.TextAlignmentRole:
                return _alignment(column)
            case _Role.ToolTipRole:
                return row.cells[column] if column is HourColumn.NOTE else None
            case _Role.AccessibleTextRole:
                return f"{self._titles[column]}: {row.cells[column]}"
            case r if r == TONE_ROLE:
                return _tone(row, column)
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
            return _alignment(HourColumn(section))
        return self._titles[section] if role == _Role.DisplayRole else None


def _tone(row: HourRow, column: HourColumn) -> str:
    if column is HourColumn.NOTE:
        return row.note_tone
    if column is HourColumn.WHEN:
        return "text"
    if column in (HourColumn.IN_REPORTED, HourColumn.OUT_REPORTED):
        return "lo" if row.tone == "text" else row.tone
    if column in (HourColumn.BEFORE_IN, HourColumn.BEFORE_OUT):
        return "lo"
    return "hi" if row.tone == "text" else row.tone


def _alignment(column: HourColumn) -> Qt.AlignmentFlag:
    left = column in (HourColumn.WHEN, HourColumn.NOTE)
    side = Qt.AlignmentFlag.AlignLeft if left else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter
