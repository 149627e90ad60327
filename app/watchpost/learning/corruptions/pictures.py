"""What the corruptions share: the picture, its scale, and how severities are picked.

A corruption is a pure function ``f(bgr, severity, rng)``: a picture of shape (height,
width, 3), uint8, BGR, to another of the same shape, with severity 1 (mild), 2 (a typical
bad site) or 3 (the worst accepted). The same ``rng`` state gives the same picture.
Lengths are given for a picture of 720 lines and scaled to the picture at hand. What
changes from frame to frame, or remembers frames, is a :class:`Change`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Map = NDArray[np.float32]
Rng = np.random.Generator
Corruption = Callable[[Picture, int, Rng], Picture]
SEVERITIES = (1, 2, 3)

_Value = TypeVar("_Value")


class Change(Protocol):
    """A corruption of a running picture; it belongs to one stream."""

    def apply(self, bgr: Picture, frame_index: int, t_s: float) -> Picture | None:
        """Return the picture as it arrives, or None where it never does.

        Args:
            bgr: As it was, shape (height, width, 3); it is not written to.
            frame_index: From 0, rising by one.
            t_s: Seconds since the start of the stream, rising.
        """
        ...


def at_severity(severity: int, values: tuple[_Value, _Value, _Value]) -> _Value:
    """Return the value for a severity.

    Raises:
        ValueError: It is not 1, 2 or 3.
    """
    if severity not in SEVERITIES:
        raise ValueError(f"A severity is 1, 2 or 3, not {severity}.")
    return values[severity - 1]


def scale_of(bgr: Picture) -> float:
    """Return the factor for lengths that are given for 720 lines."""
    return float(bgr.shape[0]) / 720


def as_pixels(values: NDArray[np.floating]) -> Picture:
    """Return grey levels as bytes, clipped."""
    np.clip(values, 0, 255, out=values)
    return values.astype(np.uint8)


def looked_up(bgr: Picture, table: NDArray[np.floating]) -> Picture:
    """Return a picture whose levels are replaced.

    Args:
        bgr: The picture.
        table: New levels, shape (256,) for all channels or (256, 3); clipped.
    """
    levels = np.clip(table, 0, 255).astype(np.uint8).reshape(1, 256, -1)
    return cv2.LUT(bgr, levels).astype(np.uint8, copy=False)


def blended(bgr: Picture, other: Picture | float, share: Map) -> Picture:
    """Return a mixture of a picture and another, or a grey level.

    Args:
        bgr: Shape (height, width, 3).
        other: The same shape, or one grey level.
        share: How much of the other, 0..1, shape (height, width).
    """
    weight = cv2.merge((share, share, share))
    mixed = bgr.astype(np.float32)
    mixed += weight * (np.asarray(other, np.float32) - mixed)
    return as_pixels(mixed)


def coordinates(bgr: Picture) -> tuple[Map, Map]:
    """Return every pixel's x, shape (1, width), and y, shape (height, 1)."""
    height, width = bgr.shape[:2]
    return (
        np.arange(width, dtype=np.float32)[None],
        np.arange(height, dtype=np.float32)[:, None],
    )
