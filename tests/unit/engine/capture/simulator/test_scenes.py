"""Scenes: told again alike, counted right from their own boxes, made ugly."""

import itertools
from functools import cache

import numpy as np
import pytest

from watchpost.base.clock import NS_PER_S
from watchpost.base.errors import ConfigError
from watchpost.domain.detections import Detections
from watchpost.domain.frames import FrameKey
from watchpost.domain.rules import Direction, RuleSet
from watchpost.engine.capture.simulator import (
    SCENE_NAMES,
    TROUBLE_NAMES,
    Scene,
    create_scene,
    lines_of,
)
from watchpost.engine.frames import FrameHeader
from watchpost.engine.pipeline import CameraPipeline

FPS = 15
SIZE = (320, 180)
CLASSES = ("person", "bicycle", "car", "motorcycle", "bus", "truck", "bottle", "part")
NAMES = (*CLASSES, "defect")


def scene_of(name: str, seed: int = 4, ugly: tuple[str, ...] = ()) -> Scene:
    return create_scene(name, seed=seed, fps=FPS, size=SIZE, ugly=ugly)


@cache
def told(name: str) -> Scene:
    """Return a scene that tests share; what it tells does not depend on them."""
    return scene_of(name)


@pytest.mark.parametrize("name", SCENE_NAMES)
def test_one_seed_tells_one_story(name: str) -> None:
    one, again, other = told(name), scene_of(name), scene_of(name, seed=5)
    assert np.array_equal(one.frame(130), again.frame(130))
    assert one.boxes(130) == again.boxes(130)
    assert not np.array_equal(one.frame(130), other.frame(130))


@pytest.mark.parametrize("name", SCENE_NAMES)
def test_a_frame_does_not_depend_on_what_was_asked_before(name: str) -> None:
    one, jumping = told(name), scene_of(name)
    for index in (5, 300, 40):
        jumping.frame(index)
        jumping.truth(index)
    assert np.array_equal(one.frame(90), jumping.frame(90))
    assert one.truth(600) == jumping.truth(600)


@pytest.mark.parametrize("name", SCENE_NAMES)
def test_truth_is_the_sum_of_its_crossings(name: str) -> None:
    scene = told(name)
    total = {line.id: [0, 0] for line in lines_of(name)}
    for crossing in scene.crossings(0, 900):
        total[crossing.line_id][crossing.direction is Direction.OUT] += 1
    assert scene.truth(900) == {line: tuple(both) for line, both in total.items()}
    assert sum(itertools.chain.from_iterable(total.values())) > 5


@pytest.mark.parametrize("name", ["bus_door", "conveyor", "street"])
def test_its_own_boxes_are_counted_as_its_truth_says(name: str) -> None:
    scene = told(name)
    lines = lines_of(name)
    pipeline = CameraPipeline("c", NAMES, RuleSet(1, lines))
    counted = {line.id: [0, 0] for line in lines}
    frames = 45 * FPS
    for index in range(0, frames, 2):
        seen = [b for b in scene.boxes(index) if b[0] in NAMES]
        detections = Detections(
            np.array([b[1:] for b in seen], np.float32).reshape(-1, 4),
            np.full(len(seen), 0.9, np.float32),
            np.array([NAMES.index(b[0]) for b in seen], np.int32),
        )
        at = round(index / FPS * NS_PER_S)
        header = FrameHeader(FrameKey(1, index), at, at, *SIZE)
        for crossing in pipeline.analysed(header, detections).crossings:
            counted[crossing.line_id][crossing.direction is Direction.OUT] += 1
    truth = scene.truth(frames - 1)
    for line in lines:
        # Whoever stands on a line at the end may be counted a moment later.
        for got, true in zip(counted[line.id], truth[line.id], strict=True):
            assert abs(got - true) <= 1, (line.name, counted, truth)


@pytest.mark.parametrize("trouble", TROUBLE_NAMES)
def test_each_trouble_changes_the_picture_and_not_the_truth(trouble: str) -> None:
    clean, ugly = told("bus_door"), scene_of("bus_door", ugly=(trouble,))
    # In the tunnel, 8 s from the start, too; it does not shake in every frame.
    changes = [
        np.abs(ugly.frame(index).astype(int) - clean.frame(index)).mean()
        for index in range(140, 220, 10)
    ]
    assert max(changes) > 0.5
    assert ugly.truth(900) == clean.truth(900)


def test_shelf_facings_become_empty_and_are_filled_again() -> None:
    scene = told("shelf")
    empties = [sum(f.empty for f in scene.facings(i)) for i in range(0, 900, 15)]
    assert len(set(empties)) > 1
    names = [facing.name for facing in scene.facings(0)]
    assert len(set(names)) == len(names) > 10


def test_unknown_names_are_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="bus_door"):
        lines_of("moon")
    with pytest.raises(ConfigError, match="tunnel"):
        scene_of("bus_door", ugly=("rain",))
    with pytest.raises(ConfigError, match="frames a second"):
        create_scene("bus_door", seed=1, fps=0)
