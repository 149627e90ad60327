"""What can be measured, by name; each is imported only when it is asked for."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass

from watchpost.bench.conditions import Conditions
from watchpost.bench.report import Row


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measurement.

    Attributes:
        name: First part of its rows' names; its module has a ``measure(conditions)``.
        summary: What it measures, a few words.
    """

    name: str
    summary: str

    def take(self, conditions: Conditions) -> list[Row]:
        """Measure; takes from seconds to minutes.

        Raises:
            WatchpostError: It cannot be measured here, and why.
        """
        module = importlib.import_module(f"watchpost.bench.{self.name}")
        measure: Callable[[Conditions], list[Row]] = module.measure
        return measure(conditions)


MEASUREMENTS = (
    Measurement("record", "packets recorded without loss or re-encoding"),
    Measurement("recover", "killed or frozen worker to the next result"),
    Measurement("latency", "frame received to boxes in a console"),
    Measurement("wall", "sixteen moving tiles, against labels"),
    Measurement("lag", "event loop of a console with four cameras"),
    Measurement("idle", "processor use when nothing moves"),
    Measurement("chain", "packets to counts, against naive loops"),
    Measurement("track", "tracker, against one written the usual way"),
    Measurement("events", "durable counts a second, pages of the ledger"),
    Measurement("quality", "camera quality monitor, a look at 1080p"),
    Measurement("memory", "memory of all processes over time"),
)
