"""The table of cameras on the health page."""

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
from PySide6.QtGui import QColor, QPixmap

from watchpost.console.theme import Theme

Index = QModelIndex | QPersistentModelIndex
CAMERA_ROLE = int(Qt.ItemDataRole.UserRole)


class Column(IntEnum):
    """Columns, left to right."""

    STATE = 0
    CAMERA = 1
    LATENCY = 2
    FRAMES = 3
    LOST = 4
    ANALYSED = 5
    BITRATE = 6
    RECORDING = 7
    LAST_FRAME = 8


@dataclass(frozen=True, slots=True)
class CameraHealthRow:
    """One camera.

    Attributes:
        camera_id: Who.
        texts: One text a column, "-" where a value is not known.
        tokens: Colour token by column, where it is not the usual one.
        stale: All values are old; they are greyed.
    """

    camera_id: str
    texts: tuple[str, ...]
    tokens: tuple[tuple[Column, str], ...] = ()
    stale: bool = False


class CameraHealthModel(QAbstractTableModel):
    """Item model over immutable rows. GUI thread."""

    def __init__(
        self, theme: Theme, headers: Sequence[str], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._headers = tuple(headers)
        self._rows: tuple[CameraHealthRow, ...] = ()
        self._marks: dict[str, QPixmap] = {}

    def set_marks(self, marks: dict[str, QPixmap]) -> None:
        """Take the pictures that stand for states, by the state column's text."""
        self._marks = marks

    def set_rows(self, rows: Sequence[CameraHealthRow]) -> None:
        """Show these; selection and scrolling stay where cameras stay."""
        new = tuple(rows)
        if [r.camera_id for r in new] == [r.camera_id for r in self._rows]:
            for number, (old, row) in enumerate(zip(self._rows, new, strict=True)):
                if old != row:
                    self._rows = (*self._rows[:number], row, *self._rows[number + 1 :])
                    self.dataChanged.emit(
                        self.index(number, 0), self.index(number, len(Column) - 1)
                    )
            return
        self.beginResetModel()
        self._rows = new
        self.endResetModel()

    def row_of(self, camera_id: str) -> int:
        """Return a camera's row, -1 when it has none."""
        ids = [r.camera_id for r in self._rows]
        return ids.index(camera_id) if camera_id in ids else -1

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's default
        """Return the number of cameras."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns."""
        return 0 if parent.isValid() else len(Column)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Return a column's title."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._headers[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows."""
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], Column(index.column())
        if role == CAMERA_ROLE:
            return row.camera_id
        if role == Qt.ItemDataRole.DecorationRole and column is Column.STATE:
            return self._marks.get(row.texts[column])
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return row.texts[column]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._colour(row, column)
        return None

    def _colour(self, row: CameraHealthRow, column: Column) -> QColor | None:
        token = dict(row.tokens).get(column)
        if token is not None:
            return self._theme.colours.of(token)
        if row.stale and column not in (Column.STATE, Column.CAMERA):
            return self._theme.colours.dis
        return None


def _alignment(column: int) -> Qt.AlignmentFlag:
    numbers = (
        Column.LATENCY,
        Column.FRAMES,
        Column.LOST,
        Column.ANALYSED,
        Column.BITRATE,
    )
    side = (
        Qt.AlignmentFlag.AlignRight if column in numbers else Qt.AlignmentFlag.AlignLeft
    )
    return side | Qt.AlignmentFlag.AlignVCenter
