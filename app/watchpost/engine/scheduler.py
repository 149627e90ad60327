"""Which frame of which camera is looked at next, and what was not looked at.

A frame is due when its camera's next look is; while it waits for a worker, a newer one
takes its place. Free workers take the camera that is due longest (earliest deadline
first), so that under load every camera gets the same share. Frames that the motion gate
calls static count as looked at without being analysed.

"Not looked" is never "nothing seen": stretches longer than two scheduled intervals are
handed out as coverage gaps, with the reason that explains most of them.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from watchpost.base.clock import NS_PER_S, SYSTEM_CLOCK, Clock
from watchpost.domain.coverage import CoverageGap, NotAnalysed
from watchpost.engine.frames import FrameHeader
from watchpost.engine.inference.jobs import Analysed, Job, NotDone, Outcome

DEFAULT_RATE = 5.0
# A static scene is looked at this often all the same: a gate may be blind.
STATIC_REFRESH_S = 2.0
# A gap that goes on is handed out in pieces, so that it is known before it ends.
GAP_PIECE_S = 10.0
_RATE_WINDOW_S = 5.0
_MAX_FRAME_INTERVAL_S = 2.0


@dataclass(frozen=True, slots=True)
class Attention:
    """How well one camera is being looked at.

    Attributes:
        analysed_per_s: Frames analysed a second, over the last five.
        looked_at_ns: UTC nanoseconds of the newest frame looked at; None: never.
        reason: Why it has not been looked at for more than two intervals; None: it is.
        boosted: Every frame is looked at for now.
    """

    analysed_per_s: float
    looked_at_ns: int | None
    reason: NotAnalysed | None
    boosted: bool


@dataclass(slots=True)
class _Camera:
    due_ns: int
    looked_ns: int
    rate: float | None = None
    has_looked: bool = False
    boosted: bool = False
    wants_grey: bool = False
    disabled: bool = False
    waiting: Job | None = None
    waiting_due_ns: int = 0
    out: bool = False
    epoch: int = -1
    frame_ns: int = 0
    frame_interval_ns: int = 0
    silence_ns: int = 0
    analysed_pts_ns: int | None = None
    missed: Counter[NotAnalysed] = field(default_factory=Counter)
    analysed: list[int] = field(default_factory=list)


class Scheduler:
    """Hands out frames to pool threads; safe on any thread.

    Args:
        on_gap: Hears of every stretch that was not looked at; called on the thread that
            closed it, without a lock held.
        rate: Looks a second and camera.
        lockstep: Nothing is dropped: the source waits for each frame's outcome before
            it sends the next. Time is then the stream's own.
        every_frame: With lockstep, look at all frames rather than at ``rate`` and where
            something moves.
        clock: Time.
    """

    def __init__(
        self,
        on_gap: Callable[[CoverageGap], None],
        *,
        rate: float = DEFAULT_RATE,
        lockstep: bool = False,
        every_frame: bool = True,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._on_gap = on_gap
        self._rate = rate
        self._lockstep = lockstep
        self._every_frame = lockstep and every_frame
        self._clock = clock
        self._cameras: dict[str, _Camera] = {}
        self._change = threading.Condition()
        self._outage: NotAnalysed | None = None

    @property
    def rate(self) -> float:
        """Looks a second and camera, where a camera has no rate of its own."""
        return self._rate

    def set_rate(self, rate: float, camera_id: str | None = None) -> None:
        """Change the rate of all cameras, or of one."""
        assert rate > 0
        with self._change:
            if camera_id is None:
                self._rate = rate
            else:
                self._camera(camera_id).rate = rate

    # The owner's side

    def add(self, camera_id: str) -> None:
        """Expect a camera's frames from now on; harmless when it is known."""
        with self._change:
            self._camera(camera_id)

    def remove(self, camera_id: str) -> None:
        """Forget a camera; what was not looked at until now is handed out."""
        with self._change:
            camera = self._cameras.pop(camera_id, None)
            gap = (
                None
                if camera is None
                else self._gap_until(camera_id, camera, self._clock.utc_ns())
            )
        self._report(gap)

    def disable(self, camera_id: str, disabled: bool) -> None:
        """Stop expecting frames of a camera that was switched off, or expect them."""
        with self._change:
            camera = self._camera(camera_id)
            if disabled:
                gap = self._gap_until(camera_id, camera, self._clock.utc_ns())
                camera.waiting = None
            else:
                gap = self._gap_until(
                    camera_id, camera, self._clock.utc_ns(), NotAnalysed.DISABLED
                )
            camera.disabled = disabled
        self._report(gap)

    def frame_ready(
        self, camera_id: str, ring_path: Path, slot: int, header: FrameHeader
    ) -> bool:
        """Take note of a camera's newest frame; never blocks.

        Returns:
            Whether it is now due for analysis. In lockstep, ``False`` means that no
            outcome will come and the source may go on at once.
        """
        with self._change:
            camera = self._camera(camera_id)
            job = Job(camera_id, ring_path, slot, header, camera.wants_grey)
            if camera.disabled:
                return False
            self._note_frame(camera, header)
            now_ns = self._now_ns(header)
            due, gap = self._is_due(camera_id, camera, header, now_ns)
            if due:
                self._wait(camera, job, now_ns)
        self._report(gap)
        return due

    def boost(self, camera_id: str, wanted: bool) -> None:
        """Look at every frame of a camera, or at its rate again."""
        with self._change:
            camera = self._camera(camera_id)
            if wanted and not camera.boosted:
                camera.due_ns = 0
            camera.boosted = wanted

    def want_grey(self, camera_id: str, wanted: bool) -> None:
        """Have the small grey picture come with a camera's looks, or no more."""
        with self._change:
            self._camera(camera_id).wants_grey = wanted

    def attention(self, camera_id: str) -> Attention:
        """Return how well a camera is being looked at."""
        with self._change:
            camera = self._camera(camera_id)
            now_ns = self._clock.monotonic_ns()
            horizon_ns = now_ns - round(_RATE_WINDOW_S * NS_PER_S)
            camera.analysed = [t for t in camera.analysed if t > horizon_ns]
            behind_ns = self._clock.utc_ns() - camera.looked_ns
            behind = behind_ns > self._allowed_ns(camera)
            return Attention(
                analysed_per_s=len(camera.analysed) / _RATE_WINDOW_S,
                looked_at_ns=camera.looked_ns if camera.has_looked else None,
                reason=self._reason(camera, behind_ns) if behind else None,
                boosted=camera.boosted,
            )

    def hand_out_gaps(self) -> None:
        """Report stretches that are still open; call about once a second."""
        utc_ns = self._clock.utc_ns()
        with self._change:
            gaps = [
                self._gap_until(camera_id, camera, utc_ns)
                for camera_id, camera in self._cameras.items()
                if utc_ns - camera.looked_ns > GAP_PIECE_S * NS_PER_S
            ]
        for gap in gaps:
            self._report(gap)

    # The pool's side

    def take(self, timeout_s: float) -> Job | None:
        """Return the waiting frame that is due longest, or None after the time-out."""
        with self._change:
            self._change.wait_for(lambda: any(self._ready()), timeout_s)
            camera = min(
                self._ready(), key=lambda camera: camera.waiting_due_ns, default=None
            )
            if camera is None:
                return None
            job, camera.waiting, camera.out = camera.waiting, None, True
            return job

    def done(self, job: Job, outcome: Outcome) -> None:
        """Take back a job; the camera's next frame may go out."""
        gap = None
        with self._change:
            camera = self._cameras.get(job.camera_id)
            if camera is None:
                return
            camera.out = False
            if isinstance(outcome, NotDone):
                camera.missed[outcome.reason] += 1
            elif isinstance(outcome, Analysed):
                camera.analysed.append(self._clock.monotonic_ns())
                camera.analysed_pts_ns = job.header.pts_ns
                gap = self._looked(job.camera_id, camera, job.header.at_ns)
                waiting = camera.waiting
                if waiting is not None and waiting.header.key <= job.header.key:
                    camera.waiting = None
            self._change.notify()
        self._report(gap)

    def outage(self, reason: NotAnalysed | None) -> None:
        """Hear that no worker takes jobs, and why; None: one does again."""
        with self._change:
            self._outage = reason

    # Inside; the lock is held

    def _ready(self) -> Iterator[_Camera]:
        return (
            camera
            for camera in self._cameras.values()
            if camera.waiting is not None and not camera.out
        )

    def _camera(self, camera_id: str) -> _Camera:
        camera = self._cameras.get(camera_id)
        if camera is None:
            camera = _Camera(due_ns=0, looked_ns=self._clock.utc_ns())
            self._cameras[camera_id] = camera
        return camera

    def _now_ns(self, header: FrameHeader) -> int:
        return header.pts_ns if self._lockstep else self._clock.monotonic_ns()

    def _interval_ns(self, camera: _Camera) -> int:
        return round(NS_PER_S / (camera.rate or self._rate))

    def _note_frame(self, camera: _Camera, header: FrameHeader) -> None:
        since_ns = header.at_ns - max(camera.frame_ns, camera.looked_ns)
        camera.silence_ns = max(camera.silence_ns, since_ns)
        step_ns = header.at_ns - camera.frame_ns
        if header.key.epoch != camera.epoch:
            # A stream's own clock starts again; so does its schedule.
            camera.epoch, camera.due_ns = header.key.epoch, 0
            camera.analysed_pts_ns = None
        elif 0 < step_ns < _MAX_FRAME_INTERVAL_S * NS_PER_S:
            old_ns = camera.frame_interval_ns or step_ns
            camera.frame_interval_ns = (7 * old_ns + step_ns) // 8
        camera.frame_ns = header.at_ns

    def _is_due(
        self, camera_id: str, camera: _Camera, header: FrameHeader, now_ns: int
    ) -> tuple[bool, CoverageGap | None]:
        if self._every_frame:
            return True, None
        # Half a frame early rather than half a frame late: else 15 frames a second
        # and five looks would beat against each other.
        slack_ns = camera.frame_interval_ns // 2
        early = now_ns + slack_ns < camera.due_ns
        if early and not (camera.boosted and header.moving):
            camera.missed[NotAnalysed.SCHEDULE] += 1
            return False, None
        if self._may_skip(camera, header):
            self._advance(camera, now_ns)
            camera.waiting = None
            return False, self._looked(camera_id, camera, header.at_ns)
        return True, None

    def _may_skip(self, camera: _Camera, header: FrameHeader) -> bool:
        if header.moving or camera.out or camera.analysed_pts_ns is None:
            return False
        since_ns = header.pts_ns - camera.analysed_pts_ns
        return since_ns < STATIC_REFRESH_S * NS_PER_S

    def _wait(self, camera: _Camera, job: Job, now_ns: int) -> None:
        if camera.waiting is None:
            camera.waiting_due_ns = max(camera.due_ns, 1)
            self._advance(camera, now_ns)
        else:
            camera.missed[self._outage or NotAnalysed.NO_CAPACITY] += 1
        camera.waiting = job
        self._change.notify()

    def _advance(self, camera: _Camera, now_ns: int) -> None:
        interval_ns = self._interval_ns(camera)
        if camera.boosted or now_ns - camera.due_ns > interval_ns:
            # Late looks are not caught up on.
            camera.due_ns = now_ns
        camera.due_ns += interval_ns

    def _looked(
        self, camera_id: str, camera: _Camera, at_ns: int
    ) -> CoverageGap | None:
        gap = self._gap_until(camera_id, camera, at_ns)
        camera.looked_ns = max(camera.looked_ns, at_ns)
        camera.has_looked = True
        camera.silence_ns = 0
        camera.missed.clear()
        return gap

    def _allowed_ns(self, camera: _Camera) -> int:
        # A source slower than the rate is looked at as often as it can be.
        step_ns = max(self._interval_ns(camera), camera.frame_interval_ns)
        return 2 * step_ns + camera.frame_interval_ns // 2

    def _gap_until(
        self,
        camera_id: str,
        camera: _Camera,
        until_ns: int,
        reason: NotAnalysed | None = None,
    ) -> CoverageGap | None:
        length_ns = until_ns - camera.looked_ns
        if length_ns <= self._allowed_ns(camera):
            return None
        if self._lockstep and not self._failures(camera):
            return None
        gap = CoverageGap(
            camera_id,
            camera.looked_ns,
            until_ns,
            reason or self._reason(camera, length_ns),
            sum(camera.missed.values()),
        )
        camera.looked_ns = until_ns
        camera.silence_ns = 0
        camera.missed.clear()
        return gap

    def _reason(self, camera: _Camera, length_ns: int) -> NotAnalysed:
        if camera.disabled:
            return NotAnalysed.DISABLED
        silence_ns = max(
            camera.silence_ns,
            self._clock.utc_ns() - max(camera.frame_ns, camera.looked_ns)
            if not self._lockstep
            else 0,
        )
        if 2 * silence_ns > length_ns:
            return NotAnalysed.CAMERA_AWAY
        failures = self._failures(camera)
        if failures:
            return failures[0]
        return self._outage or NotAnalysed.SCHEDULE

    @staticmethod
    def _failures(camera: _Camera) -> list[NotAnalysed]:
        return [r for r, _ in camera.missed.most_common() if r != NotAnalysed.SCHEDULE]

    def _report(self, gap: CoverageGap | None) -> None:
        if gap is not None:
            self._on_gap(gap)
