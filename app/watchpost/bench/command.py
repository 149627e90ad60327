"""``watchpost bench``: what this computer can do, measured beside what it should."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import psutil

from watchpost.base import log
from watchpost.base.errors import ConfigError, WatchpostError
from watchpost.bench.catalogue import MEASUREMENTS, Measurement
from watchpost.bench.conditions import Conditions
from watchpost.bench.report import Row, row, table, write_json

_MEMORY = "memory"
_MEMORY_S = 600.0
_LOOK_S = 1.0
_QUIET = 0.2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.description = (
        "Measure this computer with the product's own parts, simulated cameras and the "
        "shipped detector; needs no network, no camera and no screen. Ratios are taken "
        "within one run. Exit code 1 when a figure misses its target, 2 when nothing "
        "could be measured."
    )
    parser.add_argument(
        "--only",
        metavar="NAME",
        action="append",
        help="measure this alone; may be given several times",
    )
    parser.add_argument("--list", action="store_true", help="list names and end")
    parser.add_argument(
        "--seconds",
        type=float,
        metavar="N",
        help="how long running things are watched (default: 10 to 60 s each; "
        "600 s with --only memory)",
    )
    parser.add_argument(
        "--model", type=Path, metavar="FILE", help="detector (default: the shipped one)"
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write the figures to this file too"
    )


def run(options: argparse.Namespace) -> int:
    """Measure and print; returns the exit code.

    Raises:
        ConfigError: There is no such measurement, or the time is none.
        ModelError: The detector that was named cannot be used.
    """
    if options.list:
        for measurement in MEASUREMENTS:
            print(f"{measurement.name:10}{measurement.summary}")
        return 0
    chosen = choose(options.only)
    conditions = Conditions(options.seconds, options.model)
    if options.seconds is not None and not options.seconds > 0:
        raise ConfigError(
            f"{options.seconds:g} seconds is no time to measure in.",
            todo="Give --seconds a number above zero.",
            code="bench.seconds",
        )
    if options.model is not None:
        conditions.detector()
    log.configure()
    # Workers are killed on purpose; that each was replaced is no news here.
    logging.getLogger("watchpost").setLevel(logging.ERROR)
    busy = busy_cores()
    if busy > _QUIET:
        _say(
            f"Other programs keep {busy:.1f} of this computer's {psutil.cpu_count()} "
            "cores busy: figures will be worse than they are. Measure again when less "
            "is running."
        )
    rows = [row("computer.busy", "cores", [busy], note="with other programs, before")]
    rows += _measure(chosen, conditions, alone=options.only is not None)
    print(table(rows))
    if options.json is not None:
        write_json(options.json.resolve(), rows)
    if len(rows) == 1:
        return 2
    return 1 if any(item.within is False for item in rows) else 0


def busy_cores() -> float:
    """Return how many cores are busy with other programs, over a second."""
    return psutil.cpu_percent(_LOOK_S) / 100 * (psutil.cpu_count() or 1)


def choose(names: Sequence[str] | None) -> list[Measurement]:
    """Return the measurements of these names, or all.

    Raises:
        ConfigError: There is none of a name.
    """
    known = {measurement.name: measurement for measurement in MEASUREMENTS}
    if names is None:
        return list(MEASUREMENTS)
    unknown = next((name for name in names if name not in known), None)
    if unknown is not None:
        raise ConfigError(
            f"There is no measurement called {unknown}.",
            todo=f"Choose one of: {', '.join(known)}.",
            code="bench.name",
        )
    return [known[name] for name in names]


def _measure(
    chosen: Sequence[Measurement], conditions: Conditions, *, alone: bool
) -> list[Row]:
    rows: list[Row] = []
    for measurement in chosen:
        asked = conditions
        if alone and measurement.name == _MEMORY and conditions.seconds is None:
            asked = replace(conditions, seconds=_MEMORY_S)
        _say(f"{measurement.name}: {measurement.summary} …")
        try:
            rows += measurement.take(asked)
        except WatchpostError as error:
            _say(f"{measurement.name} is skipped. {error}")
    return rows


def _say(text: str) -> None:
    """Tell how it goes; beside the table, which alone goes to the standard output."""
    print(text, file=sys.stderr, flush=True)
