"""Boxes, tags and rules over a tile's picture, made to be cheap.

A box is eight filled rectangles and a tag a kept pixmap: 20 boxes with tags cost 0.2 ms
instead of 0.6 with pens and text (raster engine). Looks on video are those of the dark
theme in every theme.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

from watchpost.console.bridge.results import ShownBoxes
from watchpost.console.screens.wall.view import RuleView
from watchpost.console.theme import Theme, ThemeName, class_token, load_colours
from watchpost.console.widgets.rule_shapes import paint_shape, tag_place
from watchpost.protocol.live import Box

_TAG_ALPHA = 224
_HALO_ALPHA = 150
_TAGS_KEPT = 512
_OLD = "lo"
_TINY = 240
"""Below this width rules have no tags: the tile's header has the figures."""
_NARROW = 420
"""Below this width of the picture, tags name the class alone."""


@dataclass(frozen=True, slots=True)
class RuleLayer:
    """Rules on a clear pixmap, and tags with their places; kept until they change."""

    rules: QPixmap
    tags: tuple[tuple[QRect, QPixmap], ...]

    def paint_tags(self, painter: QPainter, corner: QPoint) -> None:
        """Draw the tags of a picture whose top left corner is here."""
        for rect, tag in self.tags:
            painter.drawPixmap(rect.topLeft() + corner, tag)


class OverlayPainter:
    """Paints overlays; keeps tags as pixmaps. GUI thread."""

    def __init__(self, theme: Theme, ratio: float) -> None:
        self._theme = theme
        self._ratio = ratio
        self._colours = load_colours(ThemeName.DARK)
        self._back = QColor(self._colours.void)
        self._back.setAlpha(_TAG_ALPHA)
        self._halo = QColor(self._colours.void)
        self._halo.setAlpha(_HALO_ALPHA)
        self._tags: OrderedDict[tuple[str, str], QPixmap] = OrderedDict()

    def boxes(
        self,
        painter: QPainter,
        picture: QRect,
        shown: ShownBoxes,
        taken: Sequence[QRect],
    ) -> None:
        """Draw boxes and their tags; tags keep clear of each other and of ``taken``."""
        rects = [(box, _rect(box, picture)) for box in shown.boxes]
        edge, halo = (2, 2) if shown.measured else (1, 1)
        for _, rect in rects:
            _frame(painter, rect.adjusted(-halo, -halo, halo, halo), halo, self._halo)
            inner = rect.adjusted(edge, edge, -edge, -edge)
            _frame(painter, inner, 1, self._halo)
        for box, rect in rects:
            _frame(painter, rect, edge, self._colours.of(class_token(box.class_name)))
        places = list(taken)
        for box, rect in rects:
            if rect.width() < 6 or rect.height() < 6:
                continue
            tag = self._tag(_words(box, picture.width()), class_token(box.class_name))
            size = tag.deviceIndependentSize().toSize()
            place = free_place(rect, size.width(), size.height(), picture, places)
            if place is not None:
                painter.drawPixmap(place.topLeft(), tag)
                places.append(place)

    def rule_layer(
        self, rules: Sequence[RuleView], width: int, height: int
    ) -> RuleLayer:
        """Return all rules of a picture, and their tags for drawing last."""
        layer = QPixmap(round(width * self._ratio), round(height * self._ratio))
        layer.setDevicePixelRatio(self._ratio)
        layer.fill(Qt.GlobalColor.transparent)
        painter = QPainter(layer)
        whole = QRectF(0, 0, width, height)
        for rule in rules:
            paint_shape(painter, rule.shape, whole, self._colours.hi, self._halo)
        painter.end()
        tags: list[tuple[QRect, QPixmap]] = []
        if width < _TINY:
            return RuleLayer(layer, ())
        for rule in rules:
            token = _OLD if rule.is_old else "hi"
            tag = self._tag(_rule_words(rule, width), token)
            size = tag.deviceIndependentSize().toSize()
            top = tag_place(rule.shape, whole)
            beside = QRect(round(top.x()) + 8, round(top.y()) + 2, 1, size.height())
            taken = [rect for rect, _ in tags]
            place = free_place(
                beside, size.width(), size.height(), QRect(0, 0, width, height), taken
            )
            if place is not None:
                tags.append((place, tag))
        return RuleLayer(layer, tuple(tags))

    def last_values(
        self, painter: QPainter, place: QRect, rules: Sequence[RuleView], room: int
    ) -> None:
        """Draw what rules told last, each by its name, at the bottom of a tile.

        Args:
            painter: Of the wall.
            place: Where the picture would be.
            rules: Those of the camera.
            room: Height that may be used, in pixels; what does not fit is left out.
        """
        if place.width() < _TINY:
            return
        top = place.bottom() + 1
        for rule in reversed([rule for rule in rules if rule.words]):
            tag = self._tag(f"{rule.name}  {rule.words}", _OLD)
            height = tag.deviceIndependentSize().toSize().height()
            top -= height + 2
            if top < place.bottom() + 1 - room:
                return
            painter.drawPixmap(place.left() + 4, top, tag)

    def badge(self, text: str, token: str) -> QPixmap:
        """Return a tag with other words, such as a simulator's truth."""
        return self._tag(text, token)

    def _tag(self, text: str, token: str) -> QPixmap:
        key = (text, token)
        found = self._tags.get(key)
        if found is not None:
            self._tags.move_to_end(key)
            return found
        metrics = self._theme.metrics(13, 600)
        width, height = metrics.horizontalAdvance(text) + 13, metrics.height() + 3
        tag = QPixmap(round(width * self._ratio), round(height * self._ratio))
        tag.setDevicePixelRatio(self._ratio)
        tag.fill(self._back)
        painter = QPainter(tag)
        painter.fillRect(0, 0, 3, height, self._colours.of(token))
        painter.setFont(self._theme.font(13, 600))
        painter.setPen(self._colours.lo if token == _OLD else self._colours.hi)
        painter.drawText(
            QRect(8, 0, width - 8, height), Qt.AlignmentFlag.AlignVCenter, text
        )
        painter.end()
        self._tags[key] = tag
        if len(self._tags) > _TAGS_KEPT:
            self._tags.popitem(last=False)
        return tag


def free_place(
    rect: QRect, width: int, height: int, bounds: QRect, taken: Sequence[QRect]
) -> QRect | None:
    """Return where a tag of this size fits: above the box, inside it, below, further down.

    Inside ``bounds``; None when every place is taken.
    """
    last_left, last_top = bounds.right() + 1 - width, bounds.bottom() + 1 - height
    tops = [rect.top() - height, rect.top() + 2, rect.bottom() + 1]
    tops += [rect.top() + 2 + n * (height + 2) for n in (1, 2, 3)]
    for top in tops:
        if not bounds.top() <= top <= last_top:
            continue
        for left in (rect.left(), rect.right() + 1 - width):
            clamped = min(max(left, bounds.left()), max(bounds.left(), last_left))
            place = QRect(clamped, top, width, height)
            if not any(place.intersects(other) for other in taken):
                return place
    return None


def _rect(box: Box, picture: QRect) -> QRect:
    left = picture.left() + round(box.left * picture.width())
    top = picture.top() + round(box.top * picture.height())
    right = picture.left() + round(box.right * picture.width())
    bottom = picture.top() + round(box.bottom * picture.height())
    return QRect(left, top, right - left, bottom - top).intersected(picture)


def _frame(painter: QPainter, rect: QRect, edge: int, colour: QColor) -> None:
    x, y, w, h = rect.x(), rect.y(), rect.width(), rect.height()
    painter.fillRect(x, y, w, edge, colour)
    painter.fillRect(x, y + h - edge, w, edge, colour)
    painter.fillRect(x, y + edge, edge, h - 2 * edge, colour)
    painter.fillRect(x + w - edge, y + edge, edge, h - 2 * edge, colour)


def _words(box: Box, width: int) -> str:
    name = box.class_name[:1].upper() + box.class_name[1:]
    if width < _NARROW:
        return name
    number = f"  #{box.track_id}" if box.track_id else ""
    return f"{name} {box.score:.2f}{number}"


def _rule_words(rule: RuleView, width: int) -> str:
    if not rule.words:
        return rule.name
    return rule.words if width < _NARROW else f"{rule.name}  {rule.words}"
