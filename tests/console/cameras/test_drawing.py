from __future__ import annotations

from watchpost.console.screens.cameras.drawing import DrawingHistory, problem_of
from watchpost.protocol.cameras import LineSpec

DOOR = LineSpec(id="d", name="Door", ax=0.2, ay=0.5, bx=0.8, by=0.5)
GATE = LineSpec(id="g", name="Gate", ax=0.1, ay=0.1, bx=0.1, by=0.9)


def test_every_change_can_be_undone_and_redone() -> None:
    history = DrawingHistory()
    history.begin((DOOR,))
    history.add(GATE)
    history.turn(1)
    history.remove(0)
    seen = [history.now.lines]
    while history.can_undo:
        history.undo()
        seen.append(history.now.lines)
    assert history.now.lines == (DOOR,)
    assert not history.changed
    while history.can_redo:
        history.redo()
    assert history.now.lines == seen[0]
    assert history.changed


def test_a_new_change_forgets_what_was_undone() -> None:
    history = DrawingHistory()
    history.begin((DOOR,))
    history.add(GATE)
    history.undo()
    history.turn(0)
    assert not history.can_redo


def test_turning_swaps_the_ends_and_twice_is_nothing() -> None:
    history = DrawingHistory()
    history.begin((DOOR,))
    history.turn(0)
    assert (history.now.lines[0].ax, history.now.lines[0].bx) == (0.8, 0.2)
    history.turn(0)
    assert not history.changed


def test_no_change_is_no_step() -> None:
    history = DrawingHistory()
    history.begin((DOOR,))
    history.replace(0, DOOR)
    assert not history.can_undo


def test_a_line_without_length_says_so() -> None:
    problem = problem_of(DOOR.model_copy(update={"bx": 0.2}))
    assert problem is not None
    assert "no length" in problem
    assert problem_of(DOOR) is None
