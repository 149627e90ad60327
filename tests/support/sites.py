"""A pool of real workers with cameras made for tests, and a record of what came out."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from support.cameras import MailboxCamera
from watchpost.base.clock import NS_PER_S, SYSTEM_CLOCK
from watchpost.domain.coverage import CoverageGap, NotAnalysed
from watchpost.engine.frames import FrameHeader
from watchpost.engine.inference.jobs import Analysed, Job, Outcome
from watchpost.engine.inference.model import ModelInfo
from watchpost.engine.inference.pool import InferencePool
from watchpost.engine.scheduler import Scheduler

READY_S = 60.0
FRAME_S = 1 / 15
# Looks a second: however soon a frame follows the one before it, it is due.
EVERY_FRAME = 1e9


class PoolSite:
    """Cameras, scheduler and pool; use as a context manager."""

    def __init__(
        self,
        folder: Path,
        model: ModelInfo,
        *,
        cameras: int = 1,
        workers: int = 2,
        rate: float = EVERY_FRAME,
    ) -> None:
        self.gaps: list[CoverageGap] = []
        self.outcomes: list[tuple[Job, Outcome]] = []
        self.taken: list[Job] = []
        self.quarantined: list[tuple[ModelInfo, str]] = []
        self._workers = workers
        self._change = threading.Condition()
        self.scheduler = Scheduler(self.gaps.append, rate=rate)
        self.pool = InferencePool(
            model,
            workers=workers,
            source=self,
            on_done=self._done,
            on_quarantine=self._quarantine,
        )
        self.cameras = [
            MailboxCamera(f"camera-{n}", folder, model.input, self.scheduler)
            for n in range(cameras)
        ]

    def __enter__(self) -> PoolSite:
        self.pool.start()
        assert self.pool.wait_ready(READY_S)
        self.wait_until(self.is_complete)
        return self

    def __exit__(self, *_: object) -> None:
        self.pool.stop()
        for camera in self.cameras:
            camera.ring.close()

    def take(self, timeout_s: float) -> Job | None:
        """Hand the pool the scheduler's next frame, and note it."""
        job = self.scheduler.take(timeout_s)
        if job is not None:
            with self._change:
                self.taken.append(job)
                self._change.notify_all()
        return job

    def done(self, job: Job, outcome: Outcome) -> None:
        """Hand the scheduler what came of a frame."""
        self.scheduler.done(job, outcome)

    def outage(self, reason: NotAnalysed | None) -> None:
        """Tell the scheduler of an outage."""
        self.scheduler.outage(reason)

    def is_complete(self) -> bool:
        """Say whether every seat has its worker and the spare is warm."""
        return (
            len(self.pool.pids()) == self._workers
            and self.pool.status().alive == self._workers + 1
        )

    def outcome_of(self, header: FrameHeader, camera: int = 0) -> Outcome | None:
        """Return what came of a frame, or None so far."""
        wanted = self.cameras[camera].camera_id
        for job, outcome in reversed(self.outcomes):
            if job.camera_id == wanted and job.header == header:
                return outcome
        return None

    def put_to_work(self, level: int, *, camera: int = 0) -> None:
        """Show one picture and wait until a worker was given it."""
        header = self.cameras[camera].show(level)
        wanted = self.cameras[camera].camera_id
        with self._change:
            assert self._change.wait_for(
                lambda: any(
                    (job.camera_id, job.header) == (wanted, header)
                    for job in self.taken
                ),
                READY_S,
            )

    def show_and_wait(
        self, level: int = 128, *, camera: int = 0, timeout_s: float = 10.0
    ) -> Outcome:
        """Show one picture and return what came of it."""
        header = self.cameras[camera].show(level)
        with self._change:
            assert self._change.wait_for(
                lambda: self.outcome_of(header, camera) is not None, timeout_s
            )
        outcome = self.outcome_of(header, camera)
        assert outcome is not None
        return outcome

    def seconds_to_next_result(
        self, *, camera: int = 0, limit_s: float = 10.0
    ) -> float:
        """Show frames at 15 a second until one is analysed; return how long it took."""
        start_ns = SYSTEM_CLOCK.monotonic_ns()
        count = self._analysed(camera)
        while SYSTEM_CLOCK.monotonic_ns() - start_ns < limit_s * NS_PER_S:
            self.cameras[camera].show()
            with self._change:
                if self._change.wait_for(
                    lambda: self._analysed(camera) > count, FRAME_S
                ):
                    return (SYSTEM_CLOCK.monotonic_ns() - start_ns) / NS_PER_S
        raise AssertionError(f"nothing was analysed for {limit_s} s")

    def wait_until(self, true: Callable[[], bool], timeout_s: float = 60.0) -> None:
        """Wait for something that has no event of its own."""
        end_ns = SYSTEM_CLOCK.monotonic_ns() + round(timeout_s * NS_PER_S)
        while not true():
            assert SYSTEM_CLOCK.monotonic_ns() < end_ns, "it did not happen"
            SYSTEM_CLOCK.sleep(0.01)

    def _analysed(self, camera: int) -> int:
        wanted = self.cameras[camera].camera_id
        return sum(
            job.camera_id == wanted and isinstance(outcome, Analysed)
            for job, outcome in self.outcomes
        )

    def _done(self, job: Job, outcome: Outcome) -> None:
        with self._change:
            self.outcomes.append((job, outcome))
            self._change.notify_all()

    def _quarantine(self, model: ModelInfo, sentence: str) -> None:
        with self._change:
            self.quarantined.append((model, sentence))
            self._change.notify_all()
