"""Notices at the bottom of the window: what happened and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from watchpost.console.theme import Theme, set_look
from watchpost.console.widgets.parts import (
    button,
    column,
    icon_button,
    icon_label,
    label,
    row,
)

_INFO_MS = 6000
_WARNING_MS = 12_000
_MOST = 3
_ICONS = {
    "info": ("info", "lo"),
    "warning": ("triangle-alert", "p2"),
    "error": ("circle-x", "p1"),
}


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice.

    Attributes:
        text: What is so.
        todo: What to do, or empty.
        kind: ``info`` and ``warning`` go by themselves, ``error`` stays until closed.
        details: Offered for copying, such as a traceback.
    """

    text: str
    todo: str = ""
    kind: str = "info"
    details: str = ""


class Notices(QWidget):
    """Stacks notices over the lower right corner of its parent."""

    def __init__(self, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent)
        self._parent = parent
        self._theme = theme
        self._shown: list[tuple[Notice, QFrame]] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        parent.installEventFilter(self)
        self.hide()

    @property
    def notices(self) -> list[Notice]:
        """What is shown now, oldest first."""
        return [notice for notice, _ in self._shown]

    def show_notice(self, notice: Notice) -> None:
        """Show a notice; the same one twice is shown once."""
        if notice in self.notices:
            return
        card = self._card(notice)
        self._shown.append((notice, card))
        self._column.addWidget(card)
        while len(self._shown) > _MOST:
            self._drop(self._shown[0][1])
        if notice.kind != "error":
            lasting = _INFO_MS if notice.kind == "info" else _WARNING_MS
            QTimer.singleShot(lasting, card, lambda: self._drop(card))
        self.show()
        self.raise_()
        self._place()

    def _card(self, notice: Notice) -> QFrame:
        card = QFrame()
        set_look(card, "notice")
        icon, colour = _ICONS.get(notice.kind, _ICONS["info"])
        text = label(notice.text, "strong", wrap=True)
        words = column(text, gap=2)
        if notice.todo:
            words.addWidget(label(notice.todo, "label", wrap=True))
        if notice.details:
            copy = button(
                self._theme, self.tr("Copy details"), icon="copy", look="flat"
            )
            copy.clicked.connect(
                lambda: QGuiApplication.clipboard().setText(notice.details)
            )
            words.addWidget(copy, 0, Qt.AlignmentFlag.AlignLeft)
        close = icon_button(self._theme, "x", self.tr("Close"), look="flat")
        close.clicked.connect(lambda: self._drop(card))
        line = row(icon_label(self._theme, icon, colour, 18), words, close, gap=12)
        line.setStretch(1, 1)
        line.setAlignment(close, Qt.AlignmentFlag.AlignTop)
        line.setContentsMargins(14, 10, 8, 10)
        card.setLayout(line)
        card.setFixedWidth(self._theme.px(400))
        card.setAccessibleName(f"{notice.text} {notice.todo}")
        return card

    def _drop(self, card: QFrame) -> None:
        if all(c is not card for _, c in self._shown):
            return
        self._shown = [(n, c) for n, c in self._shown if c is not card]
        self._column.removeWidget(card)
        card.deleteLater()
        card.hide()
        self.setVisible(bool(self._shown))
        self._place()

    def _place(self) -> None:
        parent = self._parent
        self.adjustSize()
        size = self.sizeHint()
        gap = self._theme.px(12)
        self.setGeometry(
            parent.width() - size.width() - gap,
            parent.height() - size.height() - gap - self._theme.px(28),
            size.width(),
            size.height(),
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner when the window changes its size."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)
