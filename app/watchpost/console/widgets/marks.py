"""Marks of alarm priorities and of missing data: colour, shape and sign at once."""

from __future__ import annotations

import math
from enum import Enum

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from watchpost.console.theme import Theme


class MarkKind(Enum):
    """What a mark says; the value is its sign."""

    P1 = "1"
    P2 = "2"
    P3 = "3"
    NO_DATA = "?"


class MarkFill(Enum):
    """Whether somebody must still look."""

    FILLED = "filled"
    OUTLINED = "outlined"
    CHECKED = "checked"
    """Filled with a check: returned to normal, not acknowledged."""


def priority_mark(priority: int) -> MarkKind:
    """Return the mark of an alarm priority."""
    return (MarkKind.P1, MarkKind.P2, MarkKind.P3)[priority - 1]


def paint_mark(
    painter: QPainter,
    rect: QRectF,
    theme: Theme,
    kind: MarkKind,
    fill: MarkFill = MarkFill.FILLED,
) -> None:
    """Paint a mark into a square."""
    colour = mark_colour(theme, kind)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    outlined = fill is MarkFill.OUTLINED
    painter.setPen(QPen(colour, 1.6) if outlined else QPen(Qt.PenStyle.NoPen))
    painter.setBrush(QBrush(Qt.BrushStyle.NoBrush) if outlined else QBrush(colour))
    inner = rect.adjusted(0.8, 0.8, -0.8, -0.8) if outlined else rect
    if kind is MarkKind.NO_DATA:
        painter.drawRoundedRect(inner.adjusted(0, 1, 0, -1), 3, 3)
    else:
        painter.drawPolygon(_shape(kind, inner))
    sign = colour if outlined else theme.colours.void
    if theme.colours.void.lightness() > 128 and not outlined:
        sign = theme.colours.raised
    if fill is MarkFill.CHECKED:
        _paint_check(painter, rect, sign)
    else:
        _paint_sign(painter, rect, theme, kind, sign)
    painter.restore()


def mark_colour(theme: Theme, kind: MarkKind) -> QColor:
    """Return the colour that goes with a mark."""
    if kind is MarkKind.NO_DATA:
        return theme.colours.nodata
    return theme.colours.priority(int(kind.value))


def mark_pixmap(
    theme: Theme, kind: MarkKind, fill: MarkFill = MarkFill.FILLED, size: int = 16
) -> QPixmap:
    """Return a mark as a pixmap, for item models and buttons."""
    pixmap = QPixmap(size * 2, size * 2)
    pixmap.setDevicePixelRatio(2)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    paint_mark(painter, QRectF(0, 0, size, size), theme, kind, fill)
    painter.end()
    return pixmap


def _shape(kind: MarkKind, rect: QRectF) -> QPolygonF:
    centre, half = rect.center(), rect.width() / 2
    if kind is MarkKind.P1:
        angles = [math.pi / 8 + i * math.pi / 4 for i in range(8)]
        reach = half / math.cos(math.pi / 8)
        points = [
            QPointF(centre.x() + reach * math.cos(a), centre.y() + reach * math.sin(a))
            for a in angles
        ]
    elif kind is MarkKind.P2:
        points = [
            QPointF(centre.x(), rect.top()),
            QPointF(rect.right(), rect.bottom() - 1),
            QPointF(rect.left(), rect.bottom() - 1),
        ]
    else:
        points = [
            QPointF(centre.x(), rect.top()),
            QPointF(rect.right(), centre.y()),
            QPointF(centre.x(), rect.bottom()),
            QPointF(rect.left(), centre.y()),
        ]
    return QPolygonF(points)


def _paint_sign(
    painter: QPainter, rect: QRectF, theme: Theme, kind: MarkKind, colour: QColor
) -> None:
    share = 0.62
    if kind is MarkKind.P2:
        # A triangle has less room inside than the other shapes.
        share = 0.54
    font = theme.font(14, 600)
    scaled = painter.font()
    scaled.setFamily(font.family())
    scaled.setWeight(font.weight())
    scaled.setPixelSize(max(7, round(rect.height() * share)))
    painter.setFont(scaled)
    painter.setPen(colour)
    # A triangle's middle lies lower than its box's.
    place = (
        rect.adjusted(0, rect.height() * 0.24, 0, 0) if kind is MarkKind.P2 else rect
    )
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, kind.value)


def _paint_check(painter: QPainter, rect: QRectF, colour: QColor) -> None:
    painter.setPen(QPen(colour, max(1.5, rect.width() / 9)))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    x, y, s = rect.left(), rect.top(), rect.width()
    painter.drawPolyline(
        QPolygonF(
            [
                QPointF(x + 0.28 * s, y + 0.54 * s),
                QPointF(x + 0.44 * s, y + 0.7 * s),
                QPointF(x + 0.72 * s, y + 0.38 * s),
            ]
        )
    )


class Mark(QWidget):
    """A mark as a widget of its own."""

    def __init__(self, theme: Theme, kind: MarkKind, size: int = 18) -> None:
        super().__init__()
        self._theme = theme
        self._kind = kind
        self._fill = MarkFill.FILLED
        self._size = size
        self._hidden_half = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Return the mark's square."""
        size = self._theme.px(self._size)
        return QSize(size, size)

    def show_as(self, kind: MarkKind, fill: MarkFill) -> None:
        """Change what it says."""
        if (kind, fill) != (self._kind, self._fill):
            self._kind, self._fill = kind, fill
            self.update()

    def set_blinked_off(self, off: bool) -> None:
        """Hide it for half of a blink; the caller keeps the pace of 1 Hz."""
        if off != self._hidden_half:
            self._hidden_half = off
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it."""
        del event
        if self._hidden_half:
            return
        painter = QPainter(self)
        size = self._theme.px(self._size)
        paint_mark(
            painter,
            QRectF(0, (self.height() - size) / 2, size, size),
            self._theme,
            self._kind,
            self._fill,
        )
