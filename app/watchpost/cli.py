"""The ``watchpost`` command: picks a program and lets it run.

Exit codes, everywhere: 0 done (and what was compared agrees), 1 done but it does not
agree, 2 it could not be done (a sentence says why), 130 interrupted.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from watchpost import __version__
from watchpost.base import log
from watchpost.base.errors import WatchpostError
from watchpost.base.heap import steady_heap


@dataclass(frozen=True, slots=True)
class Command:
    """One verb; its module has ``add_arguments(parser)`` and ``run(args) -> int``."""

    verb: str
    module: str
    summary: str


COMMANDS = (
    Command("console", "watchpost.console.command", "open the console (the default)"),
    Command("edge", "watchpost.edge.command", "run the engine and its API, no window"),
    Command("demo", "watchpost.console.demo", "open the console on the demo site"),
    Command("evaluate", "watchpost.edge.evaluate", "measure against hand-made truth"),
    Command("train", "watchpost.learning.command", "train a detector from a recipe"),
    Command("models", "watchpost.edge.models_command", "models: list, get, check"),
    Command("bench", "watchpost.bench.command", "measure this computer"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    verbs = {command.verb for command in COMMANDS}
    if not any(word in verbs for word in words[:1]) and words[:1] not in (
        ["-h"],
        ["--help"],
        ["--version"],
    ):
        words.insert(0, "console")
    chosen = next((c for c in COMMANDS if c.verb == words[0]), None)
    options = _parser(chosen).parse_args(words)
    steady_heap()
    try:
        assert chosen is not None
        code: int = importlib.import_module(chosen.module).run(options)
    except WatchpostError as error:
        log.get_logger(__name__).error("stopped", code=error.code, what=error.what)
        print(f"watchpost: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return code


def _parser(chosen: Command | None) -> argparse.ArgumentParser:
    """Build the parser; only the chosen verb's module is imported, so help is quick."""
    parser = argparse.ArgumentParser(
        prog="watchpost",
        description="Operator console and edge engine for computer vision in production.",
        epilog="Without a verb the console opens. 'watchpost VERB --help' says more.",
    )
    parser.add_argument(
        "--version", action="version", version=f"watchpost {__version__}"
    )
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    for command in COMMANDS:
        sub = verbs.add_parser(
            command.verb, help=command.summary, description=command.summary.capitalize()
        )
        if command is chosen:
            importlib.import_module(command.module).add_arguments(sub)
    return parser
