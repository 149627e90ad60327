"""How rounds become a figure and a verdict."""

import json
from pathlib import Path

import pytest

from watchpost.bench.report import percentile, row, table, write_json


def test_the_middle_round_is_the_figure_and_its_spread_is_told() -> None:
    made = row("x", "ms", [4.0, 5.0, 6.0], target=7.0)
    assert (made.measured, made.within) == (5.0, True)
    assert made.spread == pytest.approx(0.4)


def test_rounds_that_disagree_about_the_target_give_no_verdict() -> None:
    assert row("x", "ms", [4.0, 5.0, 9.0], target=7.0).within is None
    # Near each other they do: the middle one decides.
    assert row("x", "ms", [6.9, 7.0, 7.1], target=7.0).within is True


def test_more_may_be_better() -> None:
    assert row("x", "ratio", [9.0], target=10.0, better="more").within is False
    assert row("x", "ratio", [11.0], target=10.0, better="more").within is True


def test_without_a_target_there_is_no_verdict() -> None:
    assert row("x", "ms", [4.0]).within is None


@pytest.mark.parametrize(
    ("share", "expected"), [(0, 1.0), (50, 3.0), (99, 5.0), (100, 5.0)]
)
def test_percentile(share: float, expected: float) -> None:
    assert percentile([5.0, 1.0, 3.0, 2.0, 4.0], share) == expected


def test_percentile_of_nothing_is_nothing() -> None:
    assert percentile([], 99) == 0.0


def test_the_table_names_what_misses_its_target() -> None:
    text = table([row("slow", "ms", [9.0], target=5.0), row("free", "ms", [1.0])])
    slow, free = text.splitlines()[1:]
    assert "NO" in slow
    assert "NO" not in free


def test_the_file_has_every_field(tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    write_json(path, [row("x", "ms", [9.0], target=5.0, note="why")])
    assert json.loads(path.read_text(encoding="utf-8")) == [
        {
            "name": "x",
            "unit": "ms",
            "measured": 9.0,
            "spread": 0.0,
            "target": 5.0,
            "within": False,
            "note": "why",
        }
    ]
