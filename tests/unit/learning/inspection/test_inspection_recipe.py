from __future__ import annotations

from pathlib import Path

import pytest

from watchpost.base.errors import LearningError
from watchpost.learning.inspection.recipe import find_inspection_recipe


def test_the_shipped_recipe_learns_from_pictures_that_allow_it() -> None:
    recipe = find_inspection_recipe("board-defects")
    assert recipe is not None
    assert recipe.folder == "images/deeppcb"
    assert recipe.data_licence.startswith("MIT")
    assert recipe.licence
    assert recipe.weaknesses


@pytest.mark.parametrize("name", ["detector", "nonsense", "away.toml"])
def test_what_is_no_inspection_recipe_is_left_to_others(name: str) -> None:
    assert find_inspection_recipe(name) is None


def test_a_wrong_recipe_says_where(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text('task = "inspection"\nname = "a"\n', encoding="utf-8")
    with pytest.raises(LearningError, match="wrong at folder"):
        find_inspection_recipe(str(path))


def test_an_inspection_recipe_may_be_like_another(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text('like = "board-defects"\nname = "a"\nsteps = 7\n', encoding="utf-8")
    recipe, shipped = (
        find_inspection_recipe(name) for name in (str(path), "board-defects")
    )
    assert recipe is not None
    assert shipped is not None
    assert (recipe.name, recipe.steps, recipe.folds) == ("a", 7, shipped.folds)
