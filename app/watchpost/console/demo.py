"""``watchpost demo``: the console on the built-in demo site, with or without a screen."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from watchpost.base.clock import SYSTEM_CLOCK
from watchpost.base.errors import ConfigError
from watchpost.base.paths import demo_data_folder
from watchpost.console import guard

_PICTURE = "watchpost-wall.png"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.description = (
        "Open the console on a demo site of simulated cameras, apart from any real one. "
        "Exit code 1 when a time limit passed and nothing was detected."
    )
    parser.add_argument(
        "--headless",
        action="store_true",
        help="open no window: print live counts and write a picture of the wall",
    )
    parser.add_argument(
        "--seconds",
        type=float,
        metavar="N",
        help="end after this time (default: until the window is closed, or Ctrl+C)",
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write what was seen to this file"
    )
    parser.add_argument(
        "--picture",
        type=Path,
        metavar="FILE",
        help=f"where the picture of the wall goes (default with --headless: {_PICTURE})",
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        default=demo_data_folder(),
        help="the demo site's own data folder (default: %(default)s)",
    )
    parser.add_argument(
        "--verbose", action="store_true", help="show debug lines on the terminal"
    )


def run(options: argparse.Namespace) -> int:
    """Run the demo until it is closed or its time is over; returns the exit code.

    Raises:
        ConfigError: The time limit is not one, or Qt cannot work here.
    """
    started_ns = SYSTEM_CLOCK.monotonic_ns()
    if options.seconds is not None and not options.seconds > 0:
        raise ConfigError(
            f"{options.seconds:g} seconds is no time to run for.",
            todo="Give --seconds a number above zero.",
            code="demo.seconds",
        )
    if options.headless:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    guard.check()
    # Qt is imported only once it is known to work here.
    from watchpost.console.app import ConsoleOptions, main
    from watchpost.console.demo_report import DemoReport, ReportPlan

    picture = options.picture
    if picture is None and options.headless:
        picture = Path(_PICTURE)
    report = DemoReport(
        ReportPlan(
            started_ns=started_ns,
            seconds=options.seconds,
            picture=picture.resolve() if picture else None,
            json=options.json,
            talks=options.headless,
        )
    )
    folder = options.data.expanduser().resolve()
    code = main(
        ConsoleOptions(
            data=folder,
            settings=folder / "console",
            demo=True,
            verbose=options.verbose,
        ),
        accompany=report.accompany,
    )
    return code or report.exit_code
