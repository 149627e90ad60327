from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from watchpost.base.errors import LearningError
from watchpost.domain.rules import Direction
from watchpost.learning.evaluation.counts import (
    CountedCrossing,
    read_truth,
    score,
)

RAW: dict[str, Any] = {
    "frame_size": [200, 100],
    "line": [100, 0, 100, 100],
    "anchor": "box centre",
    "crossings": [
        {"t_s": 1.0, "direction": "left_to_right", "class": "person"},
        {"t_s": 3.0, "direction": "right_to_left", "class": "person"},
        {"t_s": 5.0, "direction": "left_to_right", "class": "person", "optional": True},
        {"t_s": 9.0, "direction": "left_to_right", "class": "person"},
    ],
    "certain": True,
    "tolerance_s": 0.5,
}


def truth_file(folder: Path, **changes: Any) -> Path:
    path = folder / "v.counts.json"
    path.write_text(json.dumps({**RAW, **changes}), encoding="utf-8")
    return path


def counted(*rows: tuple[float, str]) -> list[CountedCrossing]:
    return [CountedCrossing(t, d, "person") for t, d in rows]


LR, RL = "left_to_right", "right_to_left"


def test_pixels_become_fractions_and_words_become_sides(tmp_path: Path) -> None:
    truth = read_truth(truth_file(tmp_path))
    assert (truth.line.ax, truth.line.by) == (0.5, 1.0)
    # Looking down the picture, the left half is the right-hand side: in.
    assert truth.name_of(Direction.IN) == RL
    assert truth.name_of(Direction.OUT) == LR
    assert truth.line.classes == ("person",)


@pytest.mark.parametrize(
    ("rows", "agrees"),
    [
        ([(1.0, LR), (3.0, RL), (9.0, LR)], True),
        ([(1.0, LR), (3.0, RL), (5.1, LR), (9.0, LR)], True),  # the optional one
        ([(1.0, LR), (3.0, RL)], False),
        ([(1.0, LR), (3.0, RL), (9.0, LR), (12.0, RL)], False),
        ([(1.0, RL), (3.0, RL), (9.0, LR)], False),
        ([], False),
    ],
)
def test_certain_asks_for_exact_totals_per_direction(
    tmp_path: Path, rows: list[tuple[float, str]], agrees: bool
) -> None:
    assert score(read_truth(truth_file(tmp_path)), counted(*rows)).agrees is agrees


def test_doubt_allows_a_difference(tmp_path: Path) -> None:
    truth = read_truth(truth_file(tmp_path, certain=False, doubt=1))
    assert score(truth, counted((1.0, LR), (9.0, LR))).agrees
    assert not score(truth, counted((1.0, LR), (2.0, LR), (7.0, LR), (9.0, LR))).agrees


def test_nothing_is_scored_after_the_end_on_either_side(tmp_path: Path) -> None:
    truth = read_truth(truth_file(tmp_path, evaluate_until_s=4.0))
    assert score(truth, counted((1.0, LR), (3.0, RL), (8.0, RL))).agrees


def test_a_late_count_is_told_from_a_missing_one(tmp_path: Path) -> None:
    result = score(
        read_truth(truth_file(tmp_path)), counted((1.9, LR), (3.0, RL), (9.0, LR))
    )
    assert result.agrees
    assert [d.late for d in result.directions if d.direction == LR] == [1]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"line": None}, "not counted"),
        ({"line": [5, 5, 5, 5]}, "no length"),
        ({"crossings": [{"t_s": 1}]}, "direction"),
        ({"frame_size": [0, 0]}, "division"),
    ],
)
def test_a_broken_truth_file_says_what_is_wrong(
    tmp_path: Path, changes: dict[str, Any], says: str
) -> None:
    with pytest.raises(LearningError, match=says):
        read_truth(truth_file(tmp_path, **changes))


def test_a_missing_truth_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(LearningError, match="cannot be read"):
        read_truth(tmp_path / "none.json")


@pytest.mark.data
def test_every_counted_shared_video_has_a_readable_truth(shared_data: Path) -> None:
    readable = 0
    for path in sorted((shared_data / "videos").glob("*.counts.json")):
        if json.loads(path.read_text(encoding="utf-8")).get("anchor"):
            read_truth(path)
            readable += 1
    assert readable >= 10
