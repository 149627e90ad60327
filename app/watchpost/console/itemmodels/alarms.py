"""Alarms as a list: one row an alarm, painted by a delegate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from watchpost.console.alarms import Listed

_Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
_Role = Qt.ItemDataRole

ALARM_ROLE = _Role.UserRole + 1
"""The :class:`Listed` itself, for the delegate."""


class AlarmListModel(QAbstractListModel):
    """Alarms in the order given; unchanged rows stay where they are."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Listed] = []

    def set_rows(self, rows: Sequence[Listed]) -> None:
        """Show these rows with as few changes as it takes, so that selections stay."""
        wanted = {row.key for row in rows}
        for place in reversed(range(len(self._rows))):
            if self._rows[place].key not in wanted:
                self.beginRemoveRows(_NO_PARENT, place, place)
                del self._rows[place]
                self.endRemoveRows()
        for place, row in enumerate(rows):
            self._put(place, row)

    def _put(self, place: int, row: Listed) -> None:
        if place < len(self._rows) and self._rows[place].key == row.key:
            if self._rows[place] != row:
                self._rows[place] = row
                self.dataChanged.emit(self.index(place), self.index(place))
            return
        old = next((i for i, r in enumerate(self._rows) if r.key == row.key), -1)
        if old >= 0:
            self.beginMoveRows(_NO_PARENT, old, old, _NO_PARENT, place)
            del self._rows[old]
            self._rows.insert(place, row)
            self.endMoveRows()
        else:
            self.beginInsertRows(_NO_PARENT, place, place)
            self._rows.insert(place, row)
            self.endInsertRows()

    def ages_moved(self) -> None:
        """Let the ages be painted anew."""
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def rowCount(self, parent: _Index = _NO_PARENT) -> int:
        """Return the number of alarms."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> Any:
        """Return an alarm's words, or the row itself for :data:`ALARM_ROLE`."""
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        row = self._rows[index.row()]
        match role:
            case _Role.DisplayRole:
                return row.alarm.text
            case _Role.ToolTipRole:
                return f"{row.alarm.text}\n{row.name}\n{row.alarm.response}"
            case _Role.AccessibleTextRole:
                return f"P{row.alarm.priority}, {row.alarm.text}, {row.name}"
            case r if r == ALARM_ROLE:
                return row
        return None
