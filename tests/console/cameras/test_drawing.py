from __future__ import annotations

import pytest

from watchpost.console.screens.cameras.drawing import (
    DrawingHistory,
    problem_of,
    rules_spec,
)
from watchpost.console.widgets.rule_shapes import (
    Points,
    RuleKind,
    kind_of,
    shape_of,
    with_points,
)
from watchpost.protocol.cameras import LineSpec, ShelfSpec, ZoneSpec

DOOR = LineSpec(id="d", name="Door", ax=0.2, ay=0.5, bx=0.8, by=0.5)


def test_every_change_can_be_undone_and_redone() -> None:
    history = DrawingHistory()
    history.begin((DOOR,))
    history.draw(RuleKind.LINE, ((0.1, 0.1), (0.1, 0.9)))
    history.turn(1)
    history.remove(0)
    seen = [history.now.rules]
    while history.can_undo:
        history.undo()
        seen.append(history.now.rules)
    assert history.now.rules == (DOOR,)
    assert not history.changed
    while history.can_redo:
        history.redo()
    assert history.now.rules == seen[0]
    assert history.changed


def test_a_new_change_forgets_what_was_undone() -> None:
    history = DrawingHistory()
    history.begin((DOOR,))
    history.draw(RuleKind.LINE, ((0.1, 0.1), (0.1, 0.9)))
    history.undo()
    history.turn(0)
    assert not history.can_redo


def test_turning_swaps_the_ends_and_twice_is_nothing() -> None:
    history = DrawingHistory()
    history.begin((DOOR,))
    history.turn(0)
    turned = history.now.rules[0]
    assert isinstance(turned, LineSpec)
    assert (turned.ax, turned.bx) == (0.8, 0.2)
    history.turn(0)
    assert not history.changed


def test_no_change_is_no_step() -> None:
    history = DrawingHistory()
    history.begin((DOOR,))
    history.change(0, DOOR)
    assert not history.can_undo


def test_a_line_without_length_says_so() -> None:
    problem = problem_of(DOOR.model_copy(update={"bx": 0.2}))
    assert problem is not None
    assert "no length" in problem
    assert problem_of(DOOR) is None


SQUARE: Points = ((0.2, 0.2), (0.6, 0.2), (0.6, 0.6), (0.2, 0.6))
PLACE: Points = ((0.1, 0.1), (0.2, 0.4))
DRAWN: list[tuple[RuleKind, Points]] = [
    (RuleKind.LINE, SQUARE[:2]),
    (RuleKind.GATE, ((0.2, 0.2), (0.6, 0.2), (0.2, 0.4), (0.6, 0.4))),
    (RuleKind.ZONE, SQUARE),
    (RuleKind.SHELF, PLACE),
    (RuleKind.STATION, SQUARE),
]


@pytest.mark.parametrize(("kind", "points"), DRAWN)
def test_what_is_drawn_is_a_rule_of_that_kind_and_shape(
    kind: RuleKind, points: Points
) -> None:
    history = DrawingHistory()
    assert history.draw(kind, points) == ""
    (rule,) = history.now.rules
    assert kind_of(rule) is kind
    assert shape_of(rule).points == points
    moved = with_points(rule, ((0.15, 0.15), *points[1:]))
    assert history.change(0, moved) == ""
    assert shape_of(history.now.rules[0]).points[0] == (0.15, 0.15)
    history.undo()
    assert history.now.rules == (rule,)


@pytest.mark.parametrize(
    ("kind", "points", "words"),
    [
        (RuleKind.LINE, ((0.5, 0.5), (0.5, 0.5)), "no length"),
        (RuleKind.GATE, ((0.1, 0.5), (0.9, 0.5), (0.5, 0.1), (0.5, 0.9)), "meet"),
        (RuleKind.ZONE, (SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]), "crosses itself"),
        (RuleKind.ZONE, SQUARE[:2], "no inside"),
        (RuleKind.STATION, SQUARE[:2], "no inside"),
        (RuleKind.SHELF, ((0.5, 0.5), (0.501, 0.501)), "too small"),
    ],
)
def test_what_cannot_be_used_is_said_and_not_kept(
    kind: RuleKind, points: Points, words: str
) -> None:
    history = DrawingHistory()
    assert words in history.draw(kind, points)
    assert history.now.rules == ()
    assert not history.can_undo


def test_places_are_added_to_the_selected_shelf_and_else_begin_one() -> None:
    history = DrawingHistory()
    history.draw(RuleKind.SHELF, PLACE)
    history.draw(RuleKind.SHELF, ((0.3, 0.1), (0.4, 0.4)))
    (shelf,) = history.now.rules
    assert isinstance(shelf, ShelfSpec)
    assert len(shelf.facings) == 2
    history.select(-1)
    history.draw(RuleKind.SHELF, PLACE)
    assert [rule.name for rule in history.now.rules] == ["Shelf 1", "Shelf 2"]


def test_turning_a_gate_turns_both_lines_and_a_zone_has_no_arrow() -> None:
    history = DrawingHistory()
    history.draw(*DRAWN[1])
    history.turn(0)
    turned = shape_of(history.now.rules[0]).points
    assert turned == ((0.6, 0.2), (0.2, 0.2), (0.6, 0.4), (0.2, 0.4))
    history.draw(*DRAWN[2])
    before = history.now
    history.turn(1)
    assert history.now == before


def test_all_kinds_are_handed_to_the_edge() -> None:
    history = DrawingHistory()
    for kind, points in DRAWN:
        history.draw(kind, points)
    spec = rules_spec(7, history.now.rules)
    assert spec.version == 7
    assert [line.name for line in spec.lines] == ["Line 1", "Gate 1"]
    assert isinstance((spec.zones or ())[0], ZoneSpec)
    assert len((spec.shelves or ())[0].facings) == 1
    assert (spec.stations or ())[0].points == SQUARE
