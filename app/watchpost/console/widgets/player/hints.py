"""A line of key hints that drops what does not fit."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from watchpost.console.theme import Theme

_HEIGHT = 24
_CAP = 18


class KeyHints(QWidget):
    """Keys in frames, each with a word; painted, so that it costs no layout."""

    def __init__(
        self,
        theme: Theme,
        hints: Sequence[tuple[str, str]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._hints = tuple(hints)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(", ".join(f"{key}: {word}" for key, word in hints))
        theme.changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        """Return one line."""
        return QSize(self._theme.px(300), self._theme.px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        """Return next to nothing: hints give way."""
        return QSize(0, self._theme.px(_HEIGHT))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw as many hints as fit."""
        painter = QPainter(self)
        px, colours = self._theme.px, self._theme.colours
        painter.setFont(self._theme.font(12, 500))
        metrics = painter.fontMetrics()
        left, cap = 0, px(_CAP)
        top = (self.height() - cap) // 2
        for key, word in self._hints:
            key_width = max(cap, metrics.horizontalAdvance(key) + px(10))
            word_width = metrics.horizontalAdvance(word)
            if left + key_width + px(6) + word_width > self.width():
                return
            frame = QRect(left, top, key_width, cap)
            painter.setPen(colours.edge)
            painter.drawRoundedRect(frame.adjusted(0, 0, -1, -1), 3, 3)
            painter.setPen(colours.text)
            painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, key)
            place = QRect(frame.right() + px(7), top, word_width + 2, cap)
            painter.setPen(colours.lo)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, word)
            left = place.right() + px(14)
