"""A model's card: what it is, what it was taught, how well it sees, what it is bad at.

Written beside the model as ``NAME.json`` for programs and ``NAME.md`` for people; both say
the same.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from watchpost.engine.inference.model import ModelInfo
from watchpost.learning.calibration import ScoreLine
from watchpost.learning.evaluation.detector import DetectorScore
from watchpost.learning.recipes import Recipe

# Below these a class is named among the weaknesses.
_WEAK_AP50 = 0.3
_FEW_OBJECTS = 40
_GIT_LIMIT_S = 5.0


@dataclass(frozen=True, slots=True)
class DataUsed:
    """One source of the pictures that were learnt from.

    Attributes:
        name: Folder, ``simulator``, or a teacher's file.
        licence: As its source states it; nothing was verified.
        pictures: Learnt from; ``held_back`` were kept for measuring.
        labelled: The classes that it says something about.
        loose: It leaves out some objects of those classes.
    """

    name: str
    licence: str
    pictures: int
    held_back: int
    labelled: tuple[str, ...] = ()
    loose: bool = False


@dataclass(frozen=True, slots=True)
class TrainedBy:
    """How to get this model again.

    Attributes:
        commit: Of the source code, or None outside a checkout.
        recipe: Its name; ``seed`` is the recipe's.
        epochs: Completed, of the recipe's ``planned_epochs``.
        steps: Of the optimiser.
        hours: Spent training.
        begun_with: The model whose weights were begun with, with its digest; empty:
            random ones.
    """

    commit: str | None
    recipe: str
    seed: int
    epochs: int
    planned_epochs: int
    steps: int
    hours: float
    begun_with: str = ""

    def sentence(self, release: str) -> str:
        """Return how it was trained, for people."""
        begun = "Trained from scratch"
        if self.begun_with:
            begun = f"Begun with {self.begun_with}, and trained"
        return (
            f"{begun} by `watchpost train {self.recipe}`, release {release}, commit "
            f"{self.commit or 'not known'}, seed {self.seed}"
        )


@dataclass(frozen=True, slots=True)
class Measured:
    """Average precision on one group of pictures.

    Attributes:
        on: What pictures these are, one sentence without its full stop.
        score: The outcome.
        learnt_alike: Pictures of the same places or scenes were learnt from, so that a
            new site will see less.
    """

    on: str
    score: DetectorScore
    learnt_alike: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """Everything that a card says.

    Attributes:
        name: Of the model; ``release`` is the product's version that exported it.
        model: The file as the product's own reader sees it.
        megabytes: Of the file, 1024 * 1024 bytes.
        licence: Of the weights.
        data: What was learnt from.
        lines: How scores were calibrated, one a class.
        metrics: By a short name of the group of pictures.
        weaknesses: Sentences; those of the recipe first.
        trained_by: How to get it again.
    """

    name: str
    release: str
    model: ModelInfo
    megabytes: float
    licence: str
    data: tuple[DataUsed, ...]
    lines: tuple[ScoreLine, ...]
    metrics: Mapping[str, Measured]
    weaknesses: tuple[str, ...]
    trained_by: TrainedBy = field(kw_only=True)


def weaknesses_of(
    recipe: Recipe, metrics: Mapping[str, Measured], classes: tuple[str, ...]
) -> tuple[str, ...]:
    """Return what a model is bad at: what its recipe knows, and what was measured."""
    found = list(recipe.weaknesses)
    for name in classes:
        scores = {
            group: measured.score.classes[name]
            for group, measured in metrics.items()
            if name in measured.score.classes
        }
        if not scores:
            found.append(f"{name}: not measured, no picture at hand shows one.")
            continue
        few = sum(score.objects for score in scores.values())
        if few < _FEW_OBJECTS:
            found.append(f"{name}: measured on only {few} objects.")
        weak = [g for g, score in scores.items() if score.ap50 < _WEAK_AP50]
        if weak:
            parts = ", ".join(f"{scores[g].ap50:.2f} on {g}" for g in weak)
            found.append(f"{name}: often missed or mistaken (AP50 {parts}).")
        if set(scores) == {"simulator"}:
            found.append(f"{name}: measured in simulated pictures alone.")
    return tuple(found)


def as_json(card: Card) -> bytes:
    """Return the card for programs."""
    content = {
        "name": card.name,
        "release": card.release,
        "file": card.model.path.name,
        "sha256": card.model.sha256,
        "megabytes": round(card.megabytes, 2),
        "classes": list(card.model.classes),
        "input": {
            "name": card.model.tensor.name,
            "width": card.model.input.width,
            "height": card.model.input.height,
            "colour": card.model.input.colour.value,
            "fit": card.model.input.fit.value,
            "pad": card.model.input.pad,
            "scale": "pixels as they are, 0..255",
        },
        "layout": card.model.layout,
        "licence": card.licence,
        "data": [asdict(data) for data in card.data],
        "metrics": {name: _measured(item) for name, item in card.metrics.items()},
        "calibration": {
            name: {"slope": round(line.slope, 4), "shift": round(line.shift, 4)}
            for name, line in zip(card.model.classes, card.lines, strict=True)
            if line.boxes
        },
        "weaknesses": list(card.weaknesses),
        "trained_by": asdict(card.trained_by),
    }
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def _measured(item: Measured) -> dict[str, object]:
    return {
        "on": item.on,
        "learnt_alike": item.learnt_alike,
        "pictures": item.score.pictures,
        "ap50": round(item.score.ap50, 4),
        "ap50_95": round(item.score.ap, 4),
        "classes": {
            name: {
                "objects": score.objects,
                "ap50": round(score.ap50, 4),
                "ap50_95": round(score.ap, 4),
            }
            for name, score in item.score.classes.items()
        },
    }


def as_markdown(card: Card) -> bytes:
    """Return the card for people."""
    by, spec = card.trained_by, card.model.input
    lines = [
        f"# {card.name}",
        "",
        f"A detector for {', '.join(card.model.classes)}.",
        "",
        f"- File: `{card.model.path.name}`, {card.megabytes:.2f} MiB, SHA-256 "
        f"`{card.model.sha256}`",
        f"- Input: {spec.width} x {spec.height}, {spec.colour.value.upper()}, 0..255, "
        "letterboxed at the top left",
        f"- Layout: {card.model.layout}. {card.model.evidence}",
        f"- Licence of the weights: {card.licence or 'not stated'}",
        f"- {by.sentence(card.release)}: {by.epochs} of {by.planned_epochs} epochs, "
        f"{by.steps} steps, {by.hours:.1f} h",
        "",
        "## How well it sees",
        "",
        "Average precision as COCO measures it: AP50 asks for an overlap of 0.5, AP is "
        "the mean over 0.5 to 0.95. Measured on the exported file, read as the product "
        "reads it.",
    ]
    calibrated = [
        name
        for name, line in zip(card.model.classes, card.lines, strict=True)
        if line.boxes
    ]
    if calibrated:
        lines += [
            "",
            "Scores are calibrated on the held-back pictures: of boxes with a score of "
            f"0.4, about 40 % are right there ({', '.join(calibrated)}).",
        ]
    for name, item in card.metrics.items():
        lines += ["", *_table(name, item)]
    lines += ["", "## What it is bad at", ""]
    lines += [f"- {sentence}" for sentence in card.weaknesses] or ["- Nothing known."]
    lines += ["", "## What it learnt from", ""]
    lines += [
        "Licences are as the sources state them; they were not verified picture by "
        "picture. No picture travels with the model.",
        "",
        "| source | pictures | held back | classes labelled | licence as stated |",
        "|---|---|---|---|---|",
    ]
    for data in card.data:
        labelled = ", ".join(data.labelled) + (" (not all)" if data.loose else "")
        pictures = (str(n) if n else "-" for n in (data.pictures, data.held_back))
        lines.append(
            f"| {data.name} | {' | '.join(pictures)} | {labelled} | {data.licence} |"
        )
    return ("\n".join(lines) + "\n").encode()


def _table(name: str, item: Measured) -> list[str]:
    alike = " The training saw pictures like these." if item.learnt_alike else ""
    rows = [
        f"### {name}",
        "",
        f"{item.on} ({item.score.pictures} pictures).{alike}",
        "",
        "| class | objects | AP50 | AP |",
        "|---|---:|---:|---:|",
    ]
    for class_name, score in item.score.classes.items():
        rows.append(
            f"| {class_name} | {score.objects} | {score.ap50:.3f} | {score.ap:.3f} |"
        )
    objects = sum(score.objects for score in item.score.classes.values())
    rows.append(
        f"| **mean** | {objects} | {item.score.ap50:.3f} | {item.score.ap:.3f} |"
    )
    return rows


def commit_of_source() -> str | None:
    """Return the commit of the checkout that this code runs from, or None.

    ``-changed`` is appended when the learning code differs from that commit.
    """
    git = shutil.which("git")
    if git is None:
        return None
    commit = _git(git, "rev-parse", "--short=12", "HEAD")
    if commit is None or commit.returncode:
        return None
    same = _git(git, "diff", "--quiet", "HEAD", "--", ".")
    is_same = same is not None and same.returncode == 0
    return commit.stdout.strip() + ("" if is_same else "-changed")


def _git(git: str, *words: str) -> subprocess.CompletedProcess[str] | None:
    try:
        return subprocess.run(  # noqa: S603  # fixed words, no shell
            [git, *words],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=_GIT_LIMIT_S,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
