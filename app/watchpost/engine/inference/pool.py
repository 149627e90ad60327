"""The inference pool: threads that each own one worker process.

A pool thread takes a frame, hands it to its worker and waits until the deadline. A worker
that is past it is killed at once and the spare takes its place; its frame is recorded as
not analysed and never tried again, since a frame that hangs one worker would hang the
next. Three workers that one model hung or crashed within a minute quarantine the model.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from watchpost.base.clock import NS_PER_MS, NS_PER_S, SYSTEM_CLOCK
from watchpost.base.errors import ModelError
from watchpost.base.log import get_logger
from watchpost.domain.coverage import NotAnalysed
from watchpost.engine.inference.blame import Blame
from watchpost.engine.inference.crew import Crew
from watchpost.engine.inference.deadline import Deadline
from watchpost.engine.inference.handle import Trouble, WorkerFailedError, WorkerHandle
from watchpost.engine.inference.jobs import Analysed, Job, JobSource, Outcome
from watchpost.engine.inference.model import ModelInfo
from watchpost.engine.inference.seat import Seat

SWAP_LIMIT_S = 60.0
# Mailboxes of the model before are not read any more for this long after a swap.
_STALE_S = 5.0

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PoolStatus:
    """The pool at one moment.

    Attributes:
        alive: Workers that are warm or working, the spare among them.
        replaced: Workers that were lost and replaced, since the start.
        last_recovery_ms: From noticing that a worker with a frame was lost to the next
            result of that frame's camera; None when none was lost.
        p50_ms, p99_ms: Round trips of the newest 256 frames; 0 before the first.
        deadline_ms: Past this a worker counts as hung.
        model_sha256: The model that serves.
        paused: The model hung or crashed too often; it is tried again later.
        sentence: What is wrong with it, or empty.
        provider: What the workers run on, such as ``CUDA`` or ``CPU``; empty until one
            is warm.
        fallback: Why they run on something slower than the first choice, or empty.
    """

    alive: int
    replaced: int
    last_recovery_ms: float | None
    p50_ms: float
    p99_ms: float
    deadline_ms: float
    model_sha256: str
    paused: bool
    sentence: str
    provider: str = ""
    fallback: str = ""


class InferencePool:
    """Analyses frames; safe on any thread.

    Args:
        model: Inspected.
        workers: Threads, each with a child process; one a processor core is best.
        source: Where frames come from and outcomes go back to.
        on_done: Hears each outcome on a pool thread, before the camera's next frame is
            given out. The job's header is of the frame that was really looked at: the
            newest, where the one asked for was overwritten meanwhile.
        score_threshold: Lowest score to hand on; None: the model's own.
        on_quarantine: Hears, on a thread of its own, that a model hung or crashed too
            often, and the sentence for it. It should :meth:`swap` to the model before;
            until it does, the pool pauses and tries again.
    """

    def __init__(
        self,
        model: ModelInfo,
        *,
        workers: int,
        source: JobSource,
        on_done: Callable[[Job, Outcome], None],
        score_threshold: float | None = None,
        on_quarantine: Callable[[ModelInfo, str], None],
    ) -> None:
        assert workers > 0
        self._workers = workers
        self._source = source
        self._on_done = on_done
        self._threshold = score_threshold
        self._on_quarantine = on_quarantine
        self._lock = threading.Lock()
        self._swapping = threading.Lock()
        self._crew = self._new_crew(model)
        self._blame = Blame()
        self._replaced = 0
        self._last_recovery_ms: float | None = None
        self._lost_ns: dict[str, int] = {}
        self._seated = 0
        self._paths: set[Path] = set()
        self._stale: frozenset[Path] = frozenset()
        self._stale_until_ns = 0
        self._stopping = threading.Event()
        self._seats = [Seat(self) for _ in range(workers)]
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin to start workers; returns at once, frames are taken as they are ready."""
        self._source.outage(NotAnalysed.NO_MODEL)
        self._crew.start()
        for number, seat in enumerate(self._seats):
            thread = threading.Thread(
                target=seat.serve, name=f"inference-{number}", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """End all workers; frames in hand are given up."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        self._crew.stop()

    def wait_ready(self, timeout_s: float) -> bool:
        """Wait until one worker is warm; False after the time-out or a refusal."""
        end_ns = SYSTEM_CLOCK.monotonic_ns() + round(timeout_s * NS_PER_S)
        while SYSTEM_CLOCK.monotonic_ns() < end_ns and not self._stopping.is_set():
            crew = self._crew
            if crew.alive or crew.wait_ready(1, 0.1):
                return True
            if crew.refusal is not None:
                return False
        return False

    @property
    def model(self) -> ModelInfo:
        """The model that serves."""
        return self._crew.model

    def pids(self) -> list[int]:
        """Return the process ids of the workers that own a seat, for diagnostics."""
        return [pid for seat in self._seats if (pid := seat.pid) is not None]

    def swap(self, model: ModelInfo) -> None:
        """Serve with another model from now on; the old one serves until it is warm.

        Blocks for about a second. Where the new model wants other pictures, tell the
        cameras afterwards: frames from mailboxes of the old one are left out as
        ``MODEL_SWAP`` until their paths change.

        Raises:
            ModelError: The new model's workers did not come up; the old one serves on.
        """
        with self._swapping:
            crew = self._new_crew(model)
            crew.start()
            if not crew.wait_ready(self._workers, SWAP_LIMIT_S):
                refusal = crew.refusal
                crew.stop()
                raise refusal or ModelError(
                    f"{model.path.name} did not start within {SWAP_LIMIT_S:.0f} seconds.",
                    todo="Choose a smaller model, or try again when less is running.",
                    code="model.too_slow",
                )
            with self._lock:
                old, self._crew = self._crew, crew
                self._blame = Blame()
                if old.model.input != model.input:
                    self._stale = frozenset(self._paths)
                    self._stale_until_ns = SYSTEM_CLOCK.monotonic_ns() + round(
                        _STALE_S * NS_PER_S
                    )
                self._paths.clear()
            old.stop()
        _log.info("model swapped", old=old.model.path.name, new=model.path.name)

    def status(self) -> PoolStatus:
        """Return how the pool is."""
        with self._lock:
            crew, blame = self._crew, self._blame
            replaced, recovery_ms = self._replaced, self._last_recovery_ms
        paused = SYSTEM_CLOCK.monotonic_ns() < blame.paused_until_ns
        return PoolStatus(
            alive=crew.alive,
            replaced=replaced,
            last_recovery_ms=recovery_ms,
            p50_ms=crew.deadline.p50_ms,
            p99_ms=crew.deadline.p99_ms,
            deadline_ms=crew.deadline.limit_ms,
            model_sha256=crew.model.sha256,
            paused=paused,
            sentence=str(crew.refusal or "") or (blame.sentence if paused else ""),
            provider=crew.provider,
            fallback=crew.fallback,
        )

    def _new_crew(self, model: ModelInfo) -> Crew:
        threshold = self._threshold
        return Crew(
            model,
            seats=self._workers,
            threshold=model.score_threshold if threshold is None else threshold,
            deadline=Deadline(),
            on_lost=self._idle_lost,
            on_refused=lambda error: self._refused(model, error),
        )

    def _idle_lost(self, trouble: Trouble, detail: str) -> None:
        with self._lock:
            self._replaced += 1
        _log.warning("idle worker replaced", trouble=trouble.value, detail=detail)

    def _refused(self, model: ModelInfo, error: ModelError) -> None:
        if self._crew.model is model:
            self._source.outage(NotAnalysed.NO_MODEL)
            self._quarantine(model, str(error))

    def _quarantine(self, model: ModelInfo, sentence: str) -> None:
        _log.error("model quarantined", model=model.path.name, detail=sentence)
        # On a thread of its own: the owner swaps models there, which waits for seats.
        threading.Thread(
            target=self._on_quarantine,
            args=(model, sentence),
            name="inference-quarantine",
            daemon=True,
        ).start()

    # What seats need; they are part of the pool

    @property
    def crew(self) -> Crew:
        """The crew that seats take their workers from."""
        return self._crew

    @property
    def source(self) -> JobSource:
        """Where seats take their frames from."""
        return self._source

    @property
    def is_stopping(self) -> bool:
        """Whether seats should end."""
        return self._stopping.is_set()

    def pause_s(self) -> float:
        """Return for how long seats should not work; 0: they may."""
        left_ns = self._blame.paused_until_ns - SYSTEM_CLOCK.monotonic_ns()
        return max(0.0, left_ns / NS_PER_S)

    def wait(self, seconds: float) -> None:
        """Wait, less long when the pool stops."""
        self._stopping.wait(seconds)

    def seated(self, change: int) -> None:
        """Count seats with a worker; the source hears when there are none."""
        with self._lock:
            before, self._seated = self._seated, self._seated + change
            now = self._seated
        if before == 0 and now > 0:
            self._source.outage(None)
        elif now == 0 and before > 0:
            paused = self.pause_s() > 0
            self._source.outage(
                NotAnalysed.NO_MODEL if paused else NotAnalysed.WORKER_RESTART
            )

    def is_stale(self, path: Path) -> bool:
        """Say whether a mailbox was made for the model before; remember it if not."""
        with self._lock:
            if path in self._stale:
                if SYSTEM_CLOCK.monotonic_ns() < self._stale_until_ns:
                    return True
                self._stale = frozenset()
            self._paths.add(path)
            return False

    def worker_failed(
        self,
        crew: Crew,
        worker: WorkerHandle,
        error: WorkerFailedError,
        camera_id: str | None,
    ) -> None:
        """Note the loss of a seated worker, and whose frame it was lost with."""
        with self._lock:
            self._replaced += 1
            if camera_id is not None:
                self._lost_ns.setdefault(camera_id, error.noticed_ns)
        _log.warning(
            "worker replaced",
            pid=worker.pid,
            trouble=error.trouble.value,
            detail=str(error),
        )
        if error.trouble.blames_model:
            self.blame(crew, str(error))

    def blame(self, crew: Crew, detail: str) -> None:
        """Note that a model failed at a frame; quarantine it after three in a minute."""
        with self._lock:
            if crew is not self._crew or not self._blame.failed(
                SYSTEM_CLOCK.monotonic_ns(), detail
            ):
                return
            sentence = self._blame.sentence
        self._source.outage(NotAnalysed.NO_MODEL)
        self._quarantine(crew.model, sentence)

    def deliver(self, job: Job, outcome: Outcome) -> None:
        """Hand an outcome to whoever wants it, then give the camera free."""
        if isinstance(outcome, Analysed) and self._lost_ns:
            with self._lock:
                lost_ns = self._lost_ns.pop(job.camera_id, None)
                if lost_ns is not None:
                    spent_ns = SYSTEM_CLOCK.monotonic_ns() - lost_ns
                    self._last_recovery_ms = spent_ns / NS_PER_MS
        try:
            self._on_done(job, outcome)
        finally:
            self._source.done(job, outcome)
