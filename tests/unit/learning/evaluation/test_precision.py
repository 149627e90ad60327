from __future__ import annotations

import numpy as np
import pytest

from watchpost.learning.evaluation.precision import (
    OVERLAPS,
    Boxes,
    average_precision,
    matches,
    score_class,
)


def boxes(*rows: tuple[float, float, float, float], scores: object = None) -> Boxes:
    given = [1.0] * len(rows) if scores is None else scores
    return Boxes(np.array(rows, float).reshape(-1, 4), np.array(given, float))


A, B, FAR = (0, 0, 10, 10), (20, 0, 30, 10), (50, 50, 60, 60)


def test_all_found_exactly_is_one() -> None:
    score = score_class([(boxes(A, B), boxes(B, A)), (boxes(A), boxes(A))])
    assert score is not None
    assert (score.objects, score.ap50, score.ap) == (3, 1.0, 1.0)


def test_nothing_found_is_nought() -> None:
    score = score_class([(boxes(), boxes(A))])
    assert score is not None
    assert (score.ap50, score.ap) == (0.0, 0.0)


def test_a_class_that_does_not_occur_has_no_score() -> None:
    assert score_class([(boxes(A), boxes())]) is None


@pytest.mark.parametrize(
    ("right", "objects", "wanted"),
    [
        ([True], 1, 1.0),
        ([True], 2, 51 / 101),  # recalls 0 to 0.5 at precision 1
        ([False, True], 1, 0.5),
        ([True, False, True], 2, (51 + 50 * 2 / 3) / 101),
        ([False, False], 1, 0.0),
        ([True, True, False, False], 2, 1.0),  # what comes after the last costs nothing
    ],
)
def test_average_precision_by_hand(
    right: list[bool], objects: int, wanted: float
) -> None:
    assert average_precision(np.array(right), objects) == pytest.approx(wanted)


def test_the_order_of_pictures_does_not_matter_but_scores_do() -> None:
    wrong = (boxes(FAR, scores=[0.9]), boxes())
    good = (boxes(A, scores=[0.5]), boxes(A))
    first, second = score_class([wrong, good]), score_class([good, wrong])
    assert first == second
    assert first is not None
    assert first.ap50 == pytest.approx(0.5)


def test_a_second_box_on_one_object_is_wrong() -> None:
    right = matches(np.array([A, A], float), np.array([A], float))
    assert right[:, 0].all()
    assert not right[:, 1].any()


def test_a_surer_box_takes_the_object_and_the_next_takes_another() -> None:
    near = (0, 0, 10, 9)
    right = matches(np.array([A, near], float), np.array([near, A], float))
    # The first takes A itself; the second is left with its own.
    assert right.all()


def test_overlap_decides_at_each_threshold() -> None:
    # 10 x 7 of 10 x 10: an overlap of 0.7.
    right = matches(np.array([(0, 0, 10, 7)], float), np.array([A], float))
    np.testing.assert_array_equal(right[:, 0], OVERLAPS < 0.701)


def test_only_the_hundred_surest_boxes_count() -> None:
    rows = [FAR] * 100 + [A]
    scores = [0.9] * 100 + [0.1]
    score = score_class([(boxes(*rows, scores=scores), boxes(A))])
    assert score is not None
    assert score.ap50 == 0.0
