"""A remote camera's packets, decoded into a tile ring by a child process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from watchpost.base import log
from watchpost.base.channel import Channel, ChannelClosedError, Message
from watchpost.base.processes import Child
from watchpost.domain.frames import FrameKey
from watchpost.engine.capture.events import NO_FRAME
from watchpost.engine.capture.pictures import RingFiles, Tile
from watchpost.engine.capture.wishes import TileWish
from watchpost.engine.frames import FrameHeader
from watchpost.engine.video.decoder import DecodedPicture, PacketDecoder
from watchpost.engine.video.stream import StreamFormat

_LOOK_S = 0.5
_MOST_WAITING = 90

_log = log.get_logger(__name__)


class RelayedTile:
    """Owns the child that decodes one remote camera's packets.

    Frames keep the names that the remote edge gave them (``PacketArrived.sequence``).
    Methods are safe on any thread and return at once; ``on_opened`` and ``on_died`` come
    on the handle's own. A decoder that does not keep up loses packets up to the next key
    frame.

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
        self._folder = folder
        self._name = name
        self._wish = TileWish(width, height, fps)
        self._on_opened = on_opened
        self._on_died = on_died
        self._lock = threading.Lock()
        self._sent = self._done = 0
        self._leaving_out = False
        self._child: Child | None = None

    @property
    def pid(self) -> int | None:
        """The child's process id, or None while there is none."""
        child = self._child
        return None if child is None else child.pid

    def start(self) -> None:
        """Start the child."""
        child = Child(
            f"packet decoder {self._name}",
            packet_decoder_main,
            str(self._folder),
            self._name,
        )
        self._child = child
        threading.Thread(
            target=self._receive, args=(child,), name=child.name, daemon=True
        ).start()
        self._say(self._size())

    def set_size(self, width: int, height: int, fps: float) -> None:
        """Make pictures of another size."""
        self._wish = TileWish(width, height, fps)
        self._say(self._size())

    def begin(
        self, *, epoch: int, codec: str, width: int, height: int, extradata: bytes
    ) -> None:
        """Begin anew (a ``StreamHeader`` came); the next packet is a key frame."""
        self._leaving_out = False
        self._say(
            {
                "do": "begin",
                "epoch": epoch,
                "codec": codec,
                "width": width,
                "height": height,
            },
            extradata,
        )

    def packet(
        self,
        *,
        sequence: int,
        pts_ns: int | None,
        at_ns: int,
        is_key: bool,
        payload: bytes,
    ) -> None:
        """Decode one packet; left out until the next key frame when too far behind."""
        with self._lock:
            behind = self._sent - self._done > _MOST_WAITING
            self._leaving_out = behind or (self._leaving_out and not is_key)
            if self._leaving_out:
                return
            self._sent += 1
        message = {"do": "packet", "sequence": sequence, "pts": pts_ns, "at": at_ns}
        self._say(message, payload)

    def close(self) -> None:
        """End the child; it removes the ring's file."""
        child, self._child = self._child, None
        if child is not None:
            child.stop(1.0)

    def _size(self) -> Message:
        wish = self._wish
        return {
            "do": "size",
            "width": wish.width,
            "height": wish.height,
            "fps": wish.fps,
        }

    def _say(self, message: Message, payload: bytes = b"") -> None:
        child = self._child
        if child is None:
            return
        try:
            child.channel.send(message, payload)
        except ChannelClosedError:
            return  # The receiving thread sees the same and tells.

    def _receive(self, child: Child) -> None:
        while True:
            try:
                received = child.channel.receive(_LOOK_S)
            except ChannelClosedError:
                break
            if received is None:
                continue
            message, _ = received
            if "ring" in message:
                self._on_opened(Path(message["ring"]))
            with self._lock:
                self._done += message.get("done", 0)
        if self._child is child:
            self._child = None
            child.kill()
            _log.warning("packet decoder gone", tile=self._name, code=child.exit_code)
            self._on_died(
                "The process that decodes this camera's picture ended unexpectedly. "
                "It is started again."
            )


def packet_decoder_main(channel: Channel, folder: str, name: str) -> None:
    """Run the child of :class:`RelayedTile` until its channel closes."""
    log.configure()
    decoding = _Decoding(channel, Path(folder), name)
    try:
        while True:
            received = channel.receive()
            if received is not None:
                decoding.take(*received)
    except ChannelClosedError:
        decoding.close()


class _Decoding:
    """The child's state; one thread."""

    def __init__(self, channel: Channel, folder: Path, name: str) -> None:
        self._channel = channel
        self._files = RingFiles(folder, name)
        self._wish: TileWish | None = None
        self._tile: Tile | None = None
        self._decoder: PacketDecoder | None = None
        self._epoch = 0
        self._number = 0
        self._fed: dict[int, tuple[int, int, int]] = {}

    def take(self, message: Message, payload: bytes) -> None:
        """Do what one message says."""
        if message["do"] == "size":
            self._wish = TileWish(message["width"], message["height"], message["fps"])
        elif message["do"] == "begin":
            self._epoch = message["epoch"]
            self._fed.clear()
            form = StreamFormat(
                message["codec"], message["width"], message["height"], payload
            )
            self._decoder = PacketDecoder(form)
        else:
            self._decode(message, payload)
            self._channel.send({"done": 1})

    def close(self) -> None:
        """Remove the ring."""
        if self._tile is not None:
            self._tile.close()

    def _decode(self, message: Message, payload: bytes) -> None:
        if self._decoder is None:
            return
        self._number += 1
        at_ns = message["at"]
        pts_ns = message["pts"] if message["pts"] is not None else 0
        self._fed[self._number] = (message["sequence"], pts_ns, at_ns)
        for picture in self._decoder.decode(self._number, payload):
            self._show(picture)
        for number in [n for n in self._fed if n < self._number - 32]:
            del self._fed[number]

    def _show(self, picture: DecodedPicture) -> None:
        sequence, pts_ns, at_ns = self._fed.pop(picture.number, (NO_FRAME, 0, 0))
        if sequence == NO_FRAME or self._wish is None:
            return
        frame = picture.frame
        size = (frame.width, frame.height)
        if self._tile is not None and not self._tile.fits(self._wish, size):
            self._tile.close()
            self._tile = None
        if self._tile is None:
            path = self._files.new("tile", self._epoch)
            self._tile = Tile(path, self._wish, *size)
            self._channel.send({"ring": str(path)})
        self._tile.set_fps(self._wish.fps)
        key = FrameKey(self._epoch, sequence)
        self._tile.publish(frame, FrameHeader(key, pts_ns, at_ns, *size))
