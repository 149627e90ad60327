"""The inference pool of an edge and the model in it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from watchpost.base.log import get_logger
from watchpost.domain.coverage import NotAnalysed
from watchpost.edge.models import Serving
from watchpost.engine.inference.jobs import Job, Outcome
from watchpost.engine.inference.model import ModelInfo
from watchpost.engine.inference.pool import InferencePool, PoolStatus
from watchpost.engine.scheduler import Scheduler

_log = get_logger(__name__)


class Analysis:
    """Serves with one model at a time; frames in flight keep the name of theirs.

    Args:
        scheduler: Where the pool takes its frames.
        on_done: Called on pool threads with every outcome.
        on_quarantine: Called on a pool thread when a model stopped too many workers.
        workers: Inference workers.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        *,
        on_done: Callable[[Job, Outcome], None],
        on_quarantine: Callable[[ModelInfo, str], None],
        workers: int,
    ) -> None:
        self._scheduler = scheduler
        self._on_done = on_done
        self._on_quarantine = on_quarantine
        self._workers = workers
        self._lock = threading.Lock()
        self._pool: InferencePool | None = None
        self._serving: Serving | None = None
        self._by_sha: dict[str, Serving] = {}
        scheduler.outage(NotAnalysed.NO_MODEL)

    def serving(self) -> Serving | None:
        """Return the model that frames go to now."""
        return self._serving

    def model_by_sha(self, sha256: str) -> Serving | None:
        """Return a model that serves or served since the start."""
        return self._by_sha.get(sha256)

    def status(self) -> PoolStatus | None:
        """Return how the workers are, or None while there are none."""
        pool = self._pool
        return pool.status() if pool is not None else None

    def serve(self, serving: Serving | None) -> None:
        """Serve with this model from the next frame on; None: with nothing.

        Blocks for about a second where another model serves now.

        Raises:
            ModelError: Its workers did not come up; the model before serves on.
        """
        with self._lock:
            if serving is None:
                self._serving = None
                self._end_pool()
                self._scheduler.outage(NotAnalysed.NO_MODEL)
                return
            self._by_sha[serving.info.sha256] = serving
            if self._pool is None:
                self._begin_pool(serving)
            elif _reading(self._pool.model) != _reading(serving.info):
                self._pool.swap(serving.info)
            self._serving = serving
        _log.info("serving", model=serving.name, sha256=serving.info.sha256[:16])

    def set_workers(self, workers: int) -> None:
        """Serve with so many workers from now on."""
        with self._lock:
            if workers == self._workers:
                return
            self._workers = workers
            if self._serving is not None:
                self._end_pool()
                self._begin_pool(self._serving)

    def stop(self) -> None:
        """End all workers."""
        with self._lock:
            self._end_pool()

    def _begin_pool(self, serving: Serving) -> None:
        self._pool = InferencePool(
            serving.info,
            workers=self._workers,
            source=self._scheduler,
            on_done=self._on_done,
            on_quarantine=self._on_quarantine,
        )
        self._pool.start()

    def _end_pool(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()


def _reading(info: ModelInfo) -> tuple[str, str]:
    """Return what workers are started for: a file and how it is read."""
    return info.sha256, info.layout
