"""Recipes of inspection models, as TOML files with ``task = "inspection"``."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from watchpost.base.errors import LearningError
from watchpost.learning.recipe_files import as_recipe, recipe_table


class InspectionRecipe(BaseModel):
    """What an inspection model is trained on, and how.

    Attributes:
        folder: Of the pairs, in the data folder.
        data_licence: Of the pictures, as their source states it.
        width: Of the exported model's input, pixels, a multiple of 8; height too.
        crop: Side of the square pieces that are trained on, pixels, a multiple of 8.
        steps: Of the optimiser; ``batch``: pieces in each.
        folds: So many models are measured, each on the boards that it did not learn
            from, before the released one learns from all.
        escapes: The share of defects that may escape, and ``false_rejects`` that of good
            parts that may be rejected: the goals that the threshold weighs.
        licence: Of the weights.
        weaknesses: What is known beforehand; sentences.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    task: Literal["inspection"]
    name: str
    folder: str
    data_licence: str
    width: int = Field(multiple_of=8, ge=64)
    height: int = Field(multiple_of=8, ge=64)
    crop: int = Field(256, multiple_of=8, ge=64)
    seed: int = 1
    steps: int = Field(ge=1)
    batch: int = Field(8, ge=1)
    learning_rate: float = Field(gt=0)
    folds: int = Field(5, ge=2)
    escapes: float = Field(0.02, gt=0, le=1)
    false_rejects: float = Field(0.05, gt=0, le=1)
    licence: str = ""
    weaknesses: tuple[str, ...] = ()


def find_inspection_recipe(name: str) -> InspectionRecipe | None:
    """Read a recipe by the name of a shipped one, or from a file.

    Returns:
        None when it is of another task, or cannot be read at all: who reads detectors'
        recipes says what is wrong with it then.

    Raises:
        LearningError: It is an inspection recipe and wrong; says where.
    """
    try:
        path, table = recipe_table(name)
    except LearningError:
        return None
    if table.get("task") != "inspection":
        return None
    return as_recipe(InspectionRecipe, path, table)
