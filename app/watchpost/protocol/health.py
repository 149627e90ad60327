"""Hardware and latency figures."""

from __future__ import annotations

from watchpost.protocol.wire import Answer


class Reading(Answer):
    """A value, or why there is none; "not available" is a state of a sensor."""

    value: float | None
    note: str = ""
    limit: float | None = None


class HealthSample(Answer):
    """An edge's figures at one moment."""

    at_ns: int
    cpu_percent: Reading
    temperature_c: Reading
    memory_percent: Reading
    disk_percent: Reading
    disk_free_gib: Reading
    network_mbit_s: Reading
    inference_ms: Reading
    """Median model time of a frame over the last seconds."""
    analysed_per_s: Reading
    workers_alive: int
    workers_replaced: int
    """Killed or dead and replaced since the start."""
    last_recovery_ms: float | None = None
    recording_days_left: float | None = None
    provider: str = ""
    """What inference runs on, such as ``CUDA`` or ``CPU``; empty while nothing does."""
    fallback: str = ""
    """Why it runs on something slower than the first choice; empty when it does not."""


class Series(Answer):
    """``GET /health/history?metric=..&camera=..&from_ns=..&to_ns=..&points=..``.

    ``values`` holds None where nothing was measured; gaps stay gaps. ``low`` and ``high``
    are the smallest and largest raw value behind each point. Metrics of a camera:
    ``latency_ms``, ``fps``, ``analysed_fps``; of the edge: ``cpu_percent``,
    ``temperature_c``, ``memory_percent``, ``disk_percent``, ``network_mbit_s``,
    ``inference_ms``.
    """

    metric: str
    camera_id: str | None
    unit: str
    times_ns: tuple[int, ...]
    values: tuple[float | None, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    limit: float | None = None
    limit_sentence: str = ""
