"""The canned site's health history."""

from __future__ import annotations

import math
import zlib

from support import site
from watchpost.protocol.cameras import CameraStatus
from watchpost.protocol.health import Series

_SHAPES: dict[str, tuple[str, float, float, float | None, str]] = {
    "latency_ms": ("ms", 58.0, 12.0, 80.0, "Frame budget 80 ms at 12.5 fps"),
    "fps": ("fps", 12.4, 0.12, 12.5, "Nominal 12.5 fps"),
    "analysed_fps": ("fps", 5.0, 0.3, None, ""),
    "cpu_percent": ("%", 58.0, 9.0, 90.0, "Limit 90 %"),
    "temperature_c": ("°C", 70.0, 3.0, 85.0, "Throttles at 85 °C"),
    "memory_percent": ("%", 61.0, 1.0, 90.0, "Limit 90 %"),
    "disk_percent": ("%", 84.5, 0.4, 85.0, "Limit 85 %"),
    "network_mbit_s": ("Mbit/s", 11.4, 3.0, None, ""),
    "inference_ms": ("ms", 18.6, 2.0, None, ""),
}


def series(
    metric: str,
    from_ns: int,
    to_ns: int,
    status: CameraStatus | None,
    points: int,
) -> Series:
    """Return a wavy line with a gap at three quarters; temperature has no sensor.

    A camera's own figures lie about the values that its status has now.
    """
    unit, middle, swing, limit, sentence = _SHAPES[metric]
    camera_id = status.camera_id if status is not None else None
    if status is not None and metric == "fps" and status.fps is not None:
        middle = status.fps
    if status is not None and metric == "latency_ms":
        middle, swing = (status.latency_p95_ms or middle) * 0.9, middle * 0.12
    phase = zlib.crc32(f"{metric}{camera_id}".encode()) % 628 / 100
    times = tuple(from_ns + (to_ns - from_ns) * i // points for i in range(points))
    values: list[float | None] = []
    for index in range(points):
        x = index / points
        noise = math.sin(index * 12.9898 + phase) * 43758.5453
        value = middle + swing * (
            math.sin(7 * x + phase) * 0.5 + (noise - math.floor(noise) - 0.5) * 0.6
        )
        if metric == "latency_ms" and camera_id == "cam-ramp" and x > 0.8:
            value += 40 * (x - 0.8) / 0.2
        gone = 0.72 < x < 0.76 or metric == "temperature_c"
        values.append(None if gone else round(value, 3))
    return Series(
        metric=metric,
        camera_id=camera_id,
        unit=unit,
        times_ns=times,
        values=tuple(values),
        low=tuple(None if v is None else v - swing * 0.2 for v in values),
        high=tuple(None if v is None else v + swing * 0.3 for v in values),
        limit=limit,
        limit_sentence=sentence,
    )


NOW = site.NOW
