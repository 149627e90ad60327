"""What makes a picture ugly: light, noise, shake, dirt and strong compression."""

from __future__ import annotations

import cv2
import numpy as np

from watchpost.base.errors import ConfigError
from watchpost.engine.capture.simulator.painting import Picture

TROUBLE_NAMES = ("tunnel", "dusk", "shake", "dust", "compression")

TUNNEL_EVERY_S = 40.0
TUNNEL_FIRST_S = 8.0
TUNNEL_LASTS_S = 9.0
_NOISE_TILES = 4
_SHAKE_ROOM = 0.05
_LEVELS = np.arange(256, dtype=np.float32)


class Troubles:
    """The chosen troubles, applied to each frame in the order light meets them.

    Raises:
        ConfigError: A name is unknown.
    """

    def __init__(
        self, names: tuple[str, ...], *, seed: int, size: tuple[int, int]
    ) -> None:
        unknown = sorted(set(names) - set(TROUBLE_NAMES))
        if unknown:
            raise ConfigError(
                f"A simulated camera has no trouble called {unknown[0]!r}.",
                todo=f"Choose from: {', '.join(TROUBLE_NAMES)}.",
                code="capture.trouble",
            )
        self.names = tuple(n for n in TROUBLE_NAMES if n in names)
        self._seed = seed
        self._size = size
        rng = np.random.default_rng((seed, 77))
        self._dust = _dust(rng, size) if "dust" in names else None
        self._lamp = _lamp(size) if "dusk" in names else None
        self._noise = _noise(rng, size) if {"dusk", "tunnel"} & set(names) else ()

    def shift(self, index: int) -> tuple[float, float]:
        """Return by how many pixels shake moves a frame."""
        if "shake" not in self.names:
            return 0.0, 0.0
        rng = np.random.default_rng((self._seed, 5, index // 9))
        rough = 0.4 + 1.6 * float(rng.random()) ** 2
        x, y = _jitter(index)
        unit = self._size[1] / 432 * rough
        return x * unit, y * unit

    def apply(self, picture: Picture, t: float, index: int) -> Picture:
        """Return the frame as the troubled camera sees it."""
        if "shake" in self.names:
            picture = self._shake(picture, index)
        if self._lamp is not None:
            picture = cv2.multiply(picture, self._lamp, scale=1 / 255)
            picture = self._add_noise(picture, index, 0)
        if "tunnel" in self.names:
            picture = self._tunnel(picture, t, index)
        if self._dust is not None:
            veil, haze = self._dust
            picture = cv2.add(cv2.multiply(picture, veil, scale=1 / 255), haze)
        if "compression" in self.names:
            picture = _compressed(picture)
        return picture

    def _shake(self, picture: Picture, index: int) -> Picture:
        """Move the picture and smear it along half of the move: the open shutter."""
        dx, dy = self.shift(index)
        before = self.shift(index - 1) if index else (dx, dy)
        height, width = picture.shape[:2]
        pad = round(height * _SHAKE_ROOM)
        wide = cv2.copyMakeBorder(picture, pad, pad, pad, pad, cv2.BORDER_REPLICATE)

        def seen(share: float) -> Picture:
            left = round(float(np.clip(dx + share * (before[0] - dx), -pad, pad)))
            top = round(float(np.clip(dy + share * (before[1] - dy), -pad, pad)))
            return wide[pad - top :, pad - left :][:height, :width]

        if max(abs(before[0] - dx), abs(before[1] - dy)) < 2:
            return seen(0).copy()
        early = cv2.addWeighted(seen(-0.25), 0.5, seen(-0.08), 0.5, 0)
        late = cv2.addWeighted(seen(0.08), 0.5, seen(0.25), 0.5, 0)
        return cv2.addWeighted(early, 0.5, late, 0.5, 0)

    def _tunnel(self, picture: Picture, t: float, index: int) -> Picture:
        gain = exposure(t)
        if abs(gain - 1) < 0.01:
            return picture
        table = np.clip(_LEVELS * gain + max(0.0, gain - 1) * 26, 0, 255)
        picture = cv2.LUT(picture, table.astype(np.uint8))
        return self._add_noise(picture, index, 1) if gain < 0.7 else picture

    def _add_noise(self, picture: Picture, index: int, salt: int) -> Picture:
        rng = np.random.default_rng((self._seed, 3 + salt, index))
        bright, dark = self._noise[int(rng.integers(len(self._noise)))]
        height, width = picture.shape[:2]
        y, x = int(rng.integers(64)), int(rng.integers(64))
        where = np.s_[y : y + height, x : x + width]
        return cv2.subtract(cv2.add(picture, bright[where]), dark[where])


def exposure(t: float) -> float:
    """Return how bright a tunnel leaves the picture: 1 is as it should be.

    The light goes within half a second; the camera then opens up over two. At the far
    end it is wide open, so the picture flares and settles with a swing below normal.
    """
    since = (t - TUNNEL_FIRST_S) % TUNNEL_EVERY_S
    if t < TUNNEL_FIRST_S:
        return 1.0
    if since < TUNNEL_LASTS_S:
        drop = 0.16 + 0.84 * float(np.exp(-since / 0.18))
        return min(
            0.62, drop + 0.46 * (1 - float(np.exp(-since / 1.6))) * (since > 0.2)
        )
    after = since - TUNNEL_LASTS_S
    if after > 8:
        return 1.0
    swing = float(np.exp(-after / 1.1) * np.cos(after * 2.6))
    return 1 + 1.1 * swing if swing > 0 else 1 + 0.5 * swing


def _jitter(index: int) -> tuple[float, float]:
    i = float(index)
    x = 2.2 * np.sin(i * 1.93) + 1.6 * np.sin(i * 0.71 + 1) + 0.9 * np.sin(i * 3.37)
    y = 2.8 * np.sin(i * 2.21 + 2) + 1.5 * np.sin(i * 0.93) + 1.1 * np.sin(i * 4.01)
    return float(x), float(y)


def _noise(
    rng: np.random.Generator, size: tuple[int, int]
) -> tuple[tuple[Picture, Picture], ...]:
    tiles = []
    for _ in range(_NOISE_TILES):
        shape = (size[1] + 64, size[0] + 64)
        # The green half of a colour filter is quieter than blue and red.
        grey = rng.normal(0, 5.5, (*shape, 1))
        tint = cv2.blur(rng.normal(0, 9, (*shape, 3)), (2, 2)) * (1.0, 0.5, 0.9)
        noise = np.rint(grey + tint)
        bright = np.clip(noise, 0, 255).astype(np.uint8)
        tiles.append((bright, np.clip(-noise, 0, 255).astype(np.uint8)))
    return tuple(tiles)


def _lamp(size: tuple[int, int]) -> Picture:
    width, height = size
    x = np.linspace(0, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    pool = np.exp(-(((x - 0.36) / 0.36) ** 2) - ((y - 0.42) / 0.5) ** 2)
    night = np.array((0.30, 0.23, 0.21), np.float32)
    warm = np.array((0.30, 0.52, 0.68), np.float32)
    light = night + pool[:, :, None] * warm
    return np.clip(light * 255, 0, 255).astype(np.uint8)


def _dust(rng: np.random.Generator, size: tuple[int, int]) -> tuple[Picture, Picture]:
    """Return what dirt on the glass lets through, and its own grey."""
    width, height = size
    cover = np.zeros((height, width), np.float32)
    for _ in range(40):
        blob = np.zeros_like(cover)
        centre = (int(rng.integers(width)), int(rng.integers(height)))
        radius = float(rng.uniform(4, 22)) * height / 432
        axes = (int(radius) + 1, int(radius * rng.uniform(0.6, 1)) + 1)
        strength = float(rng.uniform(0.3, 0.75))
        cv2.ellipse(
            blob, centre, axes, float(rng.uniform(0, 180)), 0, 360, strength, -1
        )
        cover = np.maximum(cover, cv2.GaussianBlur(blob, (0, 0), radius * 0.45))
    cover += 0.05
    veil = np.clip((1 - cover) * 255, 0, 255).astype(np.uint8)
    haze = cover[:, :, None] * np.array((96, 112, 122), np.float32)
    return cv2.merge((veil, veil, veil)), np.clip(haze, 0, 255).astype(np.uint8)


def _compressed(picture: Picture) -> Picture:
    """Return the picture after a JPEG of low quality at half its size."""
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".jpg", small, (cv2.IMWRITE_JPEG_QUALITY, 14))
    rough = cv2.imdecode(data, cv2.IMREAD_COLOR)
    assert rough is not None
    coarse = cv2.resize(rough, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(coarse, np.uint8)
