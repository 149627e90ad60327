"""Drawing of smooth, softly lit shapes from which sprites and backdrops are made.

Everything is drawn once, at twice its size, and scaled down; nothing here runs per frame.
Light falls from the upper left: a shape's blurred mask serves as its height, and the
slope of that height lightens or darkens it, which makes flat outlines look round.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

# What OpenCV takes and gives; uint8 throughout.
Picture = MatLike
Points = NDArray[np.float64]
Bgr = tuple[float, float, float]

SUPERSAMPLE = 2
_LIGHT_X, _LIGHT_Y = 0.55, 0.75
_SHIFT = 4


def bgr(code: str) -> Bgr:
    """Return blue, green, red, 0..255, of a colour written ``#rrggbb``."""
    red, green, blue = (int(code[i : i + 2], 16) for i in (1, 3, 5))
    return float(blue), float(green), float(red)


def shaded(colour: Bgr, factor: float) -> Bgr:
    """Return a lighter (factor > 1) or darker colour."""
    if factor <= 1:
        blue, green, red = (max(0.0, c * factor) for c in colour)
    else:
        blue, green, red = (c + (255 - c) * (1 - 1 / factor) for c in colour)
    return blue, green, red


def capsule(ax: float, ay: float, bx: float, by: float, ra: float, rb: float) -> Points:
    """Return the outline of a limb: a tube with round ends of radii ``ra``, ``rb``."""
    turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    ring = np.stack((np.cos(turn), np.sin(turn)), axis=1)
    both = np.concatenate((ring * ra + (ax, ay), ring * rb + (bx, by)))
    hull = cv2.convexHull(both.astype(np.float32))
    return hull[:, 0, :].astype(np.float64)


def oval(cx: float, cy: float, rx: float, ry: float, *, turn: float = 0.0) -> Points:
    """Return the outline of an ellipse, turned by ``turn`` radians."""
    t = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    x, y = rx * np.cos(t), ry * np.sin(t)
    c, s = np.cos(turn), np.sin(turn)
    return np.stack((cx + c * x - s * y, cy + s * x + c * y), axis=1)


def block(left: float, top: float, right: float, bottom: float, r: float = 0) -> Points:
    """Return the outline of a rectangle with corners of radius ``r``."""
    if r <= 0:
        return np.array(
            [(left, top), (right, top), (right, bottom), (left, bottom)], np.float64
        )
    r = min(r, (right - left) / 2, (bottom - top) / 2)
    quarter = np.linspace(0, np.pi / 2, 7)
    corners = (
        (right - r, bottom - r, 0.0),
        (left + r, bottom - r, np.pi / 2),
        (left + r, top + r, np.pi),
        (right - r, top + r, 1.5 * np.pi),
    )
    return np.concatenate(
        [
            np.stack((x + r * np.cos(quarter + t), y + r * np.sin(quarter + t)), axis=1)
            for x, y, t in corners
        ]
    )


def rounded(points: Sequence[tuple[float, float]], passes: int = 3) -> Points:
    """Return a closed outline with its corners cut smooth (Chaikin's algorithm)."""
    p = np.asarray(points, np.float64)
    for _ in range(passes):
        following = np.roll(p, -1, axis=0)
        p = np.stack((0.75 * p + 0.25 * following, 0.25 * p + 0.75 * following), axis=1)
        p = p.reshape(-1, 2)
    return p


class Canvas:
    """A picture with alpha, addressed in final pixels and held at twice that.

    Args:
        width: Final pixels.
        height: Final pixels.
    """

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = round(width), round(height)
        shape = (self.height * SUPERSAMPLE, self.width * SUPERSAMPLE)
        self._colour = np.zeros((*shape, 3), np.uint8)
        self._alpha = np.zeros(shape, np.uint8)

    def shape(
        self,
        outline: Points | Sequence[Points],
        colour: Bgr,
        *,
        below: Bgr | None = None,
        relief: float = 0.0,
        depth: float = 0.0,
        opacity: float = 1.0,
    ) -> None:
        """Fill an outline, or several as one body.

        Args:
            outline: Shape (N, 2), final pixels; or some of these, united.
            colour: At the top, or everywhere.
            below: At the bottom; a gradient runs down to it.
            relief: How strongly light models it, 0 for flat.
            depth: Width in pixels of the rounded edge that light models.
            opacity: 0..1.
        """
        outlines = [outline] if isinstance(outline, np.ndarray) else list(outline)
        points = np.concatenate(outlines) * SUPERSAMPLE
        height, width = self._alpha.shape
        pad = 2
        x0 = max(0, int(points[:, 0].min()) - pad)
        y0 = max(0, int(points[:, 1].min()) - pad)
        x1 = min(width, int(points[:, 0].max()) + pad + 1)
        y1 = min(height, int(points[:, 1].max()) + pad + 1)
        if x1 <= x0 or y1 <= y0:
            return
        mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
        for one in outlines:
            fixed = np.round((one * SUPERSAMPLE - (x0, y0)) * (1 << _SHIFT))
            cv2.fillPoly(mask, [fixed.astype(np.int32)], 255, cv2.LINE_AA, _SHIFT)
        cover = mask.astype(np.float32) * np.float32(opacity / 255)
        column = _gradient(colour, below, mask.shape[0])
        if relief > 0 and depth > 0:
            lit = column * _relief(mask, relief, depth)[:, :, None]
            paint = cv2.convertScaleAbs(lit)
        else:
            flat = cv2.convertScaleAbs(column)
            paint = cv2.resize(flat, mask.shape[::-1], interpolation=cv2.INTER_NEAREST)
        self._over((y0, y1, x0, x1), paint, cover)

    def line(
        self,
        points: Sequence[tuple[float, float]],
        colour: Bgr,
        width: float,
        *,
        opacity: float = 1.0,
    ) -> None:
        """Draw a polyline with round ends, ``width`` final pixels wide."""
        for (ax, ay), (bx, by) in pairwise(points):
            self.shape(
                capsule(ax, ay, bx, by, width / 2, width / 2), colour, opacity=opacity
            )

    def soft(
        self, outline: Points, colour: Bgr, blur: float, *, opacity: float = 1.0
    ) -> None:
        """Fill an outline with edges blurred by ``blur`` pixels: shadows and glows."""
        mask = np.zeros(self._alpha.shape, np.uint8)
        fixed = np.round(outline * SUPERSAMPLE * (1 << _SHIFT)).astype(np.int32)
        cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, _SHIFT)
        cover = cv2.GaussianBlur(
            mask.astype(np.float32) * np.float32(opacity / 255),
            (0, 0),
            blur * SUPERSAMPLE,
        )
        height, width = self._alpha.shape
        paint = np.full((height, width, 3), colour, np.uint8)
        self._over((0, height, 0, width), paint, np.minimum(cover, 1))

    def cut(self, outline: Points, *, keep: float = 0.0) -> None:
        """Make what lies inside an outline transparent, down to ``keep``."""
        mask = np.zeros(self._alpha.shape, np.uint8)
        fixed = np.round(outline * SUPERSAMPLE * (1 << _SHIFT)).astype(np.int32)
        cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, _SHIFT)
        rest = cv2.convertScaleAbs(mask, alpha=keep - 1, beta=255)
        cv2.multiply(self._colour, cv2.merge((rest,) * 3), self._colour, scale=1 / 255)
        cv2.multiply(self._alpha, rest, self._alpha, scale=1 / 255)

    def paste(self, bgra: Picture, left: float, top: float) -> None:
        """Put a premultiplied picture of final size onto the canvas."""
        size = (bgra.shape[1] * SUPERSAMPLE, bgra.shape[0] * SUPERSAMPLE)
        large = cv2.resize(bgra, size, interpolation=cv2.INTER_CUBIC)
        x0, y0 = round(left * SUPERSAMPLE), round(top * SUPERSAMPLE)
        height, width = self._alpha.shape
        sx, sy = max(0, -x0), max(0, -y0)
        ex, ey = min(size[0], width - x0), min(size[1], height - y0)
        if ex <= sx or ey <= sy:
            return
        part = large[sy:ey, sx:ex]
        rest = cv2.bitwise_not(np.ascontiguousarray(part[:, :, 3]))
        colour = self._colour[y0 + sy : y0 + ey, x0 + sx : x0 + ex]
        alpha = self._alpha[y0 + sy : y0 + ey, x0 + sx : x0 + ex]
        under = cv2.multiply(colour, cv2.merge((rest,) * 3), scale=1 / 255)
        colour[:] = cv2.add(under, np.ascontiguousarray(part[:, :, :3]))
        alpha[:] = cv2.add(cv2.multiply(alpha, rest, scale=1 / 255), 255 - rest)

    def bgra(self) -> Picture:
        """Return the picture, premultiplied, shape (height, width, 4), uint8."""
        size = (self.width, self.height)
        colour = cv2.resize(self._colour, size, interpolation=cv2.INTER_AREA)
        alpha = cv2.resize(self._alpha, size, interpolation=cv2.INTER_AREA)
        # Resizing rounds; a premultiplied colour must not exceed its alpha.
        colour = cv2.min(colour, cv2.merge((alpha,) * 3))
        blue, green, red = cv2.split(colour)
        return cv2.merge((blue, green, red, alpha)).astype(np.uint8, copy=False)

    def picture(self) -> Picture:
        """Return the colours alone, shape (height, width, 3), for a full backdrop."""
        return np.ascontiguousarray(self.bgra()[:, :, :3])

    def _over(
        self,
        where: tuple[int, int, int, int],
        paint: Picture,
        cover: NDArray[np.float32],
    ) -> None:
        y0, y1, x0, x1 = where
        colour = self._colour[y0:y1, x0:x1]
        alpha = self._alpha[y0:y1, x0:x1]
        rest = 1 - cover
        colour[:] = cv2.blendLinear(paint, colour, cover, rest)
        solid = np.full(alpha.shape, 255, np.uint8)
        alpha[:] = cv2.blendLinear(solid, alpha, cover, rest)


def _gradient(top: Bgr, below: Bgr | None, rows: int) -> NDArray[np.float32]:
    """Return a column of colours, shape (rows, 1, 3)."""
    share = np.linspace(0, 1, rows, dtype=np.float32)[:, None, None]
    last = np.array(top if below is None else below, np.float32)
    column = np.array(top, np.float32) * (1 - share) + last * share
    return column.astype(np.float32, copy=False)


def _relief(mask: Picture, strength: float, depth: float) -> NDArray[np.float32]:
    # Soft light needs no detail: half the size is a quarter of the work.
    pad = int(depth * 2) + 2
    rows, columns = mask.shape
    size = (max(1, columns // SUPERSAMPLE), max(1, rows // SUPERSAMPLE))
    small = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)
    wide = cv2.copyMakeBorder(small, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=0)
    # Two box filters of this width come close to a Gaussian of sigma ``depth``.
    window = max(1, round(depth * 2.4))
    height = cv2.blur(cv2.blur(wide, (window, window)), (window, window))
    slope = 2.5 * depth / (8 * 255)
    dx = cv2.Sobel(height, cv2.CV_32F, 1, 0, scale=slope)
    dy = cv2.Sobel(height, cv2.CV_32F, 0, 1, scale=slope)
    inner = np.s_[pad:-pad, pad:-pad]
    light = 1 + strength * (_LIGHT_X * dx[inner] + _LIGHT_Y * dy[inner])
    full = cv2.resize(light, (columns, rows), interpolation=cv2.INTER_LINEAR)
    return full.astype(np.float32, copy=False)
