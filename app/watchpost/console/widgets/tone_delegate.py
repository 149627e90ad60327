"""Colours table cells; a selected row keeps the colours of its states."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from watchpost.console.theme import Theme


class ToneDelegate(QStyledItemDelegate):
    """Reads a colour, or the name of its token, from an item for the text."""

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
        if not isinstance(tone, (str, QColor)):
            return
        colour = self._theme.colours.of(tone) if isinstance(tone, str) else tone
        palette: QPalette = option.palette
        for role in (QPalette.ColorRole.Text, QPalette.ColorRole.HighlightedText):
            palette.setColor(role, colour)
        option.palette = palette
