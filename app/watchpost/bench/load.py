"""What processes and their children use of this computer: cores and memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import psutil

from watchpost.base.clock import NS_PER_S, SYSTEM_CLOCK

_MIB = 1 << 20


class Load:
    """Processor time and memory of processes and all their descendants.

    Children that start meanwhile are counted from their start, those that end up to the
    last look at them. One thread at a time.

    Args:
        pids: Roots.
    """

    def __init__(self, pids: Sequence[int]) -> None:
        self._pids = pids
        self._spent_s: dict[tuple[int, float], float] = {}
        self.restart()

    def restart(self) -> None:
        """Count from now on."""
        self._began_ns = SYSTEM_CLOCK.monotonic_ns()
        self._spent_s = {}
        self._look()
        self._base_s = dict(self._spent_s)

    def cpu_s(self) -> float:
        """Return the seconds of processor time since the start."""
        self._look()
        return sum(
            spent - self._base_s.get(key, 0.0) for key, spent in self._spent_s.items()
        )

    def cores(self) -> float:
        """Return how many cores were busy, on average."""
        passed_s = (SYSTEM_CLOCK.monotonic_ns() - self._began_ns) / NS_PER_S
        return self.cpu_s() / passed_s if passed_s else 0.0

    def memory_mib(self) -> float:
        """Return the resident memory; what processes share is counted for each."""
        total = 0
        for process in self._processes():
            try:
                total += process.memory_info().rss
            except psutil.Error:
                continue
        return total / _MIB

    def threads(self) -> int:
        """Return how many threads there are."""
        total = 0
        for process in self._processes():
            try:
                total += process.num_threads()
            except psutil.Error:
                continue
        return total

    def _look(self) -> None:
        for process in self._processes():
            try:
                times = process.cpu_times()
                key = (process.pid, process.create_time())
            except psutil.Error:
                continue
            self._spent_s[key] = times.user + times.system

    def _processes(self) -> Iterator[psutil.Process]:
        for pid in self._pids:
            try:
                root = psutil.Process(pid)
                yield from (root, *root.children(recursive=True))
            except psutil.Error:
                continue
