"""Where the picture lies in the canvas: fitted, or zoomed about a point."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF

MAX_ZOOM = 16.0
STEP = 1.25


@dataclass(frozen=True, slots=True)
class View:
    """Zoom and place of the picture.

    Attributes:
        zoom: 1 fits the whole picture into the canvas.
        x: Fraction of the picture that lies in the middle of the canvas.
        y: The same, downwards.
    """

    zoom: float = 1.0
    x: float = 0.5
    y: float = 0.5

    def target(self, canvas: QSizeF, picture: QSizeF) -> QRectF:
        """Return where the whole picture lies, in canvas pixels."""
        if picture.isEmpty() or canvas.isEmpty():
            return QRectF()
        scale = self.zoom * min(
            canvas.width() / picture.width(), canvas.height() / picture.height()
        )
        width, height = picture.width() * scale, picture.height() * scale
        return QRectF(
            _place(canvas.width(), width, self.x),
            _place(canvas.height(), height, self.y),
            width,
            height,
        )

    def zoomed(
        self, factor: float, at: QPointF, canvas: QSizeF, picture: QSizeF
    ) -> View:
        """Return the view zoomed about a point of the canvas, which stays in place."""
        zoom = min(max(self.zoom * factor, 1.0), MAX_ZOOM)
        if zoom == 1.0:
            return View()
        before = self.target(canvas, picture)
        if before.isEmpty():
            return self
        u = (at.x() - before.left()) / before.width()
        v = (at.y() - before.top()) / before.height()
        width = before.width() * zoom / self.zoom
        height = before.height() * zoom / self.zoom
        x = u + (canvas.width() / 2 - at.x()) / width
        y = v + (canvas.height() / 2 - at.y()) / height
        return View(zoom, _inside(x), _inside(y))

    def moved(self, by: QPointF, canvas: QSizeF, picture: QSizeF) -> View:
        """Return the view with the picture dragged by some pixels."""
        target = self.target(canvas, picture)
        if self.zoom <= 1.0 or target.isEmpty():
            return self
        return View(
            self.zoom,
            _inside(self.x - by.x() / target.width()),
            _inside(self.y - by.y() / target.height()),
        )


def _place(canvas: float, size: float, middle: float) -> float:
    """Return the left or top edge; a picture that fits is centred."""
    if size <= canvas:
        return (canvas - size) / 2
    return min(0.0, max(canvas - size, canvas / 2 - middle * size))


def _inside(value: float) -> float:
    return min(1.0, max(0.0, value))
