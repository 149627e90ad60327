"""``watchpost evaluate``: picks what is measured against truth and lets it run."""

from __future__ import annotations

import argparse
import importlib

KINDS = {
    "all": (
        "watchpost.edge.evaluate_all",
        "everything that a data folder allows, as one report",
    ),
    "counts": ("watchpost.edge.evaluate_counts", "line counts of a video"),
    "detector": (
        "watchpost.learning.evaluation.detector_command",
        "a detector on labelled pictures",
    ),
    "tracker": (
        "watchpost.learning.evaluation.tracker_command",
        "the tracker on given detections",
    ),
    "quality": (
        "watchpost.learning.evaluation.quality_command",
        "false alarms of the picture quality monitor",
    ),
    "ugly": (
        "watchpost.learning.evaluation.ugly_command",
        "line counts of a video under ugly conditions",
    ),
}
"""By kind its module, with ``add_arguments(parser)`` and ``run(args) -> int``, and help."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    kinds = parser.add_subparsers(dest="kind", metavar="WHAT", required=True)
    for kind, (module, summary) in KINDS.items():
        one = kinds.add_parser(kind, help=summary)
        importlib.import_module(module).add_arguments(one)


def run(options: argparse.Namespace) -> int:
    """Run the evaluation that was chosen; returns its exit code."""
    code: int = importlib.import_module(KINDS[options.kind][0]).run(options)
    return code
