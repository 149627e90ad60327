"""Paints a tile's frame: header, border, and the card in place of a picture."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen, QPixmap

from watchpost.console.screens.wall.view import CardView, TileView
from watchpost.console.theme import Theme
from watchpost.console.widgets.marks import MarkFill, mark_colour, paint_mark

_PAD = 12
_GAP = 12


def _tr(text: str) -> str:
    return QCoreApplication.translate("Wall", text)


class TilePainter:
    """Keeps each header as a pixmap until its words change. GUI thread."""

    def __init__(self, theme: Theme, ratio: float) -> None:
        self._theme = theme
        self._ratio = ratio
        self._headers: dict[int, tuple[tuple[object, ...], QPixmap]] = {}
        self._hatch = _hatch(theme)

    def header(
        self, painter: QPainter, place: int, view: TileView, rect: QRect
    ) -> None:
        """Paint the header of the tile at a place."""
        # Geometry and rules do not show in a header; ages do, once a second.
        key = (
            view.number, view.name, view.edge_name, view.mark, view.fill, view.words,
            view.tint, view.count_in, view.count_out, view.fps, view.latency, view.stale,
            view.card is None, rect.width(), rect.height(),
        )  # fmt: skip
        kept = self._headers.get(place)
        if kept is None or kept[0] != key:
            kept = (key, self._draw_header(view, rect.width(), rect.height()))
            self._headers[place] = kept
        painter.drawPixmap(rect.topLeft(), kept[1])

    def border(
        self,
        painter: QPainter,
        rect: QRect,
        view: TileView,
        *,
        selected: bool,
        focus: bool,
    ) -> None:
        """Paint the border: alarm, selection, or none of both."""
        c = self._theme.colours
        colour, width = c.line, 1
        if view.tint:
            colour, width = c.priority(view.tint), 2
        if selected:
            colour, width = (c.accent, 3) if focus else (c.accent, 2)
        painter.setPen(Qt.PenStyle.NoPen)
        x, y, w, h = rect.x(), rect.y(), rect.width(), rect.height()
        painter.fillRect(x, y, w, width, colour)
        painter.fillRect(x, y + h - width, w, width, colour)
        painter.fillRect(x, y, width, h, colour)
        painter.fillRect(x + w - width, y, width, h, colour)

    def no_picture(
        self, painter: QPainter, rect: QRect, last: QImage | None, card: CardView
    ) -> QRect:
        """Paint the last picture dimmed and hatched, and the card that says why.

        Returns:
            Where the card stands.
        """
        c = self._theme.colours
        painter.fillRect(rect, c.void)
        if last is not None and not card.waiting:
            painter.setOpacity(0.3)
            painter.drawImage(_fitted(rect, last.width(), last.height()), last)
            painter.setOpacity(1.0)
        if not card.waiting:
            painter.fillRect(rect, self._hatch)
        return self._card(painter, rect, card)

    def empty_place(self, painter: QPainter, rect: QRect) -> None:
        """Paint a place without a camera."""
        painter.fillRect(rect, self._theme.colours.void)

    def _card(self, painter: QPainter, rect: QRect, card: CardView) -> QRect:
        theme, c = self._theme, self._theme.colours
        title, detail = theme.metrics(16, 600), theme.metrics(13)
        small = rect.width() < 260 or rect.height() < 130
        icon = 0 if small else 28 + _GAP
        widest = max(120, min(rect.width() - 24, theme.px(420)))
        room = widest - 2 * 14 - icon
        words = [card.title, card.detail] if card.detail else [card.title]
        cause = "" if small else card.cause
        wrapped = detail.boundingRect(
            0, 0, room, 1000, int(Qt.TextFlag.TextWordWrap), cause
        )
        height = 20 + title.height() + (detail.height() + 2 if card.detail else 0)
        height += wrapped.height() + 4 if cause else 0
        wide = max(
            title.horizontalAdvance(card.title),
            detail.horizontalAdvance(card.detail),
            wrapped.width(),
        )
        width = min(widest, wide + 2 * 14 + icon + 4)
        box = QRect(0, 0, width, height)
        box.moveCenter(rect.center())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(c.edge if card.waiting else c.nodata, 1))
        painter.setBrush(c.void)
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        if icon:
            colour = c.lo if card.waiting else c.nodata
            pixmap = theme.icons.pixmap(card.icon, colour, 28, self._ratio)
            painter.drawPixmap(QPoint(box.left() + 14, box.center().y() - 14), pixmap)
        x, y = box.left() + 14 + icon, box.top() + 10
        painter.setFont(theme.font(16, 600))
        painter.setPen(c.hi)
        text = title.elidedText(words[0], Qt.TextElideMode.ElideRight, room + 4)
        painter.drawText(x, y + title.ascent(), text)
        y += title.height() + 2
        painter.setFont(theme.font(13))
        painter.setPen(c.text)
        if card.detail:
            text = detail.elidedText(card.detail, Qt.TextElideMode.ElideRight, room + 4)
            painter.drawText(x, y + detail.ascent(), text)
            y += detail.height() + 2
        if cause:
            painter.setPen(c.lo)
            flags = int(Qt.TextFlag.TextWordWrap)
            painter.drawText(QRect(x, y, room, wrapped.height() + 4), flags, cause)
        return box

    def _draw_header(self, view: TileView, width: int, height: int) -> QPixmap:
        c = self._theme.colours
        pixmap = QPixmap(round(width * self._ratio), round(height * self._ratio))
        pixmap.setDevicePixelRatio(self._ratio)
        back = c.priority_bg(view.tint) if view.tint else c.panel
        if view.card is not None and not view.card.waiting and not view.tint:
            back = c.ndbg
        pixmap.fill(back)
        painter = QPainter(pixmap)
        right = self._figures(painter, view, width - _PAD, height, width)
        self._names(painter, view, right - _GAP, height)
        painter.end()
        return pixmap

    def _figures(
        self, painter: QPainter, view: TileView, right: int, height: int, width: int
    ) -> int:
        """Draw figures from the right; drops those that leave no room for the name."""
        c = self._theme.colours
        groups: list[tuple[str, str]] = []
        if view.card is None or view.stale:
            if width >= 460:
                groups.append((view.latency, _tr("ms")))
            if width >= 360:
                groups.append((view.fps, _tr("fps")))
        if view.count_in is not None and width >= 230:
            groups += [
                (str(view.count_out), _tr("out")),
                (str(view.count_in), _tr("in")),
            ]
        strong = c.dis if view.stale else c.hi
        weak = c.dis if view.stale else c.lo
        big, small = self._theme.metrics(14, 600), self._theme.metrics(12, 500)
        base = (height + big.ascent() - big.descent()) // 2
        for value, unit in groups:
            right -= small.horizontalAdvance(unit)
            painter.setFont(self._theme.font(12, 500))
            painter.setPen(weak)
            painter.drawText(right, base, unit)
            right -= big.horizontalAdvance(value) + 4
            painter.setFont(self._theme.font(14, 600))
            painter.setPen(strong)
            painter.drawText(right, base, value)
            right -= 10
        return right

    def _names(
        self, painter: QPainter, view: TileView, right: int, height: int
    ) -> None:
        c = self._theme.colours
        number, name = f"{view.number:02d}", view.name
        light, bold = self._theme.metrics(16, 500), self._theme.metrics(16, 600)
        base = (height + bold.ascent() - bold.descent()) // 2
        x = _PAD
        painter.setFont(self._theme.font(16, 500))
        painter.setPen(c.lo)
        painter.drawText(x, base, number)
        x += light.horizontalAdvance(number) + 8
        mark_room = 24 if view.mark is not None else 0
        room = max(0, right - x - mark_room)
        text = bold.elidedText(name, Qt.TextElideMode.ElideRight, room)
        painter.setFont(self._theme.font(16, 600))
        painter.setPen(c.hi)
        painter.drawText(x, base, text)
        x += bold.horizontalAdvance(text) + 10
        if view.edge_name:
            x = self._words(
                painter, view.edge_name, c.lo, 400, x, right - mark_room, base
            )
        if view.mark is not None:
            place = QRectF(x, (height - 17) / 2, 17, 17)
            paint_mark(painter, place, self._theme, view.mark, view.fill)
            x += 24
            colour = mark_colour(self._theme, view.mark)
            heavy = view.fill is MarkFill.FILLED
            self._words(
                painter, view.words, colour if heavy else c.text, 600 if heavy else 400,
                x, right, base,
            )  # fmt: skip
        elif view.words:
            self._words(painter, view.words, c.lo, 400, x, right, base)

    def _words(
        self,
        painter: QPainter,
        words: str,
        colour: QColor,
        weight: int,
        x: int,
        right: int,
        base: int,
    ) -> int:
        metrics = self._theme.metrics(14, weight)
        text = metrics.elidedText(words, Qt.TextElideMode.ElideRight, right - x)
        # A lone ellipsis says nothing; the mark and the tool tip say it all.
        if right - x < 40 or text == "…":
            return x
        painter.setFont(self._theme.font(14, weight))
        painter.setPen(colour)
        painter.drawText(x, base, text)
        return x + metrics.horizontalAdvance(text) + 10


def _hatch(theme: Theme) -> QBrush:
    size = 8
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    colour = QColor(theme.colours.nodata)
    colour.setAlpha(44)
    painter.setPen(QPen(colour, 1))
    for shift in (-size, 0, size):
        painter.drawLine(shift, size, shift + size, 0)
    painter.end()
    return QBrush(pixmap)


def _fitted(rect: QRect, width: int, height: int) -> QRect:
    return fitted(rect, width / height) if width and height else rect


def fitted(rect: QRect, aspect: float) -> QRect:
    """Return the largest rectangle of this aspect ratio in the middle of another."""
    width, height = rect.width(), round(rect.width() / aspect)
    if height > rect.height():
        width, height = round(rect.height() * aspect), rect.height()
    return QRect(
        rect.left() + (rect.width() - width) // 2,
        rect.top() + (rect.height() - height) // 2,
        width,
        height,
    )
