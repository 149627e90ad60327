"""How long a worker may take before it counts as hung."""

from __future__ import annotations

import threading
from collections import deque

import numpy as np

FLOOR_MS = 150.0
CEILING_MS = 700.0
_FACTOR = 6.0
# A model that is slow by itself must not be killed for it.
_SLOW_FACTOR = 3.0
_SAMPLES = 256
_RENEW_EVERY = 8


class Deadline:
    """``min(700 ms, max(150 ms, 6 x p99))`` of the newest round trips; thread-safe.

    Round trips are wall time, so a busy computer stretches the deadline with the
    answers. A model whose p99 is beyond 230 ms gets three times that, more than 700 ms:
    it cannot be told from a hung one sooner.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._samples: deque[float] = deque(maxlen=_SAMPLES)
        self._count = 0
        self._p50_ms = 0.0
        self._p99_ms = 0.0

    @property
    def p50_ms(self) -> float:
        """Median round trip; 0 before the first."""
        return self._p50_ms

    @property
    def p99_ms(self) -> float:
        """99th percentile of the round trips; 0 before the first."""
        return self._p99_ms

    @property
    def limit_ms(self) -> float:
        """Past this, a worker that does nothing is killed."""
        usual_ms = min(CEILING_MS, max(FLOOR_MS, _FACTOR * self._p99_ms))
        return max(usual_ms, _SLOW_FACTOR * self._p99_ms)

    @property
    def hard_limit_ms(self) -> float:
        """Past this, every worker is killed, also one that never got the processor."""
        return max(CEILING_MS, _SLOW_FACTOR * self._p99_ms)

    def note(self, round_trip_ms: float) -> None:
        """Take in one answer's time."""
        with self._lock:
            self._samples.append(round_trip_ms)
            self._count += 1
            if self._count <= _RENEW_EVERY or self._count % _RENEW_EVERY == 0:
                p50, p99 = np.percentile(self._samples, (50, 99))
                self._p50_ms, self._p99_ms = float(p50), float(p99)
