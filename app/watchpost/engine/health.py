"""Figures of the computer: processor, temperature, memory, disk, network.

What a computer does not tell (many have no readable temperature) is "not available", a
state of the sensor and never a zero.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import psutil

from watchpost.base.clock import NS_PER_S, SYSTEM_CLOCK, Clock
from watchpost.protocol.health import Reading

TEMPERATURE_LIMIT_C = 85.0
CPU_LIMIT_PERCENT = 90.0
MEMORY_LIMIT_PERCENT = 90.0
DISK_LIMIT_PERCENT = 95.0
# Names of sensors that sit on the processor, best first: Intel, AMD, ARM boards.
_CPU_SENSORS = (
    "coretemp",
    "k10temp",
    "zenpower",
    "cpu_thermal",
    "soc_thermal",
    "acpitz",
)
_LOOPBACK = ("lo", "Loopback")


@dataclass(frozen=True, slots=True)
class Hardware:
    """One sample, in the terms of ``protocol.health.HealthSample``."""

    at_ns: int
    cpu_percent: Reading
    temperature_c: Reading
    memory_percent: Reading
    disk_percent: Reading
    disk_free_gib: Reading
    network_mbit_s: Reading


class HealthSampler:
    """Samples the computer; one thread at a time, about once a second.

    Load and network rate are means since the sample before; the first sample has neither.

    Args:
        folder: Where recordings are kept; its disk is the one that counts.
        clock: Time.
    """

    def __init__(self, folder: Path, *, clock: Clock = SYSTEM_CLOCK) -> None:
        self._folder = folder
        self._clock = clock
        self._network_bytes: int | None = None
        self._at_ns = 0
        self._cpu_times: tuple[float, float] | None = None

    def sample(self) -> Hardware:
        """Return the figures now; never fails, what cannot be read says so."""
        percent, free_gib = self._disk()
        sample = Hardware(
            at_ns=self._clock.utc_ns(),
            cpu_percent=self._cpu(),
            temperature_c=_temperature(),
            memory_percent=Reading(
                value=psutil.virtual_memory().percent, limit=MEMORY_LIMIT_PERCENT
            ),
            disk_percent=percent,
            disk_free_gib=free_gib,
            network_mbit_s=self._network(),
        )
        self._at_ns = self._clock.monotonic_ns()
        return sample

    def _cpu(self) -> Reading:
        times = psutil.cpu_times()
        idle_s = times.idle + getattr(times, "iowait", 0.0)
        # On Linux guest time is contained in user time.
        total_s = sum(times) - getattr(times, "guest", 0.0)
        total_s -= getattr(times, "guest_nice", 0.0)
        before, self._cpu_times = self._cpu_times, (idle_s, total_s)
        if before is None or total_s <= before[1]:
            return Reading(value=None, note="first sample", limit=CPU_LIMIT_PERCENT)
        busy = 1 - (idle_s - before[0]) / (total_s - before[1])
        return Reading(
            value=round(100 * min(1.0, max(0.0, busy)), 1), limit=CPU_LIMIT_PERCENT
        )

    def _disk(self) -> tuple[Reading, Reading]:
        try:
            usage = shutil.disk_usage(self._folder)
        except OSError as error:
            gone = Reading(value=None, note=f"not available ({error.strerror})")
            return gone, gone
        used = 100 * (1 - usage.free / usage.total) if usage.total else 100.0
        return (
            Reading(value=round(used, 1), limit=DISK_LIMIT_PERCENT),
            Reading(value=round(usage.free / (1 << 30), 2)),
        )

    def _network(self) -> Reading:
        counters = psutil.net_io_counters(pernic=True)
        total = sum(
            c.bytes_recv + c.bytes_sent
            for name, c in counters.items()
            if not name.startswith(_LOOPBACK)
        )
        before, self._network_bytes = self._network_bytes, total
        elapsed_s = (self._clock.monotonic_ns() - self._at_ns) / NS_PER_S
        if not counters:
            return Reading(value=None, note="not available")
        if before is None or total < before or elapsed_s <= 0:
            return Reading(value=None, note="first sample")
        return Reading(value=round((total - before) * 8 / 1e6 / elapsed_s, 3))


def _temperature() -> Reading:
    # psutil has this on Linux and FreeBSD alone.
    read = getattr(psutil, "sensors_temperatures", None)
    try:
        sensors = read() if read is not None else {}
    except (OSError, ValueError):
        sensors = {}
    for name in (*_CPU_SENSORS, *sensors):
        values = [entry.current for entry in sensors.get(name, ()) if entry.current]
        if values:
            return Reading(value=round(max(values), 1), limit=TEMPERATURE_LIMIT_C)
    return Reading(value=None, note="not available", limit=TEMPERATURE_LIMIT_C)
