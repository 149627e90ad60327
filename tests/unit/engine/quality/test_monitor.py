"""The quality monitor on a drawn scene with a sensor's noise, and over restarts."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from watchpost.base.clock import NS_PER_S
from watchpost.domain.quality import QualityReport, QualityTrouble
from watchpost.engine.quality.baseline import Baseline
from watchpost.engine.quality.monitor import QualityMonitor
from watchpost.learning.corruptions.light import underexposed
from watchpost.learning.corruptions.view import tilt, warped

Picture = NDArray[np.uint8]
_LEARNING = 30


def _scene() -> Picture:
    rng = np.random.default_rng(3)
    coarse = rng.integers(40, 200, (36, 64, 3), dtype=np.uint8)
    return cv2.resize(coarse, (640, 360), interpolation=cv2.INTER_NEAREST)


def _noisy(picture: Picture, index: int) -> Picture:
    rng = np.random.default_rng(index)
    noise = rng.normal(0, 3, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def _watch(
    monitor: QualityMonitor,
    change: Callable[[Picture], Picture],
    first: int,
    looks: int,
) -> list[QualityReport]:
    scene = _scene()
    return [
        monitor.look(_noisy(change(scene), index), index * NS_PER_S)
        for index in range(first, first + looks)
    ]


@pytest.fixture(scope="module")
def learnt() -> Baseline:
    monitor = QualityMonitor()
    reports = _watch(monitor, lambda picture: picture, 0, _LEARNING)
    assert all(report.is_trusted for report in reports)
    return monitor.baseline


def _covered(picture: Picture) -> Picture:
    covered = picture.copy()
    covered[:, :400] = 60
    return covered


def _moved(picture: Picture) -> Picture:
    return np.roll(picture, 40, axis=1)


def _tilted(picture: Picture) -> Picture:
    return warped(picture, tilt(640, 360, 2, np.random.default_rng(3)))


@pytest.mark.parametrize(
    ("trouble", "change"),
    [
        (QualityTrouble.BLURRED, lambda p: cv2.GaussianBlur(p, (0, 0), 4)),
        (QualityTrouble.DARK, lambda p: (p * 0.1).astype(np.uint8)),
        (QualityTrouble.DARK, lambda p: underexposed(p, 3, np.random.default_rng(2))),
        (QualityTrouble.BRIGHT, lambda p: cv2.convertScaleAbs(p, alpha=3)),
        (QualityTrouble.COVERED, _covered),
        (QualityTrouble.MOVED, _moved),
        (QualityTrouble.MOVED, _tilted),
    ],
)
def test_a_trouble_is_told_within_ten_seconds_and_ends(
    learnt: Baseline, trouble: QualityTrouble, change: Callable[[Picture], Picture]
) -> None:
    monitor = QualityMonitor(Baseline.from_values(learnt.to_values()))
    bad = _watch(monitor, change, _LEARNING, 11)
    assert trouble in bad[-1].troubles
    assert not bad[-1].is_trusted
    assert bad[-1].sentence.endswith(".")
    # Counts of the seconds before it was sure are not to be trusted either.
    since_ns = bad[-1].since_ns
    assert since_ns is not None
    assert _LEARNING - 4 < since_ns / NS_PER_S <= _LEARNING
    good = _watch(monitor, lambda picture: picture, _LEARNING + 11, 20)
    assert good[-1].is_trusted


def test_a_turned_camera_is_told_with_people_before_it(learnt: Baseline) -> None:
    """The view is a mean: who passes does not hide that it is another one."""
    monitor = QualityMonitor(Baseline.from_values(learnt.to_values()))
    scene = _tilted(_scene())
    reports = []
    for index in range(_LEARNING, _LEARNING + 20):
        busy = scene.copy()
        left = 30 * (index % 16)
        busy[90:300, left : left + 160] = 90
        reports.append(monitor.look(_noisy(busy, index), index * NS_PER_S))
    assert QualityTrouble.MOVED in reports[-1].troubles


def test_a_moved_camera_is_usual_once_somebody_drew_on_its_picture(
    learnt: Baseline,
) -> None:
    monitor = QualityMonitor(Baseline.from_values(learnt.to_values()))
    assert not monitor.accept_view()
    moved = _watch(monitor, _moved, _LEARNING, 60)
    assert moved[-1].troubles == (QualityTrouble.MOVED,)
    assert monitor.accept_view()
    after = _watch(monitor, _moved, _LEARNING + 60, 30)
    assert all(report.is_trusted for report in after)
    back = _watch(monitor, lambda picture: picture, _LEARNING + 90, 15)
    assert QualityTrouble.MOVED in back[-1].troubles


_STEP_NS = NS_PER_S // 20


def _watch_arrivals(
    monitor: QualityMonitor,
    learnt_until: int,
    seconds: int,
    arrives: Callable[[int], int],
) -> list[QualityReport]:
    """Look once a second while pictures arrive; 0 for a picture that does not."""
    reports = []
    for index in range(seconds):
        for number in range(20 * index, 20 * (index + 1)):
            if step_ns := arrives(number):
                monitor.arrived(step_ns)
        at = learnt_until + index
        reports.append(monitor.look(_noisy(_scene(), at), at * NS_PER_S))
    return reports


def test_pictures_that_are_missing_are_told_and_end(learnt: Baseline) -> None:
    monitor = QualityMonitor(Baseline.from_values(learnt.to_values()))

    def arrives(number: int) -> int:
        # A steady stream, then runs of four lost in fourteen, then steady again.
        lost = 300 <= number < 700 and number % 14 < 4
        return 0 if lost else (number + 1) * _STEP_NS

    reports = _watch_arrivals(monitor, _LEARNING, 60, arrives)
    assert all(report.is_trusted for report in reports[:15])
    told = next(i for i, report in enumerate(reports) if not report.is_trusted)
    assert 15 < told < 27
    assert reports[told].troubles == (QualityTrouble.GAPS,)
    assert reports[told].sentence.startswith("Pictures are missing.")
    assert reports[-1].is_trusted


def test_a_slower_or_uneven_stream_is_not_called_a_broken_one(
    learnt: Baseline,
) -> None:
    monitor = QualityMonitor(Baseline.from_values(learnt.to_values()))

    def slower(number: int) -> int:
        # A camera that opens its shutter longer at night halves its rate.
        return (number + 1) * _STEP_NS if number < 300 or number % 2 else 0

    reports = _watch_arrivals(monitor, _LEARNING, 60, slower)
    assert all(report.is_trusted for report in reports)
    rng = np.random.default_rng(4)
    uneven = iter(np.cumsum(rng.exponential(_STEP_NS, 20 * 60)).astype(np.int64))
    monitor = QualityMonitor(Baseline.from_values(learnt.to_values()))
    reports = _watch_arrivals(monitor, _LEARNING, 60, lambda _number: int(next(uneven)))
    assert all(report.is_trusted for report in reports)
    assert QualityTrouble.GAPS in reports[-1].unknown


def test_equal_pictures_of_a_noisy_camera_are_frozen(learnt: Baseline) -> None:
    monitor = QualityMonitor(Baseline.from_values(learnt.to_values()))
    picture = _noisy(_scene(), 1)
    reports = [monitor.look(picture, index * NS_PER_S) for index in range(10)]
    assert QualityTrouble.FROZEN in reports[-1].troubles


def test_a_still_scene_without_noise_is_not_called_frozen() -> None:
    monitor = QualityMonitor()
    reports = [monitor.look(_scene(), index * NS_PER_S) for index in range(60)]
    assert all(report.troubles == () for report in reports)
    assert QualityTrouble.FROZEN in reports[-1].unknown


def test_what_is_usual_survives_as_plain_values(learnt: Baseline) -> None:
    again = Baseline.from_values(learnt.to_values())
    assert again.usual(0) == pytest.approx(learnt.usual(0), rel=1e-3)
    assert np.allclose(again.view, learnt.view, atol=0.2)


@pytest.mark.parametrize("values", [None, {}, {"version": 2}, {"version": 1}])
def test_a_baseline_that_does_not_fit_begins_anew(
    values: dict[str, object] | None,
) -> None:
    assert Baseline.from_values(values).looks == 0
