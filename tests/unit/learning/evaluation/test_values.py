"""Facings, occupancy and queues second by second: the truth file and its score."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from watchpost.base.errors import LearningError
from watchpost.learning.evaluation.counts import has_line
from watchpost.learning.evaluation.shelf_places import standing
from watchpost.learning.evaluation.values import (
    Quantity,
    ToldValue,
    read_values,
    score_values,
)

SHELF = [
    {"from_s": 0.0, "to_s": 2.5, "bottles": 3},
    {"from_s": 4.0, "to_s": 5.0, "bottles": 2},
]


def truth_file(folder: Path, **parts: Any) -> Path:
    path = folder / "v.counts.json"
    raw = {"frame_size": [200, 100], **parts}
    path.write_text(json.dumps(raw), encoding="utf-8")
    return path


def told(*rows: tuple[float, float, int | None]) -> list[ToldValue]:
    """Ten looks a second from one time to another."""
    return [
        ToldValue(tenth / 10, count)
        for from_s, to_s, count in rows
        for tenth in range(round(from_s * 10), round(to_s * 10))
    ]


def test_every_kind_of_value_is_read(tmp_path: Path) -> None:
    people = [{"from_s": 0, "to_s": 3, "persons": 1}]
    path = truth_file(
        tmp_path,
        line=None,
        shelf_count=SHELF,
        facings=[[20, 10, 40, 90]],
        people_in_picture=people,
        zone=[[0, 0], [100, 0], [100, 100]],
        queue_length=people,
    )
    shelf, inside, queue = read_values(path)
    assert not has_line(path)
    assert (shelf.quantity, shelf.class_name) == (Quantity.FACINGS, "bottle")
    assert shelf.facings == ((0.1, 0.1, 0.2, 0.9),)
    assert shelf.zone is None
    assert (inside.quantity, inside.class_name) == (Quantity.OCCUPANCY, "person")
    assert inside.zone is not None
    assert inside.zone.points[2] == (1.0, 1.0)
    assert queue.zone is not None
    assert queue.zone.points == ((0, 0), (0.5, 0), (0.5, 1))


def test_seconds_are_whole_and_what_lies_between_is_not_scored(tmp_path: Path) -> None:
    (shelf,) = read_values(truth_file(tmp_path, shelf_count=SHELF))
    score = score_values(shelf, told((0, 2.1, 3), (2.1, 4, 9), (4, 5, 2)))
    assert [s.from_s for s in score.seconds] == [0, 1, 4]
    assert score.agrees
    assert (score.right.count, score.right.total) == (3, 3)
    assert score.looks == (30, 0, 0)


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        # Hidden for most of a second, then told right: right.
        ([(0, 1.8, None), (1.8, 2, 3), (4, 5, 2)], [(0, None)]),
        ([(0, 1, 3), (1, 1.6, 2), (1.6, 2, 3), (4, 5, 2)], [(1, 2)]),
        ([(0, 2, 3)], [(4, None)]),
    ],
)
def test_a_second_is_what_was_told_most_and_silence_is_not_right(
    tmp_path: Path,
    rows: list[tuple[float, float, int | None]],
    wrong: list[tuple[float, int | None]],
) -> None:
    (shelf,) = read_values(truth_file(tmp_path, shelf_count=SHELF))
    score = score_values(shelf, told(*rows))
    assert [(s.from_s, s.told) for s in score.wrong] == wrong
    assert not score.agrees


@pytest.mark.parametrize(
    "parts",
    [
        {"shelf_count": [{"from_s": 0, "to_s": 1}]},
        {"shelf_count": [{"from_s": 0, "to_s": 1, "bottles": 1, "cans": 2}]},
        {
            "zone_count": [{"from_s": 0, "to_s": 1, "persons": 1}],
            "zone": [[0, 0], [1, 1], [2, 2]],
        },
    ],
)
def test_a_wrong_part_is_named(tmp_path: Path, parts: dict[str, Any]) -> None:
    with pytest.raises(LearningError, match="wrong part"):
        read_values(truth_file(tmp_path, **parts))


def test_a_file_without_values_speaks_of_none(tmp_path: Path) -> None:
    path = truth_file(tmp_path, line=[0, 50, 200, 50])
    assert read_values(path) == ()
    assert has_line(path)


def test_products_that_stand_make_places_and_carried_ones_do_not() -> None:
    left, right = (0.1, 0.3, 0.2, 0.9), (0.7, 0.3, 0.8, 0.9)
    seen = []
    for number in range(10):
        boxes = [left] if 4 <= number < 6 else [left, right]
        carried = 0.3 + 0.1 * number
        boxes.append((carried, 0.0, carried + 0.1, 0.4))
        # A product put back a little aside stands at its old place.
        if number > 7:
            boxes[0] = (0.12, 0.3, 0.22, 0.9)
        seen.append(np.array(boxes))
    assert standing(seen) == (pytest.approx(left), pytest.approx(right))


def test_a_product_seen_now_and_then_does_not_stand() -> None:
    box = np.array([[0.1, 0.3, 0.2, 0.9]])
    nothing = np.empty((0, 4))
    assert standing([box, box, nothing] * 5) == ()
    assert standing([nothing] * 5) == ()
