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
