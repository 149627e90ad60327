from __future__ import annotations

from pathlib import Path

import pytest

from support.stores import FakeClock
from watchpost.base.clock import NS_PER_MS, NS_PER_S
from watchpost.domain.coverage import CoverageGap, NotAnalysed
from watchpost.domain.detections import Detections
from watchpost.domain.frames import FrameKey
from watchpost.engine.frames import FrameHeader
from watchpost.engine.inference.jobs import Analysed, Job, NotDone
from watchpost.engine.scheduler import Scheduler

SEEN = Analysed(Detections.empty(), 5.0, "sha")
FRAME_MS = 40


class Site:
    """A scheduler with its cameras' frames coming in at 25 a second."""

    def __init__(self, *, lockstep: bool = False) -> None:
        self.clock = FakeClock()
        self.gaps: list[CoverageGap] = []
        self.scheduler = Scheduler(
            self.gaps.append, lockstep=lockstep, every_frame=False, clock=self.clock
        )
        self.sequence = 0

    def frame(
        self,
        camera: str = "a",
        *,
        moving: bool = True,
        epoch: int = 1,
        pts_ms: int = -1,
    ) -> bool:
        """Let a frame come in; tell whether it is due."""
        self.sequence += 1
        pts_ns = self.clock.monotonic_ns() if pts_ms < 0 else pts_ms * NS_PER_MS
        header = FrameHeader(
            FrameKey(epoch, self.sequence),
            pts_ns,
            self.clock.utc_ns(),
            640,
            360,
            moving,
        )
        return self.scheduler.frame_ready(camera, Path("ring"), 0, header)

    def pass_ms(self, ms: int = FRAME_MS) -> None:
        self.clock.move(ms / 1000)

    def take(self) -> Job | None:
        return self.scheduler.take(0)

    def look(self) -> Job | None:
        """Take what waits, if anything, and say that it was looked at."""
        job = self.take()
        if job is not None:
            self.scheduler.done(job, SEEN)
        return job

    def run(self, frames: int, *, moving: bool = True) -> int:
        """Let frames come in, each looked at when due; return how many were."""
        looked = 0
        for _ in range(frames):
            self.frame(moving=moving)
            looked += self.look() is not None
            self.pass_ms()
        return looked


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.mark.parametrize(("rate", "looks"), [(5.0, 50), (12.5, 125), (2.0, 20)])
def test_a_moving_scene_is_looked_at_at_its_rate(
    site: Site, rate: float, looks: int
) -> None:
    site.scheduler.set_rate(rate, "a")
    assert site.run(250) == pytest.approx(looks, abs=1)
    assert site.gaps == []
    assert site.scheduler.attention("a").analysed_per_s == pytest.approx(rate, abs=0.5)
    assert site.scheduler.attention("a").reason is None


def test_where_somebody_is_near_a_line_every_frame_is_looked_at(site: Site) -> None:
    site.run(10)
    site.scheduler.boost("a", True)
    assert site.run(50) == 50
    site.scheduler.boost("a", False)
    assert site.run(50) == pytest.approx(10, abs=1)


def test_a_still_scene_is_looked_at_now_and_then_and_counts_as_looked_at(
    site: Site,
) -> None:
    site.run(5)
    assert site.run(250, moving=False) == pytest.approx(5, abs=1)
    site.scheduler.hand_out_gaps()
    assert site.gaps == []
    # The first picture in which something moves is looked at as soon as it is due.
    assert site.run(10) >= 2


def test_a_still_scene_is_not_boosted(site: Site) -> None:
    site.run(5)
    site.scheduler.boost("a", True)
    assert site.run(50, moving=False) <= 2


def test_a_new_epoch_is_looked_at_at_once_even_when_still(site: Site) -> None:
    site.run(6)
    assert site.frame(moving=False, epoch=2, pts_ms=0)


def test_lockstep_goes_by_the_streams_own_clock() -> None:
    site = Site(lockstep=True)
    due = []
    for number in range(250):
        # No time passes outside: a file is read faster than it would play.
        due.append(site.frame(pts_ms=number * FRAME_MS, moving=number < 125))
        if due[-1]:
            assert site.look() is not None
    assert sum(due[:125]) == 25
    assert sum(due[125:]) == pytest.approx(2, abs=1)
    assert site.gaps == []


def test_a_newer_frame_takes_the_place_of_one_that_waits(site: Site) -> None:
    for _ in range(12):
        site.frame()
        site.pass_ms()
    job = site.take()
    assert job is not None
    assert job.header.key.sequence > 1
    assert site.take() is None


def test_a_camera_has_one_frame_out_at_a_time(site: Site) -> None:
    site.frame()
    first = site.take()
    site.pass_ms(400)
    site.frame()
    assert site.take() is None
    assert first is not None
    site.scheduler.done(first, SEEN)
    assert site.take() is not None


def test_under_load_every_camera_gets_its_share(site: Site) -> None:
    looked = dict.fromkeys("abc", 0)
    for number in range(600):
        for camera in looked:
            site.frame(camera)
        if number % 5 == 0:
            job = site.look()
            assert job is not None
            looked[job.camera_id] += 1
        site.pass_ms()
    assert max(looked.values()) - min(looked.values()) <= 1


def test_what_a_worker_failed_to_do_is_a_gap_with_its_reason(site: Site) -> None:
    site.run(10)
    for _ in range(20):
        site.frame()
        if (job := site.take()) is not None:
            site.scheduler.done(job, NotDone(NotAnalysed.WORKER_RESTART))
        site.pass_ms()
    assert site.scheduler.attention("a").reason is NotAnalysed.WORKER_RESTART
    site.run(10)
    (gap,) = site.gaps
    assert gap.reason is NotAnalysed.WORKER_RESTART
    assert gap.camera_id == "a"
    assert 0.6 < (gap.to_ns - gap.from_ns) / NS_PER_S < 1.3
    assert gap.frames >= 4


def test_a_camera_that_sends_nothing_is_a_gap_before_it_comes_back(site: Site) -> None:
    site.run(10)
    site.pass_ms(10_500)
    site.scheduler.hand_out_gaps()
    (gap,) = site.gaps
    assert gap.reason is NotAnalysed.CAMERA_AWAY
    site.pass_ms(3_000)
    site.run(10)
    assert [g.reason for g in site.gaps] == [NotAnalysed.CAMERA_AWAY] * 2
    # One piece after the other, nothing twice and nothing left out.
    assert site.gaps[0].to_ns == site.gaps[1].from_ns


def test_an_outage_is_named_as_the_reason(site: Site) -> None:
    site.run(10)
    site.scheduler.outage(NotAnalysed.NO_MODEL)
    for _ in range(50):
        site.frame()
        site.pass_ms()
    site.scheduler.outage(None)
    site.run(5)
    assert [gap.reason for gap in site.gaps] == [NotAnalysed.NO_MODEL]


def test_a_camera_that_is_switched_off_is_not_looked_at_and_says_so(
    site: Site,
) -> None:
    site.run(10)
    site.scheduler.disable("a", True)
    assert not site.frame()
    assert site.take() is None
    site.pass_ms(60_000)
    site.scheduler.disable("a", False)
    site.run(10)
    assert [gap.reason for gap in site.gaps] == [NotAnalysed.DISABLED]


def test_a_removed_cameras_last_job_is_harmless(site: Site) -> None:
    site.run(10)
    site.pass_ms(400)
    site.frame()
    job = site.take()
    assert job is not None
    site.scheduler.remove("a")
    site.scheduler.done(job, SEEN)
    assert site.take() is None
