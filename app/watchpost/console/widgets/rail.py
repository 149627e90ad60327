"""The rail at the left: one button a page, icon and word."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QToolButton

from watchpost.console.screens import PageSpec
from watchpost.console.theme import Theme, set_look
from watchpost.console.widgets.parts import column


class Rail(QFrame):
    """Chooses the page.

    Signals:
        chosen: Id of the page.
    """

    chosen = Signal(str)

    def __init__(self, pages: Sequence[PageSpec], theme: Theme) -> None:
        super().__init__()
        set_look(self, "rail")
        self.setFixedWidth(theme.px(76))
        self.setAccessibleName(self.tr("Pages"))
        self._buttons: dict[str, QToolButton] = {}
        group = QButtonGroup(self)
        group.setExclusive(True)
        self._column = column(gap=2)
        self._column.setContentsMargins(0, 6, 0, 6)
        stretched = False
        for number, spec in enumerate(pages, 1):
            if spec.at_bottom and not stretched:
                self._column.addStretch(1)
                stretched = True
            made = self._button(spec, number, theme)
            group.addButton(made)
            self._column.addWidget(made)
            self._buttons[spec.id] = made
        if not stretched:
            self._column.addStretch(1)
        self.setLayout(self._column)

    def _button(self, spec: PageSpec, number: int, theme: Theme) -> QToolButton:
        made = QToolButton()
        set_look(made, "rail")
        text = QCoreApplication.translate("Pages", spec.title)
        made.setText(text)
        made.setCheckable(True)
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        theme.icons.give(made, spec.icon, colour="lo", size=22)
        made.setIconSize(QSize(22, 22))
        made.setFixedSize(theme.px(75), theme.px(58))
        made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        made.setToolTip(
            self.tr("{page} (Ctrl+{number})").format(page=text, number=number)
        )
        made.clicked.connect(lambda _checked=False, to=spec.id: self.chosen.emit(to))
        return made

    def show_page(self, page_id: str) -> None:
        """Mark a page as the open one."""
        if page_id in self._buttons:
            self._buttons[page_id].setChecked(True)

    def take_focus(self) -> None:
        """Give the keyboard to the open page's button."""
        for made in self._buttons.values():
            if made.isChecked():
                made.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go up and down with the arrow keys."""
        buttons = list(self._buttons.values())
        focused = next((i for i, b in enumerate(buttons) if b.hasFocus()), None)
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if focused is None or step is None:
            super().keyPressEvent(event)
            return
        buttons[(focused + step) % len(buttons)].setFocus(Qt.FocusReason.TabFocusReason)
