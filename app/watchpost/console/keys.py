"""Which key does what: the defaults of ``actions`` and what the user changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import shiboken6
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from watchpost.console.actions import ACTIONS, HEARD_TOGETHER, ActionSpec, Scope

_WINDOW_WIDE = frozenset({Scope.ANYWHERE, Scope.ALARMS})
_BY_ID = {spec.id: spec for spec in ACTIONS}

Changed = Mapping[str, tuple[str, ...]]


@dataclass(slots=True)
class _Attached:
    widget: QWidget
    action_id: str
    slot: Callable[[], object]
    shortcuts: list[QShortcut]


class Keys:
    """The keys in force; builds shortcuts and names keys in texts.

    Single keys act only on the widget that has the focus: a window-wide Space would take
    it from every button (measured with real keys).
    """

    def __init__(
        self, changed: Changed | None = None, *, single_keys: bool = True
    ) -> None:
        self._changed = dict(changed or {})
        self._single_keys = single_keys
        self._attached: list[_Attached] = []

    def of(self, action_id: str) -> tuple[str, ...]:
        """Return an action's keys in Qt's portable form."""
        return self._changed.get(action_id, _BY_ID[action_id].keys)

    def shown(self, action_id: str) -> str:
        """Return an action's first key as this system writes it; empty without one."""
        keys = self.of(action_id)
        return native_text(keys[0]) if keys else ""

    def tip(self, action_id: str) -> str:
        """Return the tool tip of an action's button: what it does and its key."""
        text, key = action_text(_BY_ID[action_id]), self.shown(action_id)
        return f"{text} ({key})" if key else text

    def attach(
        self, widget: QWidget, slots: Mapping[str, Callable[[], object]]
    ) -> None:
        """Connect keys on a widget.

        Actions of window-wide scopes are heard in the whole window. The scope
        ``CORRECTION`` is heard by the widget and what lies in it; all others by the
        widget itself, while it has the focus.

        Args:
            widget: Who hears the keys; give it a focus policy.
            slots: What each action does.
        """
        self._attached = [a for a in self._attached if shiboken6.isValid(a.widget)]
        for action_id, slot in slots.items():
            attached = _Attached(widget, action_id, slot, [])
            self._attached.append(attached)
            self._bind(attached)

    def change(self, changed: Changed, *, single_keys: bool) -> None:
        """Use other keys from now on, also where keys are attached already."""
        if dict(changed) == self._changed and single_keys == self._single_keys:
            return
        self._changed, self._single_keys = dict(changed), single_keys
        self._attached = [a for a in self._attached if shiboken6.isValid(a.widget)]
        for attached in self._attached:
            self._bind(attached)

    def _bind(self, attached: _Attached) -> None:
        for old in attached.shortcuts:
            old.setEnabled(False)
            old.deleteLater()
        attached.shortcuts = []
        scope = _BY_ID[attached.action_id].scope
        context = Qt.ShortcutContext.WidgetShortcut
        if scope in _WINDOW_WIDE:
            context = Qt.ShortcutContext.WindowShortcut
        elif scope is Scope.CORRECTION:
            context = Qt.ShortcutContext.WidgetWithChildrenShortcut
        for key in self.of(attached.action_id):
            if len(key) == 1 and not self._single_keys:
                continue
            shortcut = QShortcut(QKeySequence(key), attached.widget)
            shortcut.setContext(context)
            shortcut.activated.connect(attached.slot)
            attached.shortcuts.append(shortcut)


def native_text(key: str) -> str:
    """Return a key of the table as this system writes it."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


def spec_of(action_id: str) -> ActionSpec:
    """Return an action's row."""
    return _BY_ID[action_id]


def action_text(spec: ActionSpec) -> str:
    """Return an action's text in the user's language."""
    text = QCoreApplication.translate("Actions", spec.text)
    return text.format(number=spec.id.rpartition("_")[2])


def conflicts(keys: Keys) -> list[tuple[str, str, str]]:
    """Return ``(key, action, action)`` where both would hear the same key.

    Qt then runs neither of them.
    """
    found = []
    for together in HEARD_TOGETHER:
        seen: dict[str, str] = {}
        for spec in ACTIONS:
            if spec.scope not in together:
                continue
            for key in keys.of(spec.id):
                name = QKeySequence(key).toString()
                if name in seen and seen[name] != spec.id:
                    found.append((name, seen[name], spec.id))
                seen[name] = spec.id
    return sorted(set(found))
