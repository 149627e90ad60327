"""Labels, buttons and rows as the design wants them, in one line each."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from watchpost.console.theme import Theme, set_look

ICON_SIZE = 18


def label(text: str = "", look: str = "", *, wrap: bool = False) -> QLabel:
    """Return a plain-text label with one of the style sheet's looks."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if look:
        set_look(made, look)
    return made


def button(
    theme: Theme, text: str, *, icon: str = "", look: str = "", tip: str = ""
) -> QPushButton:
    """Return a push button; ``look`` is ``primary`` (one a page), ``flat`` or empty."""
    made = QPushButton(text)
    if look:
        set_look(made, look)
    if icon:
        colour = "on_accent" if look == "primary" else "text"
        theme.icons.give(made, icon, colour=colour, size=ICON_SIZE, beside_text=True)
    if tip:
        made.setToolTip(tip)
    return made


def icon_button(
    theme: Theme, icon: str, name: str, *, tip: str = "", look: str = ""
) -> QToolButton:
    """Return a square button that shows an icon alone; ``name`` is read out."""
    made = QToolButton()
    theme.icons.give(made, icon, size=ICON_SIZE)
    made.setAccessibleName(name)
    made.setToolTip(tip or name)
    # The 34 px of the design, so that a row of them is even.
    made.setFixedWidth(theme.px(34))
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    if look:
        set_look(made, look)
    return made


def icon_label(theme: Theme, icon: str, colour: str = "lo", size: int = 16) -> QLabel:
    """Return an icon as decoration, in the colour of a token."""
    made = QLabel()
    made.setPixmap(theme.icons.pixmap(icon, theme.colours.of(colour), size))
    made.setFixedWidth(size)
    return made


def rule(*, vertical: bool = False) -> QFrame:
    """Return a one pixel divider."""
    made = QFrame()
    set_look(made, "rule")
    if vertical:
        made.setFixedWidth(1)
    else:
        made.setFixedHeight(1)
    return made


def _fill(
    layout: QBoxLayout, items: tuple[QWidget | QLayout | int | None, ...], margins: int
) -> None:
    layout.setContentsMargins(margins, margins, margins, margins)
    for item in items:
        if item is None:
            layout.addStretch(1)
        elif isinstance(item, int):
            layout.addSpacing(item)
        elif isinstance(item, QLayout):
            layout.addLayout(item)
        else:
            layout.addWidget(item)


def row(
    *items: QWidget | QLayout | int | None, gap: int = 8, margins: int = 0
) -> QHBoxLayout:
    """Return a row: widgets, layouts, ``None`` for a stretch, an int for a space."""
    made = QHBoxLayout()
    made.setSpacing(gap)
    _fill(made, items, margins)
    return made


def column(
    *items: QWidget | QLayout | int | None, gap: int = 8, margins: int = 0
) -> QVBoxLayout:
    """Return a column; items as in :func:`row`."""
    made = QVBoxLayout()
    made.setSpacing(gap)
    _fill(made, items, margins)
    return made


def panel(look: str = "panel") -> QFrame:
    """Return an empty framed panel; give it a layout."""
    made = QFrame()
    set_look(made, look)
    return made


def segments(*buttons: QPushButton) -> QHBoxLayout:
    """Join checkable buttons into one segmented control; the caller groups them."""
    made = row(gap=0)
    for index, each in enumerate(buttons):
        each.setCheckable(True)
        place = "first" if index == 0 else "middle"
        each.setProperty("seg", "last" if index == len(buttons) - 1 else place)
        made.addWidget(each)
    return made


_Spin = TypeVar("_Spin", bound=QAbstractSpinBox)


def inset(box: _Spin) -> _Spin:
    """Move a spin box's text off its left edge; the style sheet cannot."""
    line = box.findChild(QLineEdit)
    if line is not None:
        line.setTextMargins(7, 0, 0, 0)
    return box


class ElidedLabel(QLabel):
    """A label that shortens its text to the room it gets; the tool tip has it all."""

    def __init__(self, text: str = "", look: str = "") -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        if look:
            set_look(self, look)

    def minimumSizeHint(self) -> QSize:
        """Ask for little: the text gives way."""
        return QSize(
            self.fontMetrics().averageCharWidth() * 4, self.sizeHint().height()
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Offer the whole text where it does not fit."""
        super().resizeEvent(event)
        cut = self.fontMetrics().horizontalAdvance(self.text()) > self.width()
        self.setToolTip(self.text() if cut else "")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the text with an ellipsis where it does not fit."""
        del event
        painter = QPainter(self)
        text = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, self.width()
        )
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        painter.drawText(self.contentsRect(), int(self.alignment()), text)
