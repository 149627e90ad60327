"""The parent's end of one inference worker."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import Any

import numpy as np
import psutil

from watchpost.base.channel import ChannelClosedError, Message
from watchpost.base.clock import NS_PER_MS, SYSTEM_CLOCK
from watchpost.base.errors import ModelError
from watchpost.base.processes import Child
from watchpost.domain.coverage import NotAnalysed
from watchpost.engine.inference.deadline import Deadline
from watchpost.engine.inference.jobs import Analysed, Job, NotDone, Outcome
from watchpost.engine.inference.model import ModelInfo
from watchpost.engine.inference.worker import (
    BYTES_A_BOX,
    header_fields,
    header_from,
    unpack,
    worker_main,
)

_SLICE_S = 0.03
# A worker that spent less processor time than this on a frame was kept from it; spent
# time is told in ticks of 10 ms.
_LEAST_WORK_MS = 40.0
_WORK_OF_MEDIAN = 2.0
# An end of file comes shortly before the exit code.
_EXIT_POLLS = 25
_EXIT_POLL_S = 0.004
_SIGKILL = 9


class Trouble(StrEnum):
    """How a worker failed."""

    HUNG = "hung"
    FROZEN = "frozen"
    KILLED = "killed"
    CRASHED = "crashed"

    @property
    def blames_model(self) -> bool:
        """Whether the model may be the cause; being stopped or killed is not its doing."""
        return self in (Trouble.HUNG, Trouble.CRASHED)


class WorkerFailedError(Exception):
    """A worker will not answer any more."""

    def __init__(self, trouble: Trouble, detail: str) -> None:
        super().__init__(detail)
        self.trouble = trouble
        self.noticed_ns = SYSTEM_CLOCK.monotonic_ns()


class WorkerHandle:
    """A child process with one model. One thread at a time.

    Must be made on a thread that lives as long as the child (on Linux a child is told of
    the end of the thread that started it).
    """

    def __init__(self, model: ModelInfo, threshold: float) -> None:
        self.model = model
        self._child = Child("inference", worker_main, model, threshold)
        self._process = psutil.Process(self._child.pid)
        self.started_ns = SYSTEM_CLOCK.monotonic_ns()
        self.provider = ""
        self.fallback = ""

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._child.pid

    def poll_ready(self) -> list[float] | None:
        """Return the milliseconds of the warm-up runs once it is ready, else None.

        From then on ``provider`` and ``fallback`` tell what it runs on.

        Raises:
            ModelError: The child refuses the model.
            WorkerFailedError: The child is gone.
        """
        message = self._receive(0.0)
        if message is None:
            return None
        if "what" in message:
            raise ModelError(
                message["what"], todo=message["todo"], code=message["code"]
            )
        self.provider = str(message["provider"])
        self.fallback = str(message["fallback"])
        return [float(ms) for ms in message["ready"]]

    def is_fit(self) -> bool:
        """Say whether an idle worker would answer: it exists and is not stopped."""
        if not self._child.is_alive():
            return False
        try:
            return self._process.status() not in (
                psutil.STATUS_STOPPED,
                psutil.STATUS_ZOMBIE,
                psutil.STATUS_TRACING_STOP,
            )
        except psutil.Error:
            return False

    def analyse(self, job: Job, deadline: Deadline) -> tuple[Job, Outcome]:
        """Have a frame looked at; blocks until the answer or the deadline.

        Returns:
            The job, of the frame that was really looked at, and what came of it.

        Raises:
            WorkerFailedError: It crashed, or did not answer in time; kill it.
        """
        start_ns = SYSTEM_CLOCK.monotonic_ns()
        cpu_s = self._cpu_s()
        try:
            self._child.channel.send(
                {
                    "ring": str(job.ring_path),
                    "slot": job.slot,
                    "header": header_fields(job.header),
                    "grey": job.wants_grey,
                }
            )
            message, payload = self._await(start_ns, cpu_s, deadline)
        except ChannelClosedError as error:
            raise self._ended() from error
        deadline.note((SYSTEM_CLOCK.monotonic_ns() - start_ns) / NS_PER_MS)
        if "not_done" in message:
            return job, NotDone(NotAnalysed(message["not_done"]), message["detail"])
        return self._analysed(job, message, payload)

    def kill(self) -> None:
        """End the child at once; harmless when it is gone."""
        self._child.kill()

    def _analysed(
        self, job: Job, message: Message, payload: bytes
    ) -> tuple[Job, Outcome]:
        looked_at = replace(
            job, slot=message["slot"], header=header_from(message["header"])
        )
        boxes_end = BYTES_A_BOX * message["count"]
        try:
            found = unpack(payload[:boxes_end], message["count"])
            grey = None
            if "grey" in message:
                grey = np.frombuffer(payload[boxes_end:], np.uint8).reshape(
                    message["grey"]
                )
        except ValueError as error:
            raise WorkerFailedError(Trouble.CRASHED, str(error)) from error
        return looked_at, Analysed(found, float(message["ms"]), self.model.sha256, grey)

    def _await(
        self, start_ns: int, cpu_s: float, deadline: Deadline
    ) -> tuple[Message, bytes]:
        limit_ms = deadline.limit_ms
        while True:
            spent_ms = (SYSTEM_CLOCK.monotonic_ns() - start_ns) / NS_PER_MS
            got = self._child.channel.receive(
                max(_SLICE_S, (limit_ms - spent_ms) / 1e3)
            )
            if got is not None:
                return got
            spent_ms = (SYSTEM_CLOCK.monotonic_ns() - start_ns) / NS_PER_MS
            if spent_ms < limit_ms:
                continue
            if not self.is_fit() and self._child.is_alive():
                raise WorkerFailedError(
                    Trouble.FROZEN, f"stopped for {spent_ms:.0f} ms by somebody"
                )
            if spent_ms >= deadline.hard_limit_ms or not self._is_starved(
                cpu_s, deadline
            ):
                raise WorkerFailedError(
                    Trouble.HUNG, f"no answer within {spent_ms:.0f} ms"
                )

    def _is_starved(self, cpu_s: float, deadline: Deadline) -> bool:
        """Say whether it wants the processor and did not get it: then it is not hung."""
        try:
            wants = self._process.status() in (
                psutil.STATUS_RUNNING,
                psutil.STATUS_DISK_SLEEP,
            )
        except psutil.Error:
            return False
        used_ms = (self._cpu_s() - cpu_s) * 1000
        return wants and used_ms < max(
            _LEAST_WORK_MS, _WORK_OF_MEDIAN * deadline.p50_ms
        )

    def _cpu_s(self) -> float:
        try:
            times = self._process.cpu_times()
        except psutil.Error:
            return 0.0
        return float(times.user + times.system)

    def _receive(self, timeout_s: float) -> dict[str, Any] | None:
        try:
            got = self._child.channel.receive(timeout_s)
        except ChannelClosedError as error:
            raise self._ended() from error
        return None if got is None else got[0]

    def _ended(self) -> WorkerFailedError:
        """Say how the child ended, once it has; then collect it."""
        for _ in range(_EXIT_POLLS):
            if not self._child.is_alive():
                break
            SYSTEM_CLOCK.sleep(_EXIT_POLL_S)
        self._child.kill()
        code = self._child.exit_code
        if code == -_SIGKILL:
            return WorkerFailedError(Trouble.KILLED, "killed from outside")
        return WorkerFailedError(Trouble.CRASHED, f"ended with code {code}")
