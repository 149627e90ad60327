"""Nobody is lost at the line, nobody is counted twice, and every count says why."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.walks import VERTICAL, count_walk, detections_at, header, straight
from watchpost.domain.rules import Anchor, Direction, Line, RuleSet
from watchpost.engine.pipeline import CameraPipeline


def directions(frames: list[list[tuple[float, float]]], **options: object) -> list[str]:
    return [c.direction.value for c in count_walk(frames, **options)]  # type: ignore[arg-type]


def alone(points: list[tuple[float, float]]) -> list[list[tuple[float, float]]]:
    return [[p] for p in points]


@pytest.mark.parametrize(
    ("start", "stop", "expected"),
    [
        ((0.9, 0.5), (0.1, 0.5), ["in"]),
        ((0.1, 0.5), (0.9, 0.5), ["out"]),
        ((0.3, 0.3), (0.3, 0.8), []),  # along the line
        ((0.1, 0.5), (0.45, 0.5), []),  # up to it
    ],
)
def test_one_walker(
    start: tuple[float, float], stop: tuple[float, float], expected: list[str]
) -> None:
    assert directions(alone(straight(start, stop, 40))) == expected


def test_turning_back_on_the_line_counts_nothing() -> None:
    there = straight((0.2, 0.5), (0.505, 0.5), 25)
    assert directions(alone(there + there[::-1])) == []


def test_there_and_back_counts_both_ways_once() -> None:
    there = straight((0.2, 0.5), (0.8, 0.5), 30)
    assert directions(alone(there + there[::-1])) == ["out", "in"]


def test_standing_on_the_line_with_a_trembling_box_counts_nothing() -> None:
    rng = np.random.default_rng(3)
    come = straight((0.2, 0.5), (0.5, 0.5), 20)
    stand = [(0.5 + float(rng.normal(0, 0.004)), 0.5) for _ in range(200)]
    assert directions(alone(come + stand + come[::-1])) == []


def test_standing_on_the_line_then_going_on_counts_once() -> None:
    rng = np.random.default_rng(4)
    come = straight((0.2, 0.5), (0.5, 0.5), 20)
    stand = [(0.5 + float(rng.normal(0, 0.004)), 0.5) for _ in range(200)]
    leave = straight((0.5, 0.5), (0.8, 0.5), 20)
    assert directions(alone(come + stand + leave)) == ["out"]


def test_walking_around_the_end_of_a_line_counts_nothing() -> None:
    half = Line("l", "Half", 0.5, 0.0, 0.5, 0.4)
    assert directions(alone(straight((0.2, 0.7), (0.8, 0.7), 30)), line=half) == []


def test_two_side_by_side_are_two() -> None:
    walk = straight((0.2, 0.5), (0.8, 0.5), 30)
    frames = [[(x, 0.3), (x, 0.7)] for x, _ in walk]
    assert directions(frames) == ["out", "out"]


def test_two_who_meet_on_the_line_count_one_each_way() -> None:
    right = straight((0.2, 0.5), (0.8, 0.5), 40)
    left = straight((0.8, 0.55), (0.2, 0.55), 40)
    frames = [[a, b] for a, b in zip(right, left, strict=True)]
    assert sorted(directions(frames)) == ["in", "out"]


@pytest.mark.parametrize("hidden", [2, 5, 8])
def test_hidden_while_crossing_still_counts_once(hidden: int) -> None:
    walk = alone(straight((0.2, 0.5), (0.8, 0.5), 40))
    for index in range(20 - hidden // 2, 20 - hidden // 2 + hidden):
        walk[index] = []
    assert directions(walk) == ["out"]


def test_seen_last_just_behind_the_line_counts() -> None:
    walk = alone(straight((0.2, 0.5), (0.515, 0.5), 45)) + [[] for _ in range(30)]
    assert directions(walk) == ["out"]


def test_a_swap_of_models_in_the_middle_keeps_the_walker() -> None:
    pipeline = CameraPipeline("c", ["person"], RuleSet(1, (VERTICAL,)))
    walk = straight((0.2, 0.5), (0.8, 0.5), 40)
    counted = []
    for index, point in enumerate(walk):
        if index == 20:
            pipeline.replace_classes(["bottle", "person"])
        seen = detections_at([point])
        if index >= 20:
            seen = type(seen)(seen.xyxy_norm, seen.scores, seen.class_ids + 1)
        counted += pipeline.analysed(header(index), seen).crossings
    assert [(c.direction.value, c.class_name) for c in counted] == [("out", "person")]


def test_a_new_epoch_begins_with_nobody() -> None:
    pipeline = CameraPipeline("c", ["person"], RuleSet(1, (VERTICAL,)))
    walk = straight((0.3, 0.5), (0.7, 0.5), 20)
    counted = []
    for index, point in enumerate(walk):
        epoch = 1 if index < 10 else 2
        out = pipeline.analysed(header(index, epoch=epoch), detections_at([point]))
        counted += out.crossings
    assert counted == []


def test_moving_a_line_forgets_its_sides_and_leaves_others_alone() -> None:
    other = Line("other", "Other", 0.7, 0.0, 0.7, 1.0)
    pipeline = CameraPipeline("c", ["person"], RuleSet(1, (VERTICAL, other)))
    counted = []
    for index, point in enumerate(straight((0.3, 0.5), (0.9, 0.5), 40)):
        if index == 5:
            moved = Line("door", "Door", 0.31, 0.0, 0.31, 1.0)
            pipeline.replace_rules(RuleSet(2, (moved, other)))
        counted += pipeline.analysed(header(index), detections_at([point])).crossings
    assert [c.line_id for c in counted] == ["other"]


def test_only_the_named_classes_count() -> None:
    cars = Line("l", "Cars", 0.5, 0.0, 0.5, 1.0, classes=("car",))
    assert directions(alone(straight((0.2, 0.5), (0.8, 0.5), 30)), line=cars) == []


@pytest.mark.parametrize(
    ("anchor", "expected"), [(Anchor.CENTRE, []), (Anchor.BOTTOM, ["in"])]
)
def test_the_anchor_is_what_crosses(anchor: Anchor, expected: list[str]) -> None:
    # Seen walking down the picture; the feet pass y = 0.6, the centre does not.
    floor = Line("l", "Floor", 0.0, 0.6, 1.0, 0.6, anchor=anchor)
    walk = straight((0.5, 0.2), (0.5, 0.55), 30)
    assert directions(alone(walk), line=floor) == expected


def test_a_count_says_when_where_and_why() -> None:
    (crossing,) = count_walk(alone(straight((0.2, 0.5), (0.8, 0.5), 31)))
    assert crossing.direction is Direction.OUT
    assert crossing.before.x_norm < 0.5 <= crossing.after.x_norm
    assert crossing.before.at_ns <= crossing.at_ns <= crossing.after.at_ns
    assert crossing.at_ns == pytest.approx(1.5e9, abs=0.11e9)
    assert crossing.class_name == "person"
    assert crossing.score == pytest.approx(0.9, abs=0.01)


@settings(max_examples=60, deadline=None)
@given(
    stops=st.lists(st.floats(0.1, 0.9), min_size=2, max_size=8),
    noise=st.integers(0, 2**16),
)
def test_in_minus_out_is_where_the_walker_ended(stops: list[float], noise: int) -> None:
    """Whatever path is walked, counts add up to the change of side."""
    rng = np.random.default_rng(noise)
    # Keep the stops clear of the line, so that "where it ended" has an answer.
    clear = [x if abs(x - 0.5) > 0.08 else 0.35 for x in stops]
    path: list[tuple[float, float]] = []
    for start, stop in itertools.pairwise(clear):
        steps = max(2, round(abs(stop - start) / 0.02))
        path += straight((start, 0.5), (stop, 0.5), steps)
    if not path:
        return
    path = [path[0]] * 3 + path + [path[-1]] * 3
    shaky = [(x + float(rng.normal(0, 0.002)), y) for x, y in path]
    counted = count_walk(alone(shaky))
    net = sum(1 if c.direction is Direction.IN else -1 for c in counted)
    start_side, end_side = clear[0] < 0.5, clear[-1] < 0.5
    assert net == int(end_side) - int(start_side)


def test_full_rate_is_wanted_near_a_line_and_for_the_fast_only() -> None:
    pipeline = CameraPipeline("c", ["person"], RuleSet(1, (VERTICAL,)))
    far = [pipeline.analysed(header(i), detections_at([(0.1, 0.5)])) for i in range(4)]
    near = [
        pipeline.analysed(header(i + 4), detections_at([(0.45, 0.5)]))
        for i in range(12)
    ]
    assert not far[-1].boost
    assert near[-1].boost


def test_walking_along_the_line_with_a_trembling_box_counts_nothing() -> None:
    rng = np.random.default_rng(6)
    walk = [
        (0.5 + float(rng.normal(0, 0.004)), y)
        for _, y in straight((0.5, 0.2), (0.5, 0.8), 80)
    ]
    assert directions(alone(walk)) == []


def gap_while_crossing(gap_s: float, *, swap: bool) -> list[str]:
    """Walk over the line while no frame is analysed; the clock goes on."""
    pipeline = CameraPipeline("c", ["person"], RuleSet(1, (VERTICAL,)))
    walk = straight((0.2, 0.5), (0.8, 0.5), 60)
    begin = 30 - round(gap_s * 5)
    missing = range(begin, begin + round(gap_s * 10))
    counted = []
    for index, point in enumerate(walk):
        if index in missing:
            continue
        if swap and index == missing.stop:
            pipeline.replace_classes(["bottle", "person"])
        seen = detections_at([point])
        if swap and index >= missing.stop:
            seen = type(seen)(seen.xyxy_norm, seen.scores, seen.class_ids + 1)
        counted += pipeline.analysed(header(index), seen).crossings
    return [c.direction.value for c in counted]


@pytest.mark.parametrize("gap_s", [0.4, 0.8, 1.2])
@pytest.mark.parametrize("swap", [False, True], ids=["restart", "restart and swap"])
def test_a_worker_restart_in_the_middle_keeps_the_walker(
    gap_s: float, swap: bool
) -> None:
    assert gap_while_crossing(gap_s, swap=swap) == ["out"]


def test_a_worker_restart_while_somebody_stands_on_the_line_counts_nothing() -> None:
    rng = np.random.default_rng(7)
    pipeline = CameraPipeline("c", ["person"], RuleSet(1, (VERTICAL,)))
    come = straight((0.2, 0.5), (0.5, 0.5), 20)
    stand = [(0.5 + float(rng.normal(0, 0.004)), 0.5) for _ in range(60)]
    counted = []
    for index, point in enumerate(come + stand + come[::-1]):
        if 30 <= index < 42:
            continue
        counted += pipeline.analysed(header(index), detections_at([point])).crossings
    assert counted == []
