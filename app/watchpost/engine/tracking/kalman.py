"""Constant-velocity Kalman filter over all tracks at once.

The usual box tracker's filter (Wojke et al., "Simple Online and Realtime Tracking with a
Deep Association Metric", 2017) has diagonal noise, so it falls apart into one filter of
two states (position, velocity) for each of centre x, centre y, width and height. Its
covariance is three numbers and the update has a closed form, which numpy does for every
track in a handful of calls. Time is real seconds, so uneven frames are no special case.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Standard deviations as shares of the object's height.
_MEASURED = 0.1
_DRIFT_PER_S = 0.1
_ACCELERATION_PER_S = 0.2
_FIRST_POSITION = 0.1
_FIRST_SPEED = 1.5


class BoxFilter:
    """State of N boxes; centre x, centre y, width, height in columns.

    Kept as one array, so that tracks are picked out, added and dropped in one go.
    """

    def __init__(self) -> None:
        # Position, velocity, variance, covariance and velocity's variance.
        self._state: Array = np.empty((5, 0, 4))

    def __len__(self) -> int:
        return int(self._state.shape[1])

    @property
    def position(self) -> Array:
        """Centre and size, shape (N, 4); writing into it moves the boxes."""
        position: Array = self._state[0]
        return position

    @property
    def velocity(self) -> Array:
        """Units a second, shape (N, 4); writing into it changes the boxes' speed."""
        velocity: Array = self._state[1]
        return velocity

    def predict(self, seconds: float) -> None:
        """Move every box on in time."""
        if seconds <= 0 or not len(self):
            return
        position, velocity, variance, covariance, velocity_variance = self._state
        square = position[:, 3:4] ** 2
        position += velocity * seconds
        # A size extrapolated for long turns into nonsense; it only coasts.
        velocity[:, 2:] *= 0.5**seconds
        np.maximum(position[:, 2:], 1e-6, out=position[:, 2:])
        variance += (2 * seconds) * covariance + seconds**2 * velocity_variance
        variance += square * (_DRIFT_PER_S**2 * seconds)
        covariance += seconds * velocity_variance
        velocity_variance += square * (_ACCELERATION_PER_S**2 * seconds)

    def correct(self, rows: NDArray[np.intp], measured: Array, trust: Array) -> None:
        """Take in measured boxes.

        Args:
            rows: Which tracks, shape (K,).
            measured: Centre and size, shape (K, 4).
            trust: Confidence 0..1 of each, shape (K,); an unsure box moves less.
        """
        noise = (measured[:, 3] * _MEASURED * (1.5 - trust)) ** 2
        state = self._state.take(rows, axis=1)
        position, velocity, variance, covariance, velocity_variance = state
        spread = variance + noise[:, None]
        gain, speed_gain = variance / spread, covariance / spread
        error = measured - position
        position += gain * error
        velocity += speed_gain * error
        velocity_variance -= speed_gain * covariance
        variance -= gain * variance
        covariance -= gain * covariance
        self._state[:, rows] = state

    def append(self, measured: Array) -> None:
        """Begin new boxes, shape (K, 4), at rest and unsure of it."""
        square = measured[:, 3:4] ** 2
        new = np.zeros((5, *measured.shape))
        new[0] = measured
        new[2] = square * _FIRST_POSITION**2
        new[4] = square * _FIRST_SPEED**2
        self._state = np.concatenate((self._state, new), axis=1)

    def keep(self, rows: NDArray[np.bool_]) -> None:
        """Drop the rows where the mask is False."""
        self._state = self._state[:, rows]
