"""Which key does what: the defaults of ``actions`` and what the user changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from watchpost.console.actions import ACTIONS, HEARD_TOGETHER, ActionSpec, Scope

_WINDOW_WIDE = frozenset({Scope.ANYWHERE, Scope.ALARMS})
_BY_ID = {spec.id: spec for spec in ACTIONS}


class Keys:
    """The keys in force; builds shortcuts and names keys in texts.

    Single keys act only on the widget that has the focus: a window-wide Space would take
    it from every button (measured with real keys).
    """

    def __init__(
        self,
        changed: Mapping[str, tuple[str, ...]] | None = None,
        *,
        single_keys: bool = True,
    ) -> None:
        self._changed = dict(changed or {})
        self._single_keys = single_keys
        self._attached: list[tuple[QShortcut, str]] = []

    def of(self, action_id: str) -> tuple[str, ...]:
        """Return an action's keys in Qt's portable form."""
        return self._changed.get(action_id, _BY_ID[action_id].keys)

    def shown(self, action_id: str) -> str:
        """Return an action's first key as this system writes it; empty without one."""
        keys = self.of(action_id)
        if not keys:
            return ""
        return QKeySequence(keys[0]).toString(QKeySequence.SequenceFormat.NativeText)

    def tip(self, action_id: str) -> str:
        """Return the tool tip of an action's button: what it does and its key."""
        text, key = action_text(_BY_ID[action_id]), self.shown(action_id)
        return f"{text} ({key})" if key else text

    def attach(
        self, widget: QWidget, slots: Mapping[str, Callable[[], object]]
    ) -> list[QShortcut]:
        """Connect keys on a widget.

        Actions of window-wide scopes are heard in the whole window. The scope
        ``CORRECTION`` is heard by the widget and what lies in it; all others by the
        widget itself, while it has the focus.

        Args:
            widget: Who hears the keys; give it a focus policy.
            slots: What each action does.
        """
        made = []
        for action_id, slot in slots.items():
            spec = _BY_ID[action_id]
            context = Qt.ShortcutContext.WidgetShortcut
            if spec.scope in _WINDOW_WIDE:
                context = Qt.ShortcutContext.WindowShortcut
            elif spec.scope is Scope.CORRECTION:
                context = Qt.ShortcutContext.WidgetWithChildrenShortcut
            for key in self.of(action_id):
                if not self._single_keys and _is_single_character(key):
                    continue
                shortcut = QShortcut(QKeySequence(key), widget)
                shortcut.setContext(context)
                shortcut.activated.connect(slot)
                made.append(shortcut)
        return made


def spec_of(action_id: str) -> ActionSpec:
    """Return an action's row."""
    return _BY_ID[action_id]


def action_text(spec: ActionSpec) -> str:
    """Return an action's text in the user's language."""
    return QCoreApplication.translate("Actions", spec.text)


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


def _is_single_character(key: str) -> bool:
    return len(key) == 1
