"""Each part that goes through a station is judged once, or said not to be inspected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.walks import header
from watchpost.base.clock import NS_PER_S
from watchpost.domain.coverage import CoverageGap, NotAnalysed
from watchpost.domain.detections import Detections
from watchpost.domain.frames import FrameKey
from watchpost.domain.rules import RuleSet, Station
from watchpost.domain.verdicts import NotInspected, Outcome, Verdict
from watchpost.engine.pipeline import CameraPipeline

CLASSES = ("part", "crack", "faulty part")
PLACE = ((0.35, 0.1), (0.65, 0.1), (0.65, 0.9), (0.35, 0.9))
STATION = Station("s", "Belt", PLACE, ("part", "faulty part"), ("crack", "faulty part"))
SIDE = 0.12
Point = tuple[float, float]


@dataclass(frozen=True)
class Seen:
    """One box: its centre, class, side and score."""

    x: float
    y: float = 0.5
    name: str = "part"
    side: float = SIDE
    score: float = 0.9


def crack_on(part: Seen, score: float = 0.8) -> Seen:
    return Seen(part.x + 0.02, part.y - 0.03, "crack", 0.02, score)


def boxes(seen: Sequence[Seen]) -> Detections:
    corners = [
        (s.x - s.side / 2, s.y - s.side, s.x + s.side / 2, s.y + s.side) for s in seen
    ]
    return Detections(
        np.array(corners, np.float32).reshape(-1, 4),
        np.array([s.score for s in seen], np.float32),
        np.array([CLASSES.index(s.name) for s in seen], np.int32),
    )


def belt(
    *, start: float = 0.05, stop: float = 0.95, speed: float = 0.03, y: float = 0.5
) -> list[Seen]:
    """Return a part on its way, frame by frame; ``speed`` is widths a frame."""
    return [Seen(x, y) for x in np.arange(start, stop, speed)]


def camera(
    station: Station = STATION, names: Sequence[str] = CLASSES
) -> CameraPipeline:
    return CameraPipeline("c", names, RuleSet(1, stations=(station,)))


def run(
    frames: Iterable[Sequence[Seen]],
    pipeline: CameraPipeline | None = None,
    *,
    first: int = 0,
    empty: int = 40,
) -> list[Verdict]:
    """Run frames at 10 a second, then an empty belt, and return all verdicts."""
    pipeline = pipeline or camera()
    verdicts: list[Verdict] = []
    for index, seen in enumerate([*frames, *([[]] * empty)], start=first):
        verdicts += pipeline.analysed(header(index), boxes(seen)).verdicts
    return verdicts


def outcomes(verdicts: Iterable[Verdict]) -> list[tuple[Outcome, NotInspected | None]]:
    return [(v.judgement.outcome, v.judgement.reason) for v in verdicts]


PASSED = [(Outcome.PASS, None)]
FAILED = [(Outcome.FAIL, None)]


def test_a_good_part_passes_once() -> None:
    (verdict,) = run([part] for part in belt())
    assert outcomes([verdict]) == PASSED
    assert verdict.station_id == "s"
    assert verdict.judgement.looks == 10
    assert verdict.to_ns - verdict.from_ns == pytest.approx(0.9 * NS_PER_S)


def test_a_mark_makes_its_part_fail_and_says_where() -> None:
    frames = [[part, crack_on(part)] for part in belt()]
    (verdict,) = run(frames)
    assert outcomes([verdict]) == FAILED
    (crack,) = verdict.judgement.defects
    assert crack.class_name == "crack"
    assert crack.looks == verdict.judgement.looks
    left, top, right, bottom = crack.box
    assert (left + right) / 2 == pytest.approx(0.5 + 0.02 / SIDE, abs=0.01)
    assert (top + bottom) / 2 == pytest.approx(0.5 - 0.03 / (2 * SIDE), abs=0.01)
    assert verdict.key == crack.key


def test_a_mark_belongs_to_the_part_it_lies_on() -> None:
    frames = [
        [upper, replace(upper, y=0.75), crack_on(replace(upper, y=0.75))]
        for upper in belt(y=0.3)
    ]
    found = sorted(run(frames), key=lambda verdict: verdict.judgement.outcome)
    assert outcomes(found) == FAILED + PASSED


def test_a_whole_part_may_be_the_defect() -> None:
    assert outcomes(run([replace(p, name="faulty part")] for p in belt())) == FAILED


def test_a_second_reading_as_faulty_speaks_against_a_part() -> None:
    frames = [[p, replace(p, name="faulty part", score=0.5)] for p in belt()]
    assert outcomes(run(frames)) == FAILED


def test_weak_marks_are_not_believed() -> None:
    frames = [[part, crack_on(part, score=0.3)] for part in belt()]
    assert outcomes(run(frames)) == PASSED
    keen = replace(STATION, min_score=0.2)
    assert outcomes(run(frames, camera(keen))) == FAILED


def test_a_glossy_spot_on_a_part_is_no_part() -> None:
    frames = [[part, Seen(part.x + 0.01, part.y, side=0.03)] for part in belt()]
    assert outcomes(run(frames)) == PASSED


def test_a_belt_that_stops_or_shakes_judges_a_part_once() -> None:
    way = belt()
    border = next(i for i, part in enumerate(way) if part.x > 0.65)
    still = [way[border]] * 60
    shaking = [
        replace(p, x=p.x + (0.012 if i % 2 else -0.012)) for i, p in enumerate(still)
    ]
    frames = [[p] for p in (*way[:border], *shaking, *way[border:])]
    assert outcomes(run(frames)) == PASSED


def test_a_part_that_lies_there_for_long_is_judged_by_as_many_looks_as_matter() -> None:
    """Two minutes; a mark is seen in every other look."""
    way = belt()
    middle = next(i for i, part in enumerate(way) if part.x > 0.5)
    lying = [
        [way[middle], crack_on(way[middle])] if i % 2 == 0 else [way[middle]]
        for i in range(1200)
    ]
    frames = [[p] for p in way[:middle]] + lying + [[p] for p in way[middle:]]
    (verdict,) = run(frames)
    judged = verdict.judgement
    assert judged.outcome is Outcome.FAIL
    assert 300 < judged.looks <= 600
    assert judged.defect_looks / judged.looks == pytest.approx(0.5, abs=0.05)


def test_a_part_that_comes_back_is_not_judged_again() -> None:
    way = belt(speed=0.02)
    assert outcomes(run([part] for part in (*way, *way[::-1]))) == PASSED


def test_an_identity_that_changes_is_one_part() -> None:
    """Hidden for 1.6 s in the station: the track is given up, a new one goes on."""
    way = belt(speed=0.01, start=0.25, stop=0.8)
    hidden = range(15, 31)
    frames = [[] if i in hidden else [part] for i, part in enumerate(way)]
    (verdict,) = run(frames)
    assert outcomes([verdict]) == PASSED
    assert verdict.judgement.looks > 10


def test_parts_one_behind_the_other_are_each_judged() -> None:
    lead = belt(start=-0.4, stop=1.5)
    frames = []
    for first in lead:
        row = [replace(first, x=first.x - gap) for gap in (0.0, 0.25, 0.5)]
        marked = crack_on(row[1])
        frames.append([s for s in (*row, marked) if 0.05 < s.x < 0.95])
    verdicts = run(frames)
    assert outcomes(verdicts) == PASSED + FAILED + PASSED


def test_through_between_two_looks_is_not_inspected() -> None:
    narrow = ((0.41, 0.1), (0.44, 0.1), (0.44, 0.9), (0.41, 0.9))
    frames = [[part] for part in belt(start=0.05, speed=0.05)]
    assert not any(0.41 < part.x < 0.44 for (part,) in frames)
    verdicts = run(frames, camera(replace(STATION, points=narrow)))
    assert outcomes(verdicts) == [(Outcome.NOT_INSPECTED, NotInspected.TOO_FEW_LOOKS)]


def test_too_few_looks_are_no_pass() -> None:
    narrow = ((0.4, 0.1), (0.5, 0.1), (0.5, 0.9), (0.4, 0.9))
    frames = [[part] for part in belt(speed=0.045)]
    verdicts = run(frames, camera(replace(STATION, points=narrow)))
    assert outcomes(verdicts) == [(Outcome.NOT_INSPECTED, NotInspected.TOO_FEW_LOOKS)]
    assert 1 <= verdicts[0].judgement.looks < 3


def gap(from_s: float, to_s: float, reason: NotAnalysed) -> CoverageGap:
    return CoverageGap("c", round(from_s * NS_PER_S), round(to_s * NS_PER_S), reason)


def test_a_part_that_passed_while_nobody_looked_is_told_with_the_reason() -> None:
    """It was on its way at 1 s; the worker came back at 6 s, when it was gone."""
    pipeline = camera()
    verdicts = run([[p] for p in belt(speed=0.02)[:10]], pipeline, empty=0)
    for index in range(60, 110):
        # The gap is told after the first frame that ends it.
        verdicts += pipeline.analysed(header(index), boxes([])).verdicts
        if index == 60:
            pipeline.not_looked(gap(0.9, 6.0, NotAnalysed.WORKER_RESTART))
    assert outcomes(verdicts) == [(Outcome.NOT_INSPECTED, NotInspected.WORKER_RESTART)]


def test_a_part_on_its_way_elsewhere_is_not_missed() -> None:
    pipeline = camera()
    away = [[replace(p, x=0.3 - p.x / 5)] for p in belt(speed=0.05)]
    verdicts = run(away, pipeline, empty=0)
    pipeline.not_looked(gap(1.7, 6.0, NotAnalysed.WORKER_RESTART))
    assert verdicts + run([], pipeline, first=60) == []


def test_a_gap_in_the_middle_is_the_reason_of_too_few_looks() -> None:
    pipeline = camera()
    way = belt(speed=0.03)
    before = [[p] for p in way if p.x < 0.42]
    verdicts = run(before, pipeline, empty=0)
    pipeline.not_looked(gap(1.2, 2.4, NotAnalysed.NO_CAPACITY))
    after = [[p] for p in way[len(before) + 9 :]]
    verdicts += run(after, pipeline, first=len(before) + 9)
    assert outcomes(verdicts) == [(Outcome.NOT_INSPECTED, NotInspected.NO_CAPACITY)]


def test_looks_through_a_bad_picture_do_not_count() -> None:
    pipeline = camera()
    way = belt()
    verdicts = run([[p] for p in way[:15]], pipeline, empty=0)
    # Surely seen only now, but bad since before the part came in.
    pipeline.picture(round(0.9 * NS_PER_S))
    verdicts += run([[p] for p in way[15:]], pipeline, first=15)
    assert outcomes(verdicts) == [(Outcome.NOT_INSPECTED, NotInspected.BAD_PICTURE)]
    pipeline.picture(None)
    assert outcomes(run([[p] for p in way], pipeline, first=200)) == PASSED


def test_a_model_that_does_not_know_the_defects_passes_nothing() -> None:
    blind = camera(names=("part", "dent", "faulty part"))
    frames = [[part] for part in belt()]
    assert outcomes(run(frames, blind)) == [
        (Outcome.NOT_INSPECTED, NotInspected.MODEL_BLIND)
    ]
    out = blind.analysed(header(999), boxes([]))
    assert out.stations[0].unknown == ("crack",)


def test_a_model_swap_keeps_parts_and_what_was_seen() -> None:
    pipeline = camera()
    way = belt()
    marked = [[p, crack_on(p)] for p in way if p.x < 0.5]
    verdicts = run(marked, pipeline, empty=0)
    pipeline.replace_classes(CLASSES)
    verdicts += run([[p] for p in way[len(marked) :]], pipeline, first=len(marked))
    assert outcomes(verdicts) == FAILED


def test_a_reconnect_leaves_no_part_in_the_dark() -> None:
    pipeline = camera()
    way = belt()
    inside = next(i for i, part in enumerate(way) if part.x > 0.5)
    verdicts = run([[p] for p in way[:inside]], pipeline, empty=0)
    out = pipeline.analysed(header(inside + 30, epoch=2), boxes([]))
    assert outcomes([*verdicts, *out.verdicts]) == [
        (Outcome.NOT_INSPECTED, NotInspected.CAMERA_AWAY)
    ]


def test_what_was_found_before_a_reconnect_stands() -> None:
    pipeline = camera()
    way = [p for p in belt() if p.x < 0.5]
    verdicts = run([[p, crack_on(p)] for p in way], pipeline, empty=0)
    out = pipeline.analysed(header(50, epoch=2), boxes([]))
    assert outcomes([*verdicts, *out.verdicts]) == FAILED


def test_a_station_that_moves_judges_nobody_by_the_old_place() -> None:
    pipeline = camera()
    way = [[p] for p in belt() if p.x < 0.5]
    verdicts = run(way, pipeline, empty=0)
    pipeline.replace_rules(RuleSet(2, stations=(replace(STATION, min_looks=4),)))
    out = pipeline.analysed(header(len(way)), boxes([]))
    assert outcomes([*verdicts, *out.verdicts]) == [
        (Outcome.NOT_INSPECTED, NotInspected.STATION_CHANGED)
    ]


def test_other_rules_leave_the_parts_alone() -> None:
    pipeline = camera()
    way = belt()
    verdicts = run([[p] for p in way[:14]], pipeline, empty=0)
    pipeline.replace_rules(RuleSet(2, stations=(STATION,)))
    verdicts += run([[p] for p in way[14:]], pipeline, first=14)
    assert outcomes(verdicts) == PASSED


def test_a_camera_that_stops_says_what_it_did_not_judge() -> None:
    pipeline = camera()
    run([[p] for p in belt() if p.x < 0.5], pipeline, empty=0)
    assert outcomes(pipeline.finish_stations()) == [
        (Outcome.NOT_INSPECTED, NotInspected.DISABLED)
    ]
    assert pipeline.finish_stations() == ()


def whole(name: str) -> list[Seen]:
    return [Seen(0.5, 0.5, name, side=1.0)] if name else []


def test_a_classifier_judges_one_part_after_the_other() -> None:
    """Its one box is the whole picture; "empty" between parts is no part."""
    names = ("part", "empty", "faulty part")
    station = replace(STATION, defects=("faulty part",))
    pipeline = camera(station, names)
    shown = ["part"] * 8 + ["crack"] * 8 + ["faulty part"] * 8 + ["crack"] * 8
    frames = [whole(name) for name in [*shown, *(["part"] * 8)]]
    verdicts: list[Verdict] = []
    for index, seen in enumerate([*frames, *([[]] * 40)]):
        found = [
            Detections(
                np.array([(0, 0, 1, 1)], np.float32),
                np.array([0.9], np.float32),
                np.array([CLASSES.index(s.name)], np.int32),
            )
            for s in seen
        ]
        verdicts += pipeline.analysed(
            header(index), found[0] if found else Detections.empty()
        ).verdicts
    assert outcomes(verdicts) == PASSED + FAILED + PASSED


def test_readings_say_how_many_are_inside() -> None:
    pipeline = camera()
    inside = []
    for index, part in enumerate(belt()):
        (reading,) = pipeline.analysed(header(index), boxes([part])).stations
        inside.append(reading.inside)
    assert max(inside) == 1
    assert inside[0] == inside[-1] == 0


def test_fast_parts_ask_for_every_frame_and_slow_ones_do_not() -> None:
    def boosted(speed: float) -> bool:
        pipeline = camera()
        return any(
            pipeline.analysed(header(i), boxes([p])).boost
            for i, p in enumerate(belt(speed=speed)[:12])
        )

    assert boosted(0.04)
    assert not boosted(0.01)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": " "}, "needs a name"),
        ({"points": PLACE[:2]}, "has no inside"),
        ({"parts": ()}, "is not said"),
        ({"defects": ()}, "could ever fail"),
        ({"parts": ("crack",)}, "could ever pass"),
        ({"min_looks": 0}, "cannot judge so"),
        ({"min_score": 0.0}, "cannot judge so"),
    ],
)
def test_a_station_that_cannot_work_says_why(
    change: dict[str, object], said: str
) -> None:
    problem = replace(STATION, **change).problem()  # type: ignore[arg-type]
    assert problem is not None
    assert said in problem
    assert "station" in problem
    assert STATION.problem() is None


@settings(max_examples=12, deadline=None)
@given(
    st.lists(st.tuples(st.booleans(), st.integers(8, 30)), min_size=1, max_size=4),
    st.floats(0.012, 0.03),
    st.integers(0, 2**16),
)
def test_every_part_has_one_verdict_and_no_faulty_one_passes(
    row: list[tuple[bool, int]], speed: float, seed: int
) -> None:
    """Parts in any order and distance, seen in nine of ten looks, marks in seven."""
    rng = np.random.default_rng(seed)
    starts, at = [], 0.0
    for _, distance in row:
        starts.append(at)
        at -= distance / 100 + SIDE
    frames = []
    for step in range(int((1.2 - at) / speed)):
        seen = []
        for (faulty, _), start in zip(row, starts, strict=True):
            part = Seen(start + step * speed + float(rng.normal(0, 0.001)))
            if not 0.04 < part.x < 0.96 or rng.random() < 0.1:
                continue
            seen.append(part)
            if faulty and rng.random() < 0.7:
                seen.append(crack_on(part))
        frames.append(seen)
    verdicts = run(frames)
    assert len(verdicts) == len(row)
    for (faulty, _), verdict in zip(row, verdicts, strict=True):
        if faulty:
            assert verdict.judgement.outcome is not Outcome.PASS
        else:
            assert verdict.judgement.outcome is Outcome.PASS


def test_a_key_names_a_frame_that_was_looked_at() -> None:
    (verdict,) = run([part] for part in belt())
    assert verdict.key.epoch == 1
    assert verdict.key in {FrameKey(1, i) for i in range(31)}
