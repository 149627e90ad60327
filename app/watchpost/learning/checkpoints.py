"""A training's state on disk, replaced as a whole."""

from __future__ import annotations

import io
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from watchpost.base.errors import LearningError
from watchpost.base.files import replace_file

_FILE = "checkpoint.pt"


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """Everything that the next training step, or an export, needs.

    Attributes:
        recipe: Its name.
        classes: In the order of the network's outputs.
        width: Of the input in training, pixels; ``height`` too.
        epoch: Completed ones; ``step``: optimiser steps.
        spent_s: Training time so far.
        network: Weights; ``average``: their running average, which is what is exported.
        optimiser: Its state.
        begun_with: The model whose weights were begun with, with its digest; empty:
            random ones.
    """

    recipe: str
    classes: tuple[str, ...]
    width: int
    height: int
    epoch: int
    step: int
    spent_s: float
    network: dict[str, Any]
    average: dict[str, Any]
    optimiser: dict[str, Any]
    begun_with: str = ""


def save_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint; the one before stays until this one is complete."""
    folder.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    content = {name: getattr(checkpoint, name) for name in Checkpoint.__slots__}
    content["classes"] = list(checkpoint.classes)
    torch.save(content, buffer)
    replace_file(folder / _FILE, buffer.getvalue())


def load_checkpoint(folder: Path) -> Checkpoint | None:
    """Return the folder's checkpoint, or None when there is none.

    Raises:
        LearningError: The file is damaged.
    """
    path = folder / _FILE
    if not path.exists():
        return None
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
        content["classes"] = tuple(content["classes"])
        return Checkpoint(**content)
    except (
        OSError,
        RuntimeError,
        TypeError,
        KeyError,
        ValueError,
        EOFError,
        pickle.UnpicklingError,
    ) as error:
        raise LearningError(
            f"The checkpoint {path} is damaged.", todo="Remove it to start again."
        ) from error


__all__ = ["Checkpoint", "load_checkpoint", "save_checkpoint"]
