"""Rows of a benchmark report, and how repeated measurements become one."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import psutil

from watchpost.base.clock import NS_PER_MS, SYSTEM_CLOCK
from watchpost.base.files import replace_file

# Above this, rounds differ too much for a verdict.
MAX_SPREAD = 0.25


@dataclass(frozen=True, slots=True)
class Row:
    """One figure.

    Attributes:
        name: Stable, such as ``track.20``.
        unit: ``ratio``, ``ms``, ``frames`` and so on.
        measured: Median of the rounds.
        spread: (largest - smallest) / median of the rounds, 0 for a single figure.
        target: What it should be, or None where there is no target.
        within: Whether it is; None without a target, or when the rounds differ by more
            than a quarter.
        note: In words, such as what was compared.
    """

    name: str
    unit: str
    measured: float
    spread: float
    target: float | None
    within: bool | None
    note: str = ""


def row(
    name: str,
    unit: str,
    rounds: Sequence[float],
    *,
    target: float | None = None,
    better: Literal["less", "more"] = "less",
    note: str = "",
) -> Row:
    """Return the row of some rounds of one figure."""
    measured = statistics.median(rounds)
    spread = (max(rounds) - min(rounds)) / abs(measured) if measured else 0.0
    within: bool | None = None
    if target is not None:
        good = [r <= target if better == "less" else r >= target for r in rounds]
        # Rounds that differ are no matter when all of them say the same.
        if all(good) or not any(good) or spread <= MAX_SPREAD:
            within = measured <= target if better == "less" else measured >= target
    return Row(name, unit, measured, spread, target, within, note)


def percentile(samples: Sequence[float], share: float) -> float:
    """Return the sample below which ``share`` per cent of them lie; 0 without any."""
    ordered = sorted(samples)
    if not ordered:
        return 0.0
    return ordered[min(len(ordered) - 1, round(share / 100 * (len(ordered) - 1)))]


def cpu_ms(work: Callable[[], object], repeats: int) -> float:
    """Return this process's CPU milliseconds for one call of the work."""
    process = psutil.Process()
    before = process.cpu_times()
    for _ in range(repeats):
        work()
    after = process.cpu_times()
    spent = after.user - before.user + after.system - before.system
    return spent * 1000 / repeats


def wall_ms(work: Callable[[], object], repeats: int = 1) -> float:
    """Return wall-clock milliseconds for one call of the work."""
    began = SYSTEM_CLOCK.monotonic_ns()
    for _ in range(repeats):
        work()
    return (SYSTEM_CLOCK.monotonic_ns() - began) / NS_PER_MS / repeats


def table(rows: Sequence[Row]) -> str:
    """Return the rows as text, aligned."""
    words = {True: "yes", False: "NO", None: "-"}
    lines = [
        f"{'figure':24}{'measured':>12}  {'unit':12}{'spread':>7}{'target':>10}  within"
    ]
    for item in rows:
        target = "-" if item.target is None else f"{item.target:.6g}"
        line = (
            f"{item.name:24}{item.measured:12.4g}  {item.unit:12}{item.spread:7.0%}"
            f"{target:>10}  {words[item.within]:6} {item.note}"
        )
        lines.append(line.rstrip())
    return "\n".join(lines)


def write_json(path: Path, rows: Sequence[Row]) -> None:
    """Write the rows as a JSON list."""
    text = json.dumps([asdict(item) for item in rows], indent=1)
    replace_file(path, text.encode())
