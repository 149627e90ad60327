"""The settings page, section by section."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QScrollArea

from shots.stage import SMALL, Shot, Stage
from watchpost.console.screens.settings.screen import SettingsScreen
from watchpost.console.screens.settings.trial_dialog import TrialDialog
from watchpost.console.theme import ThemeName
from watchpost.protocol.models import ModelReading


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


def _model_trial(stage: Stage) -> None:
    """A model whose outputs can be read in two ways, on one picture."""
    _section(4, stage)
    page = stage.page
    assert isinstance(page, SettingsScreen)
    plain, record, *others = stage.edge.all_models
    readings = (
        ModelReading(
            layout="yolov5",
            evidence="Output output has 3549 rows of 85 columns, with an object score.",
            classes=record.classes,
        ),
        ModelReading(
            layout="yolov8",
            evidence="Output output has 3549 columns of 85 rows, without one.",
            classes=record.classes,
        ),
    )
    doubtful = record.model_copy(update={"layout": "yolov5", "readings": readings})
    stage.edge.all_models = (plain, doubtful, *others)
    trial = page.presenter.trial_of(doubtful)
    stage.put_over(TrialDialog(stage.window, stage.theme, trial))


SHOTS = [
    Shot("settings-workstation", "settings", themes=(ThemeName.DARK, ThemeName.LIGHT)),
    Shot("settings-keys", "settings", act=partial(_section, 1), sizes=(SMALL,)),
    Shot("settings-edges", "settings", act=partial(_section, 2), sizes=(SMALL,)),
    Shot("settings-edge", "settings", act=partial(_section, 3), sizes=(SMALL,)),
    Shot("settings-models", "settings", act=partial(_section, 4), sizes=(SMALL,)),
    Shot("settings-model-trial", "settings", act=_model_trial, sizes=(SMALL,)),
    Shot("settings-public-models", "settings", act=_public_models, sizes=(SMALL,)),
]
