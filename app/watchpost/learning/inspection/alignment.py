"""Lays a template over a part: first moved as a whole, then stretched a little.

Optics and belts leave scale, slant and bow of a few pixels over a picture. A tolerance that
forgives them hides narrow shorts, so they are taken out: a grid of 6 x 6 shifts, bilinear
between its nodes, is fitted by least squares on the grey values (Lucas and Kanade, "An
Iterative Image Registration Technique", 1981). The nodes are far apart against any defect,
and what fits badly counts little, so that no defect is stretched away.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
_Field = NDArray[np.float32]
_FARTHEST_SHIFT = 12
_RIM = 6
_NODES = 6
_SMALLER = 4
_SMOOTHED = 3.0
_ROUNDS = 8
_FEWEST_PIXELS = 50
_MOST_PIXELS = 6000
_STEEP = 15.0
_OUTLIER = 100.0
_STIFF = 0.02
_SETTLED = 0.005


def align(template: Grey, part: Grey) -> Grey:
    """Return the template laid over a part.

    It may be up to 12 pixels away, plus a few pixels of stretch. Where it does not reach,
    and in a rim of 6 pixels, where half an edge cannot be placed, the part itself is
    repeated: nothing can be told there. A picture with too few edges is moved only as a
    whole.

    Args:
        template: Shape (height, width), at least 32 each way.
        part: The same shape.
    """
    right, down = _moved(template, part)
    nodes = _fitted(shifted(template, right, down), part)
    height, width = part.shape
    along, below = (_hats(height) @ each @ _hats(width).T for each in nodes)
    rows, columns = np.indices(part.shape, np.float32)
    x, y = columns - along - right, rows - below - down
    laid = cv2.remap(template, x, y, cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE)
    beyond = (x < 0) | (y < 0) | (x > width - 1) | (y > height - 1)
    beyond[:_RIM] = beyond[-_RIM:] = beyond[:, :_RIM] = beyond[:, -_RIM:] = True
    return np.where(beyond, part, laid).astype(np.uint8, copy=False)


def shifted(
    picture: Grey,
    right: int,
    down: int,
    rows: slice = slice(None),
    columns: slice = slice(None),
) -> Grey:
    """Return a picture, or a part of it, moved by whole pixels; the border is repeated."""
    height, width = picture.shape
    y = np.clip(np.arange(height)[rows] - down, 0, height - 1)
    x = np.clip(np.arange(width)[columns] - right, 0, width - 1)
    return picture[np.ix_(y, x)]


def _moved(template: Grey, part: Grey) -> tuple[int, int]:
    """Return how far right and down the template fits best, in whole pixels."""
    far = _FARTHEST_SHIFT
    core = template[far:-far, far:-far]
    misfit = cv2.matchTemplate(part, core, cv2.TM_SQDIFF)
    down, right = divmod(int(misfit.argmin()), misfit.shape[1])
    return right - far, down - far


def _fitted(template: Grey, part: Grey) -> _Field:
    """Return how far each node goes right and down, pixels, shape (2, nodes, nodes)."""
    small, wanted = _smaller(template), _smaller(part)
    maps = [small, _slope(small, 1, 0), _slope(small, 0, 1)]
    rows, columns = np.nonzero(maps[1] ** 2 + maps[2] ** 2 > _STEEP**2)
    thinned = len(rows) // _MOST_PIXELS + 1
    rows, columns = rows[::thinned], columns[::thinned]
    nodes = np.zeros((2, _NODES * _NODES), np.float32)
    if len(rows) < _FEWEST_PIXELS:
        return nodes.reshape(2, _NODES, _NODES)
    down, right = (_hats(side) for side in small.shape)
    near = (down[rows][:, :, None] * right[columns][:, None, :]).reshape(len(rows), -1)
    stiff = _stiffness()
    for _ in range(_ROUNDS):
        x, y = columns - near @ nodes[0], rows - near @ nodes[1]
        seen, along, below = (_read(picture, x, y) for picture in maps)
        misfit = seen - wanted[rows, columns]
        slopes = np.hstack((near * along[:, None], near * below[:, None]))
        weighed = slopes / (1 + (misfit / _OUTLIER) ** 2)[:, None]
        normal = weighed.T @ slopes
        hold = _STIFF * np.trace(normal) / len(normal) * stiff
        pull = weighed.T @ misfit - hold @ nodes.ravel()
        step = np.linalg.solve(normal + hold, pull).astype(np.float32)
        nodes += step.reshape(nodes.shape)
        if float(np.abs(step).max()) < _SETTLED:
            break
    return nodes.reshape(2, _NODES, _NODES) * _SMALLER


def _smaller(picture: Grey) -> _Field:
    height, width = (side // _SMALLER for side in picture.shape)
    smooth = cv2.GaussianBlur(picture, (0, 0), _SMOOTHED)
    small = cv2.resize(smooth, (width, height), interpolation=cv2.INTER_AREA)
    return small.astype(np.float32)


def _slope(picture: _Field, right: int, down: int) -> _Field:
    slope = cv2.Sobel(picture, cv2.CV_32F, right, down, scale=1 / 8)
    return slope.astype(np.float32, copy=False)


def _hats(length: int) -> _Field:
    """Return how much each node counts at each pixel of a side, (length, nodes)."""
    at = np.linspace(0, _NODES - 1, length, dtype=np.float32)[:, None]
    far = np.abs(at - np.arange(_NODES, dtype=np.float32))
    hats: _Field = np.maximum(0, 1 - far).astype(np.float32, copy=False)
    return hats


def _stiffness() -> _Field:
    """Return the square form of the differences of neighbouring nodes, both ways."""
    ties = np.eye(_NODES, dtype=np.float32)
    steps = np.diff(ties, axis=0)
    along = steps.T @ steps
    both = np.kron(ties, along) + np.kron(along, ties)
    # A trace of the nodes themselves: nothing else holds a picture of one straight track.
    held = both + 0.01 * np.eye(len(both), dtype=np.float32)
    square: _Field = np.kron(np.eye(2, dtype=np.float32), held)
    return square


def _read(picture: _Field, columns: NDArray[Any], rows: NDArray[Any]) -> _Field:
    """Return a picture's values between its pixels, shape as the places'."""
    # OpenCV wants places as a picture of at most 32,767 each way.
    side = 256
    whole = -(-len(rows) // side) * side
    x, y = (np.resize(way.astype(np.float32), whole) for way in (columns, rows))
    read = cv2.remap(
        picture,
        x.reshape(-1, side),
        y.reshape(-1, side),
        cv2.INTER_LINEAR,
        None,
        cv2.BORDER_REPLICATE,
    )
    values: _Field = read.ravel()[: len(rows)].astype(np.float32, copy=False)
    return values
