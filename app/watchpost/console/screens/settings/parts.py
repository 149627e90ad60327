"""How a section of the settings page is laid out."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLayout, QVBoxLayout, QWidget

from watchpost.console.widgets.parts import column, label, row

_NAME_WIDTH = 150


def section(title: str, words: str, *parts: QWidget | QLayout) -> QVBoxLayout:
    """Return a section: heading, one sentence, then its settings."""
    made = column(label(title, "title"), label(words, "label", wrap=True), 8, gap=4)
    for part in parts:
        if isinstance(part, QLayout):
            made.addLayout(part)
        else:
            made.addWidget(part)
        made.addSpacing(10)
    return made


def setting(name: str, widget: QWidget, words: str = "") -> QHBoxLayout:
    """Return one setting: its name, what sets it, and what it does."""
    caption = label(name, "strong")
    caption.setFixedWidth(_NAME_WIDTH)
    caption.setBuddy(widget)
    if not widget.accessibleName():
        widget.setAccessibleName(name)
    line = row(widget, None, gap=0)
    # The widget takes the room up to its own widest.
    line.setStretch(0, 100)
    right = column(line, gap=3)
    if words:
        right.addWidget(label(words, "label", wrap=True))
    made = row(caption, right, gap=16)
    caption.setMinimumHeight(widget.sizeHint().height())
    made.setAlignment(caption, Qt.AlignmentFlag.AlignTop)
    made.setStretch(1, 1)
    return made
