"""Edges: those that let this console in, and letting another console in here."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from watchpost.console.bridge.edges import EdgeLink, Edges, LinkState
from watchpost.console.edge_book import EdgeBook
from watchpost.console.moments import clock_text
from watchpost.console.screens.settings.parts import section
from watchpost.console.screens.settings.presenter import SettingsPresenter, SettingsView
from watchpost.console.theme import Theme
from watchpost.console.widgets.parts import (
    ElidedLabel,
    button,
    column,
    icon_label,
    label,
    panel,
    row,
)


class EdgeSection(QWidget):
    """A row an edge; a form to add one; a code for other consoles."""

    def __init__(
        self, presenter: SettingsPresenter, edges: Edges, book: EdgeBook, theme: Theme
    ) -> None:
        super().__init__()
        self._presenter, self._edges, self._book = presenter, edges, book
        self._theme = theme
        self._rows = QVBoxLayout()
        self._rows.setSpacing(8)
        self.address = QLineEdit()
        self.address.setPlaceholderText("https://192.0.2.7:8443")
        self.address.setAccessibleName(self.tr("Address"))
        self.code = QLineEdit()
        self.code.setPlaceholderText(self.tr("One-time code"))
        self.code.setAccessibleName(self.tr("One-time code"))
        self.code.setMaximumWidth(theme.px(180))
        self.add = button(theme, self.tr("Add this edge"), icon="plus", look="primary")
        self.add.setEnabled(False)
        form = row(self.address, self.code, self.add)
        form.setStretch(0, 1)
        self.make = button(theme, self.tr("Let another console in"), icon="link")
        self._given = label(look="value")
        self._given.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
        )
        self._until = label(look="label", wrap=True)
        words = self.tr(
            "The other computer shows its address and code under Settings, Edges, "
            "Let another console in."
        )
        self.setLayout(
            section(
                self.tr("Edges"),
                self.tr("Computers that record and count. All of them share the wall."),
                self._rows,
                label(self.tr("Add an edge on another machine"), "strong"),
                label(words, "label", wrap=True),
                form,
                label(self.tr("This edge on another console"), "strong"),
                row(self.make, 12, self._given, None),
                self._until,
            )
        )
        for field in (self.address, self.code):
            field.textChanged.connect(self._on_typed)
            field.returnPressed.connect(self._add)
        self.add.clicked.connect(self._add)
        self.make.clicked.connect(presenter.make_code)
        edges.links_changed.connect(self.refresh)
        edges.state_changed.connect(self.refresh)
        presenter.joined.connect(self._on_joined)
        self.refresh()

    def refresh(self) -> None:
        """Show the edges and their state."""
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        known = {k.key for k in self._book.known}
        for link in self._edges.links:
            self._rows.addWidget(self._row(link, link.key in known))

    def show_view(self, view: SettingsView) -> None:
        """Show the code for another console."""
        if view.code is not None:
            self._given.setText(view.code.code)
            text = self.tr("Type it there until {time}, with the address {address}.")
            self._until.setText(
                text.format(
                    time=clock_text(view.code.expires_ns), address=view.code.address
                )
            )

    def _row(self, link: EdgeLink, removable: bool) -> QWidget:
        made = panel()
        state = {
            LinkState.CONNECTED: (self.tr("connected"), "label"),
            LinkState.CONNECTING: (self.tr("connecting"), "label"),
            LinkState.LOST: (self.tr("away"), "nodata-text"),
            LinkState.REFUSED: (self.tr("not let in"), "nodata-text"),
        }[link.state]
        address = link.port.address.url
        words = column(
            label(link.name, "strong"),
            ElidedLabel(address if removable else self.tr("on this computer"), "label"),
            gap=1,
        )
        if link.problem is not None:
            words.addWidget(label(str(link.problem), "label", wrap=True))
        cameras = self.tr("{count} cameras").format(count=len(link.cameras))
        line = row(
            icon_label(self._theme, "server", size=20),
            words,
            label(cameras, "label"),
            label(*state),
            gap=14,
        )
        line.setStretch(1, 1)
        if removable:
            remove = button(self._theme, self.tr("Remove"), look="flat")
            text = self.tr("Remove {name}").format(name=link.name)
            remove.setAccessibleName(text)
            remove.clicked.connect(partial(self._remove, link.key))
            line.addWidget(remove)
        line.setContentsMargins(14, 8, 8, 8)
        made.setLayout(line)
        return made

    def _remove(self, key: str, _checked: bool = False) -> None:
        self._presenter.remove_edge(key)

    def _on_typed(self) -> None:
        ready = bool(self.address.text().strip() and self.code.text().strip())
        self.add.setEnabled(ready)

    def _add(self) -> None:
        if self.add.isEnabled():
            self._presenter.add_edge(self.address.text(), self.code.text())

    def _on_joined(self, _name: str) -> None:
        self.address.clear()
        self.code.clear()
