"""The detections of the frame in front of a reviewer, as table rows."""

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

KEY_ROLE = _Role.UserRole + 1
REJECTED_ROLE = _Role.UserRole + 2


@dataclass(frozen=True, slots=True)
class BoxRow:
    """One detection: its name within the clip and what the table says of it."""

    key: str
    number: int
    track: str
    class_title: str
    score: str
    decision: str
    rejected: bool


class BoxColumn(IntEnum):
    """Columns, left to right."""

    BOX = 0
    CLASS = 1
    SCORE = 2
    DECISION = 3


class FrameBoxModel(QAbstractTableModel):
    """Rows of one frame; replaced as the frame changes, in place where they match."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[BoxRow, ...] = ()

    def set_rows(self, rows: Sequence[BoxRow]) -> None:
        """Show other rows; those that stay keep their selection."""
        new = tuple(rows)
        common = min(len(self._rows), len(new))
        if len(new) < len(self._rows):
            self.beginRemoveRows(_NO_PARENT, len(new), len(self._rows) - 1)
            self._rows = self._rows[: len(new)]
            self.endRemoveRows()
        changed = [row for row in range(common) if self._rows[row] != new[row]]
        if len(new) > len(self._rows):
            self.beginInsertRows(_NO_PARENT, len(self._rows), len(new) - 1)
            self._rows = new
            self.endInsertRows()
        self._rows = new
        if changed:
            last = len(BoxColumn) - 1
            self.dataChanged.emit(
                self.index(changed[0], 0), self.index(changed[-1], last)
            )

    def row_of(self, key: str) -> int:
        """Return the row of an object, or -1."""
        return next((i for i, row in enumerate(self._rows) if row.key == key), -1)

    def key_at(self, row: int) -> str:
        """Return the object of a row; empty outside the table."""
        return self._rows[row].key if 0 <= row < len(self._rows) else ""

    def rowCount(self, parent: _Index = _NO_PARENT) -> int:
        """Return the number of detections."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = _NO_PARENT) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(BoxColumn)

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> Any:
        """Return what a cell shows or what a delegate needs."""
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        row = self._rows[index.row()]
        match role:
            case _Role.DisplayRole:
                return _text(row, BoxColumn(index.column()))
            case _Role.TextAlignmentRole:
                return _alignment(BoxColumn(index.column()))
            case _Role.AccessibleTextRole:
                words = (row.track, row.class_title, row.score, row.decision)
                return ", ".join(word for word in words if word)
            case r if r == KEY_ROLE:
                return row.key
            case r if r == REJECTED_ROLE:
                return row.rejected
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
            return _alignment(BoxColumn(section))
        if role != _Role.DisplayRole:
            return None
        return (
            self.tr("Box"),
            self.tr("Class"),
            self.tr("Score"),
            self.tr("Decision"),
        )[section]


def _text(row: BoxRow, column: BoxColumn) -> str:
    match column:
        case BoxColumn.BOX:
            return f"{row.number}  {row.track}".rstrip()
        case BoxColumn.CLASS:
            return row.class_title
        case BoxColumn.SCORE:
            return row.score
        case BoxColumn.DECISION:
            return row.decision


def _alignment(column: BoxColumn) -> Qt.AlignmentFlag:
    side = (
        Qt.AlignmentFlag.AlignRight
        if column is BoxColumn.SCORE
        else Qt.AlignmentFlag.AlignLeft
    )
    return side | Qt.AlignmentFlag.AlignVCenter
