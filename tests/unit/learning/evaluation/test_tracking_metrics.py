from __future__ import annotations

import numpy as np
import pytest

from watchpost.learning.evaluation.matching import best_pairs
from watchpost.learning.evaluation.mot import Boxes
from watchpost.learning.evaluation.tracking_metrics import score_tracks

FRAMES = 10


def boxes(places: dict[int, float]) -> Boxes:
    """Return boxes of ten by twenty pixels by identity and left edge."""
    ids = np.array(list(places), np.int64)
    left = np.array(list(places.values()), np.float64)
    low = np.zeros(len(ids))
    xyxy = np.stack((left, low, left + 10, low + 20), 1).reshape(-1, 4)
    return Boxes(ids, xyxy, np.ones(len(ids)), np.ones(len(ids), np.int64))


def walk(names: dict[int, tuple[int, int, float]]) -> list[Boxes]:
    """Return frames of people by name, each from a first to a last frame at a place."""
    return [
        boxes({n: at for n, (first, last, at) in names.items() if first <= t < last})
        for t in range(FRAMES)
    ]


def test_a_perfect_answer_scores_one() -> None:
    score = score_tracks(
        walk({1: (0, 10, 0), 2: (2, 8, 50)}), walk({7: (0, 10, 0), 5: (2, 8, 50)})
    )
    shares = (score.hota, score.idf1, score.mota, score.motp)
    assert shares == pytest.approx((1, 1, 1, 1))
    assert (score.switches, score.fragments) == (0, 0)
    assert (score.false_positives, score.misses, score.hits) == (0, 0, 16)
    assert (score.mostly_tracked, score.mostly_lost) == (2, 0)


def test_an_identity_that_changes_hands_half_way() -> None:
    score = score_tracks(walk({1: (0, 10, 0)}), walk({7: (0, 5, 0), 8: (5, 10, 0)}))
    assert (score.det_a, score.mota) == (1.0, 0.9)
    assert score.switches == 1
    # Each of the ten boxes is right about five of ten: half.
    assert score.ass_a == pytest.approx(0.5)
    assert score.hota == pytest.approx(0.5**0.5)
    assert score.idf1 == pytest.approx(0.5)


def test_lost_and_found_again() -> None:
    said = [
        b if t not in (4, 5) else boxes({}) for t, b in enumerate(walk({7: (0, 10, 0)}))
    ]
    said[4], said[5] = boxes({9: 300.0}), boxes({9: 300.0})
    score = score_tracks(walk({1: (0, 10, 0)}), said)
    assert (score.fragments, score.switches) == (1, 0)
    assert (score.false_positives, score.misses, score.hits) == (2, 2, 8)
    assert score.idf1 == pytest.approx(2 * 8 / 20)


def test_nothing_said_and_nothing_there() -> None:
    nothing = [boxes({})] * FRAMES
    score = score_tracks(walk({1: (0, 10, 0)}), nothing)
    assert (score.hota, score.idf1, score.mota, score.mostly_lost) == (0, 0, 0, 1)
    score = score_tracks(nothing, walk({1: (0, 10, 0)}))
    assert score.false_positives == 10
    assert score.idf1 == 0


@pytest.mark.parametrize("shape", [(3, 5), (5, 3), (4, 4), (1, 6), (0, 4), (4, 0)])
def test_the_best_pairs_are_the_best(shape: tuple[int, int]) -> None:
    from itertools import permutations

    gain = np.random.default_rng(3).uniform(-1, 1, shape)
    rows, columns = best_pairs(gain)
    assert len(rows) == min(shape)
    assert len(set(rows.tolist())) == len(set(columns.tolist())) == len(rows)
    table = gain if shape[0] <= shape[1] else gain.T
    best = max(
        sum(table[r, c] for r, c in enumerate(order))
        for order in permutations(range(table.shape[1]), table.shape[0])
    )
    assert gain[rows, columns].sum() == pytest.approx(best)
