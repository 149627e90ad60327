"""Paints one case of the review queue: name, state, due, claim, place."""

from __future__ import annotations

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from watchpost.console.itemmodels.cases import CASE_ROLE, CaseRow
from watchpost.console.theme import Theme

_HEIGHT = 78
_PADDING = 14
_BAR = 3


class CaseDelegate(QStyledItemDelegate):
    """Three lines a case, as in the alarm list: name and due, claim, place."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(
        self,
        _option: QStyleOptionViewItem,
        _index: QModelIndex | QPersistentModelIndex,
    ) -> QSize:
        """Return the height of a row; the width follows the list."""
        return QSize(self._theme.px(200), self._theme.px(_HEIGHT))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw a case."""
        row = index.data(CASE_ROLE)
        if not isinstance(row, CaseRow):
            return
        px, colours = self._theme.px, self._theme.colours
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        if chosen:
            painter.fillRect(rect, colours.accent_bg)
            bar = QRect(rect.left(), rect.top(), px(_BAR), rect.height())
            painter.fillRect(bar, colours.accent)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, colours.hover)
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, colours.line)
        inner = rect.adjusted(px(_PADDING), px(9), -px(_PADDING), -px(8))
        line = inner.height() // 3
        soft = colours.text if chosen else colours.lo
        self._first_line(
            painter, row, QRect(inner.topLeft(), QSize(inner.width(), line))
        )
        second = QRect(inner.left(), inner.top() + line, inner.width(), line)
        self._text(painter, second, row.title, self._theme.font(14, 600), colours.hi)
        third = QRect(inner.left(), inner.top() + 2 * line, inner.width(), line)
        self._text(painter, third, row.where, self._theme.font(13), soft)
        painter.restore()

    def _first_line(self, painter: QPainter, row: CaseRow, rect: QRect) -> None:
        px, colours = self._theme.px, self._theme.colours
        name_font = self._theme.font(14, 600)
        self._text(painter, rect, row.name, name_font, colours.hi)
        left = rect.left() + self._theme.metrics(14, 600).horizontalAdvance(row.name)
        due_width = 0
        if row.due:
            due = colours.p2 if row.overdue else colours.lo
            font = self._theme.font(13, 600 if row.overdue else 400)
            due_width = self._theme.metrics(13, 600).horizontalAdvance(row.due)
            place = QRect(
                rect.right() - due_width, rect.top(), due_width, rect.height()
            )
            self._text(painter, place, row.due, font, due)
        if row.chip:
            metrics = self._theme.metrics(12, 500)
            width = metrics.horizontalAdvance(row.chip) + px(16)
            chip = QRect(left + px(10), rect.top(), width, px(20))
            chip.moveTop(rect.top() + (rect.height() - chip.height()) // 2)
            if chip.right() < rect.right() - due_width:
                painter.fillRect(chip, colours.void if row.waiting else colours.raised)
                colour = colours.p2 if row.waiting else colours.text
                font = self._theme.font(12, 500)
                self._text(painter, chip, row.chip, font, colour, centre=True)

    def _text(
        self,
        painter: QPainter,
        rect: QRect,
        text: str,
        font: QFont,
        colour: QColor,
        *,
        centre: bool = False,
    ) -> None:
        painter.setFont(font)
        painter.setPen(colour)
        side = Qt.AlignmentFlag.AlignHCenter if centre else Qt.AlignmentFlag.AlignLeft
        shown = painter.fontMetrics().elidedText(
            text, Qt.TextElideMode.ElideRight, rect.width() + 1
        )
        painter.drawText(rect, side | Qt.AlignmentFlag.AlignVCenter, shown)
