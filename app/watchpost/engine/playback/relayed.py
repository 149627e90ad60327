"""A remote camera's packets, decoded into a tile ring by a child process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from watchpost.base.channel import Channel


class RelayedTile:
    """Owns the child that decodes one remote camera's packets.

    Frames keep the names that the remote edge gave them (``PacketArrived.sequence``).
    Methods are safe on any thread; ``on_opened`` and ``on_died`` come on the handle's own.

    Args:
        folder: Where the ring's file is made.
        name: Names the file; letters, digits and ``-_`` only.
        width, height: The picture is made no larger than this.
        fps: At most so many pictures a second.
        on_opened: Called with the ring's path whenever there is a (new) ring.
        on_died: Called once with a sentence when the child is gone.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        *,
        width: int,
        height: int,
        fps: float,
        on_opened: Callable[[Path], None],
        on_died: Callable[[str], None],
    ) -> None:
        raise NotImplementedError

    def start(self) -> None:
        """Start the child."""
        raise NotImplementedError

    def set_size(self, width: int, height: int, fps: float) -> None:
        """Make pictures of another size."""
        raise NotImplementedError

    def begin(
        self, *, epoch: int, codec: str, width: int, height: int, extradata: bytes
    ) -> None:
        """Begin anew (a ``StreamHeader`` came); the next packet is a key frame."""
        raise NotImplementedError

    def packet(
        self, *, sequence: int, pts_ns: int, at_ns: int, is_key: bool, payload: bytes
    ) -> None:
        """Decode one packet; left out until the next key frame when too far behind."""
        raise NotImplementedError

    def close(self) -> None:
        """End the child and remove the ring's file."""
        raise NotImplementedError


def packet_decoder_main(channel: Channel, folder: str, name: str) -> None:
    """Run the child of :class:`RelayedTile`."""
    raise NotImplementedError
