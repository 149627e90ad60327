"""A data folder with everything open, for tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from watchpost.base.clock import SYSTEM_CLOCK, Clock
from watchpost.base.paths import DataFolder
from watchpost.edge.stores import Stores, open_stores


@contextmanager
def opened(root: Path, *, clock: Clock = SYSTEM_CLOCK) -> Iterator[Stores]:
    """Open a data folder under a test's own folder."""
    stores = open_stores(DataFolder(root / "data"), clock=clock)
    try:
        yield stores
    finally:
        stores.close()


class FakeClock:
    """Time that stands still until it is moved; starts on 2026-03-10 12:00 UTC."""

    def __init__(self, utc_s: int = 1_773_144_000) -> None:
        self.utc = utc_s * 10**9
        self.monotonic = 10**12

    def monotonic_ns(self) -> int:
        return self.monotonic

    def utc_ns(self) -> int:
        return self.utc

    def sleep(self, seconds: float) -> None:
        self.move(seconds)

    def move(self, seconds: float) -> None:
        self.utc += round(seconds * 10**9)
        self.monotonic += round(seconds * 10**9)
