"""The list of cameras: two lines each, state in words and colour."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from watchpost.console.screens.cameras.presenter import CameraRow
from watchpost.console.theme import Theme

Index = QModelIndex | QPersistentModelIndex
_ROW_ROLE = int(Qt.ItemDataRole.UserRole)


class CameraListModel(QAbstractListModel):
    """Item model over immutable rows. GUI thread."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[CameraRow, ...] = ()

    def set_rows(self, rows: Sequence[CameraRow]) -> None:
        """Show these, changing no more than is needed."""
        new = tuple(rows)
        if [r.id for r in new] == [r.id for r in self._rows]:
            old, self._rows = self._rows, new
            for number, (was, now) in enumerate(zip(old, new, strict=True)):
                if was != now:
                    place = self.index(number, 0)
                    self.dataChanged.emit(place, place)
            return
        self.beginResetModel()
        self._rows = new
        self.endResetModel()

    def row_of(self, camera_id: str) -> int:
        """Return a camera's row, -1 when it has none."""
        ids = [r.id for r in self._rows]
        return ids.index(camera_id) if camera_id in ids else -1

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's default
        """Return the number of cameras."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a camera's title, its row, or what is read out."""
        if not index.isValid():
            return None
        item = self._rows[index.row()]
        if role == _ROW_ROLE:
            return item
        if role == Qt.ItemDataRole.DisplayRole:
            return item.title
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return f"{item.title}, {item.detail}"
        return None


class _Delegate(QStyledItemDelegate):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Two lines."""
        del option, index
        return QSize(120, self._theme.px(48))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index
    ) -> None:
        """Paint one camera."""
        theme, colours = self._theme, self._theme.colours
        item: CameraRow = index.data(_ROW_ROLE)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, colours.accent_bg)
            painter.fillRect(
                QRect(rect.left(), rect.top(), 3, rect.height()), colours.accent
            )
        painter.fillRect(
            QRect(rect.left(), rect.bottom(), rect.width(), 1), colours.line
        )
        inner = rect.adjusted(theme.px(12), theme.px(4), -theme.px(8), -theme.px(4))
        half = inner.height() // 2
        top = QRect(inner.left(), inner.top(), inner.width(), half)
        bottom = top.translated(0, half)
        for place, text, font, colour in (
            (top, item.title, theme.font(14, 600), colours.hi),
            (bottom, item.detail, theme.font(13), colours.of(item.token)),
        ):
            painter.setFont(font)
            painter.setPen(colour)
            shown = painter.fontMetrics().elidedText(
                text, Qt.TextElideMode.ElideRight, place.width()
            )
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, shown)


class CameraList(QListView):
    """The list.

    Signals:
        chosen: Id of the camera that became current by hand.
    """

    chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._showing = True
        self._model = CameraListModel()
        self._own_delegate = _Delegate(theme)
        self.setModel(self._model)
        self.setItemDelegate(self._own_delegate)
        self.setAccessibleName(self.tr("Cameras"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._showing = False

    def show_rows(self, rows: Sequence[CameraRow], selected: str) -> None:
        """Show these with one selected."""
        self._showing = True
        self._model.set_rows(rows)
        number = self._model.row_of(selected)
        if number != self.currentIndex().row():
            self.setCurrentIndex(self._model.index(number, 0))
        self._showing = False

    def currentChanged(self, current: Index, previous: Index) -> None:  # noqa: N802
        """Tell who was chosen by hand."""
        super().currentChanged(current, previous)
        if not self._showing and current.isValid():
            item: CameraRow = current.data(_ROW_ROLE)
            self.chosen.emit(item.id)
