"""Colours table cells by token; a selected row keeps the colour of its state."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from watchpost.console.theme import Theme


class ToneDelegate(QStyledItemDelegate):
    """Reads the name of a colour token from an item and gives it to the text."""

    def __init__(self, theme: Theme, role: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._role = role

    def initStyleOption(
        self,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Colour the text, selected or not."""
        super().initStyleOption(option, index)
        tone = index.data(self._role)
        if not isinstance(tone, str):
            return
        colour = self._theme.colours.of(tone)
        palette: QPalette = option.palette
        for role in (QPalette.ColorRole.Text, QPalette.ColorRole.HighlightedText):
            palette.setColor(role, colour)
        option.palette = palette
