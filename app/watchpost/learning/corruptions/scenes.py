"""Light that changes with time: Q1 tunnel, Q2 flicker, Q3 low sun, Q4 headlights, Q6 IR.

Each is a :class:`~watchpost.learning.corruptions.pictures.Change`; the light is a function
of the stream's time alone, so any frame can be made without those before it.
"""

from __future__ import annotations

import numpy as np

from watchpost.learning.corruptions.light import exposed, grained, infrared, lit
from watchpost.learning.corruptions.pictures import Picture, coordinates

_FIRST_S = 5.0


class Tunnel:
    """Q1: into a tunnel within half a second, 20 s at -4 stops, and out again.

    Outside, the camera's automatic exposure is at first 1.5 stops too bright and comes
    down within about two seconds. The first tunnel begins at 5 s, the next 40 s later.
    """

    PERIOD_S = 40.0
    DARK_S = 20.0
    _RAMP_S = 0.5
    _DEPTH = -4.0
    _OVERSHOOT = 1.5
    _SETTLING_S = 2.0
    _NOISE = 8.0

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def stops(self, t_s: float) -> float:
        """Return how much brighter the picture is than it should be."""
        if t_s < _FIRST_S:
            return 0.0
        since_s = (t_s - _FIRST_S) % self.PERIOD_S
        if since_s < self._RAMP_S:
            return self._DEPTH * since_s / self._RAMP_S
        if since_s < self.DARK_S:
            return self._DEPTH
        out_s = since_s - self.DARK_S
        # A third of the settling time: 5 % of the overshoot is left after all of it.
        return self._OVERSHOOT * float(np.exp(-3 * out_s / self._SETTLING_S))

    def apply(self, bgr: Picture, frame_index: int, t_s: float) -> Picture:
        """Return the picture in the light of that time."""
        stops = self.stops(t_s)
        if stops == 0.0:
            return bgr
        made = exposed(bgr, stops)
        if stops > -1.0:
            return made
        rng = np.random.default_rng((self._seed, frame_index))
        return grained(made, self._NOISE * stops / self._DEPTH, rng)


class Flicker:
    """Q2: lamps at 100 Hz beat with the shutter at 0.5 to 3 Hz, 0.7 stops up and down."""

    _REACH = 0.7
    _SLOW_HZ, _FAST_HZ = 0.5, 3.0
    _CHANGES_EVERY_S = 20.0

    def stops(self, t_s: float) -> float:
        """Return how much brighter the picture is than it should be."""
        middle = (self._SLOW_HZ + self._FAST_HZ) / 2
        swing = (self._FAST_HZ - self._SLOW_HZ) / 2
        turn = 2 * np.pi / self._CHANGES_EVERY_S
        # The integral of a frequency that swings between the two.
        phase = middle * t_s - swing / turn * (np.cos(turn * t_s) - 1)
        return float(self._REACH * np.sin(2 * np.pi * phase))

    def apply(self, bgr: Picture, frame_index: int, t_s: float) -> Picture:
        """Return the picture in the light of that time."""
        del frame_index
        return exposed(bgr, self.stops(t_s))


class LowSun:
    """Q3: a low sun dazzles from one side and a shadow moves across every 12 s."""

    _PASS_S = 12.0
    _SHADOW = -1.6
    _GLARE = 1.6

    def apply(self, bgr: Picture, frame_index: int, t_s: float) -> Picture:
        """Return the picture in the light of that time."""
        del frame_index
        height, width = bgr.shape[:2]
        x, y = coordinates(bgr)
        across, down = x / width, y / height
        at = (t_s / self._PASS_S) % 1.0
        glare = self._GLARE * np.exp(-4 * np.hypot(across - at, down))
        # The shadow leans and has a soft edge of a tenth of the width.
        place = across + 0.2 * down - (1.6 * at - 0.3)
        shadow = self._SHADOW * np.clip((0.15 - np.abs(place)) * 10, 0, 1)
        return lit(bgr, (glare + shadow).astype(np.float32))


class Headlights:
    """Q4: headlights flash into the lens for 0.3 s every 8 s, and exposure ducks after."""

    PERIOD_S = 8.0
    FLASH_S = 0.3
    _FLASH = 4.0
    _DUCK = -1.2
    _SETTLING_S = 1.0

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def apply(self, bgr: Picture, frame_index: int, t_s: float) -> Picture:
        """Return the picture in the light of that time."""
        del frame_index
        if t_s < _FIRST_S:
            return bgr
        number, since_s = divmod(t_s - _FIRST_S, self.PERIOD_S)
        if since_s >= self.FLASH_S:
            after_s = since_s - self.FLASH_S
            duck = self._DUCK * float(np.exp(-3 * after_s / self._SETTLING_S))
            return bgr if duck > -0.02 else exposed(bgr, duck)
        rng = np.random.default_rng((self._seed, int(number)))
        x, y = coordinates(bgr)
        height, width = bgr.shape[:2]
        apart = np.hypot(
            x / width - rng.uniform(0.2, 0.8),
            (y / height - rng.uniform(0.3, 0.7)) * height / width,
        )
        return lit(
            bgr, (0.5 + self._FLASH * np.exp(-9 * apart * apart)).astype(np.float32)
        )


class InfraredSwitch:
    """Q6: the camera switches to infrared and back every 15 s, blind for 0.4 s each time.

    Under infrared its own lamp lights the middle more than the rim, and it is noisy.
    """

    PERIOD_S = 30.0
    BLIND_S = 0.4
    _RIM = -1.5
    _NOISE = 5.0

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def apply(self, bgr: Picture, frame_index: int, t_s: float) -> Picture:
        """Return the picture as the camera makes it at that time."""
        if t_s < _FIRST_S:
            return bgr
        since_s = (t_s - _FIRST_S) % self.PERIOD_S
        if since_s % (self.PERIOD_S / 2) < self.BLIND_S:
            return exposed(infrared(bgr), 3.0)
        if since_s >= self.PERIOD_S / 2:
            return bgr
        height, width = bgr.shape[:2]
        x, y = coordinates(bgr)
        apart = np.hypot(x / width - 0.5, y / height - 0.5)
        rng = np.random.default_rng((self._seed, frame_index))
        lamp = (0.3 + 2 * self._RIM * apart * apart).astype(np.float32)
        return grained(lit(infrared(bgr), lamp), self._NOISE, rng)
