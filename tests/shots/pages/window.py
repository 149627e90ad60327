"""What lies over every page: palette, keys, shelving, closing, notices."""

from __future__ import annotations

from shots.stage import SMALL, Shot, Stage
from watchpost.console.palette import Palette
from watchpost.console.widgets.dialogs import (
    CloseDialog,
    KeySheet,
    PaletteDialog,
    ShelveDialog,
)


def _palette(stage: Stage, query: str) -> None:
    window = stage.window
    palette = Palette(stage.edges, window.specs, window.keys, stage.clock.utc_ns)
    dialog = PaletteDialog(window, stage.theme, palette.find, lambda _entry: None)
    stage.put_over(dialog)
    dialog.line.setText(query)


def _keys(stage: Stage) -> None:
    scopes = stage.page.help_scopes
    stage.put_over(KeySheet(stage.window, stage.theme, stage.window.keys, scopes))


def _shelve(stage: Stage) -> None:
    item = stage.desk.state.now
    assert item is not None
    dialog = ShelveDialog(stage.window, stage.theme, item)
    stage.put_over(dialog)
    dialog.reason.setText("The dock is being painted until four.")


def _close(stage: Stage) -> None:
    stage.put_over(CloseDialog(stage.window, stage.theme))


def _notice(stage: Stage) -> None:
    stage.window.say(
        "The camera closed the connection.",
        "Check its power and network.",
        "error",
        "camera.closed: the peer closed the connection after 214 frames",
    )


SHOTS = [
    Shot("window-palette", "health", act=lambda s: _palette(s, ""), sizes=(SMALL,)),
    Shot(
        "window-moment", "health", act=lambda s: _palette(s, "2 13:41"), sizes=(SMALL,)
    ),
    Shot("window-keys", "review", act=_keys, sizes=(SMALL,)),
    Shot("window-shelve", "health", act=_shelve, sizes=(SMALL,)),
    Shot("window-close", "health", act=_close, sizes=(SMALL,)),
    Shot("window-notice", "health", act=_notice, sizes=(SMALL,)),
]
