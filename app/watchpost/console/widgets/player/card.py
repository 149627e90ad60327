"""A card over the picture: what is so, why, and what to do."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Signal
from PySide6.QtWidgets import QFrame, QProgressBar, QSizePolicy, QWidget

from watchpost.console.theme import Theme, set_look
from watchpost.console.widgets.parts import button, column, icon_label, label, row

_WIDTH = 420


class MessageCard(QFrame):
    """Stands in the middle of its parent and follows its size.

    Signals:
        asked: Its button was pressed.
    """

    asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._around = parent
        set_look(self, "card")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.icon = icon_label(theme, "film", "lo", 24)
        self.title = label(look="strong", wrap=True)
        self.text = label(look="label", wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 0)
        self.action = button(theme, "")
        words = column(self.title, self.text, self.bar, row(self.action, None), gap=6)
        self.setLayout(row(self.icon, words, gap=14, margins=14))
        self.hide()
        parent.installEventFilter(self)
        self.action.clicked.connect(self.asked)

    def show_message(
        self,
        icon: str,
        title: str,
        text: str = "",
        *,
        colour: str = "lo",
        action: str = "",
        share: float | None = None,
        busy: bool = False,
    ) -> None:
        """Show the card.

        Args:
            icon: Lucide name.
            title: What is so.
            text: Why, or what to do.
            colour: Token of the icon.
            action: Text of its button; empty for none.
            share: Progress, 0..1, where it is known.
            busy: Show a bar although the share is not known.
        """
        self.icon.setPixmap(
            self._theme.icons.pixmap(icon, self._theme.colours.of(colour), 24)
        )
        self.title.setText(title)
        self.text.setText(text)
        self.text.setVisible(bool(text))
        self.action.setText(action)
        self.action.setVisible(bool(action))
        self.bar.setVisible(share is not None or busy)
        if share is not None:
            self.bar.setRange(0, 100)
            self.bar.setValue(round(100 * share))
        else:
            self.bar.setRange(0, 0)
        self.show()
        self.raise_()
        self._place()

    def sizeHint(self) -> QSize:
        """Return a fixed width and the height of the words."""
        width = min(self._theme.px(_WIDTH), max(200, self._around.width() - 24))
        layout = self.layout()
        height = layout.heightForWidth(width) if layout is not None else 80
        return QSize(width, max(height, 64))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the middle when the parent changes its size."""
        if event.type() is QEvent.Type.Resize and not self.isHidden():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        size = self.sizeHint()
        self.resize(size)
        self.move(
            (self._around.width() - size.width()) // 2,
            (self._around.height() - size.height()) // 2,
        )
