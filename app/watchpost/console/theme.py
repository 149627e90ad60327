"""Looks: colour tokens, fonts, sizes, palette and the one style sheet.

All colours come from ``resources/themes/*.toml``; no other module holds a colour literal
or calls ``setStyleSheet``. Widgets ask for a look by the dynamic property ``look`` (see
:func:`set_look`), custom painting reads :attr:`Theme.colours` at paint time, so a change
of theme or density shows at once.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cached_property

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QFontMetrics,
    QPalette,
)
from PySide6.QtWidgets import QApplication, QWidget

from watchpost import resources
from watchpost.console.icons import Icons

FONT_FILES = ("Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf")
_PX = re.compile(r"px\((-?\d+)\)")
_TOKEN = re.compile(r"\$([a-z0-9_]+)")


class ThemeName(StrEnum):
    """Which token table."""

    DARK = "dark"
    LIGHT = "light"


class Density(StrEnum):
    """How far away people sit; all sizes follow."""

    DESK = "desk"
    CONTROL_ROOM = "control_room"


_FACTOR = {Density.DESK: 1.0, Density.CONTROL_ROOM: 1.15}


@dataclass(frozen=True, slots=True)
class Colours:
    """One token table; what each is for stands in the design rules of the theme file."""

    void: QColor
    win: QColor
    panel: QColor
    raised: QColor
    hover: QColor
    line: QColor
    edge: QColor
    dis: QColor
    lo: QColor
    text: QColor
    hi: QColor
    accent: QColor
    accent_bg: QColor
    on_accent: QColor
    p1: QColor
    p1bg: QColor
    p2: QColor
    p2bg: QColor
    p3: QColor
    p3bg: QColor
    nodata: QColor
    ndbg: QColor
    ok: QColor
    class_1: QColor
    class_2: QColor
    class_3: QColor
    class_4: QColor

    def of(self, token: str) -> QColor:
        """Return a colour by its token's name."""
        colour: QColor = getattr(self, token)
        return colour

    def priority(self, priority: int) -> QColor:
        """Return the colour of an alarm priority."""
        return (self.p1, self.p2, self.p3)[priority - 1]

    def priority_bg(self, priority: int) -> QColor:
        """Return the tint behind an unacknowledged alarm of this priority."""
        return (self.p1bg, self.p2bg, self.p3bg)[priority - 1]


def load_colours(name: ThemeName) -> Colours:
    """Read one token table."""
    tables = tomllib.loads(resources.text(f"themes/{name.value}.toml"))
    tokens = {k: QColor(v) for table in tables.values() for k, v in table.items()}
    return Colours(**{f.name: tokens.pop(f.name) for f in fields(Colours)})


class Theme(QObject):
    """The looks in force. One per application, handed to whoever paints.

    Signals:
        changed: Theme or density changed; custom-painted widgets lay out and repaint.
    """

    changed = Signal()

    def __init__(
        self, name: ThemeName = ThemeName.DARK, density: Density = Density.DESK
    ) -> None:
        super().__init__()
        self.name = name
        self.density = density
        self.colours = load_colours(name)
        self.icons = Icons(self.colours)
        self._fonts: dict[tuple[int, int], QFont] = {}
        self._metrics: dict[tuple[int, int], QFontMetrics] = {}

    def px(self, size: int) -> int:
        """Return a length of the design (at Desk density) in pixels of this density."""
        return round(size * _FACTOR[self.density])

    def font(self, size: int, weight: int = 400) -> QFont:
        """Return Inter with tabular figures; built once and kept.

        Args:
            size: Pixels at Desk density: 20, 16, 14, 13 or 12.
            weight: 400, 500 or 600.
        """
        key = (self.px(size), weight)
        if key not in self._fonts:
            font = QFont("Inter")
            font.setPixelSize(key[0])
            font.setWeight(QFont.Weight(weight))
            font.setFeature(QFont.Tag("tnum"), 1)
            self._fonts[key] = font
        return self._fonts[key]

    def metrics(self, size: int, weight: int = 400) -> QFontMetrics:
        """Return the measures of :meth:`font`."""
        key = (self.px(size), weight)
        if key not in self._metrics:
            self._metrics[key] = QFontMetrics(self.font(size, weight))
        return self._metrics[key]

    def class_colour(self, class_name: str) -> QColor:
        """Return the colour of a detection class; the same on every page."""
        return self.colours.of(class_token(class_name))

    def switch(self, name: ThemeName, density: Density) -> None:
        """Change the looks of the running application at once."""
        if (name, density) == (self.name, self.density):
            return
        self.name, self.density = name, density
        self.colours = load_colours(name)
        self._fonts.clear()
        self._metrics.clear()
        self.apply()
        self.icons.recolour(self.colours)
        self.changed.emit()

    def apply(self) -> None:
        """Give the application our style, palette, font and style sheet."""
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        _ = self._families
        app.setStyle("Fusion")
        app.setPalette(self.palette())
        app.setFont(self.font(14))
        app.setStyleSheet(self.style_sheet())

    @cached_property
    def _families(self) -> list[int]:
        return [
            QFontDatabase.addApplicationFont(str(resources.path(f"fonts/{name}")))
            for name in FONT_FILES
        ]

    def style_sheet(self) -> str:
        """Return the style sheet with this theme's colours and this density's sizes."""
        template = resources.text("styles/watchpost.qss")
        template = _PX.sub(lambda m: str(self.px(int(m[1]))), template)
        c = self.colours
        files = {
            "icon_chevron_down": self.icons.file("chevron-down", c.lo),
            "icon_chevron_up": self.icons.file("chevron-up", c.lo),
            "icon_check": self.icons.file("check", c.on_accent),
        }

        def value(match: re.Match[str]) -> str:
            name = match[1]
            return files[name] if name in files else c.of(name).name()

        return _TOKEN.sub(value, template)

    def palette(self) -> QPalette:
        """Return the palette; ``Highlight`` is accent_bg so that state colours survive."""
        c = self.colours
        palette = QPalette()
        role = QPalette.ColorRole
        for where, colour in {
            role.Window: c.win,
            role.WindowText: c.text,
            role.Base: c.win,
            role.AlternateBase: c.panel,
            role.Text: c.text,
            role.Button: c.raised,
            role.ButtonText: c.text,
            role.BrightText: c.hi,
            role.Highlight: c.accent_bg,
            role.HighlightedText: c.hi,
            role.Link: c.accent,
            role.LinkVisited: c.accent,
            role.ToolTipBase: c.raised,
            role.ToolTipText: c.hi,
            role.PlaceholderText: c.dis,
            role.Light: c.edge,
            role.Midlight: c.hover,
            role.Mid: c.line,
            role.Dark: c.void,
            role.Shadow: c.void,
            role.Accent: c.accent,
        }.items():
            palette.setColor(where, colour)
        for where in (role.WindowText, role.Text, role.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, where, c.dis)
        return palette


_CLASS_TOKENS = {
    "person": "class_1",
    "car": "class_2",
    "truck": "class_2",
    "bus": "class_2",
    "vehicle": "class_2",
    "defect": "class_2",
    "bottle": "class_3",
    "part": "class_3",
}


def class_token(class_name: str) -> str:
    """Return the token of a class's colour; classes we do not know share class_4."""
    return _CLASS_TOKENS.get(class_name.lower(), "class_4")


def set_look(widget: QWidget, look: str) -> None:
    """Give a widget one of the style sheet's looks, also after it was shown."""
    if widget.property("look") == look:
        return
    widget.setProperty("look", look)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
