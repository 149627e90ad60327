"""Gives every decoded picture its name, and every packet the name of its picture.

Names count pictures in the order in which the live decoder yields them. Recording and
relay carry names beside packets, so whoever decodes again knows which picture is which
without counting: a decoder that joins later may drop or delay others than ours did.
"""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass

from watchpost.base.clock import NS_PER_MS
from watchpost.engine.video.stream import CodedPacket

# H.264 and H.265 hold back at most 16 pictures.
_MOST_HELD_BACK = 17
# Before a decoder has noticed that pictures are reordered.
_LEAST_WAITED = 3


@dataclass(frozen=True, slots=True, eq=False)
class NamedPicture:
    """One picture's name and times.

    Attributes:
        packet: The packet it came in.
        sequence: Number of the picture within the epoch, from 0.
        pts_ns: Since the start of the epoch; never falls.
        at_ns: When it could be decoded, UTC nanoseconds; rises.
    """

    packet: CodedPacket
    sequence: int
    pts_ns: int
    at_ns: int


@dataclass(slots=True, eq=False)
class _Fed:
    packet: CodedPacket
    sequence: int | None = None
    done: bool = False


class PictureNames:
    """Names the pictures of one epoch. One thread at a time.

    Args:
        paced: Arrival times follow the stream's own times (lockstep), not the clock.
    """

    def __init__(self, *, paced: bool = False) -> None:
        self._paced = paced
        self._fed: deque[_Fed] = deque()
        self._by_number: dict[int, _Fed] = {}
        self._times: list[int] = []
        self._ordered = False
        self._newest: CodedPacket | None = None
        self._first_at_ns = 0
        self._released_by = -1
        self._last: NamedPicture | None = None
        self.count = 0

    def feed(self, packet: CodedPacket) -> None:
        """Take note of a packet that the decoder gets."""
        if self._newest is None:
            self._first_at_ns = packet.at_ns
        fed = _Fed(packet)
        self._fed.append(fed)
        self._by_number[packet.number] = fed
        self._newest = packet
        self._ordered = self._ordered or packet.ordered
        heapq.heappush(self._times, packet.pts_ns)

    def name(self, number: int, *, reorders: bool) -> NamedPicture | None:
        """Name the picture that came out for this packet; None for an unknown packet."""
        fed = self._by_number.pop(number, None)
        if fed is None or self._newest is None:
            return None
        pts_ns = self._time_of(fed.packet, reorders)
        named = NamedPicture(fed.packet, self.count, pts_ns, self._arrival(pts_ns))
        fed.sequence, fed.done = self.count, True
        self._released_by = self._newest.number
        self._last = named
        self.count += 1
        return named

    def settled(
        self, *, reorders: bool, everything: bool = False
    ) -> list[tuple[CodedPacket, int | None]]:
        """Return packets whose picture is known by now, in the order of arrival.

        The second of each pair is the sequence of its picture, or None: it gave none.

        Args:
            reorders: The decoder holds pictures back.
            everything: No more pictures come; give up waiting for them.
        """
        window = _MOST_HELD_BACK if reorders else _LEAST_WAITED
        window = 0 if everything else window
        found = []
        while self._fed and (self._fed[0].done or len(self._fed) > window):
            fed = self._fed.popleft()
            self._by_number.pop(fed.packet.number, None)
            found.append((fed.packet, fed.sequence))
        return found

    def _time_of(self, packet: CodedPacket, reorders: bool) -> int:
        pts_ns = packet.pts_ns
        if reorders and not self._ordered and self._times:
            # Only decoding times are known: shown in order, the smallest comes first.
            pts_ns = heapq.heappop(self._times)
            if len(self._times) > _MOST_HELD_BACK:
                heapq.heappop(self._times)
        elif pts_ns in self._times:
            # Spent: the decoder may notice only later that it reorders.
            self._times.remove(pts_ns)
            heapq.heapify(self._times)
        if len(self._times) > 4 * _MOST_HELD_BACK:
            self._times.clear()
        return pts_ns if self._last is None else max(pts_ns, self._last.pts_ns)

    def _arrival(self, pts_ns: int) -> int:
        assert self._newest is not None
        if self._paced:
            at_ns = self._first_at_ns + pts_ns
        elif self._last is not None and self._released_by == self._newest.number:
            at_ns = self._last.at_ns + pts_ns - self._last.pts_ns
        else:
            at_ns = self._newest.at_ns
        return at_ns if self._last is None else max(at_ns, self._last.at_ns + NS_PER_MS)
