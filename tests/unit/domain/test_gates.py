"""A gate counts who passes both its lines, and nobody who stands or turns in it."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest

from support.walks import count_walk, detections_at, header, straight
from watchpost.domain.rules import Line, RuleSet
from watchpost.engine.pipeline import CameraPipeline
from watchpost.store.rules import lines_from

GATE = Line("door", "Door", 0.4, 0.0, 0.4, 1.0, gate=(0.6, 0.0, 0.6, 1.0))
Walk = list[tuple[float, float]]


def counted(walk: Walk, line: Line = GATE) -> list[tuple[str, str]]:
    return [
        (c.line_id, c.direction.value)
        for c in count_walk([[p] for p in walk], line=line)
    ]


@pytest.mark.parametrize(
    "gate", [(0.6, 0.0, 0.6, 1.0), (0.6, 1.0, 0.6, 0.0)], ids=["same way", "turned"]
)
def test_passing_both_lines_counts_once_either_way(
    gate: tuple[float, float, float, float],
) -> None:
    line = Line("door", "Door", 0.4, 0.0, 0.4, 1.0, gate=gate)
    there = straight((0.1, 0.5), (0.9, 0.5), 40)
    assert counted(there, line) == [("door", "out")]
    assert counted(there[::-1], line) == [("door", "in")]


def test_a_gate_and_the_plain_line_agree_on_what_is_in() -> None:
    plain = Line("door", "Door", 0.4, 0.0, 0.4, 1.0)
    there = straight((0.1, 0.5), (0.9, 0.5), 40)
    assert counted(there, plain) == counted(there, GATE)


def test_turning_back_between_the_lines_counts_nothing() -> None:
    there = straight((0.1, 0.5), (0.5, 0.5), 25)
    assert counted(there + there[::-1]) == []


def test_going_back_and_forth_over_one_of_the_lines_counts_nothing() -> None:
    sway = straight((0.3, 0.5), (0.5, 0.5), 12)
    assert counted((sway + sway[::-1]) * 4) == []


def test_standing_between_the_lines_then_going_on_counts_once() -> None:
    rng = np.random.default_rng(5)
    stand = [(0.5 + float(rng.normal(0, 0.004)), 0.5) for _ in range(300)]
    walk = straight((0.1, 0.5), (0.5, 0.5), 25) + stand
    assert counted(walk) == []
    assert counted(walk + straight((0.5, 0.5), (0.9, 0.5), 25)) == [("door", "out")]


def test_first_seen_between_the_lines_counts_nothing() -> None:
    assert counted(straight((0.5, 0.5), (0.9, 0.5), 25)) == []


def test_through_and_through_again_counts_each_time() -> None:
    there = straight((0.1, 0.5), (0.9, 0.5), 40)
    assert [d for _, d in counted(there + there[::-1] + there)] == ["out", "in", "out"]


def test_both_lines_within_one_step_count_once() -> None:
    narrow = Line("door", "Door", 0.49, 0.0, 0.49, 1.0, gate=(0.51, 0.0, 0.51, 1.0))
    assert counted(straight((0.2, 0.5), (0.8, 0.5), 20), narrow) == [("door", "out")]


def test_a_count_shows_the_samples_before_the_first_and_behind_the_last_line() -> None:
    walk = [[p] for p in straight((0.1, 0.5), (0.9, 0.5), 40)]
    (crossing,) = count_walk(walk, line=GATE)
    assert crossing.before.x_norm < 0.4
    assert crossing.after.x_norm > 0.6
    assert crossing.before.at_ns < crossing.at_ns <= crossing.after.at_ns


def test_an_identity_lost_between_the_lines_still_counts_once() -> None:
    walk = [[p] for p in straight((0.1, 0.5), (0.9, 0.5), 40)]
    walk[18:22] = [[]] * 4
    assert [c.direction.value for c in count_walk(walk, line=GATE)] == ["out"]


def test_new_rules_keep_who_stands_in_a_gate_that_did_not_move() -> None:
    pipeline = CameraPipeline("c", ["person"], RuleSet(1, (GATE,)))
    other = Line("other", "Other", 0.0, 0.9, 0.2, 0.9)
    found = []
    for index, point in enumerate(straight((0.1, 0.5), (0.9, 0.5), 40)):
        if index == 20:
            pipeline.replace_rules(RuleSet(2, (GATE, other)))
        found += pipeline.analysed(header(index), detections_at([point])).crossings
    assert [c.line_id for c in found] == ["door"]


def test_lines_that_meet_are_no_gate() -> None:
    crossed = Line("g", "Gate", 0.4, 0.0, 0.6, 1.0, gate=(0.6, 0.0, 0.4, 1.0))
    outside = Line("g", "Gate", 0.4, 0.0, 0.4, 1.0, gate=(1.6, 0.0, 1.6, 1.0))
    assert "meet" in (crossed.problem() or "")
    assert "leaves the picture" in (outside.problem() or "")
    assert GATE.problem() is None


def test_gates_are_stored_and_lines_stored_before_them_are_plain() -> None:
    plain = Line("l", "Line", 0.1, 0.1, 0.9, 0.9)
    old = {k: v for k, v in asdict(plain).items() if k != "gate"}
    assert lines_from(json.dumps([old, asdict(GATE)])) == (plain, GATE)
