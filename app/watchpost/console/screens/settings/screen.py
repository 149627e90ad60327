"""The settings page: sections at the left, one of them at the right."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QWidget,
)

from watchpost.console.screens.page import Page, PageContext
from watchpost.console.screens.settings.edge_form import EdgeForm
from watchpost.console.screens.settings.edge_list import EdgeSection
from watchpost.console.screens.settings.key_list import KeySection
from watchpost.console.screens.settings.model_list import ModelSection
from watchpost.console.screens.settings.presenter import SettingsPresenter
from watchpost.console.screens.settings.workstation import WorkstationSection
from watchpost.console.theme import set_look
from watchpost.console.widgets.parts import button, column, label, panel, row

_WIDEST = 820


def create(context: PageContext) -> Page:
    """Build the page."""
    return SettingsScreen(context)


class SettingsScreen(Page):
    """Five sections; each applies by itself."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        theme = context.theme
        self.presenter = SettingsPresenter(context.link, context.book)
        self.workstation = WorkstationSection(context.preferences, theme)
        self.keys = KeySection(context.preferences, context.keys, theme)
        self.edges = EdgeSection(self.presenter, context.edges, context.book, theme)
        self.edge = EdgeForm(self.presenter, theme)
        self.models = ModelSection(self.presenter, theme)
        self._stack = QStackedWidget()
        self._group = QButtonGroup(self)
        self._buttons: list[QPushButton] = []
        menu = column(gap=2)
        menu.setContentsMargins(8, 8, 8, 8)
        for text, icon, section in (
            (self.tr("This workstation"), "monitor", self.workstation),
            (self.tr("Keys"), "keyboard", self.keys),
            (self.tr("Edges"), "server", self.edges),
            (self.tr("This edge"), "cpu", self.edge),
            (self.tr("Models"), "boxes", self.models),
        ):
            self._add(menu, text, icon, section)
        menu.addStretch(1)
        side = panel()
        side.setLayout(menu)
        side.setFixedWidth(theme.px(220))
        self._busy = label(look="label")
        self._problem = label(look="p1-text", wrap=True)
        head = row(label(self.tr("Settings"), "page-title"), 12, self._busy, None)
        head.setContentsMargins(0, 4, 0, 4)
        right = column(self._problem, self._stack, gap=4)
        right.setStretch(1, 1)
        middle = row(side, right, gap=8)
        middle.setStretch(1, 1)
        whole = column(head, middle, gap=8)
        whole.setStretch(1, 1)
        whole.setContentsMargins(12, 10, 12, 12)
        self.setLayout(whole)
        self.presenter.changed.connect(self._render)
        self.presenter.joined.connect(self._on_joined)
        self.presenter.saved.connect(self._on_saved)
        self._buttons[0].setChecked(True)
        self._render()

    def _add(self, menu: Any, text: str, icon: str, section: QWidget) -> None:
        made = button(self.context.theme, text, icon=icon, look="side")
        made.setCheckable(True)
        made.clicked.connect(partial(self.show_section, len(self._buttons)))
        self._group.addButton(made)
        self._buttons.append(made)
        menu.addWidget(made)
        holder = QWidget()
        set_look(holder, "clear")
        section.setMaximumWidth(self.context.theme.px(_WIDEST))
        inside = column(section, None, margins=0)
        inside.setContentsMargins(20, 16, 20, 16)
        line = row(inside, None, gap=0)
        # The section takes what there is, up to its widest; the rest stays empty.
        line.setStretch(0, 100)
        holder.setLayout(line)
        area = QScrollArea()
        area.setWidget(holder)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        frame = panel()
        frame.setLayout(column(area, margins=1))
        self._stack.addWidget(frame)

    def show_section(self, index: int, _checked: bool = False) -> None:
        """Show a section, from 0."""
        self._buttons[index].setChecked(True)
        self._stack.setCurrentIndex(index)

    def activate(self) -> None:
        """Read what the edge has now."""
        self.presenter.load()
        self.edges.refresh()

    def save_state(self) -> dict[str, Any]:
        """Return the open section."""
        return {"section": self._stack.currentIndex()}

    def restore_state(self, state: dict[str, Any]) -> None:
        """Open the section that was open."""
        index = state.get("section")
        if isinstance(index, int) and 0 <= index < len(self._buttons):
            self.show_section(index)

    def first_focus(self) -> QWidget:
        """The chosen section's button."""
        return self._buttons[self._stack.currentIndex()]

    def _render(self) -> None:
        view = self.presenter.view
        self._busy.setText(view.busy)
        self._problem.setText(view.problem)
        self._problem.setVisible(bool(view.problem))
        self.edge.show_view(view)
        self.models.show_view(view)
        self.edges.show_view(view)

    def _on_joined(self, name: str) -> None:
        text = self.tr("{name} is connected; its cameras are on the wall.")
        self.context.say(text.format(name=name))

    def _on_saved(self) -> None:
        self.context.say(self.tr("The edge took over its settings."))
