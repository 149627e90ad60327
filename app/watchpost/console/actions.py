"""Everything a person can do by key, as rows of one table.

Shortcuts, the command palette, tool tips and the key sheet (F1) all come from here; a
test checks that no key means two things where both could hear it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from watchpost.console.texts import QT_TRANSLATE_NOOP


class Scope(StrEnum):
    """Where a key is heard.

    ``ANYWHERE`` and ``ALARMS`` work in the whole window and therefore hold only F-keys
    and combinations. All others act only while their widget has the focus.
    """

    ANYWHERE = "anywhere"
    ALARMS = "alarms"
    WALL = "wall"
    PLAYER = "player"
    CORRECTION = "correction"
    DRAWING = "drawing"


SCOPE_TITLES: dict[Scope, str] = {
    Scope.ANYWHERE: QT_TRANSLATE_NOOP("Scopes", "Anywhere"),
    Scope.ALARMS: QT_TRANSLATE_NOOP("Scopes", "Alarms, anywhere"),
    Scope.WALL: QT_TRANSLATE_NOOP("Scopes", "Wall"),
    Scope.PLAYER: QT_TRANSLATE_NOOP("Scopes", "Player"),
    Scope.CORRECTION: QT_TRANSLATE_NOOP("Scopes", "Correction"),
    Scope.DRAWING: QT_TRANSLATE_NOOP("Scopes", "Drawing"),
}

HEARD_TOGETHER: tuple[frozenset[Scope], ...] = (
    frozenset({Scope.ANYWHERE, Scope.ALARMS, Scope.WALL}),
    # The correction form's combinations work while the player beside it has the focus.
    frozenset({Scope.ANYWHERE, Scope.ALARMS, Scope.PLAYER, Scope.CORRECTION}),
    frozenset({Scope.ANYWHERE, Scope.ALARMS, Scope.DRAWING}),
)


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One thing to do.

    Attributes:
        id: Stable name, ``scope.verb``.
        scope: Where its keys are heard.
        text: Source text for translation, context ``Actions``.
        keys: Default keys in Qt's portable form; the first is shown.
        icon: Lucide name, or empty.
        in_palette: Whether Ctrl+K offers it.
    """

    id: str
    scope: Scope
    text: str
    keys: tuple[str, ...]
    icon: str = ""
    in_palette: bool = False


def _row(
    action_id: str,
    scope: Scope,
    text: str,
    *keys: str,
    icon: str = "",
    palette: bool = False,
) -> ActionSpec:
    return ActionSpec(action_id, scope, text, keys, icon, palette)


_T = QT_TRANSLATE_NOOP
_A, _AL, _W, _P, _C, _D = (
    Scope.ANYWHERE,
    Scope.ALARMS,
    Scope.WALL,
    Scope.PLAYER,
    Scope.CORRECTION,
    Scope.DRAWING,
)

_CLASS_TEXTS = (
    _T("Actions", "Class 1"),
    _T("Actions", "Class 2"),
    _T("Actions", "Class 3"),
    _T("Actions", "Class 4"),
    _T("Actions", "Class 5"),
    _T("Actions", "Class 6"),
    _T("Actions", "Class 7"),
    _T("Actions", "Class 8"),
    _T("Actions", "Class 9"),
)

# fmt: off
# ruff: noqa: E501 - a table reads best with one row a line
ACTIONS: tuple[ActionSpec, ...] = (
    _row("app.palette", _A, _T("Actions", "Go to or do anything"), "Ctrl+K", icon="search"),
    _row("app.keys", _A, _T("Actions", "Keys of this page"), "F1", icon="keyboard", palette=True),
    _row("app.settings", _A, _T("Actions", "Settings"), "Ctrl+,", icon="settings", palette=True),
    _row("app.full_screen", _A, _T("Actions", "Full screen"), "F11", icon="maximize", palette=True),
    _row("app.second_window", _A, _T("Actions", "Open a second window"), "Ctrl+Shift+N",
         icon="external-link", palette=True),
    _row("app.next_area", _A, _T("Actions", "Next area"), "F6"),
    _row("app.previous_area", _A, _T("Actions", "Previous area"), "Shift+F6"),
    _row("app.menu", _A, _T("Actions", "Menu"), "F10"),
    _row("app.quit", _A, _T("Actions", "Quit"), "Ctrl+Q", palette=True),
    *(_row(f"app.page_{n}", _A, _T("Actions", "Page {number}"), f"Ctrl+{n}") for n in range(1, 10)),
    _row("app.demo", _A, _T("Actions", "Show me a demo"), icon="play", palette=True),
    _row("app.tour", _A, _T("Actions", "Take the demo's tour"), icon="arrow-right", palette=True),
    _row("app.add_camera", _A, _T("Actions", "Add a camera"), "Ctrl+Shift+A", icon="plus", palette=True),
    _row("app.add_edge", _A, _T("Actions", "Add an edge by address and code"), icon="server", palette=True),
    _row("app.theme", _A, _T("Actions", "Switch between dark and light"), palette=True),
    _row("app.reset_layout", _A, _T("Actions", "Reset the layout of this window"), palette=True),
    _row("app.diagnostics", _A, _T("Actions", "Save diagnostics for support"), icon="download", palette=True),

    _row("alarms.next", _AL, _T("Actions", "Next unacknowledged alarm"), "F8", palette=True),
    _row("alarms.previous", _AL, _T("Actions", "Previous unacknowledged alarm"), "Shift+F8"),
    _row("alarms.clip", _AL, _T("Actions", "Show the alarm's clip"), "F7", icon="play", palette=True),
    _row("alarms.acknowledge", _AL, _T("Actions", "Acknowledge the alarm"), "F9", icon="check", palette=True),
    _row("alarms.shelve", _AL, _T("Actions", "Shelve the alarm"), "Shift+F9", icon="alarm-clock-off", palette=True),

    _row("wall.left", _W, _T("Actions", "Select the tile to the left"), "Left"),
    _row("wall.right", _W, _T("Actions", "Select the tile to the right"), "Right"),
    _row("wall.up", _W, _T("Actions", "Select the tile above"), "Up"),
    _row("wall.down", _W, _T("Actions", "Select the tile below"), "Down"),
    _row("wall.maximise", _W, _T("Actions", "Maximise the tile"), "Return", "Enter"),
    _row("wall.restore", _W, _T("Actions", "Back to all tiles"), "Esc"),
    _row("wall.overlays", _W, _T("Actions", "Overlays on or off"), "D", icon="eye"),
    _row("wall.details", _W, _T("Actions", "Details of the camera"), "I", icon="info"),
    _row("wall.snapshot", _W, _T("Actions", "Snapshot"), "S", icon="camera"),
    _row("wall.replay", _W, _T("Actions", "Replay the last 30 seconds"), "Home", icon="rotate-ccw"),
    *(_row(f"wall.layout_{n}", _W, _T("Actions", "Saved layout {number}"), f"Alt+{n}") for n in range(1, 10)),
    _row("wall.next_page", _W, _T("Actions", "Next cameras"), "PgDown"),
    _row("wall.previous_page", _W, _T("Actions", "Previous cameras"), "PgUp"),

    _row("player.pause", _P, _T("Actions", "Play or pause"), "Space", "K", icon="play"),
    _row("player.slower", _P, _T("Actions", "Slower, then backwards"), "J"),
    _row("player.faster", _P, _T("Actions", "Faster"), "L"),
    _row("player.back", _P, _T("Actions", "One frame back"), "Left", ",", icon="step-back"),
    _row("player.forward", _P, _T("Actions", "One frame on"), "Right", ".", icon="step-forward"),
    _row("player.back_ten", _P, _T("Actions", "Ten frames back"), "Shift+Left", icon="rewind"),
    _row("player.forward_ten", _P, _T("Actions", "Ten frames on"), "Shift+Right", icon="fast-forward"),
    _row("player.previous_crossing", _P, _T("Actions", "Previous crossing"), "Ctrl+Left"),
    _row("player.next_crossing", _P, _T("Actions", "Next crossing"), "Ctrl+Right", icon="flag"),
    _row("player.start", _P, _T("Actions", "First frame"), "Home", icon="skip-back"),
    _row("player.end", _P, _T("Actions", "Last frame"), "End", icon="skip-forward"),
    _row("player.go_to", _P, _T("Actions", "Go to a frame or time"), "G"),
    _row("player.mark_in", _P, _T("Actions", "Begin the marked range here"), "["),
    _row("player.mark_out", _P, _T("Actions", "End the marked range here"), "]"),
    _row("player.fit", _P, _T("Actions", "Fit the picture"), "0"),
    _row("player.zoom_in", _P, _T("Actions", "Zoom in"), "Ctrl++", icon="zoom-in"),
    _row("player.zoom_out", _P, _T("Actions", "Zoom out"), "Ctrl+-", icon="zoom-out"),
    _row("player.overlays", _P, _T("Actions", "Overlays on or off"), "D", icon="eye"),

    _row("correction.previous_box", _C, _T("Actions", "Previous box"), "Up"),
    _row("correction.next_box", _C, _T("Actions", "Next box"), "Down"),
    _row("correction.new_box", _C, _T("Actions", "New box"), "N", icon="plus"),
    _row("correction.reject_box", _C, _T("Actions", "Reject the box"), "Del", icon="x"),
    _row("correction.more", _C, _T("Actions", "Count one more"), "+", icon="plus"),
    _row("correction.less", _C, _T("Actions", "Count one less"), "-", icon="minus"),
    *(_row(f"correction.class_{n}", _C, text, str(n)) for n, text in enumerate(_CLASS_TEXTS, 1)),
    _row("correction.undo", _C, _T("Actions", "Undo"), "Ctrl+Z", icon="undo-2"),
    _row("correction.redo", _C, _T("Actions", "Redo"), "Ctrl+Y", icon="redo-2"),
    _row("correction.approve", _C, _T("Actions", "Approve and open the next"), "Ctrl+Return", icon="check"),
    _row("correction.reject_claim", _C, _T("Actions", "Reject the claim"), "Ctrl+Shift+Return"),
    _row("correction.next_case", _C, _T("Actions", "Next case"), "Ctrl+PgDown"),
    _row("correction.previous_case", _C, _T("Actions", "Previous case"), "Ctrl+PgUp"),

    _row("drawing.select", _D, _T("Actions", "Select"), "V", icon="mouse-pointer-2"),
    _row("drawing.line", _D, _T("Actions", "Draw a line"), "L", icon="slash"),
    _row("drawing.gate", _D, _T("Actions", "Draw a gate of two lines"), "G", icon="tally-2"),
    _row("drawing.zone", _D, _T("Actions", "Draw a zone"), "P", icon="pentagon"),
    _row("drawing.shelf", _D, _T("Actions", "Draw places on a shelf"), "S", icon="rows-3"),
    _row("drawing.station", _D, _T("Actions", "Draw an inspection station"), "I", icon="scan-search"),
    _row("drawing.set_point", _D, _T("Actions", "Set a point"), "Return", "Enter"),
    _row("drawing.finish", _D, _T("Actions", "Close the border"), "Ctrl+Return"),
    _row("drawing.cancel", _D, _T("Actions", "Draw nothing"), "Esc"),
    _row("drawing.next_point", _D, _T("Actions", "Next point of the rule"), "Ctrl+Space"),
    _row("drawing.add_point", _D, _T("Actions", "Add a corner"), "Ins"),
    _row("drawing.remove_point", _D, _T("Actions", "Remove a point"), "Backspace"),
    _row("drawing.delete", _D, _T("Actions", "Delete the rule"), "Del", icon="trash-2"),
    _row("drawing.turn", _D, _T("Actions", "Turn the arrow"), "Space"),
    _row("drawing.undo", _D, _T("Actions", "Undo"), "Ctrl+Z", icon="undo-2"),
    _row("drawing.redo", _D, _T("Actions", "Redo"), "Ctrl+Y", icon="redo-2"),
)
# fmt: on
