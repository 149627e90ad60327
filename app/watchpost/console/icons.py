"""Lucide icons, tinted with a colour token and drawn at the screen's own resolution."""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt, QTemporaryDir
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from watchpost import resources

if TYPE_CHECKING:
    from watchpost.console.theme import Colours


class IconHolder(Protocol):
    """A button, action or other object that shows an icon."""

    def setIcon(self, icon: QIcon, /) -> None: ...  # noqa: N802


_TEXT_GAP = 5


@dataclass(frozen=True, slots=True)
class _Request:
    name: str
    colour: str
    size: int
    beside_text: bool


class Icons:
    """Draws icons and keeps them; recolours those in use when the theme changes.

    ``name`` is a file of ``resources/icons`` without its suffix, such as ``camera``.
    """

    def __init__(self, colours: Colours) -> None:
        self._colours = colours
        self._pixmaps: dict[tuple[str, str, int, float], QPixmap] = {}
        self._given: weakref.WeakKeyDictionary[IconHolder, _Request] = (
            weakref.WeakKeyDictionary()
        )

    def give(
        self,
        holder: IconHolder,
        name: str,
        *,
        colour: str = "text",
        size: int = 18,
        beside_text: bool = False,
    ) -> None:
        """Show an icon on a button or action, now and after a change of theme.

        Args:
            holder: Anything with ``setIcon`` (and ``setIconSize``, if it has one).
            name: The icon.
            colour: Token of the normal state; checked uses ``hi``, disabled ``dis``.
            size: Pixels.
            beside_text: Leave some pixels between the icon and the text at its right;
                a style sheet cannot ask for them.
        """
        self._given[holder] = _Request(name, colour, size, beside_text)
        room = size + _TEXT_GAP if beside_text else size
        holder.setIcon(self._icon(name, colour, size, room))
        if hasattr(holder, "setIconSize"):
            holder.setIconSize(QSize(room, size))

    def icon(self, name: str, *, colour: str = "text", size: int = 18) -> QIcon:
        """Return an icon with its normal, checked and disabled pictures."""
        return self._icon(name, colour, size, size)

    def _icon(self, name: str, colour: str, size: int, width: int) -> QIcon:
        c = self._colours
        icon = QIcon()
        on = c.of(colour) if colour == "on_accent" else c.hi
        for mode, state, tint in (
            (QIcon.Mode.Normal, QIcon.State.Off, c.of(colour)),
            (QIcon.Mode.Normal, QIcon.State.On, on),
            (QIcon.Mode.Disabled, QIcon.State.Off, c.dis),
        ):
            icon.addPixmap(_widened(self.pixmap(name, tint, size), width), mode, state)
        return icon

    def pixmap(
        self, name: str, colour: QColor, size: int, ratio: float | None = None
    ) -> QPixmap:
        """Return an icon as a pixmap of ``size`` logical pixels."""
        if ratio is None:
            screen = QGuiApplication.primaryScreen()
            ratio = screen.devicePixelRatio() if screen is not None else 1.0
        key = (name, colour.name(), size, ratio)
        if key not in self._pixmaps:
            self._pixmaps[key] = _draw(tinted_svg(name, colour, size), size, ratio)
        return self._pixmaps[key]

    def file(self, name: str, colour: QColor) -> str:
        """Return the path of a tinted SVG file, for the style sheet's ``url()``."""
        path = Path(_folder().path()) / f"{name}-{colour.name()[1:]}.svg"
        if not path.exists():
            path.write_bytes(tinted_svg(name, colour, 16))
        return path.as_posix()

    def recolour(self, colours: Colours) -> None:
        """Use another token table and redraw every icon that is in use."""
        self._colours = colours
        for holder, request in list(self._given.items()):
            self.give(
                holder,
                request.name,
                colour=request.colour,
                size=request.size,
                beside_text=request.beside_text,
            )


@cache
def _folder() -> QTemporaryDir:
    """Return the folder of files for the style sheet; it lives as long as the process."""
    return QTemporaryDir()


def tinted_svg(name: str, colour: QColor, size: int) -> bytes:
    """Return an icon's SVG in one colour; strokes are thinner from 20 px on."""
    svg = resources.text(f"icons/{name}.svg").replace("currentColor", colour.name())
    if size >= 20:
        svg = svg.replace('stroke-width="2"', 'stroke-width="1.75"')
    return svg.encode()


def _draw(svg: bytes, size: int, ratio: float) -> QPixmap:
    pixmap = QPixmap(round(size * ratio), round(size * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(svg)).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap


def _widened(pixmap: QPixmap, width: int) -> QPixmap:
    """Return a pixmap with clear pixels added at its right."""
    ratio = pixmap.devicePixelRatio()
    if pixmap.width() >= width * ratio:
        return pixmap
    wide = QPixmap(round(width * ratio), pixmap.height())
    wide.setDevicePixelRatio(ratio)
    wide.fill(Qt.GlobalColor.transparent)
    painter = QPainter(wide)
    painter.drawPixmap(0, 0, pixmap)
    painter.end()
    return wide
