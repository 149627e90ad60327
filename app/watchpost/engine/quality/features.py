"""Figures of one picture, cheap enough for every camera every second.

Measured on luma brought down to some 640 pixels of width. Sharpness is
the variance of the Laplacian (Pech-Pacheco et al., 2000); it means something beside the
camera's own usual value only. A shift of the view is found by phase correlation (Kuglin
and Hines, 1975) of gradients, which light changes less than grey values.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Luma = NDArray[np.uint8]
Map = NDArray[np.float32]

VIEW_SIZE = (160, 96)
"""Width and height of the map of gradients by which a view is known again."""
TILES = (16, 9)
"""Tiles across and down for what is local in a picture."""
FIGURES = (
    "sharpness",
    "mean",
    "dark",
    "bright",
    "smooth",
    "blockiness",
)

_WIDTH, _WIDEST = 640, 800
_DARK = 16
_BRIGHT = 245
_SMOOTH = 1
_BLOCK = 8
_CROP = (288, 512)
_WINDOW = cv2.createHanningWindow(VIEW_SIZE, cv2.CV_32F)
_QUARTER = (80, 48)
# Left and top of each quarter: nearer to the middle than the corners, which are faded out.
_QUARTERS = tuple((x, y) for x in (10, 70) for y in (8, 40))
_QUARTER_WINDOW = cv2.createHanningWindow(_QUARTER, cv2.CV_32F)
_QUARTER_PEAK = 0.12


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """One picture in figures.

    Attributes:
        sharpness: Variance of the Laplacian, grey levels squared.
        mean: Mean luma, 0..255.
        dark, bright: Shares of pixels below 16 and above 245, 0..1.
        smooth: Share of pixels without any texture of their own, 0..1, in the middle
            one of the tiles.
        blockiness: Steps on the 8 x 8 grid of codecs against steps beside it; 1 is none.
        tiles: Mean luma of each tile, float32, shape (9, 16).
        contrast: Standard deviation of each tile, float32, shape (9, 16).
        detail: Mean absolute Laplacian of each tile, float32, shape (9, 16).
        view: Gradients under a window, float32, shape (96, 160).
        thumb: The picture made small by leaving out pixels, uint8, to find equal ones.
    """

    sharpness: float
    mean: float
    dark: float
    bright: float
    smooth: float
    blockiness: float
    tiles: Map
    contrast: Map
    detail: Map
    view: Map
    thumb: Luma

    def figures(self) -> tuple[float, ...]:
        """Return what is compared with its usual value, in the order of ``FIGURES``."""
        return tuple(float(getattr(self, name)) for name in FIGURES)


def luma_of(bgr: NDArray[np.uint8]) -> Luma:
    """Return luma, shape (H, W), of a BGR picture, shape (H, W, 3)."""
    luma: Luma = cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY)  # type: ignore[assignment]
    return luma


def features_of(luma: Luma) -> Features:
    """Return the figures of a picture.

    Args:
        luma: Shape (H, W), uint8, at the camera's own size: codecs' blocks are seen
            there alone.
    """
    small = reduced(luma)
    laplacian = cv2.Laplacian(small, cv2.CV_16S)
    _, spread = cv2.meanStdDev(laplacian)
    steps = cv2.convertScaleAbs(laplacian)
    _, plain = cv2.threshold(steps, _SMOOTH, 255, cv2.THRESH_BINARY_INV)
    shades = cv2.calcHist([small], [0], None, [256], [0, 256]).ravel() / small.size
    tiles, contrast = tile_statistics(small)
    return Features(
        sharpness=float(spread[0, 0] ** 2),
        mean=float(shades @ np.arange(256, dtype=np.float32)),
        dark=float(shades[:_DARK].sum()),
        bright=float(shades[_BRIGHT + 1 :].sum()),
        smooth=float(np.median(_resized(plain, TILES))) / 255,
        blockiness=blockiness(luma),
        tiles=tiles,
        contrast=contrast,
        detail=_resized(steps, TILES).astype(np.float32),
        view=view_of(small),
        thumb=np.ascontiguousarray(small[::2, ::2]),
    )


def reduced(luma: Luma) -> Luma:
    """Return the picture made smaller, 640 to 800 pixels wide, if it is wider."""
    height, width = luma.shape
    # Halves are several times cheaper than other means over areas.
    while width // 2 >= _WIDTH:
        height, width = max(1, height // 2), width // 2
        luma = _resized(luma, (width, height))
    if width <= _WIDEST:
        return luma
    size = _WIDTH, max(1, round(height * _WIDTH / width))
    return np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def tile_statistics(luma: Luma) -> tuple[Map, Map]:
    """Return mean and standard deviation of each tile, float32."""
    values = luma.astype(np.float32)
    mean = _resized(values, TILES)
    square = _resized(values * values, TILES)
    return mean, np.sqrt(np.maximum(square - mean * mean, 0))


def any_in_tiles(picture: Luma) -> NDArray[np.bool_]:
    """Return for each tile whether any pixel of it is not zero, shape (9, 16)."""
    across, down = TILES
    rows, columns = (picture.shape[0] // down, picture.shape[1] // across)
    kept = picture[: rows * down, : columns * across]
    # Rows first: the long axis is reduced while it lies in one piece.
    by_row: Luma = kept.reshape(down, rows, columns * across).max(axis=1)
    found: NDArray[np.bool_] = by_row.reshape(down, across, columns).max(axis=2) > 0
    return found


def blockiness(luma: Luma) -> float:
    """Return steps on the 8-pixel grid against steps elsewhere, in the middle part."""
    top, left = (
        max(0, (size - crop) // 2) // _BLOCK * _BLOCK
        for size, crop in zip(luma.shape, _CROP, strict=True)
    )
    part = luma[top : top + _CROP[0], left : left + _CROP[1]]
    if part.shape[1] <= 2 * _BLOCK:
        return 1.0
    columns = cv2.absdiff(part[:, 1:], part[:, :-1]).mean(axis=0)
    on_grid = columns[_BLOCK - 1 :: _BLOCK]
    beside = (columns.sum() - on_grid.sum()) / (len(columns) - len(on_grid))
    # Half a grey level on both sides: rounding makes no blocks in a flat picture.
    return float((on_grid.mean() + 0.5) / (beside + 0.5))


def view_of(luma: Luma) -> Map:
    """Return the picture's gradients, small, evened out and windowed."""
    small = _resized(luma, VIEW_SIZE).astype(np.float32)
    across = cv2.Sobel(small, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(small, cv2.CV_32F, 0, 1)
    steps = np.sqrt(cv2.magnitude(across, down))
    view: Map = (steps - steps.mean()) * _WINDOW
    return view


def likeness(one: Map, other: Map) -> float:
    """Return the correlation of two views at no shift, -1..1."""
    scale = float(np.sqrt((one * one).sum() * (other * other).sum()))
    return float((one * other).sum()) / scale if scale > 0 else 0.0


def shift_between(one: Map, other: Map) -> tuple[float, float]:
    """Return how far a view lies beside another, and how sure that is.

    Returns:
        Shift as a share of the picture's width, and the height of the peak, 0..1.
    """
    (x, y), peak = cv2.phaseCorrelate(one, other)
    return float(np.hypot(x, y)) / VIEW_SIZE[0], float(peak)


def turn_between(one: Map, other: Map) -> float | None:
    """Return how far the quarters of a view lie beside another's.

    A camera that is turned about its own axis moves each quarter another way, and the
    whole view nowhere.

    Returns:
        Median over the quarters that can tell, as a share of the picture's width; None
        where fewer than two can.
    """
    lengths = []
    for x, y in _QUARTERS:
        part = np.s_[y : y + _QUARTER[1], x : x + _QUARTER[0]]
        here, there = (np.ascontiguousarray(view[part]) for view in (one, other))
        (across, down), peak = cv2.phaseCorrelate(here, there, _QUARTER_WINDOW)
        if peak >= _QUARTER_PEAK:
            lengths.append(float(np.hypot(across, down)))
    if len(lengths) < 2:
        return None
    return float(np.median(lengths)) / VIEW_SIZE[0]


def _resized(picture: NDArray, size: tuple[int, int]) -> NDArray:  # type: ignore[type-arg]
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
