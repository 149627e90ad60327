"""Plane geometry on boxes and lines; pure functions over numpy arrays.

Boxes are (left, top, right, bottom), origin top left, in any one unit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_EPSILON = 1e-12


# One small product is several times faster than slices two columns wide.
_CORNERS = np.array([[1, 0, 1, 0], [0, 1, 0, 1], [-0.5, 0, 0.5, 0], [0, -0.5, 0, 0.5]])
_CENTRE_AND_SIZE = np.linalg.inv(_CORNERS)


def iou(a_xyxy: Array, b_xyxy: Array) -> Array:
    """Return pairwise overlap, shape (N, M), range 0..1; inputs (N, 4) and (M, 4)."""
    # Column by column and in place: tables of two-long rows are several times slower.
    left, top, right, bottom = a_xyxy.T[:, :, None]
    b_left, b_top, b_right, b_bottom = b_xyxy.T
    width = np.minimum(right, b_right)
    width -= np.maximum(left, b_left)
    height = np.minimum(bottom, b_bottom)
    height -= np.maximum(top, b_top)
    common: Array = np.maximum(width, 0.0, out=width)
    common *= np.maximum(height, 0.0, out=height)
    a_area = (right - left) * (bottom - top) + _EPSILON
    union = a_area + (b_right - b_left) * (b_bottom - b_top)
    union -= common
    common /= union
    return common


def xyxy_from_cxcywh(boxes: Array) -> Array:
    """Return corners, shape (N, 4), of boxes given as centre and size."""
    corners: Array = boxes @ _CORNERS
    return corners


def cxcywh_from_xyxy(boxes: Array) -> Array:
    """Return centre and size, shape (N, 4), of boxes given by their corners."""
    centre_and_size: Array = boxes @ _CENTRE_AND_SIZE
    return centre_and_size


def signed_distance(points: Array, a: Array, b: Array) -> Array:
    """Return distances, shape (N,), of points (N, 2) from the endless line through a, b.

    Positive on the right-hand side of somebody who stands at ``a`` and looks to ``b`` in
    a picture (y grows downwards).
    """
    along = b - a
    length = float(np.hypot(along[0], along[1]))
    offset = points - a
    cross: Array = along[0] * offset[:, 1] - along[1] * offset[:, 0]
    return cross / length


def position_along(point: Array, a: Array, b: Array) -> float:
    """Return where the foot of a point lies on the segment: 0 at ``a``, 1 at ``b``."""
    along = b - a
    return float(np.dot(point - a, along) / np.dot(along, along))


def inside_polygon(points: Array, polygon: Array) -> NDArray[np.bool_]:
    """Return which points (N, 2) lie in a polygon (M, 2), shape (N,).

    By how often a ray to the right goes over the border (even-odd rule).
    """
    x, y = points[:, 0, None], points[:, 1, None]
    ax, ay = polygon[:, 0], polygon[:, 1]
    bx, by = np.roll(ax, -1), np.roll(ay, -1)
    spans = (ay > y) != (by > y)
    rise = np.where(ay == by, 1.0, by - ay)
    right = x < (bx - ax) * (y - ay) / rise + ax
    odd: NDArray[np.bool_] = np.count_nonzero(spans & right, axis=1) % 2 == 1
    return odd


def crosses_itself(polygon: Array) -> bool:
    """Return whether two sides of a polygon (M, 2) meet elsewhere than at a corner.

    Neighbours meet at their corner; they only cross where one goes back over the other.
    """
    count = len(polygon)
    for first in range(count):
        a, b = polygon[first], polygon[(first + 1) % count]
        after = polygon[(first + 2) % count]
        if _turn(a, b, after) == 0 and float((b - a) @ (after - b)) < 0:
            return True
        for second in range(first + 2, count - (first == 0)):
            if _meet(a, b, polygon[second], polygon[(second + 1) % count]):
                return True
    return False


def _meet(a: Array, b: Array, c: Array, d: Array) -> bool:
    """Return whether two stretches have a point in common."""
    turns = (_turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b))
    if turns[0] * turns[1] < 0 and turns[2] * turns[3] < 0:
        return True
    return any(
        turn == 0 and _is_between(point, *ends)
        for turn, point, ends in zip(
            turns, (c, d, a, b), ((a, b), (a, b), (c, d), (c, d)), strict=True
        )
    )


def _turn(a: Array, b: Array, point: Array) -> int:
    """Return 1 or -1 for the side of the endless line a point is on, 0 on the line."""
    cross = (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0])
    return 0 if abs(cross) < _EPSILON else int(np.sign(cross))


def _is_between(point: Array, a: Array, b: Array) -> bool:
    low, high = np.minimum(a, b) - _EPSILON, np.maximum(a, b) + _EPSILON
    return bool(np.all((point >= low) & (point <= high)))
