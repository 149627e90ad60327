"""Who is in a zone is known, how long, and who of them waits; borders fool nobody."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from support.walks import detections_at, header, straight
from watchpost.domain.geometry import inside_polygon
from watchpost.domain.rules import Anchor, RuleSet, Zone
from watchpost.domain.zones import Visit, ZoneReading
from watchpost.engine.pipeline import CameraPipeline

SQUARE = ((0.4, 0.2), (0.6, 0.2), (0.6, 0.8), (0.4, 0.8))
ZONE = Zone("till", "Till", SQUARE, anchor=Anchor.CENTRE)
GONE: list[list[tuple[float, float]]] = [[] for _ in range(25)]
Walk = list[tuple[float, float]]


def watch(
    frames: list[list[tuple[float, float]]],
    zone: Zone = ZONE,
    pipeline: CameraPipeline | None = None,
) -> tuple[list[ZoneReading], list[Visit]]:
    camera = pipeline or CameraPipeline("c", ["person"], RuleSet(1, (), (zone,)))
    readings, visits = [], []
    for index, points in enumerate(frames):
        out = camera.analysed(header(index), detections_at(points))
        readings += out.zones
        visits += out.visits
    return readings, visits


def alone(walk: Walk) -> list[list[tuple[float, float]]]:
    return [[p] for p in walk]


def trembling(x: float, y: float, count: int, *, seed: int = 1) -> Walk:
    rng = np.random.default_rng(seed)
    return [(x + float(rng.normal(0, 0.002)), y) for _ in range(count)]


def test_points_inside_a_hollow_polygon() -> None:
    hollow = np.array([(0, 0), (4, 0), (4, 4), (2, 1), (0, 4)], np.float64)
    points = np.array([(0.5, 2), (2, 3), (3.5, 2), (2, 0.5), (5, 1), (-1, 0)])
    assert inside_polygon(points, hollow).tolist() == [
        True,
        False,
        True,
        True,
        False,
        False,
    ]


def test_walking_through_is_one_visit_with_its_dwell() -> None:
    readings, visits = watch(alone(straight((0.1, 0.5), (0.9, 0.5), 81)))
    assert max(r.occupancy for r in readings if r.occupancy is not None) == 1
    assert readings[-1].occupancy == 0
    assert readings[-1].entries == 1
    (visit,) = visits
    assert visit.zone_id == "till"
    assert visit.class_name == "person"
    assert visit.dwell_s == pytest.approx(2.0, abs=0.25)
    assert visit.to_ns - visit.from_ns == pytest.approx(visit.dwell_s * 1e9)


def test_who_is_there_already_is_never_told_as_nobody() -> None:
    readings, _ = watch([[(0.45, 0.5), (0.57, 0.5)]] * 20)
    told = [r.occupancy for r in readings]
    settled = told.index(2)
    assert told == [None] * settled + [2] * (20 - settled)
    # Not for long: a second of a live camera.
    assert 0 < settled <= 10


def test_a_zone_that_is_drawn_anew_says_nothing_at_first() -> None:
    camera = CameraPipeline("c", ["person"], RuleSet(1))
    watch([[(0.45, 0.5)]] * 20, pipeline=camera)
    camera.replace_rules(RuleSet(2, (), (ZONE,)))
    (reading,) = camera.analysed(header(20), detections_at([(0.45, 0.5)])).zones
    assert reading.occupancy is None
    assert reading.waiting is None


def test_two_inside_are_two_and_outside_nobody() -> None:
    readings, _ = watch([[(0.45, 0.5), (0.57, 0.5), (0.8, 0.5)]] * 20)
    assert readings[-1].occupancy == 2


def test_brushing_the_border_is_no_visit() -> None:
    brush = straight((0.3, 0.5), (0.405, 0.5), 15)
    readings, visits = watch(alone(brush + brush[::-1]))
    assert readings[-1].entries == 0
    assert visits == []


def test_trembling_on_the_border_is_one_visit() -> None:
    walk = straight((0.5, 0.5), (0.4, 0.5), 10) + trembling(0.4, 0.5, 200)
    readings, visits = watch(alone(walk))
    assert readings[-1].entries == 1
    assert visits == []


def test_hidden_for_a_moment_stays_inside() -> None:
    frames = alone(trembling(0.5, 0.5, 60))
    frames[30:38] = [[]] * 8
    readings, visits = watch(frames)
    assert readings[-1].entries == 1
    assert {r.occupancy for r in readings[20:]} == {1}
    assert visits == []


def test_who_leaves_the_picture_leaves_the_zone() -> None:
    readings, visits = watch(alone(trembling(0.5, 0.5, 40)) + GONE)
    assert readings[-1].occupancy == 0
    assert visits[0].dwell_s == pytest.approx(3.8, abs=0.2)


def test_a_queue_is_who_stands_and_says_how_long() -> None:
    stand = [trembling(x, 0.5, 100, seed=i) for i, x in enumerate((0.42, 0.56))]
    frames = [list(points) for points in zip(*stand, strict=True)]
    readings, _ = watch(frames)
    assert readings[-1].waiting == 2
    assert readings[-1].longest_wait_s == pytest.approx(9.7, abs=0.5)


def test_walking_through_is_no_waiting() -> None:
    readings, visits = watch(alone(straight((0.1, 0.5), (0.9, 0.5), 81)))
    assert {r.waiting for r in readings} == {None, 0}
    assert visits[0].waited_s == 0


def test_shuffling_forward_goes_on_waiting() -> None:
    steps: Walk = []
    for place in (0.42, 0.47, 0.52, 0.57):
        steps += straight((place - 0.05, 0.5), (place, 0.5), 4)[1:]
        steps += trembling(place, 0.5, 40)
    readings, _ = watch(alone(steps))
    assert readings[-1].waiting == 1
    assert readings[-1].longest_wait_s == pytest.approx(16.5, abs=1.0)


def test_a_swap_of_models_and_a_gap_keep_who_waits() -> None:
    pipeline = CameraPipeline("c", ["person"], RuleSet(1, (), (ZONE,)))
    last: tuple[ZoneReading, ...] = ()
    for index, point in enumerate(trembling(0.5, 0.5, 100)):
        if 50 <= index < 60:  # the worker starts anew
            continue
        seen = detections_at([point])
        if index == 60:
            pipeline.replace_classes(["bottle", "person"])
        if index >= 60:
            seen = type(seen)(seen.xyxy_norm, seen.scores, seen.class_ids + 1)
        last = pipeline.analysed(header(index), seen).zones
    assert last[0].entries == last[0].occupancy == last[0].waiting == 1
    assert last[0].longest_wait_s == pytest.approx(9.7, abs=0.5)


def test_a_visit_whose_end_nobody_saw_is_cut() -> None:
    camera = CameraPipeline("c", ["person"], RuleSet(1, (), (ZONE,)))
    _, visits = watch(alone(trembling(0.5, 0.5, 30)), pipeline=camera)
    assert visits == []
    (visit,) = camera.finish()
    assert visit.cut
    assert visit.dwell_s == pytest.approx(2.9, abs=0.3)
    assert camera.finish() == []


def test_drawing_a_zone_anew_cuts_its_visits_and_no_others() -> None:
    other = replace(ZONE, id="door")
    camera = CameraPipeline("c", ["person"], RuleSet(1, (), (ZONE, other)))
    watch(alone(trembling(0.5, 0.5, 30)), pipeline=camera)
    wider = replace(ZONE, points=((0.3, 0.2), *SQUARE[1:]))
    camera.replace_rules(RuleSet(2, (), (wider, other)))
    out = camera.analysed(header(30), detections_at([(0.5, 0.5)]))
    assert [(visit.zone_id, visit.cut) for visit in out.visits] == [("till", True)]


def test_only_the_named_classes_are_looked_at() -> None:
    cars = Zone("till", "Till", SQUARE, anchor=Anchor.CENTRE, classes=("car",))
    readings, _ = watch(alone(trembling(0.5, 0.5, 20)), cars)
    assert readings[-1].occupancy == 0


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        (Zone("z", " ", SQUARE), "needs a name"),
        (Zone("z", "Z", SQUARE[:2]), "no inside"),
        (Zone("z", "Z", ((0.1, 0.1), (0.2, 0.2), (0.3, 0.3))), "too small"),
        (Zone("z", "Z", ((0.1, 0.1), (1.2, 0.2), (0.3, 0.9))), "leaves the picture"),
        (Zone("z", "Z", SQUARE, slow=0.0), "slow speed"),
        (
            Zone("z", "Z", (SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3])),
            "crosses itself",
        ),
        (Zone("z", "Z", ((0.1, 0.1), (0.9, 0.1), (0.5, 0.1), (0.5, 0.9))), "crosses"),
    ],
)
def test_a_zone_that_cannot_be_used_says_why(zone: Zone, words: str) -> None:
    assert words in (zone.problem() or "")
    assert ZONE.problem() is None
