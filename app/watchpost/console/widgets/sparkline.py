"""A small curve beside a figure: one polyline, no axis, gaps stay gaps."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from watchpost.console.theme import Theme


class Sparkline(QWidget):
    """Shows the last values of one figure, and its limit as a dashed line."""

    def __init__(self, theme: Theme, width: int = 72, height: int = 18) -> None:
        super().__init__()
        self._theme = theme
        self._wanted = (width, height)
        self._values: tuple[float | None, ...] = ()
        self._limit: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Return the size of the design."""
        return QSize(self._theme.px(self._wanted[0]), self._theme.px(self._wanted[1]))

    def show_values(
        self, values: Sequence[float | None], limit: float | None = None
    ) -> None:
        """Show these, oldest first."""
        if (tuple(values), limit) != (self._values, self._limit):
            self._values, self._limit = tuple(values), limit
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the curve."""
        del event
        known = [v for v in self._values if v is not None]
        if len(known) < 2:
            return
        low, high = min(known), max(known)
        if self._limit is not None:
            low, high = min(low, self._limit), max(high, self._limit)
        if high == low:
            # A value that never changed runs through the middle.
            low, high = low - 0.5, high + 0.5
        span = high - low
        height, width = self.height() - 3, self.width() - 1
        painter = QPainter(self)
        if self._limit is not None:
            y = 1 + (high - self._limit) / span * height
            painter.setPen(QPen(self._theme.colours.edge, 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(0, y), QPointF(width, y))
        painter.setPen(QPen(self._theme.colours.lo, 1))
        step = width / max(1, len(self._values) - 1)
        run: list[QPointF] = []
        for index, value in enumerate((*self._values, None)):
            if value is None:
                if len(run) > 1:
                    painter.drawPolyline(QPolygonF(run))
                run = []
            else:
                run.append(QPointF(index * step, 1 + (high - value) / span * height))
