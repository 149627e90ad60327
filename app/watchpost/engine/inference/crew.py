"""The warm workers of one model: as many as there are seats, and a spare.

Starting a worker takes half a second, most of it imports; a spare that has loaded and
warmed up takes over within a few milliseconds. Whenever one is lost, another is started.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from watchpost.base.clock import NS_PER_S, SYSTEM_CLOCK
from watchpost.base.errors import ModelError
from watchpost.base.log import get_logger
from watchpost.engine.inference.deadline import Deadline
from watchpost.engine.inference.handle import (
    Trouble,
    WorkerFailedError,
    WorkerHandle,
)
from watchpost.engine.inference.model import ModelInfo
from watchpost.engine.supervisor import RestartPolicy, Restarts

SPARES = 1
START_LIMIT_S = 60.0
_POLL_S = 0.02
_IDLE_POLL_S = 0.5
# A worker costs half a second of processor time; more than twenty lost in a minute are a
# fault somewhere, and the computer must not be kept busy with starting more.
_LOSSES = RestartPolicy(
    first_delay_s=0.0, longest_delay_s=0.0, most=20, window_s=60.0, fault_delay_s=10.0
)
# A file that was refused is refused again, until somebody replaces it.
_REFUSALS = RestartPolicy(
    first_delay_s=5.0, longest_delay_s=60.0, most=20, window_s=600.0, fault_delay_s=60.0
)

_log = get_logger(__name__)


class Crew:
    """Workers of one model, started and watched by one thread; safe on any thread.

    ``provider`` and ``fallback`` tell what the newest warm worker runs on.

    Args:
        model: What they run.
        seats: How many of them work at a time.
        threshold: Lowest score they hand on.
        deadline: Takes in the warm-up times.
        on_lost: Hears how an idle or starting worker was lost, on the crew's thread.
        on_refused: Hears that a worker would not load the model, on the same thread.
    """

    def __init__(
        self,
        model: ModelInfo,
        *,
        seats: int,
        threshold: float,
        deadline: Deadline,
        on_lost: Callable[[Trouble, str], None],
        on_refused: Callable[[ModelError], None],
    ) -> None:
        self.model = model
        self.deadline = deadline
        self.provider = ""
        self.fallback = ""
        self._wanted = seats + SPARES
        self._threshold = threshold
        self._on_lost = on_lost
        self._on_refused = on_refused
        self._change = threading.Condition()
        self._ready: deque[WorkerHandle] = deque()
        self._starting: list[WorkerHandle] = []
        self._seated = 0
        self._losses = Restarts(_LOSSES)
        self._refusals = Restarts(_REFUSALS)
        self._refusal: ModelError | None = None
        self._stopping = False
        # Not a daemon of some other thread: children die with the thread that made them.
        self._thread = threading.Thread(target=self._run, name="inference-crew")
        self._thread.daemon = True

    @property
    def refusal(self) -> ModelError | None:
        """Why a worker could not load the model, the last time that happened."""
        return self._refusal

    @property
    def alive(self) -> int:
        """Workers that can work: seated and warm."""
        with self._change:
            return self._seated + len(self._ready)

    def pids(self) -> list[int]:
        """Return the process ids of the warm ones, for diagnostics."""
        with self._change:
            return [worker.pid for worker in self._ready]

    def start(self) -> None:
        """Begin to start workers; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End all workers but the seated ones, whose seats kill them."""
        with self._change:
            self._stopping = True
            self._change.notify_all()
        if self._thread.ident is not None:
            self._thread.join()

    def wait_ready(self, count: int, timeout_s: float) -> bool:
        """Wait until so many warm workers stand by; False at time-out or refusal."""
        with self._change:
            self._change.wait_for(
                lambda: (
                    len(self._ready) >= count
                    or self._refusal is not None
                    or self._stopping
                ),
                timeout_s,
            )
            return len(self._ready) >= count

    def take(self, timeout_s: float) -> WorkerHandle | None:
        """Return a warm worker to seat, or None after the time-out.

        It may have been lost a moment ago: the seat asks ``is_fit`` before it uses one.
        """
        with self._change:
            self._change.wait_for(
                lambda: bool(self._ready) or self._stopping, timeout_s
            )
            if self._stopping or not self._ready:
                return None
            self._seated += 1
            return self._ready.popleft()

    def lost(self, worker: WorkerHandle) -> None:
        """Hear that a seated worker is no more; its seat has killed it."""
        with self._change:
            self._seated -= 1
            self._losses.ended(SYSTEM_CLOCK.monotonic_ns())
            self._change.notify_all()
        _log.info("worker lost", pid=worker.pid, model=self.model.path.name)

    def dismissed(self) -> None:
        """Hear that a seat gave up its worker in order."""
        with self._change:
            self._seated -= 1
            self._change.notify_all()

    # The crew's own thread; workers are started, polled and killed without the lock

    def _run(self) -> None:
        try:
            while not self._stopping:
                for worker in list(self._starting):
                    self._look_at_starting(worker)
                self._look_after_ready()
                self._top_up()
                with self._change:
                    if not self._stopping:
                        self._change.wait(_POLL_S if self._starting else _IDLE_POLL_S)
        finally:
            with self._change:
                workers = [*self._ready, *self._starting]
                self._ready.clear()
                self._starting.clear()
                self._change.notify_all()
            for worker in workers:
                worker.kill()

    def _look_at_starting(self, worker: WorkerHandle) -> None:
        try:
            times_ms = worker.poll_ready()
        except WorkerFailedError as error:
            self._drop(worker, error.trouble, f"while starting: {error}")
            return
        except ModelError as error:
            self._refused(worker, error)
            return
        waited_ns = SYSTEM_CLOCK.monotonic_ns() - worker.started_ns
        if times_ms is not None:
            # The first run is no measure: it allocates.
            for spent_ms in times_ms[1:]:
                self.deadline.note(spent_ms)
            with self._change:
                self.provider, self.fallback = worker.provider, worker.fallback
                self._starting.remove(worker)
                self._ready.append(worker)
                self._refusal = None
                self._change.notify_all()
        elif waited_ns > START_LIMIT_S * NS_PER_S:
            self._drop(worker, Trouble.HUNG, "did not start in time")

    def _look_after_ready(self) -> None:
        with self._change:
            ready = list(self._ready)
        for worker in ready:
            if not worker.is_fit():
                self._drop(worker, Trouble.KILLED, "stopped or gone while it stood by")

    def _top_up(self) -> None:
        now_ns = SYSTEM_CLOCK.monotonic_ns()
        while True:
            with self._change:
                count = self._seated + len(self._ready) + len(self._starting)
            if count >= self._wanted or self._stopping:
                return
            if not self._losses.may_start(now_ns) or not self._refusals.may_start(
                now_ns
            ):
                return
            worker = WorkerHandle(self.model, self._threshold)
            with self._change:
                self._starting.append(worker)

    def _drop(self, worker: WorkerHandle, trouble: Trouble, detail: str) -> None:
        """Give up a worker that has no seat; not when a seat took it meanwhile."""
        with self._change:
            if worker in self._starting:
                self._starting.remove(worker)
            elif worker in self._ready:
                self._ready.remove(worker)
            else:
                return
            self._losses.ended(SYSTEM_CLOCK.monotonic_ns())
        worker.kill()
        self._on_lost(trouble, detail)

    def _refused(self, worker: WorkerHandle, error: ModelError) -> None:
        with self._change:
            self._starting.remove(worker)
            self._refusals.ended(SYSTEM_CLOCK.monotonic_ns())
            self._refusal = error
            self._change.notify_all()
        worker.kill()
        self._on_refused(error)
