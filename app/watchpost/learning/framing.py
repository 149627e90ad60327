"""Where pictures lie in the detector's input: letterbox, random views, mirror, mosaics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from watchpost.learning.datasets import Example, Picture

PAD = 114
Rng = np.random.Generator
# Less of a box than this left inside: too little to ask for, too much to deny.
_CLEAR, _GONE = 0.35, 0.05
_MIN_SIDE_PX = 4.0


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the input, pixels."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class View:
    """How a picture is laid into an area: scales, then an offset from its corner, pixels."""

    scale_x: float
    scale_y: float
    left: float
    top: float
    mirrored: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Framed:
    """An input-sized picture with its labels.

    Attributes:
        bgr: Shape (height, width, 3).
        boxes: Clipped to the visible part, pixels of the input; shape (N, 4), float32.
        class_ids: Shape (N,).
        vague: Mostly outside or tiny: neither asked for nor denied; shape (N,), bool.
        parts: Areas with the example that fills each.
    """

    bgr: Picture
    boxes: NDArray[np.float32]
    class_ids: NDArray[np.int32]
    vague: NDArray[np.bool_]
    parts: tuple[tuple[Area, Example], ...]


def plain_view(size: tuple[int, int], area: Area) -> View:
    """Return the letterbox at the top left, as a camera's picture is laid."""
    scale = min(area.width / size[0], area.height / size[1])
    return View(scale, scale, 0.0, 0.0)


def random_view(size: tuple[int, int], area: Area, rng: Rng) -> View:
    """Return a view that is nearer or farther, moved and a little stretched."""
    scale = min(area.width / size[0], area.height / size[1]) * 2.0 ** rng.uniform(
        -0.7, 1.2
    )
    stretch = 2.0 ** rng.uniform(-0.2, 0.2)
    scale_x, scale_y = scale * stretch, scale / stretch
    room_x, room_y = area.width - size[0] * scale_x, area.height - size[1] * scale_y
    left = rng.uniform(min(0.0, room_x), max(0.0, room_x))
    top = rng.uniform(min(0.0, room_y), max(0.0, room_y))
    return View(scale_x, scale_y, float(left), float(top), bool(rng.random() < 0.5))


def lay(
    canvas: Picture, example: Example, area: Area, view: View
) -> tuple[NDArray[np.float32], NDArray[np.bool_], NDArray[np.bool_]]:
    """Draw an example into an area of the canvas, in place.

    Returns:
        Boxes clipped to the area (pixels of the canvas), which of them are vague, and
        which can be seen at all.
    """
    height, width = example.bgr.shape[:2]
    # Cut out what will be seen first: a near view is a small part of the picture.
    x0, x1 = _seen(view.left, view.scale_x, width, area.width)
    y0, y1 = _seen(view.top, view.scale_y, height, area.height)
    boxes = example.boxes
    if x1 > x0 and y1 > y0:
        left, top = (
            round(view.left + x0 * view.scale_x),
            round(view.top + y0 * view.scale_y),
        )
        w = max(1, round((x1 - x0) * view.scale_x))
        h = max(1, round((y1 - y0) * view.scale_y))
        source = example.bgr[:, ::-1] if view.mirrored else example.bgr
        near = view.scale_x > 1
        drawn = cv2.resize(
            np.ascontiguousarray(source[y0:y1, x0:x1]),
            (w, h),
            interpolation=cv2.INTER_LINEAR if near else cv2.INTER_AREA,
        )
        _paste(canvas, drawn, area, left, top)
    if view.mirrored:
        boxes = boxes[:, [2, 1, 0, 3]] * (-1, 1, -1, 1) + (1, 0, 1, 0)
    scale = np.array([width * view.scale_x, height * view.scale_y] * 2)
    whole = boxes * scale + np.array([view.left + area.left, view.top + area.top] * 2)
    low = np.array([area.left, area.top] * 2)
    high = low + np.array([area.width, area.height] * 2)
    clipped = np.clip(whole, low, high)
    left_over = _areas(clipped) / np.maximum(_areas(whole), 1e-6)
    tiny = np.minimum(*(clipped[:, 2:] - clipped[:, :2]).T) < _MIN_SIDE_PX
    vague = (left_over < _CLEAR) | tiny
    return clipped.astype(np.float32), vague, left_over > _GONE


def _seen(offset: float, scale: float, length: int, room: int) -> tuple[int, int]:
    first = int(max(0.0, np.floor(-offset / scale)))
    last = int(min(float(length), np.ceil((room - offset) / scale)))
    return first, last


def _paste(
    canvas: Picture, drawn: NDArray[np.generic], area: Area, left: int, top: int
) -> None:
    inner = canvas[
        area.top : area.top + area.height, area.left : area.left + area.width
    ]
    x0, y0 = max(0, left), max(0, top)
    x1 = min(area.width, left + drawn.shape[1])
    y1 = min(area.height, top + drawn.shape[0])
    if x1 > x0 and y1 > y0:
        inner[y0:y1, x0:x1] = drawn[y0 - top : y1 - top, x0 - left : x1 - left]


def _areas(boxes: NDArray[np.floating]) -> NDArray[np.floating]:
    sides = np.maximum(boxes[:, 2:] - boxes[:, :2], 0)
    areas: NDArray[np.floating] = sides[:, 0] * sides[:, 1]
    return areas


def frame(
    parts: Sequence[tuple[Area, Example]],
    width: int,
    height: int,
    view_of: Callable[[Example, Area], View],
) -> Framed:
    """Lay examples into their areas of one input."""
    canvas = np.full((height, width, 3), PAD, np.uint8)
    boxes, class_ids, vague = [], [], []
    for area, example in parts:
        placed, unclear, seen = lay(canvas, example, area, view_of(example, area))
        boxes.append(placed[seen])
        class_ids.append(example.class_ids[seen])
        vague.append(unclear[seen])
    return Framed(
        canvas,
        np.concatenate(boxes),
        np.concatenate(class_ids),
        np.concatenate(vague),
        tuple(parts),
    )


def letterboxed(example: Example, width: int, height: int) -> Framed:
    """Return an example as a camera's picture would be laid."""
    whole = Area(0, 0, width, height)
    return frame(
        [(whole, example)],
        width,
        height,
        lambda e, a: plain_view((e.bgr.shape[1], e.bgr.shape[0]), a),
    )


def mosaic_areas(width: int, height: int, rng: Rng) -> list[Area]:
    """Cut the input into two parts side by side, or four, at random places."""
    x = int(rng.uniform(0.35, 0.65) * width)
    if rng.random() < 0.6:
        return [Area(0, 0, x, height), Area(x, 0, width - x, height)]
    y = int(rng.uniform(0.35, 0.65) * height)
    return [
        Area(0, 0, x, y),
        Area(x, 0, width - x, y),
        Area(0, y, x, height - y),
        Area(x, y, width - x, height - y),
    ]
