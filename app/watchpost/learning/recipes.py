"""Recipes: what a detector is trained on, as a TOML file."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, field_validator

from watchpost.learning.parts import PARTS
from watchpost.learning.recipe_files import as_recipe, recipe_table


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
    path, table = recipe_table(name)
    return as_recipe(Recipe, path, table)
