"""Constant-velocity Kalman filter over all tracks at once.

The usual box tracker's filter (Wojke et al., "Simple Online and Realtime Tracking with a
Deep Association Metric", 2017) has diagonal noise, so it falls apart into one filter of
two states (position, velocity) for each of centre x, centre y, width and height. Its
covariance is three numbers and the update has a closed form, which numpy does for every
track in a handful of calls. Time is real seconds, so uneven frames are no special case.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Standard deviations as shares of the object's height.
_MEASURED = 0.1
_DRIFT_PER_S = 0.1
_ACCELERATION_PER_S = 0.2
_FIRST_POSITION = 0.1
_FIRST_SPEED = 1.5


@dataclass(slots=True)
class BoxFilter:
    """State of N boxes; centre x, centre y, width, height in columns.

    Attributes:
        position: Shape (N, 4).
        velocity: Units a second, shape (N, 4).
        variance, covariance, velocity_variance: Shape (N, 4) each.
    """

    position: Array
    velocity: Array
    variance: Array
    covariance: Array
    velocity_variance: Array

    @staticmethod
    def empty() -> BoxFilter:
        """Return a filter without boxes."""
        return BoxFilter(*(np.empty((0, 4)) for _ in range(5)))

    def __len__(self) -> int:
        return len(self.position)

    def predict(self, seconds: float) -> None:
        """Move every box on in time."""
        if seconds <= 0 or not len(self):
            return
        scale = self.position[:, 3:4]
        self.position += self.velocity * seconds
        # A size extrapolated for long turns into nonsense; it only coasts.
        self.velocity[:, 2:] *= 0.5**seconds
        np.maximum(self.position[:, 2:], 1e-6, out=self.position[:, 2:])
        self.variance += (
            2 * seconds * self.covariance
            + seconds**2 * self.velocity_variance
            + (scale * _DRIFT_PER_S) ** 2 * seconds
        )
        self.covariance += seconds * self.velocity_variance
        self.velocity_variance += (scale * _ACCELERATION_PER_S) ** 2 * seconds

    def correct(self, rows: NDArray[np.intp], measured: Array, trust: Array) -> None:
        """Take in measured boxes.

        Args:
            rows: Which tracks, shape (K,).
            measured: Centre and size, shape (K, 4).
            trust: Confidence 0..1 of each, shape (K,); an unsure box moves less.
        """
        noise = (measured[:, 3:4] * _MEASURED * (1.5 - trust[:, None])) ** 2
        variance = self.variance[rows]
        covariance = self.covariance[rows]
        gain = variance / (variance + noise)
        speed_gain = covariance / (variance + noise)
        error = measured - self.position[rows]
        self.position[rows] += gain * error
        self.velocity[rows] += speed_gain * error
        self.variance[rows] = variance - gain * variance
        self.covariance[rows] = covariance - gain * covariance
        self.velocity_variance[rows] -= speed_gain * covariance

    def append(self, measured: Array) -> None:
        """Begin new boxes, shape (K, 4), at rest and unsure of it."""
        height = np.repeat(measured[:, 3:4], 4, axis=1)
        zero = np.zeros_like(measured)
        self.position = np.concatenate((self.position, measured))
        self.velocity = np.concatenate((self.velocity, zero))
        self.variance = np.concatenate((self.variance, (height * _FIRST_POSITION) ** 2))
        self.covariance = np.concatenate((self.covariance, zero))
        self.velocity_variance = np.concatenate(
            (self.velocity_variance, (height * _FIRST_SPEED) ** 2)
        )

    def keep(self, rows: NDArray[np.bool_]) -> None:
        """Drop the rows where the mask is False."""
        self.position = self.position[rows]
        self.velocity = self.velocity[rows]
        self.variance = self.variance[rows]
        self.covariance = self.covariance[rows]
        self.velocity_variance = self.velocity_variance[rows]
