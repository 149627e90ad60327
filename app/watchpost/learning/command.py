"""``watchpost train``: from a recipe and pictures to a model file with its card."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from watchpost.base import log
from watchpost.base.errors import ConfigError, LearningError
from watchpost.base.files import replace_file
from watchpost.base.heap import roomy_heap
from watchpost.learning import torch_extra
from watchpost.learning.inspection.command import train_inspection
from watchpost.learning.inspection.recipe import find_inspection_recipe
from watchpost.learning.interrupts import INTERRUPTED, interruptible
from watchpost.learning.picture_cache import PictureCache
from watchpost.learning.recipes import Recipe, read_recipe
from watchpost.learning.sources import read_all, source_names

if TYPE_CHECKING:
    from watchpost.learning.checkpoints import Checkpoint
    from watchpost.learning.training import Progress


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.description = (
        "Train a detector or an inspection model, export it as ONNX and measure it. "
        "Beside FILE.onnx appear FILE.json and FILE.md, its card. Ctrl+C keeps what was "
        "learnt: the same command goes on from there. Needs the train extra (torch). "
        "Exit codes: 0 done, 2 it could not be done, 130 interrupted."
    )
    parser.add_argument(
        "recipe",
        help="name of a shipped recipe, such as detector or board-defects, or a TOML file",
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        required=True,
        help="folder that the recipe's picture folders are in",
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE.onnx", required=True, help="what to write"
    )
    parser.add_argument(
        "--minutes",
        type=float,
        metavar="N",
        help="end in good order after this time, even if epochs are left",
    )
    parser.add_argument(
        "--threads", type=int, default=2, metavar="N", help="for torch (default: 2)"
    )
    parser.add_argument(
        "--workers",
        type=int,
        default=1,
        metavar="N",
        help="processes that prepare pictures; 0: none of their own (default: 1)",
    )
    parser.add_argument(
        "--size",
        type=parse_size,
        metavar="WxH",
        help="input of the exported model, multiples of 32 (default: as in training)",
    )
    parser.add_argument(
        "--cache",
        type=Path,
        metavar="DIR",
        help="decoded pictures, some gigabytes; may be removed afterwards "
        "(default: FILE.training/cache)",
    )
    parser.add_argument(
        "--export-only",
        type=Path,
        metavar="DIR",
        help="train nothing: export and measure the checkpoint in this folder",
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write the card for programs here too"
    )


def parse_size(text: str) -> tuple[int, int]:
    """Return width and height of ``WxH``.

    Raises:
        argparse.ArgumentTypeError: It is not of that form.
    """
    width, mark, height = text.lower().partition("x")
    if not mark or not width.isdigit() or not height.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form WxH, as 416x256")
    return int(width), int(height)


def run(options: argparse.Namespace) -> int:
    """Train, export and measure; returns the exit code."""
    log.configure()
    roomy_heap()
    _check(options)
    inspection = find_inspection_recipe(options.recipe)
    if inspection is not None:
        return train_inspection(inspection, options, say=_say)
    recipe = read_recipe(options.recipe)
    torch_extra.require()
    # These import torch.
    from watchpost.learning.checkpoints import load_checkpoint
    from watchpost.learning.release import Request, release

    work = options.out.with_suffix(".training")
    cache = _cache(recipe, options.data, options.cache or work / "cache")
    if options.export_only is None:
        checkpoint = _train(recipe, options, work, cache)
        if checkpoint is None:
            _say(f"Stopped. What was learnt is kept in {work}.")
            _say("The same command goes on from there.")
            return INTERRUPTED
    else:
        found = load_checkpoint(options.export_only)
        if found is None or found.classes != recipe.classes:
            raise LearningError(
                f"There is no checkpoint of the recipe {recipe.name} in "
                f"{options.export_only}.",
                todo="Name the folder that holds its checkpoint.pt.",
            )
        checkpoint = found
    request = Request(options.out, options.data, options.size)
    card = release(recipe, checkpoint, cache, request, say=_say)
    if options.json is not None:
        replace_file(options.json, options.out.with_suffix(".json").read_bytes())
    for weakness in card.weaknesses:
        _say(f"weak: {weakness}")
    _say(f"written: {options.out}, with its card beside it")
    return 0


def _check(options: argparse.Namespace) -> None:
    if options.out.suffix != ".onnx":
        raise ConfigError(
            f"{options.out} is no name for a model file.",
            todo="Let --out end in .onnx.",
            code="train.out",
        )
    if not options.data.is_dir():
        raise ConfigError(
            f"There is no folder {options.data}.",
            todo="Name with --data the folder that the recipe's pictures are in.",
            code="train.data",
        )
    smallest = {"threads": 1, "workers": 0, "minutes": 0.01}
    for name, least in smallest.items():
        value = getattr(options, name)
        if value is not None and value < least:
            raise ConfigError(
                f"--{name} {value} is too small.",
                todo=f"Give at least {least}.",
                code="train.number",
            )


def _cache(recipe: Recipe, data: Path, folder: Path) -> PictureCache:
    """Return the recipe's decoded pictures, decoding them where that is not done."""
    if PictureCache.exists(folder):
        cache = PictureCache(folder)
        if cache.holds(source_names(recipe), len(recipe.classes)):
            return cache
        raise LearningError(
            f"The pictures decoded in {folder} are of another recipe.",
            todo="Remove that folder, or choose another with --cache or --out.",
        )
    _say(f"decoding pictures into {folder}")
    cache = PictureCache.build(folder, read_all(recipe, data))
    _say(f"decoded: {len(cache)} pictures, {len(cache.for_measuring())} held back")
    return cache


def _train(
    recipe: Recipe, options: argparse.Namespace, work: Path, cache: PictureCache
) -> Checkpoint | None:
    """Return the finished training's checkpoint, or None when it was interrupted."""
    from watchpost.learning.training import Plan
    from watchpost.learning.training import run as train

    teacher = None if recipe.teacher is None else options.data / recipe.teacher.file
    plan = Plan(
        out=work,
        teacher=teacher,
        threads=options.threads,
        loaders=options.workers,
        minutes=options.minutes,
    )
    with interruptible() as stopping:
        checkpoint = train(recipe, cache.folder, plan, tell=_tell, stop=stopping.is_set)
    return None if stopping.is_set() else checkpoint


def _tell(progress: Progress) -> None:
    _say(
        f"epoch {progress.epoch} of {progress.epochs}, {progress.share:.1%}, loss "
        f"{progress.loss:.3f} (classes {progress.class_loss:.3f}, boxes "
        f"{progress.box_loss:.3f}, maps {progress.map_loss:.3f}), "
        f"{progress.pictures_per_s:.1f} pictures/s, {progress.left_s / 60:.0f} min left"
    )


def _say(line: str) -> None:
    print(line, flush=True)
