"""The detector that travels with the product and what its card says of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from watchpost import resources
from watchpost.engine.inference.inspection import inspect_model
from watchpost.learning.recipes import read_recipe

_MAX_BYTES = 6 << 20


@pytest.fixture(scope="module")
def shipped() -> Path:
    return resources.path("models/detector.onnx")


def test_the_card_is_of_this_very_file(shipped: Path) -> None:
    card = json.loads(shipped.with_suffix(".json").read_text(encoding="utf-8"))
    model = inspect_model(shipped)
    assert card["sha256"] == model.sha256
    assert tuple(card["classes"]) == model.classes
    assert (card["input"]["width"], card["input"]["height"]) == (
        model.input.width,
        model.input.height,
    )
    assert card["layout"] == model.layout
    assert card["licence"] == model.licence == "Apache-2.0"
    text = shipped.with_suffix(".md").read_text(encoding="utf-8")
    assert model.sha256 in text
    assert all(sentence in text for sentence in card["weaknesses"])


def test_it_is_small_and_of_the_shipped_recipe(shipped: Path) -> None:
    assert shipped.stat().st_size <= _MAX_BYTES
    card = json.loads(shipped.with_suffix(".json").read_text(encoding="utf-8"))
    recipe = read_recipe(card["trained_by"]["recipe"])
    assert tuple(card["classes"]) == recipe.classes
    named = {data["name"] for data in card["data"]}
    assert named >= {which.folder for which in recipe.sets}
    assert not named & set(recipe.yardsticks)
