"""Recipes as files: found by name, read, and held against what a recipe may say.

A recipe may say ``like = "NAME"``: it is that recipe but for the keys that it writes itself.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from watchpost import resources
from watchpost.base.errors import LearningError

_Recipe = TypeVar("_Recipe", bound=BaseModel)


def recipe_table(name: str) -> tuple[Path, dict[str, Any]]:
    """Return the file of a recipe, a shipped one or one's own, and all that it says.

    Raises:
        LearningError: There is none, or it cannot be read.
    """
    path = _recipe_file(name)
    return path, _table(path)


def as_recipe(kind: type[_Recipe], path: Path, table: dict[str, Any]) -> _Recipe:
    """Return what a file says as a recipe of a kind.

    Raises:
        LearningError: It is wrong; says where.
    """
    try:
        return kind.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise LearningError(
            f"The recipe {path} is wrong at {where}: {first['msg']}.",
            todo="Correct it.",
        ) from error


def _recipe_file(name: str) -> Path:
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
    base = path.parent / like if Path(like).suffix else _recipe_file(like)
    if base in (path, *readers):
        raise LearningError(
            f"The recipe {path} is wrong at like: it goes round in a circle.",
            todo="Correct it.",
        )
    return _table(base, (path, *readers)) | table
