"""The list of active alarms beside the wall."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from watchpost.base.clock import Clock
from watchpost.console.alarms import AlarmDesk, Listed
from watchpost.console.itemmodels.alarms import ALARM_ROLE, AlarmListModel
from watchpost.console.moments import age_text, clock_text
from watchpost.console.theme import Theme
from watchpost.console.widgets.marks import MarkFill, paint_mark, priority_mark
from watchpost.console.widgets.parts import column, label, panel, row

_ROW = 50


class AlarmDelegate(QStyledItemDelegate):
    """Paints an alarm: mark, what and where; when and for how long."""

    def __init__(self, theme: Theme, clock: Clock, parent: QObject) -> None:
        super().__init__(parent)
        self._theme, self._clock = theme, clock

    def sizeHint(
        self,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> QSize:
        """Return the height of two lines."""
        del index
        return QSize(option.rect.width(), self._theme.px(_ROW))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint one row."""
        item: Any = index.data(ALARM_ROLE)
        if not isinstance(item, Listed):
            return
        c, rect = self._theme.colours, option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.fillRect(rect, c.accent_bg)
            painter.fillRect(rect.left(), rect.top(), 3, rect.height(), c.accent)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, c.hover)
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, c.line)
        fill = MarkFill.FILLED if item.unacknowledged else MarkFill.OUTLINED
        if item.returned and item.unacknowledged:
            fill = MarkFill.CHECKED
        size = self._theme.px(19)
        place = QRectF(rect.left() + 13, rect.center().y() - size / 2, size, size)
        paint_mark(
            painter, place, self._theme, priority_mark(item.alarm.priority), fill
        )
        self._words(painter, rect, item)

    def _words(self, painter: QPainter, rect: QRect, item: Listed) -> None:
        c, theme = self._theme.colours, self._theme
        now = self._clock.utc_ns()
        raised = clock_text(item.alarm.raised_ns)
        age = age_text(item.alarm.raised_ns, now)
        if item.returned:
            age = self.tr("returned")
        metrics = theme.metrics(13)
        side = max(metrics.horizontalAdvance(raised), metrics.horizontalAdvance(age))
        half = rect.height() // 2
        upper = rect.adjusted(44, 5, -14, -half)
        lower = rect.adjusted(44, half, -14, -6)
        bottom = Qt.AlignmentFlag.AlignVCenter
        weight = 600 if item.unacknowledged else 400
        font = theme.font(14, weight)
        self._line(
            painter,
            upper,
            font,
            item.alarm.text,
            side,
            c.hi if weight == 600 else c.text,
        )
        self._line(painter, lower, theme.font(13), item.name, side, c.text)
        painter.setFont(theme.font(13))
        painter.setPen(c.lo)
        right = bottom | Qt.AlignmentFlag.AlignRight
        painter.drawText(upper, right, raised)
        painter.drawText(lower, right, age)

    def _line(
        self,
        painter: QPainter,
        rect: QRect,
        font: QFont,
        text: str,
        side: int,
        colour: Any,
    ) -> None:
        painter.setFont(font)
        painter.setPen(colour)
        room = rect.width() - side - 12
        cut = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room)
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, cut)


class AlarmList(QFrame):
    """Head, list and the sentence of an empty list."""

    def __init__(self, desk: AlarmDesk, theme: Theme, clock: Clock) -> None:
        super().__init__()
        self._desk = desk
        self._model = AlarmListModel(self)
        self._head = label(self.tr("Alarms"), "title")
        self._waiting = label(look="label")
        self._empty = label(wrap=True)
        self.view = QListView()
        self.view.setModel(self._model)
        self.view.setItemDelegate(AlarmDelegate(theme, clock, self.view))
        self.view.setAccessibleName(self.tr("Active alarms"))
        self.view.setMouseTracking(True)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setUniformItemSizes(True)
        head = row(self._head, self._waiting, None)
        head.setContentsMargins(14, 12, 14, 8)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._empty.setContentsMargins(14, 4, 14, 0)
        inside = column(head, self._empty, self.view, gap=0, margins=1)
        inside.setStretch(1, 1)
        inside.setStretch(2, 1)
        frame = panel()
        frame.setLayout(inside)
        self.setLayout(column(frame))
        selection = self.view.selectionModel()
        selection.currentChanged.connect(self._on_current)
        self.view.doubleClicked.connect(lambda _index: desk.show_clip())
        desk.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the desk's state."""
        state = self._desk.state
        self._model.set_rows(state.listed)
        waiting = state.waiting()
        text = (
            self.tr("{count} unacknowledged")
            if waiting
            else self.tr("all acknowledged")
        )
        self._waiting.setText(text.format(count=waiting) if state.listed else "")
        self._empty.setVisible(not state.listed)
        self.view.setVisible(bool(state.listed))
        if not state.listed:
            self._empty.setText(self._empty_words())
        if state.current >= 0:
            index = self._model.index(state.current)
            if self.view.currentIndex() != index:
                self.view.selectionModel().setCurrentIndex(
                    index, QItemSelectionModel.SelectionFlag.ClearAndSelect
                )

    def tick(self) -> None:
        """Advance the ages; once a second."""
        self._model.ages_moved()

    @property
    def model(self) -> QAbstractItemModel:
        """The item model, for tests."""
        return self._model

    def _empty_words(self) -> str:
        shelved = self._desk.state.shelved
        if not shelved:
            return self.tr("No active alarms.")
        back = sorted(i.alarm.shelved_until_ns or 0 for i in shelved)
        times = ", ".join(clock_text(ns) for ns in back)
        text = self.tr("No active alarms. {count} shelved, back at {times}.")
        return text.format(count=len(shelved), times=times)

    def _on_current(self, current: QModelIndex, _before: QModelIndex) -> None:
        item: Any = current.data(ALARM_ROLE)
        now = self._desk.state.now
        if isinstance(item, Listed) and (now is None or now.key != item.key):
            self._desk.choose(item.key)

    def changeEvent(self, event: QEvent) -> None:
        """Lay out anew when the style changes."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange:
            self.view.doItemsLayout()
