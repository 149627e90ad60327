"""``watchpost train`` for a recipe of inspection."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from watchpost.base.errors import ConfigError
from watchpost.base.files import replace_file
from watchpost.learning import torch_extra
from watchpost.learning.inspection.recipe import InspectionRecipe
from watchpost.learning.interrupts import INTERRUPTED, interruptible

_OF_DETECTORS = ("size", "cache", "export_only", "device")


def train_inspection(
    recipe: InspectionRecipe, options: argparse.Namespace, *, say: Callable[[str], None]
) -> int:
    """Train, export and measure; returns the exit code.

    Args:
        recipe: What is learnt.
        options: Of the train command.
        say: Told a line about each step.

    Raises:
        ConfigError: An option is for detectors alone.
        LearningError: The data or the checkpoint cannot be used, or torch is missing.
    """
    for name in _OF_DETECTORS:
        if getattr(options, name) is not None:
            raise ConfigError(
                f"--{name.replace('_', '-')} is for detectors; {recipe.name} makes an "
                "inspection model.",
                todo="Leave it out.",
                code="train.option",
            )
    torch_extra.require()
    # Imports torch.
    from watchpost.learning.inspection.release import (
        InspectionRequest,
        make_inspection_model,
    )

    request = InspectionRequest(
        options.out, options.data, options.minutes, options.threads
    )
    with interruptible() as stopping:
        card = make_inspection_model(recipe, request, say=say, stop=stopping.is_set)
    if card is None:
        say(f"Stopped. What was learnt is kept in {request.work}.")
        say("The same command goes on from there.")
        return INTERRUPTED
    if options.json is not None:
        replace_file(options.json, options.out.with_suffix(".json").read_bytes())
    say(f"written: {options.out}, with its card beside it")
    return 0
