"""The review queue as a list: one row a case, painted by a delegate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

_Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
_Role = Qt.ItemDataRole

CASE_ROLE = _Role.UserRole + 1
"""The :class:`CaseRow` itself, for the delegate."""


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case as the list shows it.

    Attributes:
        key: Names the case.
        name: Such as "D-4817", or the direction and object of a plain count.
        chip: Its state in a word, or empty.
        due: Right-hand words: when it is due, or the time of a count.
        title: What is claimed or counted.
        where: Camera, line and time.
        overdue: The date it was due by has passed.
        waiting: A decision is kept here and not yet at the edge.
    """

    key: str
    name: str
    chip: str
    due: str
    title: str
    where: str
    overdue: bool = False
    waiting: bool = False


class CaseListModel(QAbstractListModel):
    """Cases in the order given; unchanged rows stay where they are."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[CaseRow] = []

    def set_rows(self, rows: Sequence[CaseRow]) -> None:
        """Show these rows with as few changes as it takes, so that selections stay."""
        wanted = {row.key for row in rows}
        for place in reversed(range(len(self._rows))):
            if self._rows[place].key not in wanted:
                self.beginRemoveRows(_NO_PARENT, place, place)
                del self._rows[place]
                self.endRemoveRows()
        for place, row in enumerate(rows):
            self._put(place, row)

    def _put(self, place: int, row: CaseRow) -> None:
        if place < len(self._rows) and self._rows[place].key == row.key:
            if self._rows[place] != row:
                self._rows[place] = row
                self.dataChanged.emit(self.index(place), self.index(place))
            return
        old = self.row_of(row.key)
        if old >= 0:
            self.beginMoveRows(_NO_PARENT, old, old, _NO_PARENT, place)
            del self._rows[old]
            self._rows.insert(place, row)
            self.endMoveRows()
        else:
            self.beginInsertRows(_NO_PARENT, place, place)
            self._rows.insert(place, row)
            self.endInsertRows()

    def row_of(self, key: str) -> int:
        """Return the row of a case, or -1."""
        return next((i for i, row in enumerate(self._rows) if row.key == key), -1)

    def key_at(self, row: int) -> str:
        """Return the case of a row; empty outside the list."""
        return self._rows[row].key if 0 <= row < len(self._rows) else ""

    def rowCount(self, parent: _Index = _NO_PARENT) -> int:
        """Return the number of cases."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> Any:
        """Return a case's words, or the row itself for :data:`CASE_ROLE`."""
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        row = self._rows[index.row()]
        match role:
            case _Role.DisplayRole:
                return f"{row.name} {row.title}".strip()
            case _Role.AccessibleTextRole:
                words = (row.name, row.chip, row.title, row.where, row.due)
                return ", ".join(word for word in words if word)
            case _Role.ToolTipRole:
                return f"{row.title}\n{row.where}"
            case r if r == CASE_ROLE:
                return row
        return None
