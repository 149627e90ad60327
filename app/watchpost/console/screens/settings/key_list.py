"""Keys: every action with its keys, changed here, clashes named."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHeaderView, QKeySequenceEdit, QTableView, QWidget

from watchpost.console.actions import ACTIONS, SCOPE_TITLES
from watchpost.console.keys import Keys, action_text, conflicts, native_text, spec_of
from watchpost.console.preferences import PreferencesStore
from watchpost.console.screens.settings.parts import section
from watchpost.console.theme import Theme
from watchpost.console.widgets.parts import button, label, row

_Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


class KeyTable(QAbstractTableModel):
    """Actions in the table's order; columns: what, where, keys."""

    WHAT, WHERE, KEYS = range(3)

    def __init__(self, keys: Keys, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._keys = keys

    def refresh(self) -> None:
        """Keys were changed."""
        last = self.index(len(ACTIONS) - 1, self.KEYS)
        self.dataChanged.emit(self.index(0, self.KEYS), last)

    def action_id(self, row_number: int) -> str:
        """Return the action of a row."""
        return ACTIONS[row_number].id

    def rowCount(self, parent: _Index = _NO_PARENT) -> int:
        """Return the number of actions."""
        return 0 if parent.isValid() else len(ACTIONS)

    def columnCount(self, parent: _Index = _NO_PARENT) -> int:
        """Return three."""
        return 0 if parent.isValid() else 3

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Return a column's name."""
        if orientation is Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return (self.tr("What"), self.tr("Where"), self.tr("Keys"))[section]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's words."""
        if not index.isValid() or role != Qt.ItemDataRole.DisplayRole:
            return None
        spec = ACTIONS[index.row()]
        match index.column():
            case self.WHAT:
                return action_text(spec)
            case self.WHERE:
                return QCoreApplication.translate("Scopes", SCOPE_TITLES[spec.scope])
            case _:
                return "  ".join(native_text(k) for k in self._keys.of(spec.id))


class KeySection(QWidget):
    """Choose an action, press its new key."""

    def __init__(self, preferences: PreferencesStore, keys: Keys, theme: Theme) -> None:
        super().__init__()
        self._preferences, self._keys = preferences, keys
        self.model = KeyTable(keys, self)
        self.table = QTableView()
        self.table.setModel(self.model)
        self.table.setProperty("look", "framed")
        self.table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(theme.px(30))
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        self.table.setAccessibleName(self.tr("Keys"))
        self.table.setMinimumHeight(theme.px(300))
        self.edit = QKeySequenceEdit()
        self.edit.setMaximumSequenceLength(1)
        self.edit.setAccessibleName(self.tr("New key"))
        self.edit.setMinimumWidth(theme.px(180))
        self.put = button(theme, self.tr("Use this key"))
        self.reset = button(theme, self.tr("Default"))
        self.reset_all = button(theme, self.tr("All defaults"))
        self._clash = label(look="p2-text", wrap=True)
        self._clash.hide()
        self.setLayout(
            section(
                self.tr("Keys"),
                self.tr("Choose an action, click into the field, press the new key."),
                self.table,
                row(self.edit, self.put, self.reset, None, self.reset_all),
                self._clash,
            )
        )
        self.put.clicked.connect(self._put)
        self.reset.clicked.connect(self._reset)
        self.reset_all.clicked.connect(lambda: self._change({}))
        self.table.selectionModel().currentRowChanged.connect(self._on_row)
        self.edit.keySequenceChanged.connect(self._on_edit)
        self.table.selectRow(0)

    def _chosen(self) -> str:
        return self.model.action_id(max(0, self.table.currentIndex().row()))

    def _on_row(self, current: QModelIndex, _before: QModelIndex) -> None:
        keys = self._keys.of(self.model.action_id(current.row()))
        self.edit.setKeySequence(QKeySequence(keys[0] if keys else ""))
        self._clash.hide()

    def _on_edit(self, sequence: QKeySequence) -> None:
        key = sequence.toString()
        clash = self._clash_of(key) if key else ""
        self._clash.setText(clash)
        self._clash.setVisible(bool(clash))
        self.put.setEnabled(not clash)

    def _clash_of(self, key: str) -> str:
        chosen = self._chosen()
        trial = Keys({**self._preferences.now.keys, chosen: (key,)})
        for _, one, two in conflicts(trial):
            if chosen in (one, two):
                other = two if one == chosen else one
                text = self.tr("{key} already means: {action}. Choose another key.")
                action = action_text(spec_of(other))
                return text.format(key=native_text(key), action=action)
        return ""

    def _put(self) -> None:
        key = self.edit.keySequence().toString()
        changed = dict(self._preferences.now.keys)
        changed[self._chosen()] = (key,) if key else ()
        self._change(changed)

    def _reset(self) -> None:
        changed = dict(self._preferences.now.keys)
        changed.pop(self._chosen(), None)
        self._change(changed)

    def _change(self, changed: dict[str, tuple[str, ...]]) -> None:
        self._preferences.update(keys=changed)
        self._keys.change(changed, single_keys=self._preferences.now.single_keys)
        self.model.refresh()
        self._on_row(self.table.currentIndex(), QModelIndex())
