"""This workstation: theme, density, motion, single keys, closing."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtWidgets import QButtonGroup, QCheckBox, QComboBox, QPushButton, QWidget

from watchpost.console.preferences import PreferencesStore
from watchpost.console.screens.settings.parts import section, setting
from watchpost.console.theme import Density, Theme, ThemeName
from watchpost.console.widgets.parts import button, segments


class WorkstationSection(QWidget):
    """Applied at once; nothing to save."""

    def __init__(self, preferences: PreferencesStore, theme: Theme) -> None:
        super().__init__()
        self._preferences = preferences
        self._choices: list[tuple[str, Any, QPushButton]] = []
        look = self._choice(
            theme,
            "theme",
            ((self.tr("Dark"), ThemeName.DARK), (self.tr("Light"), ThemeName.LIGHT)),
        )
        density = self._choice(
            theme,
            "density",
            (
                (self.tr("Desk"), Density.DESK),
                (self.tr("Control room"), Density.CONTROL_ROOM),
            ),
        )
        self.motion = self._check(self.tr("Nothing blinks"), "less_motion")
        self.singles = self._check(
            self.tr("Single letters and digits do things"), "single_keys"
        )
        self.closing = QComboBox()
        self.closing.setAccessibleName(self.tr("When the window is closed"))
        for text, value in (
            (self.tr("Ask each time"), "ask"),
            (self.tr("Counting continues"), "continue"),
            (self.tr("Counting stops"), "stop"),
        ):
            self.closing.addItem(text, value)
        self.closing.setMaximumWidth(theme.px(260))
        self.closing.activated.connect(self._on_closing)
        self.setLayout(
            section(
                self.tr("This workstation"),
                self.tr("For this user on this computer. Applied at once."),
                setting(self.tr("Theme"), look),
                setting(
                    self.tr("Size"),
                    density,
                    self.tr(
                        "Control room makes everything 15 % larger, for 0.7 m and more."
                    ),
                ),
                setting(
                    self.tr("Motion"),
                    self.motion,
                    self.tr(
                        "Else the mark of an unacknowledged P1 blinks once a second."
                    ),
                ),
                setting(
                    self.tr("Keys"),
                    self.singles,
                    self.tr("Only where the focus is on a wall, player or drawing."),
                ),
                setting(
                    self.tr("Closing"),
                    self.closing,
                    self.tr(
                        "What the edge on this computer does when the window closes."
                    ),
                ),
            )
        )
        preferences.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the preferences."""
        now = self._preferences.now
        for field, value, made in self._choices:
            made.setChecked(getattr(now, field) == value)
        self.motion.setChecked(now.less_motion)
        self.singles.setChecked(now.single_keys)
        self.closing.setCurrentIndex(self.closing.findData(now.on_close))

    def _choice(
        self, theme: Theme, field: str, values: tuple[tuple[str, Any], ...]
    ) -> QWidget:
        holder = QWidget()
        group = QButtonGroup(holder)
        made = [button(theme, text) for text, _ in values]
        for each, (_, value) in zip(made, values, strict=True):
            group.addButton(each)
            each.clicked.connect(partial(self._set, field, value))
            self._choices.append((field, value, each))
        line = segments(*made)
        line.addStretch(1)
        holder.setLayout(line)
        return holder

    def _check(self, text: str, field: str) -> QCheckBox:
        made = QCheckBox(text)
        made.toggled.connect(lambda on: self._set(field, on))
        return made

    def _set(self, field: str, value: Any, _checked: bool = False) -> None:
        self._preferences.update(**{field: value})

    def _on_closing(self, index: int) -> None:
        self._preferences.update(on_close=self.closing.itemData(index))
