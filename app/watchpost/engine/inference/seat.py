"""One pool thread's place: the worker it owns, and what it does when that fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchpost.base.log import get_logger
from watchpost.domain.coverage import NotAnalysed
from watchpost.engine.inference.crew import Crew
from watchpost.engine.inference.handle import Trouble, WorkerFailedError, WorkerHandle
from watchpost.engine.inference.jobs import Job, NotDone, Outcome

if TYPE_CHECKING:
    from watchpost.engine.inference.pool import InferencePool

_TAKE_S = 0.2
_SPARE_WAIT_S = 0.1

_log = get_logger(__name__)


class Seat:
    """One pool thread and the worker it owns."""

    def __init__(self, pool: InferencePool) -> None:
        self._pool = pool
        self._worker: WorkerHandle | None = None
        self._crew: Crew = pool.crew

    @property
    def pid(self) -> int | None:
        """The worker's process id; None while the seat is empty."""
        worker = self._worker
        return None if worker is None else worker.pid

    def serve(self) -> None:
        """Take frames until the pool stops; the thread's body."""
        while not self._pool.is_stopping:
            try:
                self._serve_one()
            except Exception:  # noqa: BLE001 - the loop top: one bad frame ends no thread
                _log.error("a pool thread stumbled", exc_info=True)
        self._leave()

    def _serve_one(self) -> None:
        pause_s = self._pool.pause_s()
        if pause_s > 0:
            self._leave()
            self._pool.wait(min(pause_s, _TAKE_S))
            return
        if not self._sit(_TAKE_S):
            return
        job = self._pool.source.take(_TAKE_S)
        if job is None:
            return
        if self._pool.is_stale(job.ring_path):
            outcome: Outcome = NotDone(
                NotAnalysed.MODEL_SWAP, "mailbox of the old model"
            )
        elif self._sit(_SPARE_WAIT_S, job):
            job, outcome = self._look(job)
        else:
            outcome = NotDone(NotAnalysed.WORKER_RESTART, "no warm worker")
        self._pool.deliver(job, outcome)

    def _sit(self, timeout_s: float, job: Job | None = None) -> bool:
        """Have a fit worker of the serving model; return whether there is one."""
        if self._crew is not self._pool.crew:
            self._change_crew(timeout_s)
        while self._worker is not None and not self._worker.is_fit():
            self._give_up(
                WorkerFailedError(Trouble.KILLED, "stopped or gone while idle"), job
            )
        if self._worker is None:
            self._worker = self._crew.take(timeout_s)
            if self._worker is not None:
                self._pool.seated(1)
        return self._worker is not None

    def _change_crew(self, timeout_s: float) -> None:
        crew = self._pool.crew
        worker = crew.take(timeout_s)
        if worker is None:
            self._leave()
        else:
            old, self._worker = self._worker, worker
            if old is None:
                self._pool.seated(1)
            else:
                old.kill()
                self._crew.dismissed()
        self._crew = crew

    def _look(self, job: Job) -> tuple[Job, Outcome]:
        worker = self._worker
        assert worker is not None
        try:
            job, outcome = worker.analyse(job, self._crew.deadline)
        except WorkerFailedError as error:
            self._give_up(error, job)
            return job, NotDone(_reason(error.trouble), str(error))
        if isinstance(outcome, NotDone) and outcome.reason is NotAnalysed.POISON_FRAME:
            self._pool.blame(self._crew, outcome.detail)
        return job, outcome

    def _give_up(self, error: WorkerFailedError, job: Job | None) -> None:
        worker, self._worker = self._worker, None
        assert worker is not None
        # The spare sits down first: a seat that is taken over at once is no outage.
        self._worker = self._crew.take(0.0)
        worker.kill()
        self._crew.lost(worker)
        if self._worker is None:
            self._pool.seated(-1)
        camera_id = None if job is None else job.camera_id
        self._pool.worker_failed(self._crew, worker, error, camera_id)

    def _leave(self) -> None:
        """Give up the worker in order, because it is not needed any more."""
        worker, self._worker = self._worker, None
        if worker is not None:
            self._pool.seated(-1)
            worker.kill()
            self._crew.dismissed()


def _reason(trouble: Trouble) -> NotAnalysed:
    if trouble.blames_model:
        return NotAnalysed.POISON_FRAME
    return NotAnalysed.WORKER_RESTART
