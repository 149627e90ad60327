"""All that a recipe learns from: folders of pictures, videos, the simulator."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from watchpost import resources
from watchpost.learning.datasets import SIMULATOR, Example, read_set, simulate
from watchpost.learning.recipes import Recipe
from watchpost.learning.videosets import VideoLabels, read_video_labels, read_video_set


def read_all(recipe: Recipe, root: Path) -> Iterator[Example]:
    """Yield every example of a recipe, source by source.

    Args:
        recipe: What is learnt from.
        root: The folder that the recipe's folders are in.

    Raises:
        LearningError: A source is missing or wrong.
    """
    simulated = recipe.simulator
    nowhere = simulated.drawn_only if simulated is not None else ()
    absent = np.array([name in nowhere for name in recipe.classes])
    for example in _photographed(recipe, root):
        yield replace(example, labelled=example.labelled | absent)
    if simulated is not None:
        yield from simulate(simulated, recipe.classes, recipe.seed, recipe.held_back)


def source_names(recipe: Recipe) -> set[str]:
    """Return the names under which a recipe's sources stand in its examples."""
    names = {which.folder for which in recipe.sets}
    for which in recipe.videos:
        names |= {video.video for video in video_labels(which.boxes).videos}
    if recipe.simulator is not None and recipe.simulator.frames:
        names.add(SIMULATOR)
    return names


def _photographed(recipe: Recipe, root: Path) -> Iterator[Example]:
    for pictures in recipe.sets:
        yield from read_set(root, pictures, recipe.classes, recipe.held_back)
    for videos in recipe.videos:
        yield from read_video_set(
            video_labels(videos.boxes),
            root / videos.folder,
            recipe.classes,
            held_back=recipe.held_back,
            weight=videos.weight,
            loose=videos.loose,
        )


def video_labels(boxes: str) -> VideoLabels:
    """Read boxes that travel with the product, or a file of one's own.

    Raises:
        LearningError: They are missing or wrong.
    """
    path = Path(boxes)
    if not path.exists():
        # What is missing is said under the name that the recipe gives.
        with contextlib.suppress(FileNotFoundError):
            path = resources.path(f"recipes/{boxes}")
    return read_video_labels(path)
