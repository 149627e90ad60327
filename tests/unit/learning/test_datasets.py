from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from watchpost.base.errors import LearningError
from watchpost.learning.datasets import (
    Example,
    picture_files,
    read_labels,
    read_set,
    simulate,
)
from watchpost.learning.picture_cache import PictureCache
from watchpost.learning.recipes import PictureSet, Recipe, Simulated
from watchpost.learning.sources import read_all, source_names

CLASSES = ("person", "car")


def holds(cache: PictureCache, recipe: Recipe) -> bool:
    return cache.holds(source_names(recipe), len(recipe.classes))


def write_set(root: Path, pictures: int = 3, size: tuple[int, int] = (60, 40)) -> Path:
    folder = root / "set"
    (folder / "images").mkdir(parents=True)
    (folder / "labels").mkdir()
    (folder / "classes.txt").write_text("dog\ncar\nperson\n", encoding="utf-8")
    for number in range(pictures):
        bgr = np.full((size[1], size[0], 3), 10 + number, np.uint8)
        data = cv2.imencode(".png", bgr)[1].tobytes()
        (folder / "images" / f"{number}.png").write_bytes(data)
        lines = "0 .5 .5 .1 .1\n1 0.5 0.5 0.2 0.4\n2 0.1 0.1 0.4 0.2\n\n"
        (folder / "labels" / f"{number}.txt").write_text(lines, encoding="utf-8")
    return folder


def a_recipe(**changes: object) -> Recipe:
    return Recipe.model_validate(
        {
            "name": "tiny",
            "classes": CLASSES,
            "width": 64,
            "height": 64,
            "epochs": 1,
            "batch": 2,
            "learning_rate": 0.01,
            **changes,
        }
    )


def test_labels_become_corners_in_our_classes(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(
        "7 0.5 0.5 0.2 0.4\n3 0.5 0.5 0.2 0.4\n7.0 0.05 0.9 0.4 0.4\n\n",
        encoding="utf-8",
    )
    boxes, class_ids = read_labels(path, {7: 1})
    assert class_ids.tolist() == [1, 1]
    # The second one reaches over the border and is cut there.
    np.testing.assert_allclose(
        boxes, [(0.4, 0.3, 0.6, 0.7), (0.0, 0.7, 0.25, 1.0)], atol=1e-6
    )


@pytest.mark.parametrize(
    "line", ["rubbish", "7 0.5 0.5 0.2", "7 0.5 0.5 nan 0.2", "inf 0.5 0.5 0.2 0.2"]
)
def test_a_line_that_is_no_label_is_said(tmp_path: Path, line: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(f"7 0.5 0.5 0.2 0.4\n{line}\n", encoding="utf-8")
    with pytest.raises(LearningError, match=r"Line 2 of .* is no label"):
        read_labels(path, {7: 1})


def test_an_empty_label_file_is_a_picture_without_objects(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("", encoding="utf-8")
    boxes, class_ids = read_labels(path, {0: 0})
    assert boxes.shape == (0, 4)
    assert class_ids.shape == (0,)


def test_a_set_speaks_of_its_labelled_classes_alone(tmp_path: Path) -> None:
    write_set(tmp_path)
    which = PictureSet(folder="set", labelled=("person",), licence="")
    examples = list(read_set(tmp_path, which, CLASSES))
    assert [e.class_ids.tolist() for e in examples] == [[0]] * 3
    assert examples[0].labelled.tolist() == [True, False]
    np.testing.assert_allclose(examples[0].boxes, [(0, 0, 0.3, 0.2)], atol=1e-6)


def test_every_nth_picture_is_held_back(tmp_path: Path) -> None:
    write_set(tmp_path, pictures=6)
    which = PictureSet(folder="set", labelled=CLASSES, licence="")
    held_back = [e.held_back for e in read_set(tmp_path, which, CLASSES, 3)]
    assert held_back == [False, False, True] * 2
    assert not any(e.held_back for e in read_set(tmp_path, which, CLASSES, 0))


def test_large_pictures_are_made_smaller_in_shape(tmp_path: Path) -> None:
    write_set(tmp_path, pictures=1, size=(960, 540))
    which = PictureSet(folder="set", labelled=CLASSES, licence="")
    (example,) = read_set(tmp_path, which, CLASSES)
    assert example.bgr.shape == (270, 480, 3)


def test_an_unreadable_picture_is_left_out(tmp_path: Path) -> None:
    folder = write_set(tmp_path)
    (folder / "images" / "1.png").write_bytes(b"not a picture")
    which = PictureSet(folder="set", labelled=CLASSES, licence="")
    assert len(list(read_set(tmp_path, which, CLASSES))) == 2


def test_a_folder_without_labelled_pictures_is_said(tmp_path: Path) -> None:
    with pytest.raises(LearningError, match="no labelled pictures"):
        picture_files(tmp_path / "images", tmp_path / "labels")


def test_the_simulator_labels_everything_and_holds_back_a_whole_story() -> None:
    which = Simulated(frames=8, scenes=("conveyor",))
    examples = list(simulate(which, ("part", "person"), 3, held_back=12))
    assert len(examples) == 8
    assert all(e.labelled.all() and e.drawn for e in examples)
    assert [e.held_back for e in examples] == [False] * 7 + [True]
    assert any(len(e.boxes) for e in examples)
    again = next(iter(simulate(which, ("part", "person"), 3)))
    np.testing.assert_array_equal(again.bgr, examples[0].bgr)


def test_a_cache_gives_back_what_was_put_in(tmp_path: Path) -> None:
    first = Example(
        np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3),
        np.array([(0.1, 0.2, 0.3, 0.4)], np.float32),
        np.array([1], np.int32),
        np.array([True, False]),
        loose=True,
        weight=2.0,
        source="a",
    )
    second = Example(
        np.zeros((2, 2, 3), np.uint8),
        np.zeros((0, 4), np.float32),
        np.zeros(0, np.int32),
        np.array([True, True]),
        drawn=True,
        source="simulator",
        held_back=True,
    )
    assert not PictureCache.exists(tmp_path / "cache")
    PictureCache.build(tmp_path / "cache", [first, second])
    cache = PictureCache(tmp_path / "cache")
    assert len(cache) == 2
    np.testing.assert_array_equal(cache[0].bgr, first.bgr)
    np.testing.assert_array_equal(cache[0].boxes, first.boxes)
    assert cache[0].class_ids.tolist() == [1]
    assert (cache[0].loose, cache[0].weight, cache[0].source) == (True, 2.0, "a")
    assert cache[1].boxes.shape == (0, 4)
    assert (cache[1].drawn, cache[1].held_back) == (True, True)
    assert cache.for_training().tolist() == [0]
    assert cache.for_measuring().tolist() == [1]
    assert cache.counts_by_source() == ({"a": 1}, {"simulator": 1})


def test_a_cache_knows_whether_it_is_of_a_recipe(tmp_path: Path) -> None:
    write_set(tmp_path)
    ours = {"folder": "set", "labelled": CLASSES, "licence": ""}
    recipe = a_recipe(sets=[ours])
    cache = PictureCache.build(tmp_path / "cache", read_all(recipe, tmp_path))
    assert holds(cache, recipe)
    assert not holds(cache, a_recipe(sets=[{**ours, "folder": "other"}]))
    assert not holds(cache, a_recipe(sets=[ours], classes=("person",)))
    simulator = {"frames": 8, "scenes": ["shelf"]}
    assert not holds(cache, a_recipe(sets=[ours], simulator=simulator))


def test_a_cache_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LearningError, match="names no pictures"):
        PictureCache.build(tmp_path / "cache", [])
    assert not PictureCache.exists(tmp_path / "cache")


def test_what_no_photograph_shows_counts_as_labelled_in_photographs(
    tmp_path: Path,
) -> None:
    root = tmp_path / "set"
    (root / "images").mkdir(parents=True)
    (root / "labels").mkdir()
    cv2.imwrite(str(root / "images" / "a.png"), np.zeros((40, 60, 3), np.uint8))
    (root / "labels" / "a.txt").write_text("0 0.5 0.5 0.2 0.2\n", encoding="utf-8")
    (root / "classes.txt").write_text("person\n", encoding="utf-8")
    recipe = Recipe.model_validate(
        {
            "name": "r",
            "classes": ["person", "car", "defect"],
            "width": 64,
            "height": 64,
            "epochs": 1,
            "batch": 1,
            "learning_rate": 0.1,
            "sets": [{"folder": "set", "labelled": ["person"], "licence": "ours"}],
            "simulator": {"frames": 0, "scenes": [], "drawn_only": ["defect"]},
        }
    )
    (example,) = read_all(recipe, tmp_path)
    assert example.labelled.tolist() == [True, False, True]
