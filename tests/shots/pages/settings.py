"""The settings page, section by section."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QScrollArea

from shots.stage import SMALL, Shot, Stage
from watchpost.console.screens.settings.screen import SettingsScreen
from watchpost.console.theme import ThemeName


def _section(index: int, stage: Stage) -> None:
    page = stage.page
    assert isinstance(page, SettingsScreen)
    page.show_section(index)
    page.first_focus().setFocus()


def _public_models(stage: Stage) -> None:
    """The lower half of the models, with one that could not be fetched."""
    _section(4, stage)
    page = stage.page
    assert isinstance(page, SettingsScreen)
    catalogue = page.models.catalogue
    catalogue.table.selectRow(3)
    area = next(a for a in page.findChildren(QScrollArea) if a.isAncestorOf(catalogue))
    area.ensureWidgetVisible(catalogue.get)


SHOTS = [
    Shot("settings-workstation", "settings", themes=(ThemeName.DARK, ThemeName.LIGHT)),
    Shot("settings-keys", "settings", act=partial(_section, 1), sizes=(SMALL,)),
    Shot("settings-edges", "settings", act=partial(_section, 2), sizes=(SMALL,)),
    Shot("settings-edge", "settings", act=partial(_section, 3), sizes=(SMALL,)),
    Shot("settings-models", "settings", act=partial(_section, 4), sizes=(SMALL,)),
    Shot("settings-public-models", "settings", act=_public_models, sizes=(SMALL,)),
]
