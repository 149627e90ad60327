"""One thread that writes: batches, commits, and only then acknowledges."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from watchpost.base.clock import NS_PER_MS, NS_PER_S, SYSTEM_CLOCK, Clock
from watchpost.base.errors import StoreError
from watchpost.base.log import get_logger
from watchpost.store.failures import storage_failed, store_error

T = TypeVar("T")
Apply = Callable[[Connection, Sequence[Any]], Sequence[Any]]

BATCH_MS = 100
"""Events wait for each other this long after a commit; the first after a rest does not."""
BATCH_JOBS = 500
MAX_WAITING = 10_000
_RETRY_NS = NS_PER_S

_log = get_logger(__name__)


class Relief(Protocol):
    """What makes room when a write fails for want of it."""

    def relieve(self, error: DBAPIError) -> bool:
        """Say whether the failed transaction is worth trying once more."""
        ...

    def restore(self, *, committed: bool) -> bool:
        """Go back to normal if possible; say whether all is well.

        Asked after each commit, and about once a second while there is nothing to do
        and all is not well.
        """
        ...


@dataclass(slots=True, eq=False)
class _Job:
    apply: Apply
    item: Any
    patient: bool
    on_durable: Callable[[Any], None] | None
    future: Future[Any] = field(default_factory=Future)


class Writer:
    """The only thread that changes the database.

    A *patient* job may wait for others up to 100 ms and is kept, up to 10,000 of them,
    while the disk is full. Any other job is committed at once, with everything that
    waits, and fails at once. Jobs are committed in the order in which they came.
    """

    def __init__(
        self, engine: Engine, relief: Relief, *, clock: Clock = SYSTEM_CLOCK
    ) -> None:
        self._engine = engine
        self._relief = relief
        self._clock = clock
        self._jobs: deque[_Job] = deque()
        self._waiting = threading.Condition()
        self._hurry = 0
        self._closing = False
        self._blocked = False
        self._not_before_ns = 0
        self._is_well = True
        self._thread = threading.Thread(target=self._run, name="store-writer")

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Commit what waits and end; what cannot be committed fails."""
        with self._waiting:
            self._closing = True
            self._waiting.notify()
        if self._thread.is_alive():
            self._thread.join()

    def put(
        self,
        apply: Apply,
        item: Any,
        on_durable: Callable[[Any], None] | None = None,
    ) -> Future[Any]:
        """Queue a patient write; jobs in a row with the same ``apply`` share one call.

        Args:
            apply: Called on the writer thread with a connection and all the items, in
                a transaction; returns one result an item. May be called again for the
                same items after a rollback.
            item: What is to be written.
            on_durable: Called on the writer thread with the item's result, after the
                commit; must not block.

        Returns:
            The item's result, after the commit.

        Raises:
            StoreError: Closed, or too many writes wait for room on the disk.
        """
        return self._add(_Job(apply, item, True, on_durable))

    def call(self, work: Callable[[Connection], T]) -> T:
        """Run work in a transaction on the writer thread; return after the commit.

        ``work`` may be called again after a rollback. Never call this on the writer
        thread itself.

        Raises:
            StoreError: The disk is full, the database is closed, or ``work`` raised it.
        """
        assert threading.current_thread() is not self._thread
        job = self._add(_Job(_call, work, False, None))
        result: T = job.result()
        return result

    def flush(self) -> None:
        """Return when everything queued so far is committed."""
        self.call(lambda _connection: None)

    def _add(self, job: _Job) -> Future[Any]:
        with self._waiting:
            if self._closing:
                raise _closed()
            if len(self._jobs) >= MAX_WAITING:
                raise StoreError(
                    f"{MAX_WAITING:,} records wait for room on the disk; this one is "
                    "lost.",
                    todo="Free space on the disk of the data folder.",
                    code="store.overflow",
                )
            self._jobs.append(job)
            self._hurry += not job.patient
            self._waiting.notify()
        return job.future

    def _run(self) -> None:
        while (batch := self._next_batch()) is not None:
            try:
                if batch:
                    self._commit(batch)
                else:
                    self._is_well = self._relief.restore(committed=False)
            except Exception as error:  # noqa: BLE001 the thread outlives any one write
                _log.exception("write_failed", jobs=len(batch))
                _fail(batch, error)

    def _next_batch(self) -> list[_Job] | None:
        """Wait for work; an empty batch is time to look after the disk, None the end."""
        with self._waiting:
            while not self._jobs and not self._closing:
                wait_s = None if self._is_well else _RETRY_NS / NS_PER_S
                if not self._waiting.wait(wait_s):
                    return []
            if not self._jobs:
                return None
            while self._jobs and not self._due():
                self._waiting.wait(self._rest_s())
            count = min(len(self._jobs), BATCH_JOBS)
            batch = [self._jobs.popleft() for _ in range(count)]
            self._hurry -= sum(not job.patient for job in batch)
            return batch

    def _due(self) -> bool:
        full = len(self._jobs) >= BATCH_JOBS and not self._blocked
        return self._closing or self._hurry > 0 or full or self._rest_s() <= 0

    def _rest_s(self) -> float:
        return (self._not_before_ns - self._clock.monotonic_ns()) / NS_PER_S

    def _pause(self, wait_ns: int, *, blocked: bool) -> None:
        self._blocked = blocked
        self._not_before_ns = self._clock.monotonic_ns() + wait_ns

    def _commit(self, batch: list[_Job]) -> None:
        """Commit a batch; one that cannot be committed costs only itself."""
        try:
            self._transact(batch)
        except DBAPIError as error:
            if not storage_failed(error):
                self._one_by_one(batch, error)
            else:
                self._is_well = False
                if not (self._relief.relieve(error) and self._again(batch)):
                    self._keep(batch, error)
        except Exception as error:  # noqa: BLE001 whatever the work raised is its answer
            self._one_by_one(batch, error)

    def _again(self, batch: list[_Job]) -> bool:
        try:
            self._transact(batch)
        except DBAPIError as error:
            if not storage_failed(error):
                self._one_by_one(batch, error)
                return True
            return False
        return True

    def _one_by_one(self, batch: list[_Job], error: Exception) -> None:
        if len(batch) == 1:
            _fail(batch, error)
            return
        for job in batch:
            self._commit([job])

    def _keep(self, batch: list[_Job], error: DBAPIError) -> None:
        """Keep patient jobs for later; fail the others, those still queued too."""
        with self._waiting:
            jobs = [*batch, *self._jobs]
            kept = [] if self._closing else [job for job in jobs if job.patient]
            self._jobs = deque(kept)
            self._hurry = 0
        self._pause(_RETRY_NS, blocked=True)
        _fail([job for job in jobs if not job.patient or not kept], store_error(error))

    def _transact(self, batch: list[_Job]) -> None:
        results: list[Any] = []
        with self._engine.begin() as connection:
            for apply, jobs in groupby(batch, key=lambda job: job.apply):
                results.extend(apply(connection, [job.item for job in jobs]))
        self._pause(BATCH_MS * NS_PER_MS, blocked=False)
        for job, result in zip(batch, results, strict=True):
            _acknowledge(job, result)
        self._is_well = self._relief.restore(committed=True)


def _call(connection: Connection, works: Sequence[Any]) -> list[Any]:
    return [work(connection) for work in works]


def _acknowledge(job: _Job, result: Any) -> None:
    job.future.set_result(result)
    if job.on_durable is not None:
        try:
            job.on_durable(result)
        except Exception:  # noqa: BLE001 a listener's trouble is not the writer's
            _log.exception("listener_failed")


def _fail(batch: Sequence[_Job], error: Exception) -> None:
    for job in batch:
        if not job.future.done():
            job.future.set_exception(error)
            if job.patient:
                _log.error("record_lost", error=str(error))


def _closed() -> StoreError:
    return StoreError(
        "The database is closed.",
        todo="Start the edge again.",
        code="store.closed",
    )
