"""Whether a model did so much to its workers that it may not serve."""

from __future__ import annotations

from collections import deque

from watchpost.base.clock import NS_PER_S

QUARANTINE_FAILURES = 3
QUARANTINE_WINDOW_S = 60.0
FIRST_PAUSE_S = 10.0
LONGEST_PAUSE_S = 300.0


class Blame:
    """Counts what one model did to its workers; thread-safe by its owner."""

    def __init__(self) -> None:
        self._failures_ns: deque[int] = deque(maxlen=QUARANTINE_FAILURES)
        self._pause_s = FIRST_PAUSE_S
        self.paused_until_ns = 0
        self.sentence = ""

    def failed(self, now_ns: int, detail: str) -> bool:
        """Note a failure; return whether the model is to be quarantined for it."""
        self._failures_ns.append(now_ns)
        window_ns = round(QUARANTINE_WINDOW_S * NS_PER_S)
        if (
            len(self._failures_ns) < QUARANTINE_FAILURES
            or now_ns - self._failures_ns[0] > window_ns
        ):
            return False
        self._failures_ns.clear()
        if now_ns - self.paused_until_ns > LONGEST_PAUSE_S * NS_PER_S:
            self._pause_s = FIRST_PAUSE_S
        self.paused_until_ns = now_ns + round(self._pause_s * NS_PER_S)
        self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
        self.sentence = (
            f"It hung or crashed {QUARANTINE_FAILURES} times within "
            f"{QUARANTINE_WINDOW_S:.0f} seconds, the last time because of: {detail}."
        )
        return True
