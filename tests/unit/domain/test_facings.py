"""A facing is filled, empty or picked when that was seen; a hand in front says nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from support.walks import header
from watchpost.domain.detections import Detections
from watchpost.domain.facings import (
    EMPTY_S,
    KNOWN_S,
    NEW_LOOK_S,
    SURE_SCORE,
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
Box = tuple[float, float, float, float]
HAND = (0.35, 0.2, 0.65, 0.8)
FPS = 10


WALL, BOTTLE = 150, 60
GREY_SIZE = (90, 160)


def painted(bottles: tuple[Box, ...], dirt: int = 0) -> NDArray[np.uint8]:
    """A small grey picture of a wall with bottles, and a hand's worth of dirt."""
    height, width = GREY_SIZE
    grey = np.full(GREY_SIZE, WALL, np.uint8)
    grey[: height // 2] += 20
    for left, top, right, bottom in bottles:
        columns = slice(round(left * width), round(right * width))
        grey[round(top * height) : round(bottom * height), columns] = BOTTLE
        grey[round(top * height) : round((top + 0.1) * height), columns] = 230
    if dirt:
        grey[40:70, 64 + dirt % 7 : 84 + dirt % 7] = 90
    return grey


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
        grey: Callable[[int], NDArray[np.uint8]] | None = None,
        score: float = 0.9,
    ) -> list[str]:
        boxes = np.array([*people, *bottles], np.float32).reshape(-1, 4)
        classes = np.array([0] * len(people) + [1] * len(bottles), np.int32)
        seen = Detections(boxes, np.full(len(boxes), score, np.float32), classes)
        for _ in range(round(seconds * FPS)):
            self.frame += 1
            moment = round(self.frame * 1e9 / FPS)
            self.readings = self.row.update(
                seen, moment, grey=None if grey is None else grey(self.frame)
            )
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


GONE = (BOTTLES[0], BOTTLES[2])
ASIDE = (BOTTLES[0], (0.47, 0.45, 0.57, 0.88), BOTTLES[2])


def still(bottles: tuple[Box, ...], dirt: int = 0) -> Callable[[int], Any]:
    return lambda _frame: painted(bottles, dirt)


def test_a_bare_hand_that_moves_hides_too() -> None:
    shelf = Show()
    shelf.show(2, BOTTLES, grey=still(BOTTLES))
    states = shelf.show(5, GONE, grey=lambda frame: painted(BOTTLES, dirt=1 + frame))
    assert states == ["filled"] * 3
    assert [r.hidden for r in shelf.readings] == [False, True, False]
    assert shelf.show(2, GONE, grey=still(GONE)) == ["filled", "picked", "filled"]
    assert not any(r.hidden for r in shelf.readings)


def test_what_looks_as_it_did_has_not_changed_whatever_the_boxes_say() -> None:
    shelf = Show()
    shelf.show(2, BOTTLES, grey=still(BOTTLES))
    assert shelf.show(60, (), grey=still(BOTTLES)) == ["filled"] * 3
    assert shelf.show(60, (), (HAND,), grey=still(BOTTLES)) == ["filled"] * 3
    assert not any(r.hidden for r in shelf.readings)


def test_a_bottle_put_back_beside_its_place_is_known_without_a_box() -> None:
    shelf = Show()
    shelf.show(2, BOTTLES, grey=still(BOTTLES))
    shelf.show(2, GONE, grey=still(GONE))
    assert shelf.show(2, GONE, grey=still(ASIDE)) == ["filled"] * 3
    assert not any(r.hidden for r in shelf.readings)


def test_a_still_thing_before_an_empty_place_cannot_be_told_until_it_belongs() -> None:
    shelf = Show()
    shelf.show(2, BOTTLES, grey=still(BOTTLES))
    shelf.show(2, GONE, grey=still(GONE))
    shelf.show(NEW_LOOK_S - 0.5, GONE, grey=still(GONE, dirt=3))
    assert [r.hidden for r in shelf.readings] == [False, True, False]
    shelf.show(1.5, GONE, grey=still(GONE, dirt=3))
    assert not any(r.hidden for r in shelf.readings)


def test_a_place_told_empty_by_mistake_is_filled_once_its_box_is_seen() -> None:
    shelf = Show()
    assert shelf.show(2, GONE, grey=still(BOTTLES)) == ["filled", "empty", "filled"]
    assert shelf.show(2, BOTTLES, grey=still(BOTTLES)) == ["filled"] * 3
    assert shelf.show(2, GONE, grey=still(BOTTLES)) == ["filled"] * 3


def test_another_exposure_is_no_change() -> None:
    shelf = Show()
    shelf.show(2, BOTTLES, grey=still(BOTTLES))
    darker = (painted(BOTTLES) * 0.8).astype(np.uint8)
    assert shelf.show(2, (), grey=lambda _frame: darker) == ["filled"] * 3
    assert not any(r.hidden for r in shelf.readings)


def test_pictures_of_another_size_are_learnt_anew() -> None:
    shelf = Show()
    shelf.show(2, BOTTLES, grey=still(BOTTLES))
    smaller = np.ascontiguousarray(painted(BOTTLES)[::2, ::2])
    assert shelf.show(2, BOTTLES, grey=lambda _frame: smaller) == ["filled"] * 3
    assert shelf.show(9, (), grey=lambda _frame: smaller) == ["filled"] * 3


def test_a_weak_box_says_neither() -> None:
    shelf = Show()
    assert shelf.show(5, BOTTLES, score=SURE_SCORE - 0.05) == ["unknown"] * 3
    shelf.show(2, BOTTLES)
    assert shelf.show(5, BOTTLES, score=SURE_SCORE - 0.05) == ["filled"] * 3
    assert all(r.hidden for r in shelf.readings)


def test_a_change_cannot_be_told_until_it_was_seen_for_its_time() -> None:
    shelf = Show()
    shelf.show(2, BOTTLES)
    shelf.show(EMPTY_S / 2, GONE)
    assert [r.hidden for r in shelf.readings] == [False, True, False]


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
