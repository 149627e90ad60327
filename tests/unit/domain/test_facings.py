"""A facing is filled, empty or picked when that was seen; a hand in front says nothing."""

from __future__ import annotations

import numpy as np
import pytest

from support.walks import header
from watchpost.domain.detections import Detections
from watchpost.domain.facings import (
    EMPTY_S,
    KNOWN_S,
    FacingReading,
    FacingRow,
    FacingState,
    covered,
)
from watchpost.domain.rules import RuleSet, Shelf
from watchpost.engine.pipeline import CameraPipeline

ROW = Shelf(
    "s", "Row", tuple((x, 0.4, x + 0.2, 0.9) for x in (0.1, 0.4, 0.7)), "bottle"
)
BOTTLES = tuple((x + 0.05, 0.45, x + 0.15, 0.88) for x in (0.1, 0.4, 0.7))
HAND = (0.35, 0.2, 0.65, 0.8)
FPS = 10
Box = tuple[float, float, float, float]


class Show:
    """A row that is shown one scene after another at ten frames a second."""

    def __init__(self) -> None:
        self.row = FacingRow(ROW, ["person", "bottle"])
        self.frame = 0
        self.readings: tuple[FacingReading, ...] = ()

    def show(
        self,
        seconds: float,
        bottles: tuple[Box, ...],
        people: tuple[Box, ...] = (),
        moving: list[bool] | None = None,
    ) -> list[str]:
        boxes = np.array([*people, *bottles], np.float32).reshape(-1, 4)
        classes = np.array([0] * len(people) + [1] * len(bottles), np.int32)
        seen = Detections(boxes, np.full(len(boxes), 0.9, np.float32), classes)
        motion = None if moving is None else np.array(moving)
        for _ in range(round(seconds * FPS)):
            self.frame += 1
            moment = round(self.frame * 1e9 / FPS)
            self.readings = self.row.update(seen, moment, moving=motion)
        return [r.state.value for r in self.readings]


def test_nothing_is_known_at_first_then_filled_and_empty() -> None:
    shelf = Show()
    assert shelf.show(0.1, BOTTLES[:2]) == ["unknown"] * 3
    assert shelf.show(2, BOTTLES[:2]) == ["filled", "filled", "empty"]


def test_picked_is_what_was_filled_and_stays_away_until_it_is_back() -> None:
    shelf = Show()
    shelf.show(2, BOTTLES)
    assert shelf.show(2, BOTTLES[1:]) == ["picked", "filled", "filled"]
    assert shelf.show(60, BOTTLES[1:]) == ["picked", "filled", "filled"]
    assert shelf.show(2, BOTTLES) == ["filled"] * 3


def test_a_hand_in_front_is_never_empty() -> None:
    shelf = Show()
    shelf.show(2, BOTTLES)
    assert shelf.show(5, (BOTTLES[0], BOTTLES[2]), (HAND,)) == ["filled"] * 3
    assert [r.hidden for r in shelf.readings] == [False, True, False]
    assert shelf.show(0.2, BOTTLES) == ["filled"] * 3
    assert not any(r.hidden for r in shelf.readings)


def test_a_bare_hand_that_moves_hides_too() -> None:
    shelf = Show()
    shelf.show(2, BOTTLES)
    gone = (BOTTLES[0], BOTTLES[2])
    assert shelf.show(5, gone, moving=[False, True, False]) == ["filled"] * 3
    assert shelf.show(2, gone, moving=[False] * 3) == ["filled", "picked", "filled"]


def test_hidden_for_long_cannot_be_told() -> None:
    shelf = Show()
    shelf.show(2, BOTTLES)
    states = shelf.show(KNOWN_S + 1, (BOTTLES[0], BOTTLES[2]), (HAND,))
    assert states == ["filled", "unknown", "filled"]


def test_a_detector_that_blinks_empties_nothing() -> None:
    shelf = Show()
    shelf.show(2, BOTTLES)
    for _ in range(20):
        shelf.show(EMPTY_S / 2, BOTTLES[1:])
        assert shelf.show(0.1, BOTTLES) == ["filled"] * 3


def test_one_bottle_between_two_places_fills_one() -> None:
    shelf = Shelf("s", "S", ((0.0, 0.0, 0.6, 1.0), (0.4, 0.0, 1.0, 1.0)), "bottle")
    row = FacingRow(shelf, ["bottle"])
    box = np.array([[0.5, 0.2, 0.54, 0.9]], np.float32)
    seen = Detections(box, np.ones(1, np.float32), np.zeros(1, np.int32))
    for moment in range(20):
        readings = row.update(seen, moment * 10**8)
    assert [r.state for r in readings] == [FacingState.EMPTY, FacingState.FILLED]


def test_another_models_class_list_changes_nothing() -> None:
    shelf = Show()
    shelf.show(2, BOTTLES)
    shelf.row.replace_classes(["bottle"])
    box = np.array(BOTTLES[:1], np.float32)
    seen = Detections(box, np.ones(1, np.float32), np.zeros(1, np.int32))
    readings = shelf.row.update(seen, 10**11)
    assert readings[0].state is FacingState.FILLED


def test_since_is_the_first_clear_sight_of_the_state() -> None:
    shelf = Show()
    shelf.show(2, BOTTLES)
    shelf.show(3, BOTTLES[1:])
    assert shelf.readings[0].since_ns == pytest.approx(2.1e9, abs=1)


def test_covered_is_the_share_of_the_first() -> None:
    boxes = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 0.5, 0.5]])
    others = np.array([[0.5, 0.0, 1.0, 1.0], [0.0, 0.0, 0.5, 0.5]])
    assert covered(boxes, others) == pytest.approx(np.array([[0.5, 0.25], [0.0, 1.0]]))


def test_the_pipeline_tells_facings_and_keeps_them_across_new_rules() -> None:
    pipeline = CameraPipeline("c", ["person", "bottle"], RuleSet(1, shelves=(ROW,)))
    boxes = np.array(BOTTLES, np.float32)
    seen = Detections(boxes, np.full(3, 0.9, np.float32), np.ones(3, np.int32))
    for index in range(20):
        if index == 19:
            pipeline.replace_rules(RuleSet(2, shelves=(ROW,)))
        (facings,) = pipeline.analysed(header(index), seen).shelves
    assert [f.state for f in facings] == [FacingState.FILLED] * 3
    (anew,) = pipeline.analysed(header(0, epoch=2), seen).shelves
    assert [f.state for f in anew] == [FacingState.UNKNOWN] * 3


@pytest.mark.parametrize(
    ("shelf", "words"),
    [
        (Shelf("s", " ", ROW.facings, "bottle"), "needs a name"),
        (Shelf("s", "S", (), "bottle"), "no places"),
        (Shelf("s", "S", ROW.facings, "person"), "not said"),
        (Shelf("s", "S", ((0.2, 0.2, 1.2, 0.4),), "bottle"), "leaves the picture"),
        (Shelf("s", "S", ((0.4, 0.6, 0.2, 0.2),), "bottle"), "too small"),
    ],
)
def test_a_shelf_that_cannot_be_used_says_why(shelf: Shelf, words: str) -> None:
    assert words in (shelf.problem() or "")
    assert ROW.problem() is None
