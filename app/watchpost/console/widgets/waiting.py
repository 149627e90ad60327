"""What stands where a page would be, while there is no edge to show."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame

from watchpost.base.errors import WatchpostError
from watchpost.console.theme import Theme
from watchpost.console.widgets.parts import (
    button,
    column,
    icon_label,
    label,
    panel,
    row,
)


class WaitingPanel(QFrame):
    """A card in the middle: what is going on, or what is wrong and what to do."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._title = label(look="title", wrap=True)
        self._words = label(look="label", wrap=True)
        self._wait = icon_label(theme, "circle-dashed", "lo", 28)
        self._wrong = icon_label(theme, "triangle-alert", "p2", 28)
        self._again = button(theme, self.tr("Try again"), look="primary")
        self._again.clicked.connect(self._try)
        self._retry: Callable[[], None] | None = None
        words = column(self._title, self._words, self._again, gap=8)
        words.setAlignment(self._again, Qt.AlignmentFlag.AlignLeft)
        inside = row(self._wait, self._wrong, words, gap=14)
        inside.setContentsMargins(20, 18, 20, 18)
        inside.setStretch(2, 1)
        for mark in (self._wait, self._wrong):
            inside.setAlignment(mark, Qt.AlignmentFlag.AlignTop)
        card = panel("card")
        card.setFixedWidth(theme.px(460))
        card.setLayout(inside)
        self.setLayout(column(None, row(None, card, None), None))
        self.show_waiting("", "")

    def show_waiting(self, title: str, words: str) -> None:
        """Say what is going on."""
        self._show(title, words, None)

    def show_trouble(self, error: WatchpostError, retry: Callable[[], None]) -> None:
        """Say what is wrong."""
        self._show(error.what, error.todo, retry)
        self._again.setFocus()

    def _show(self, title: str, words: str, retry: Callable[[], None] | None) -> None:
        self._retry = retry
        self._title.setText(title)
        self._words.setText(words)
        self._wait.setVisible(retry is None)
        self._wrong.setVisible(retry is not None)
        self._again.setVisible(retry is not None)

    def _try(self) -> None:
        if self._retry is not None:
            self._retry()
