from __future__ import annotations

from pathlib import Path

import pytest

from watchpost import resources
from watchpost.base.errors import LearningError
from watchpost.learning.parts import PARTS
from watchpost.learning.recipes import read_recipe
from watchpost.learning.videosets import read_video_labels

PLAIN = """
name = "tiny"
classes = ["person"]
width = 64
height = 64
epochs = 1
batch = 2
learning_rate = 0.01
"""


def recipe_file(folder: Path, text: str) -> str:
    path = folder / "recipe.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_plain_recipe_has_sane_defaults(tmp_path: Path) -> None:
    recipe = read_recipe(recipe_file(tmp_path, PLAIN))
    assert recipe.classes == ("person",)
    assert recipe.sets == ()
    assert recipe.teacher is None
    assert recipe.simulator is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (PLAIN.replace("width = 64", "width = 70"), "wrong at width"),
        (PLAIN.replace("epochs = 1", ""), "wrong at epochs"),
        (PLAIN + "colour = 3\n", "wrong at colour"),
        (PLAIN.replace('["person"]', "[]"), "wrong at classes"),
        (
            PLAIN + "[simulator]\nframes = -1\nscenes = []\n",
            "wrong at simulator.frames",
        ),
        ("name = ", "is not TOML"),
    ],
)
def test_a_wrong_recipe_says_where(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(LearningError, match=says):
        read_recipe(recipe_file(tmp_path, text))


@pytest.mark.parametrize("name", ["nonsense", "away.toml"])
def test_a_missing_recipe_is_said(name: str) -> None:
    with pytest.raises(LearningError, match=r"no recipe called|cannot be read"):
        read_recipe(name)


def test_the_shipped_recipe_keeps_to_the_rules_of_its_pictures() -> None:
    recipe = read_recipe("detector")
    learnt = {which.folder for which in recipe.sets}
    assert not learnt & set(recipe.yardsticks)
    # Not to be learnt from by weights that ship.
    assert not learnt & {
        f"images/{n}" for n in ("street-walkers", "pennfudan", "neu-det")
    }
    assert all(which.licence for which in recipe.sets)
    assert all("none stated" not in which.licence for which in recipe.sets)
    for which in recipe.sets:
        assert set(which.labelled) <= set(recipe.classes)
    assert recipe.teacher is not None
    assert set(recipe.teacher.classes) <= set(recipe.classes)
    assert set(recipe.teacher.maps) <= set(PARTS)


def test_a_recipe_may_be_like_another(tmp_path: Path) -> None:
    recipe_file(tmp_path, PLAIN)
    other = tmp_path / "other.toml"
    other.write_text(
        'like = "recipe.toml"\nname = "other"\nepochs = 5\n', encoding="utf-8"
    )
    recipe = read_recipe(str(other))
    assert (recipe.name, recipe.epochs, recipe.batch) == ("other", 5, 2)


@pytest.mark.parametrize(
    ("like", "says"),
    [
        ('"recipe.toml"', "in a circle"),
        ('"nowhere.toml"', "cannot be read"),
        ('"nonsense"', "no recipe called"),
        ("3", "no recipe called"),
    ],
)
def test_a_recipe_that_is_like_nothing_says_so(
    tmp_path: Path, like: str, says: str
) -> None:
    with pytest.raises(LearningError, match=says):
        read_recipe(recipe_file(tmp_path, f"like = {like}\n{PLAIN}"))


def test_going_further_is_the_shipped_recipe_but_for_how() -> None:
    first, further = read_recipe("detector"), read_recipe("detector-further")
    assert further.start == "detector"
    same = {"classes", "sets", "videos", "teacher", "simulator", "yardsticks"}
    assert all(getattr(first, name) == getattr(further, name) for name in same)


@pytest.mark.parametrize("name", ["door-above", "belt-parcels"])
def test_a_recipe_of_unlicensed_footage_keeps_its_weights_back(name: str) -> None:
    recipe = read_recipe(name)
    assert recipe.name == name
    assert recipe.start == "detector"
    assert recipe.licence.startswith("not for release")
    assert recipe.weaknesses
    assert recipe.sets == ()
    (which,) = recipe.videos
    assert which.licence.startswith("none stated")
    labels = read_video_labels(resources.path(f"recipes/{which.boxes}"))
    assert labels.labelled == recipe.classes
