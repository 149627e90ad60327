"""From a checkpoint to what is released: model file, card for programs, card for people.

The model is exported, read back by the product's own inspection and measured before
anything is written in its place.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from watchpost import __version__
from watchpost.base.files import replace_file
from watchpost.engine.inference.inspection import inspect_model
from watchpost.engine.inference.model import ModelInfo
from watchpost.learning.calibration import calibrate
from watchpost.learning.card import (
    Card,
    DataUsed,
    Measured,
    TrainedBy,
    as_json,
    as_markdown,
    commit_of_source,
    weaknesses_of,
)
from watchpost.learning.checkpoints import Checkpoint
from watchpost.learning.datasets import Example
from watchpost.learning.evaluation.detector import labelled_folder, score_detector
from watchpost.learning.export import to_onnx
from watchpost.learning.picture_cache import PictureCache
from watchpost.learning.recipes import Recipe
from watchpost.learning.sources import video_labels

SIMULATOR = "simulator"
_MIB = 1 << 20
_SECONDS_AN_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Request:
    """What to release.

    Attributes:
        out: The ONNX file to write; the cards lie beside it.
        data: Folder that the recipe's folders are in.
        size: Width and height of the input, pixels; None: as in training.
    """

    out: Path
    data: Path
    size: tuple[int, int] | None = None


def release(
    recipe: Recipe,
    checkpoint: Checkpoint,
    cache: PictureCache,
    request: Request,
    *,
    say: Callable[[str], None] = lambda _line: None,
) -> Card:
    """Export, inspect, measure, and write the model with its two cards.

    Args:
        recipe: What was learnt.
        checkpoint: Of that training.
        cache: The recipe's pictures; the held-back ones are measured on.
        request: What to write.
        say: Told a line about each step.

    Raises:
        LearningError: The checkpoint cannot be exported.
        ModelError: The product cannot use what was exported.
    """
    width, height = request.size or (checkpoint.width, checkpoint.height)
    about = {
        "license": recipe.licence,
        "author": "watchpost train",
        "version": __version__,
        "description": f"Detector trained by the recipe {recipe.name}.",
        "scale": "BGR pixels 0..255, letterboxed at the top left, padded with 114",
    }
    with tempfile.TemporaryDirectory(prefix="watchpost-release-") as folder:
        path = Path(folder) / request.out.name
        path.write_bytes(to_onnx(checkpoint, width=width, height=height))
        lines = calibrate(inspect_model(path), _careful(cache), recipe.classes)
        for name, line in zip(recipe.classes, lines, strict=True):
            say(
                f"calibrated {name}: slope {line.slope:.2f}, shift {line.shift:+.2f} "
                f"from {line.boxes} boxes"
            )
        content = to_onnx(
            checkpoint, width=width, height=height, lines=lines, metadata=about
        )
        path.write_bytes(content)
        model = inspect_model(path)
        say(
            f"exported: {len(content) / _MIB:.2f} MiB, {width} x {height}, layout "
            f"{model.layout}, {model.trial_ms:.1f} ms a picture here"
        )
        metrics = _measure(recipe, model, cache, request.data, say)
    card = Card(
        name=request.out.stem,
        release=__version__,
        model=model,
        megabytes=len(content) / _MIB,
        licence=recipe.licence,
        data=_data_of(recipe, checkpoint, cache),
        lines=lines,
        metrics=metrics,
        weaknesses=weaknesses_of(recipe, metrics, model.classes),
        trained_by=TrainedBy(
            commit=commit_of_source(),
            recipe=recipe.name,
            seed=recipe.seed,
            epochs=checkpoint.epoch,
            planned_epochs=recipe.epochs,
            steps=checkpoint.step,
            hours=round(checkpoint.spent_s / _SECONDS_AN_HOUR, 2),
            begun_with=checkpoint.begun_with,
        ),
    )
    request.out.parent.mkdir(parents=True, exist_ok=True)
    replace_file(request.out, content)
    replace_file(request.out.with_suffix(".json"), as_json(card))
    replace_file(request.out.with_suffix(".md"), as_markdown(card))
    return card


def _measure(
    recipe: Recipe,
    model: ModelInfo,
    cache: PictureCache,
    data: Path,
    say: Callable[[str], None],
) -> dict[str, Measured]:
    metrics: dict[str, Measured] = {}

    def add(name: str, measured: Measured) -> None:
        score = measured.score
        if score.classes:
            metrics[name] = measured
            say(
                f"{name}: AP50 {score.ap50:.3f}, AP {score.ap:.3f} on {score.pictures} "
                "pictures"
            )

    for folder in recipe.yardsticks:
        if not (data / folder).is_dir():
            say(f"not measured: {folder} is not in {data}")
            continue
        examples = labelled_folder(data / folder, recipe.classes)
        found = score_detector(model, examples, recipe.classes)
        add(Path(folder).name, Measured("Pictures of a set never learnt from", found))
    photographs = (e for e in _careful(cache) if not e.drawn)
    found = score_detector(model, photographs, recipe.classes)
    add(
        "held-back",
        Measured(
            f"Every {recipe.held_back}th picture of the carefully labelled sets",
            found,
            learnt_alike=True,
        ),
    )
    drawn = (e for e in _careful(cache) if e.drawn)
    found = score_detector(model, drawn, recipe.classes)
    add(
        SIMULATOR,
        Measured("Stories of the simulator not learnt from", found, learnt_alike=True),
    )
    return metrics


def _careful(cache: PictureCache) -> Iterator[Example]:
    """Yield what is held back, but for sets that leave objects out.

    There, right boxes would be called wrong.
    """
    for number in cache.for_measuring():
        example = cache[int(number)]
        if not example.loose:
            yield example


def _data_of(
    recipe: Recipe, checkpoint: Checkpoint, cache: PictureCache
) -> tuple[DataUsed, ...]:
    learnt, kept = cache.counts_by_source()
    data = [
        DataUsed(
            which.folder,
            which.licence,
            learnt.get(which.folder, 0),
            kept.get(which.folder, 0),
            which.labelled,
            which.loose,
        )
        for which in recipe.sets
    ]
    for which in recipe.videos:
        labels = video_labels(which.boxes)
        data += [
            DataUsed(
                video.video,
                which.licence,
                learnt.get(video.video, 0),
                kept.get(video.video, 0),
                labels.labelled,
                which.loose,
            )
            for video in labels.videos
        ]
    if recipe.start:
        name = checkpoint.begun_with or Path(recipe.start).name
        what = f"{name}: weights that were begun with, and all that they learnt from"
        data.append(DataUsed(what, "as its own card says", 0, 0, ()))
    if recipe.simulator is not None:
        data.append(
            DataUsed(
                SIMULATOR,
                "Apache-2.0 (drawn by this product)",
                learnt.get(SIMULATOR, 0),
                kept.get(SIMULATOR, 0),
                recipe.classes,
            )
        )
    if recipe.teacher is not None:
        name = Path(recipe.teacher.file).name
        taught = tuple(recipe.teacher.classes)
        what = f"{name} (answers and inner maps on these pictures, no weights)"
        data.append(DataUsed(what, recipe.teacher.licence, 0, 0, taught))
    return tuple(data)
