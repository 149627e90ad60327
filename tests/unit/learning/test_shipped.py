"""The models that travel with the product and what their cards say of them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import onnx
import pytest

from watchpost import resources
from watchpost.engine.inference.inspection import inspect_model
from watchpost.learning.inspection.measuring import HeatReader, judge, score
from watchpost.learning.inspection.pairs import read_pairs
from watchpost.learning.inspection.recipe import find_inspection_recipe
from watchpost.learning.recipes import read_recipe

_MAX_BYTES = 6 << 20
_MAX_BYTES_OF_BOARDS = 1 << 20


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


@pytest.fixture(scope="module")
def boards() -> Path:
    return resources.path("models/board-defects.onnx")


def test_the_boards_card_is_of_this_very_file(boards: Path) -> None:
    content = boards.read_bytes()
    assert len(content) <= _MAX_BYTES_OF_BOARDS
    sha256 = hashlib.sha256(content).hexdigest()
    card = json.loads(boards.with_suffix(".json").read_text(encoding="utf-8"))
    assert card["sha256"] == sha256
    assert sha256 in boards.with_suffix(".md").read_text(encoding="utf-8")
    entries = {
        entry.key: entry.value for entry in onnx.load(str(boards)).metadata_props
    }
    assert json.loads(entries["names"]) == card["classes"]
    assert float(entries["threshold"]) == card["threshold"]
    assert card["licence"] == entries["license"] == "Apache-2.0"


def test_the_boards_card_names_its_data_and_how_it_was_measured(boards: Path) -> None:
    card = json.loads(boards.with_suffix(".json").read_text(encoding="utf-8"))
    recipe = find_inspection_recipe(card["trained_by"]["recipe"])
    assert recipe is not None
    (data,) = card["data"]
    assert (data["name"], data["licence"]) == (recipe.folder, recipe.data_licence)
    folds = card["measured_by"]["boards_of_fold"]
    assert len(folds) == card["measured_by"]["folds"] == recipe.folds
    # Every board once, and every pair of it.
    assert sorted(board for fold in folds for board in fold) == sorted(data["boards"])
    pairs = sum(data["boards"].values())
    assert card["metrics"]["good_parts_rejected"]["total"] == pairs


@pytest.mark.data
def test_the_boards_model_finds_defects_and_leaves_good_parts(
    boards: Path, shared_data: Path, tmp_path: Path
) -> None:
    card = json.loads(boards.with_suffix(".json").read_text(encoding="utf-8"))
    real = shared_data / "images" / "deeppcb"
    for name in ("images", "templates", "labels"):
        (tmp_path / name).mkdir()
        for file in sorted((real / name).iterdir())[:3]:
            (tmp_path / name / file.name).write_bytes(file.read_bytes())
    (tmp_path / "classes.txt").write_bytes((real / "classes.txt").read_bytes())
    kinds, pairs = read_pairs(tmp_path)
    at = judge(score(pairs, HeatReader(boards)), card["threshold"], len(kinds))
    assert at.escaped.count <= 1
    assert at.rejected.count <= 1
