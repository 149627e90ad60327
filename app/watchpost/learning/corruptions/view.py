"""Where the camera looks: U3 vibration, U4 rolling shutter, U15 a tilted view, Q8 a knock.

Each also gives the 3x3 matrix (homogeneous, from pixels of the true picture to pixels of
the made one) by which points, boxes and lines follow.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import cv2
import numpy as np
from numpy.typing import NDArray

from watchpost.learning.corruptions.pictures import Picture, Rng, at_severity

Matrix = NDArray[np.float64]


@runtime_checkable
class Moving(Protocol):
    """A change of the running picture that moves what is in it."""

    def matrix(self, width: int, height: int, frame_index: int, t_s: float) -> Matrix:
        """Return where points of the true picture go at that time."""
        ...


_SWAY_HZ = 2.0
_SKEW_HZ = 1.3
_RIM_POINTS = 32
_KNOCKED_AT_S = 5.0
_KNOCK = 0.05


def moved_points(points: NDArray[np.floating], matrix: Matrix) -> NDArray[np.float64]:
    """Return points, shape (N, 2), in pixels, where a matrix takes them."""
    ones = np.ones((len(points), 1))
    moved = np.concatenate((points.astype(np.float64), ones), axis=1) @ matrix.T
    there: NDArray[np.float64] = moved[:, :2] / moved[:, 2:]
    return there


def moved_boxes(xyxy: NDArray[np.floating], matrix: Matrix) -> NDArray[np.float64]:
    """Return upright boxes, shape (N, 4), of what boxes hold after a matrix moved it.

    An object seldom fills its box's corners: the ellipse inside is moved, and the box
    drawn around it (Kalra et al., "Towards Rotation Invariance in Object Detection",
    2021).
    """
    boxes = xyxy.astype(np.float64)
    middles, halves = (
        (boxes[:, :2] + boxes[:, 2:]) / 2,
        (boxes[:, 2:] - boxes[:, :2]) / 2,
    )
    turn = np.linspace(0, 2 * np.pi, _RIM_POINTS, endpoint=False)
    rim = np.stack((np.cos(turn), np.sin(turn)), axis=1)
    points = middles[:, None] + halves[:, None] * rim
    moved = moved_points(points.reshape(-1, 2), matrix).reshape(-1, _RIM_POINTS, 2)
    return np.concatenate((moved.min(axis=1), moved.max(axis=1)), axis=1)


def warped(bgr: Picture, matrix: Matrix) -> Picture:
    """Return a picture moved by a matrix; what comes in at the rim repeats the rim."""
    height, width = bgr.shape[:2]
    made = cv2.warpPerspective(
        bgr, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE
    )
    return made.astype(np.uint8, copy=False)


def shift(x: float, y: float) -> Matrix:
    """Return the matrix that moves by pixels."""
    return np.array([[1.0, 0.0, x], [0.0, 1.0, y], [0.0, 0.0, 1.0]])


def tilt(width: int, height: int, severity: int, rng: Rng) -> Matrix:
    """Return U15's matrix: a roll and a pitch of 3, 8 or 15 degrees, either way.

    A camera whose focal length is the picture's width turns about its own axes; the
    picture's middle stays where it was.
    """
    angle = np.deg2rad(at_severity(severity, (3.0, 8.0, 15.0)))
    roll, pitch = (angle if rng.random() < 0.5 else -angle for _ in range(2))
    lens = np.array([[width, 0, width / 2], [0, width, height / 2], [0, 0, 1.0]])
    about_z = np.array(
        [
            [np.cos(roll), -np.sin(roll), 0],
            [np.sin(roll), np.cos(roll), 0],
            [0, 0, 1.0],
        ]
    )
    about_x = np.array(
        [
            [1.0, 0, 0],
            [0, np.cos(pitch), -np.sin(pitch)],
            [0, np.sin(pitch), np.cos(pitch)],
        ]
    )
    turned = lens @ about_x @ about_z @ np.linalg.inv(lens)
    middle = np.array([[width / 2, height / 2]])
    away = (middle - moved_points(middle, turned))[0]
    matrix: Matrix = shift(away[0], away[1]) @ turned
    return matrix


def tilted(bgr: Picture, severity: int, rng: Rng) -> Picture:
    """U15: seen from an unusual angle."""
    return warped(bgr, tilt(bgr.shape[1], bgr.shape[0], severity, rng))


class Tilted:
    """U15 on a running picture: the same view in every frame."""

    def __init__(self, severity: int, seed: int) -> None:
        self._severity, self._seed = severity, seed

    def matrix(self, width: int, height: int, frame_index: int, t_s: float) -> Matrix:
        """Return where points go."""
        del frame_index, t_s
        return tilt(width, height, self._severity, np.random.default_rng(self._seed))

    def apply(self, bgr: Picture, frame_index: int, t_s: float) -> Picture:
        """Return the tilted picture."""
        return warped(bgr, self.matrix(*_size(bgr), frame_index, t_s))


class Vibration:
    """U3: the whole frame sways at 2 Hz by 2, 5 or 12 pixels and jitters by half of it."""

    def __init__(self, severity: int, seed: int) -> None:
        self._reach = at_severity(severity, (2.0, 5.0, 12.0))
        self._seed = seed

    def matrix(self, width: int, height: int, frame_index: int, t_s: float) -> Matrix:
        """Return where points go."""
        del width
        rng = np.random.default_rng((self._seed, frame_index))
        reach = self._reach * height / 720
        phase = 2 * np.pi * _SWAY_HZ * t_s
        sway = reach * np.array([np.sin(phase), 0.5 * np.sin(phase + 1.0)])
        x, y = sway + rng.uniform(-0.5, 0.5, 2) * reach
        return shift(x, y)

    def apply(self, bgr: Picture, frame_index: int, t_s: float) -> Picture:
        """Return the picture as it arrives."""
        return warped(bgr, self.matrix(*_size(bgr), frame_index, t_s))


class RollingShutter:
    """U4: rows read one after the other lean by 1, 2 or 4 % of the width, to and fro."""

    def __init__(self, severity: int) -> None:
        self._lean = at_severity(severity, (0.01, 0.02, 0.04))

    def matrix(self, width: int, height: int, frame_index: int, t_s: float) -> Matrix:
        """Return where points go."""
        del frame_index
        lean = self._lean * width / height * np.sin(2 * np.pi * _SKEW_HZ * t_s + 0.7)
        return np.array([[1.0, lean, -lean * height / 2], [0, 1.0, 0], [0, 0, 1.0]])

    def apply(self, bgr: Picture, frame_index: int, t_s: float) -> Picture:
        """Return the picture as it arrives."""
        return warped(bgr, self.matrix(*_size(bgr), frame_index, t_s))


class Knocked:
    """Q8: somebody knocks the camera 5 % sideways after 5 s, and there it stays."""

    def matrix(self, width: int, height: int, frame_index: int, t_s: float) -> Matrix:
        """Return where points go."""
        del height, frame_index
        return shift(_KNOCK * width if t_s >= _KNOCKED_AT_S else 0.0, 0.0)

    def apply(self, bgr: Picture, frame_index: int, t_s: float) -> Picture:
        """Return the picture as it arrives."""
        if t_s < _KNOCKED_AT_S:
            return bgr
        return warped(bgr, self.matrix(*_size(bgr), frame_index, t_s))


def _size(bgr: Picture) -> tuple[int, int]:
    return bgr.shape[1], bgr.shape[0]
