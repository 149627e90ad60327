"""The settings page, section by section."""

from __future__ import annotations

from functools import partial

from shots.stage import SMALL, Shot, Stage
from watchpost.console.screens.settings.screen import SettingsScreen
from watchpost.console.theme import ThemeName


def _section(index: int, stage: Stage) -> None:
    page = stage.page
    assert isinstance(page, SettingsScreen)
    page.show_section(index)
    page.first_focus().setFocus()


SHOTS = [
    Shot("settings-workstation", "settings", themes=(ThemeName.DARK, ThemeName.LIGHT)),
    Shot("settings-keys", "settings", act=partial(_section, 1), sizes=(SMALL,)),
    Shot("settings-edges", "settings", act=partial(_section, 2), sizes=(SMALL,)),
    Shot("settings-edge", "settings", act=partial(_section, 3), sizes=(SMALL,)),
    Shot("settings-models", "settings", act=partial(_section, 4), sizes=(SMALL,)),
]
