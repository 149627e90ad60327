"""Small dialogs of the window: palette, keys, shelving, closing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    Qt,
)
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialog,
    QGridLayout,
    QLineEdit,
    QListView,
    QScrollArea,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from watchpost.console.actions import ACTIONS, SCOPE_TITLES, Scope
from watchpost.console.alarms import Listed
from watchpost.console.keys import Keys, action_text, native_text
from watchpost.console.palette import Entry
from watchpost.console.theme import Theme, set_look
from watchpost.console.widgets.parts import button, column, label, row, rule, segments

_Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
_ENTRY_ROLE = Qt.ItemDataRole.UserRole + 1


class _Entries(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._entries: list[Entry] = []

    def set_entries(self, entries: list[Entry]) -> None:
        # Every key press finds other entries: nothing is worth keeping.
        self.beginResetModel()
        self._entries = entries
        self.endResetModel()

    def rowCount(self, parent: _Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self._entries):
            return None
        entry = self._entries[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{entry.title}, {entry.hint}" if entry.hint else entry.title
        return entry if role == _ENTRY_ROLE else None


class _EntryDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        del index
        return QSize(option.rect.width(), self._theme.px(34))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: _Index
    ) -> None:
        entry: Any = index.data(_ENTRY_ROLE)
        if not isinstance(entry, Entry):
            return
        c, rect, theme = self._theme.colours, option.rect, self._theme
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, c.accent_bg)
            painter.fillRect(rect.left(), rect.top(), 3, rect.height(), c.accent)
        icon = theme.icons.pixmap(entry.icon, c.lo, 16)
        painter.drawPixmap(rect.left() + 14, rect.center().y() - 7, icon)
        middle = Qt.AlignmentFlag.AlignVCenter
        words = rect.adjusted(42, 0, -14, 0)
        painter.setFont(theme.font(13))
        painter.setPen(c.lo)
        painter.drawText(words, middle | Qt.AlignmentFlag.AlignRight, entry.hint)
        room = words.width() - theme.metrics(13).horizontalAdvance(entry.hint) - 16
        painter.setFont(theme.font(14, 500))
        painter.setPen(c.hi)
        title = theme.metrics(14, 500).elidedText(
            entry.title, Qt.TextElideMode.ElideRight, room
        )
        painter.drawText(words, middle, title)


class PaletteDialog(QDialog):
    """One line to type into and what it finds; Enter opens, Esc leaves."""

    def __init__(
        self,
        parent: QWidget,
        theme: Theme,
        find: Callable[[str], list[Entry]],
        chosen: Callable[[Entry], None],
    ) -> None:
        super().__init__(
            parent, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint
        )
        self._find, self._chosen = find, chosen
        set_look(self, "palette")
        self.setAccessibleName(self.tr("Go to or do anything"))
        self.setModal(True)
        self.line = QLineEdit()
        self.line.setPlaceholderText(
            self.tr("Page, camera, action, or a camera's number and a time: 02 13:41")
        )
        self.line.setAccessibleName(self.tr("Search"))
        self._model = _Entries(self)
        self.view = QListView()
        self.view.setModel(self._model)
        self.view.setItemDelegate(_EntryDelegate(theme, self.view))
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setAccessibleName(self.tr("Found"))
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._none = label(self.tr("Nothing found."), "label")
        head = row(self.line)
        head.setContentsMargins(12, 12, 12, 4)
        none = row(self._none)
        none.setContentsMargins(16, 0, 16, 8)
        self.setLayout(column(head, self.view, none, gap=4, margins=1))
        width = min(theme.px(620), parent.width() - 40)
        self.setFixedWidth(width)
        self._row = theme.px(34)
        self._tallest = min(theme.px(34 * 12) + 4, parent.height() - theme.px(160))
        corner = parent.mapToGlobal(parent.rect().topLeft())
        self.move(corner.x() + (parent.width() - width) // 2, corner.y() + theme.px(64))
        self.line.textChanged.connect(self._show)
        self.line.installEventFilter(self)
        self.view.clicked.connect(self._open)
        self._show("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move in the list with the arrows while the line keeps the focus."""
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key = event.key()
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._open(self.view.currentIndex())
                return True
            step = {
                int(Qt.Key.Key_Down): 1,
                int(Qt.Key.Key_Up): -1,
                int(Qt.Key.Key_PageDown): 8,
                int(Qt.Key.Key_PageUp): -8,
            }.get(key)
            if step is not None:
                count = self._model.rowCount()
                now = self.view.currentIndex().row()
                self._go(min(max(now + step, 0), count - 1))
                return True
        return super().eventFilter(watched, event)

    def _show(self, text: str) -> None:
        entries = self._find(text)
        self._model.set_entries(entries)
        self.view.setVisible(bool(entries))
        self.view.setFixedHeight(min(len(entries) * self._row + 4, self._tallest))
        self._none.setVisible(not entries)
        self.setFixedHeight(self.sizeHint().height())
        self._go(0)

    def _go(self, place: int) -> None:
        if 0 <= place < self._model.rowCount():
            self.view.setCurrentIndex(self._model.index(place))

    def _open(self, index: QModelIndex) -> None:
        entry: Any = index.data(_ENTRY_ROLE)
        if isinstance(entry, Entry):
            self.accept()
            self._chosen(entry)


class KeySheet(QDialog):
    """All keys of a page and those that work everywhere."""

    def __init__(
        self, parent: QWidget, theme: Theme, keys: Keys, scopes: Sequence[Scope]
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keys"))
        shown = [*scopes, Scope.ANYWHERE, Scope.ALARMS]
        columns = [column(gap=4), column(gap=4)]
        filled = [0, 0]
        for scope in dict.fromkeys(shown):
            place = filled.index(min(filled))
            grid = self._grid(theme, keys, scope)
            columns[place].addWidget(self._heading(scope))
            columns[place].addLayout(grid)
            columns[place].addSpacing(12)
            filled[place] += grid.rowCount() + 2
        for each in columns:
            each.addStretch(1)
        inside = QWidget()
        set_look(inside, "clear")
        inside.setLayout(row(*columns, gap=32, margins=16))
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        close = button(theme, self.tr("Close"))
        close.clicked.connect(self.accept)
        close.setDefault(True)
        foot = row(
            label(self.tr("Keys can be changed in Settings."), "label"), None, close
        )
        foot.setContentsMargins(16, 0, 16, 14)
        self.setLayout(column(area, foot, margins=0))
        self.resize(
            min(theme.px(880), parent.width() - 40),
            min(theme.px(680), parent.height() - 40),
        )

    def _heading(self, scope: Scope) -> QWidget:
        return label(QCoreApplication.translate("Scopes", SCOPE_TITLES[scope]), "title")

    def _grid(self, theme: Theme, keys: Keys, scope: Scope) -> QGridLayout:
        grid = QGridLayout()
        grid.setColumnMinimumWidth(0, theme.px(120))
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        specs = [s for s in ACTIONS if s.scope is scope and keys.of(s.id)]
        # Keys that differ by their digit alone share a line.
        specs = [s for s in specs if not s.id[-1].isdigit() or s.id.endswith("_1")]
        for place, spec in enumerate(specs):
            names = row(gap=4)
            for key in keys.of(spec.id):
                names.addWidget(label(native_text(key), "key"))
            text = action_text(spec)
            if spec.id.endswith("_1"):
                names.addWidget(label("… 9", "label"))
                text = self.tr("{first} to 9").format(first=text)
            names.addStretch(1)
            grid.addLayout(names, place, 0)
            grid.addWidget(label(text), place, 1)
        return grid


class ShelveDialog(QDialog):
    """For how long, and why."""

    MINUTES = (15, 60, 240, 720)

    def __init__(self, parent: QWidget, theme: Theme, item: Listed) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Shelve an alarm"))
        self._minutes = 60
        what = label(f"{item.alarm.text}, {item.name}", "strong", wrap=True)
        words = (self.tr("15 min"), self.tr("1 h"), self.tr("4 h"), self.tr("12 h"))
        buttons = [button(theme, word) for word in words]
        group = QButtonGroup(self)
        for made, minutes in zip(buttons, self.MINUTES, strict=True):
            group.addButton(made)
            made.clicked.connect(lambda _on=False, m=minutes: self._choose(m))
        times = segments(*buttons)
        times.addStretch(1)
        buttons[1].setChecked(True)
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(
            self.tr("Why, such as: building work until Friday")
        )
        self.reason.setAccessibleName(self.tr("Reason"))
        self.reason.setMaxLength(500)
        self.shelve = button(theme, self.tr("Shelve"), look="primary")
        self.shelve.setEnabled(False)
        cancel = button(theme, self.tr("Cancel"))
        self.setLayout(
            column(
                what,
                label(self.tr("It comes back by itself after"), "label"),
                times,
                label(self.tr("Reason"), "label"),
                self.reason,
                8,
                row(None, cancel, self.shelve),
                margins=16,
            )
        )
        self.setMinimumWidth(theme.px(420))
        self.reason.textChanged.connect(
            lambda text: self.shelve.setEnabled(bool(text.strip()))
        )
        self.shelve.clicked.connect(self.accept)
        cancel.clicked.connect(self.reject)
        self.reason.setFocus()

    @property
    def minutes(self) -> int:
        """For how long."""
        return self._minutes

    def _choose(self, minutes: int) -> None:
        self._minutes = minutes


class CloseDialog(QDialog):
    """Counting stops, or continues, when the console closes."""

    def __init__(self, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Close Watchpost"))
        self.continues = False
        title = label(self.tr("Shall counting continue when I close?"), "title")
        words = label(
            self.tr(
                "The edge on this computer records and counts. It can go on without a "
                "window; the next console finds it again."
            ),
            "label",
            wrap=True,
        )
        self.remember = QCheckBox(self.tr("Remember, do not ask again (see Settings)"))
        self.go_on = button(theme, self.tr("Counting continues"), look="primary")
        self.stop = button(theme, self.tr("Counting stops"))
        cancel = button(theme, self.tr("Cancel"))
        self.setLayout(
            column(
                title,
                words,
                self.remember,
                rule(),
                row(cancel, None, self.stop, self.go_on),
                gap=12,
                margins=16,
            )
        )
        self.setMinimumWidth(theme.px(460))
        self.go_on.clicked.connect(lambda: self._decide(True))
        self.stop.clicked.connect(lambda: self._decide(False))
        cancel.clicked.connect(self.reject)

    def _decide(self, continues: bool) -> None:
        self.continues = continues
        self.accept()
