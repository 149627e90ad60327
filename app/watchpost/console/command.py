"""``watchpost``: opens the console."""

from __future__ import annotations

import argparse
from pathlib import Path

from watchpost.base.paths import default_data_folder
from watchpost.console import guard


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.description = (
        "Open the console. It finds the edge on this computer, or starts one."
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        default=default_data_folder(),
        help="data folder of the edge on this computer (default: %(default)s)",
    )
    parser.add_argument(
        "--settings",
        type=Path,
        metavar="DIR",
        help="folder of the console's own settings (default: the user's)",
    )
    parser.add_argument(
        "--verbose", action="store_true", help="show debug lines on the terminal"
    )


def run(options: argparse.Namespace) -> int:
    """Open the console; returns the exit code when its window was closed."""
    guard.check()
    # Qt is imported only once it is known to work here.
    from watchpost.console.app import ConsoleOptions, main

    return main(
        ConsoleOptions(
            data=options.data.expanduser().resolve(),
            settings=options.settings,
            verbose=options.verbose,
        )
    )
