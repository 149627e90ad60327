from __future__ import annotations

import numpy as np
import pytest

from support.walks import detections_at, straight
from watchpost.domain.detections import Detections
from watchpost.engine.pipeline import without_twins
from watchpost.engine.tracking.assignment import assign
from watchpost.engine.tracking.tracker import Tracker


def ns(index: float, fps: float = 10.0) -> int:
    return round(index / fps * 1e9)


def test_nothing_seen_is_no_tracks() -> None:
    tracks = Tracker().update(Detections.empty(), 0)
    assert len(tracks) == 0


def test_one_box_is_not_yet_a_track() -> None:
    tracks = Tracker().update(detections_at([(0.5, 0.5)]), 0)
    assert not tracks.confirmed.any()


def test_a_flicker_never_becomes_a_track() -> None:
    tracker = Tracker()
    for index in range(10):
        tracks = tracker.update(
            detections_at([(0.1 + 0.08 * index, 0.5)] if index % 3 == 0 else []),
            ns(index),
        )
        assert not tracks.confirmed.any()


@pytest.mark.parametrize("fps", [5.0, 10.0, 30.0])
def test_an_identity_survives_a_walk_through_the_picture(fps: float) -> None:
    tracker = Tracker()
    walk = straight((0.05, 0.5), (0.95, 0.5), int(4 * fps))
    ids = set()
    for index, point in enumerate(walk):
        tracks = tracker.update(detections_at([point]), ns(index, fps))
        ids.update(tracks.ids[tracks.confirmed].tolist())
    assert len(ids) == 1


def test_an_identity_survives_being_hidden_for_a_second() -> None:
    tracker = Tracker()
    ids = []
    for index, point in enumerate(straight((0.1, 0.5), (0.9, 0.5), 60)):
        hidden = 25 <= index < 35
        tracks = tracker.update(detections_at([] if hidden else [point]), ns(index))
        if not hidden:
            ids += tracks.ids[tracks.confirmed].tolist()
    assert len(set(ids)) == 1


@pytest.mark.parametrize("fps", [10.0, 25.0])
def test_who_vanishes_is_not_taken_for_the_next_behind(fps: float) -> None:
    # The last to board goes into the dark; the next one's head shows a body below.
    tracker = Tracker()
    for index in range(5):
        tracks = tracker.update(detections_at([(0.5, 0.3)]), ns(index, fps))
    before = tracks.ids.tolist()
    for index in range(5, 8):
        tracks = tracker.update(detections_at([(0.5, 0.55)]), ns(index, fps))
    assert set(tracks.seen().ids.tolist()).isdisjoint(before)


def test_unsure_boxes_continue_a_track() -> None:
    tracker = Tracker()
    for index in range(20):
        score = 0.9 if index < 10 else 0.3
        tracks = tracker.update(
            detections_at([(0.3 + 0.005 * index, 0.5)], score=score), ns(index)
        )
    assert tracks.detection_rows.tolist() == [0]
    assert tracks.ids.tolist() == [1]


def test_unsure_boxes_alone_never_become_one() -> None:
    tracker = Tracker()
    for index in range(20):
        tracks = tracker.update(detections_at([(0.3, 0.5)], score=0.3), ns(index))
    assert not tracks.confirmed.any()


def test_a_lost_track_ends_and_says_so() -> None:
    tracker = Tracker()
    for index in range(5):
        tracker.update(detections_at([(0.5, 0.5)]), ns(index))
    ended = []
    for index in range(5, 40):
        ended += tracker.update(Detections.empty(), ns(index)).ended_ids.tolist()
    assert ended == [1]


def test_ids_are_never_used_again() -> None:
    tracker = Tracker()
    seen = []
    for round_ in range(3):
        for index in range(3):
            tracks = tracker.update(detections_at([(0.5, 0.5)]), ns(index))
        seen.append(int(tracks.ids[0]))
        tracker.reset()
        assert round_ == len(seen) - 1
    assert len(set(seen)) == 3


def test_a_step_back_in_time_does_no_harm() -> None:
    tracker = Tracker()
    for index in (0, 1, 2, 1, 3, 2, 4):
        tracks = tracker.update(detections_at([(0.5, 0.5)]), ns(index))
    assert tracks.ids.tolist() == [1]
    assert np.isfinite(tracks.xyxy_norm).all()


def test_the_class_is_what_most_of_the_life_said() -> None:
    tracker = Tracker()
    for index in range(10):
        seen = detections_at([(0.5, 0.5)])
        class_ids = np.array([3 if index == 4 else 1], np.int32)
        tracks = tracker.update(
            Detections(seen.xyxy_norm, seen.scores, class_ids), ns(index)
        )
    assert tracks.class_ids.tolist() == [1]


def test_prediction_runs_ahead_with_the_walker() -> None:
    tracker = Tracker()
    for index in range(20):
        tracks = tracker.update(detections_at([(0.2 + 0.01 * index, 0.5)]), ns(index))
    ahead = tracker.predict(ns(22))
    assert ahead.xyxy_norm[0, 0] - tracks.xyxy_norm[0, 0] == pytest.approx(
        0.03, abs=0.006
    )
    assert tracks.velocities[0] == pytest.approx([0.1, 0.0], abs=0.02)


@pytest.mark.parametrize(
    ("table", "pairs"),
    [
        (np.zeros((0, 0)), []),
        (np.zeros((2, 3)), []),
        (np.array([[0.9, 0.0], [0.0, 0.8]]), [(0, 0), (1, 1)]),
        # Greedy would take 0.9 and leave nothing for row 1.
        (np.array([[0.9, 0.8], [0.85, 0.0]]), [(0, 1), (1, 0)]),
        (np.array([[0.6], [0.7]]), [(1, 0)]),
    ],
)
def test_assignment(table: np.ndarray, pairs: list[tuple[int, int]]) -> None:
    rows, columns = assign(table, 0.2)
    assert sorted(zip(rows.tolist(), columns.tolist(), strict=True)) == pairs


def test_a_van_seen_as_car_and_as_truck_is_one_object() -> None:
    boxes = np.array(
        [[0.1, 0.1, 0.4, 0.4], [0.11, 0.1, 0.41, 0.4], [0.6, 0.1, 0.9, 0.4]]
    )
    seen = Detections(
        boxes.astype(np.float32),
        np.array([0.5, 0.8, 0.4], np.float32),
        np.array([2, 7, 2], np.int32),
    )
    kept = without_twins(seen)
    assert kept.class_ids.tolist() == [7, 2]
