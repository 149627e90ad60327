"""Recipes: what a model is trained on, as a TOML file.

A recipe may say ``like = "NAME"``: it is that recipe but for the keys that it writes itself.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from watchpost import resources
from watchpost.base.errors import LearningError
from watchpost.learning.parts import PARTS


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PictureSet(_Part):
    """A folder of pictures with YOLO labels.

    ``labelled`` are the classes that it labels; of all others it says nothing. ``loose``
    sets leave some objects of those classes out. ``weight`` says how often a picture is
    drawn, beside a weight of 1.
    """

    folder: str
    labelled: tuple[str, ...]
    loose: bool = False
    weight: float = Field(1.0, gt=0)
    licence: str


class VideoSet(_Part):
    """Frames of videos with boxes, as :mod:`watchpost.learning.videosets` reads them.

    ``boxes`` is a file of coordinates, shipped or of one's own; ``folder`` is where the
    videos lie. The other words mean what they mean for a :class:`PictureSet`.
    """

    boxes: str
    folder: str
    loose: bool = False
    weight: float = Field(1.0, gt=0)
    licence: str


class Teacher(_Part):
    """A detector whose answers are learnt from.

    ``classes`` maps ours to its indices; ``maps`` names, by the part of our network that
    is to make the same map, its inner tensors that are learnt from too.
    """

    file: str
    licence: str
    classes: dict[str, int]
    maps: dict[str, str] = {}

    @field_validator("maps")
    @classmethod
    def _known_parts(cls, maps: dict[str, str]) -> dict[str, str]:
        if unknown := sorted(maps.keys() - set(PARTS)):
            raise ValueError(f"{unknown[0]} is none of {', '.join(PARTS)}")
        return maps


class Simulated(_Part):
    """How many frames of which scenes of the simulator are added.

    ``drawn_only`` are classes that no photograph shows: their absence there is learnt.
    Without it a model may claim them anywhere, since nothing ever said otherwise.
    """

    frames: int = Field(ge=0)
    scenes: tuple[str, ...]
    weight: float = Field(1.0, gt=0)
    drawn_only: tuple[str, ...] = ()


class Recipe(_Part):
    """A whole recipe.

    Attributes:
        width: Of the detector's input in training, pixels, a multiple of 32; height too.
        epoch_pictures: Pictures drawn for an epoch, with repetition.
        start: Name of a shipped model, or an ONNX file that this trainer made, whose
            weights are begun with; empty: with random ones.
        guided: Share of the training, at its start, in which each part of the network
            works on the teacher's maps instead of those of the parts before it.
        ugly: Share of pictures that are made ugly; ``mosaic``: share put together of
            several; ``moved``: share shown from nearer, farther or aside.
        held_back: Every so many-th picture of a set is kept for measuring; 0 keeps none.
        licence: Of the weights; travels in the model's file and card.
        weaknesses: What is known beforehand that the model will be bad at; sentences.
        yardsticks: Folders that are never learnt from and only measured on.
    """

    name: str
    classes: tuple[str, ...] = Field(min_length=1)
    width: int = Field(multiple_of=32, ge=64)
    height: int = Field(multiple_of=32, ge=64)
    seed: int = 1
    start: str = ""
    epochs: int = Field(ge=1)
    epoch_pictures: int = Field(4096, ge=1)
    guided: float = Field(0.0, ge=0, le=1)
    batch: int = Field(ge=1)
    learning_rate: float = Field(gt=0)
    ugly: float = Field(0.35, ge=0, le=1)
    mosaic: float = Field(0.25, ge=0, le=1)
    moved: float = Field(0.75, ge=0, le=1)
    held_back: int = Field(12, ge=0)
    licence: str = ""
    weaknesses: tuple[str, ...] = ()
    yardsticks: tuple[str, ...] = ()
    teacher: Teacher | None = None
    simulator: Simulated | None = None
    sets: tuple[PictureSet, ...] = ()
    videos: tuple[VideoSet, ...] = ()


def read_recipe(name: str) -> Recipe:
    """Read a recipe by the name of a shipped one, or from a file.

    Raises:
        LearningError: There is none, or it is wrong; says where.
    """
    path = _file(name)
    table = _table(path)
    try:
        return Recipe.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise LearningError(
            f"The recipe {path} is wrong at {where}: {first['msg']}.",
            todo="Correct it.",
        ) from error


def _file(name: str) -> Path:
    path = Path(name)
    if path.suffix:
        return path
    try:
        return resources.path(f"recipes/{name}.toml")
    except FileNotFoundError as error:
        raise LearningError(
            f"There is no recipe called {name}.",
            todo="Name a shipped one, such as detector, or a TOML file.",
        ) from error


def _table(path: Path, readers: tuple[Path, ...] = ()) -> dict[str, Any]:
    """Return what a file says, over what the recipe says that it is like.

    Args:
        path: The file.
        readers: Recipes that are like this one, the first first.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LearningError(
            f"The recipe {path} cannot be read.", todo="Check its name."
        ) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise LearningError(
            f"The recipe {path} is not TOML: {error}.", todo="Correct it."
        ) from error
    if "like" not in table:
        return table
    like = str(table.pop("like"))
    # A file is looked for beside the one that names it.
    base = path.parent / like if Path(like).suffix else _file(like)
    if base in (path, *readers):
        raise LearningError(
            f"The recipe {path} is wrong at like: it goes round in a circle.",
            todo="Correct it.",
        )
    return _table(base, (path, *readers)) | table
