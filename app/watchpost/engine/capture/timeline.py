"""A stream's own time stamps, made usable: from zero, never absent, no jumps."""

from __future__ import annotations

from fractions import Fraction

from watchpost.base.clock import NS_PER_S

_JUMP_NS = 5 * NS_PER_S
_DEFAULT_INTERVAL_NS = NS_PER_S // 25


class Timeline:
    """Turns the stamps of one epoch's packets into nanoseconds since its start.

    The first packet of an RTSP stream has no stamp, AVI has only decoding times, and a
    camera's clock may jump when it is set. Packets without a stamp get one after the
    packet before; a live stream that jumps goes on where its arrival says.

    Args:
        time_base: Seconds of one tick.
        fps: Stated frame rate, or None.
    """

    def __init__(self, time_base: Fraction, fps: float | None = None) -> None:
        self._scale = time_base * NS_PER_S
        self._interval_ns = int(NS_PER_S / fps) if fps else _DEFAULT_INTERVAL_NS
        self._base_ns: int | None = None
        self._last_ns: int | None = None
        self._last_elapsed_ns = 0
        self._shift: int | None = None
        self.ordered = False
        """Presentation times are more than shifted decoding times, so they are real."""

    def stamp(self, pts: int | None, dts: int | None, elapsed_ns: int | None) -> int:
        """Return the presentation time of the next packet.

        Args:
            pts: Presentation time in ticks, or None.
            dts: Decoding time in ticks, or None.
            elapsed_ns: Since the epoch began, of a live stream; None for a file, whose
                stamps are believed.
        """
        if pts is not None and dts is not None:
            if self._shift is None:
                self._shift = pts - dts
            self.ordered = self.ordered or pts - dts != self._shift
        ticks = pts if pts is not None else dts
        if ticks is None:
            time_ns = self._guess(elapsed_ns)
        else:
            raw_ns = int(ticks * self._scale)
            if self._base_ns is None or self._jumped(
                raw_ns - self._base_ns, elapsed_ns
            ):
                self._base_ns = raw_ns - self._guess(elapsed_ns)
            time_ns = raw_ns - self._base_ns
        self._last_ns = time_ns
        self._last_elapsed_ns = elapsed_ns or 0
        return time_ns

    def _guess(self, elapsed_ns: int | None) -> int:
        if self._last_ns is None:
            return 0
        if elapsed_ns is None:
            return self._last_ns + self._interval_ns
        return self._last_ns + max(1, elapsed_ns - self._last_elapsed_ns)

    def _jumped(self, time_ns: int, elapsed_ns: int | None) -> bool:
        if elapsed_ns is None or self._last_ns is None:
            return False
        expected = self._last_ns + elapsed_ns - self._last_elapsed_ns
        return abs(time_ns - expected) > _JUMP_NS
