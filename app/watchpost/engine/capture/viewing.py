"""The decoding side of a capture process: packets in; named pictures in rings out."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from av.video.frame import VideoFrame

from watchpost.base.clock import NS_PER_MS, NS_PER_S, SYSTEM_CLOCK, Clock
from watchpost.base.errors import CaptureError
from watchpost.base.log import get_logger
from watchpost.domain.cameras import CameraState
from watchpost.domain.frames import FrameKey
from watchpost.engine.capture.condition import Condition
from watchpost.engine.capture.events import (
    NO_FRAME,
    Ended,
    FrameReady,
    Opened,
    PacketArrived,
    TileOpened,
)
from watchpost.engine.capture.figures import Figures
from watchpost.engine.capture.gate import MotionGate
from watchpost.engine.capture.naming import NamedPicture, PictureNames
from watchpost.engine.capture.outbox import Outbox
from watchpost.engine.capture.pictures import Mailbox, RingFiles, Tile
from watchpost.engine.capture.watching import QualityWatch
from watchpost.engine.capture.wishes import CaptureTask, Wishes
from watchpost.engine.frames import FrameHeader
from watchpost.engine.recording.frame_list import ListedFrame
from watchpost.engine.recording.segment import Place
from watchpost.engine.video.decoder import DecodedPicture, PacketDecoder
from watchpost.engine.video.stream import CodedPacket, StreamFormat

# Pictures of a still scene are shown to the detector five times a second.
_STILL_INTERVAL_NS = 180 * NS_PER_MS
_MOST_WAITING = 60
_LOCKSTEP_WAITING = 8
_DISK_RETRY_NS = 2 * NS_PER_S

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class _Begin:
    epoch: int
    form: StreamFormat
    paced: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Packet:
    packet: CodedPacket
    place: Place | None


@dataclass(frozen=True, slots=True, eq=False)
class _End:
    last: bool


_Step = _Begin | _Packet | _End


class Viewing:
    """Decodes on a thread of its own, so that recording never waits for it.

    When decoding does not keep up with a live source, packets are left out of it up to
    the next key frame; they are recorded all the same. In lockstep the caller waits.

    Threads: :meth:`begin`, :meth:`put` and :meth:`end` belong to one thread; the others
    are safe on any.
    """

    def __init__(
        self,
        task: CaptureTask,
        outbox: Outbox,
        condition: Condition,
        figures: Figures,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._task = task
        self._outbox = outbox
        self._condition = condition
        self._figures = figures
        self._clock = clock
        self._files = RingFiles(Path(task.frames), task.camera_id)
        self._change = threading.Condition()
        self._steps: deque[_Step] = deque()
        self._leaving_out = False
        self._allowed = 1
        self._wishes = Wishes()
        self._stopping = False
        self._busy_since_ns: int | None = None
        self._epoch = 0
        self._decoder: PacketDecoder | None = None
        self._names = PictureNames()
        self._places: dict[int, Place] = {}
        self._gate = MotionGate()
        # In lockstep pictures come by the clip's time, not by the hour of the day.
        self._quality = None if task.lockstep else QualityWatch(outbox, task.baseline)
        self._mailbox: Mailbox | None = None
        self._tile: Tile | None = None
        self._published_ns = 0
        self._no_disk_until_ns = 0
        self.pictures = 0
        """Pictures decoded in the current epoch."""
        self._thread = threading.Thread(target=self._run, name="viewing", daemon=True)
        self._thread.start()

    # Any thread

    def wish(self, wishes: Wishes) -> None:
        """Make other pictures from now on."""
        with self._change:
            self._wishes = wishes
            self._change.notify_all()

    def proceed(self) -> None:
        """Allow one more picture (lockstep)."""
        with self._change:
            self._allowed += 1
            self._change.notify_all()

    def stop(self, timeout_s: float = 1.0) -> None:
        """End the thread after the picture at hand."""
        with self._change:
            self._stopping = True
            self._change.notify_all()
        self._thread.join(timeout_s)
        for ring in (self._mailbox, self._tile):
            if ring is not None:
                ring.close()

    def stuck_ns(self) -> int:
        """Return for how long the packet at hand has been in the decoder."""
        since = self._busy_since_ns
        return 0 if since is None else self._clock.monotonic_ns() - since

    # The thread that feeds

    def begin(self, epoch: int, form: StreamFormat, *, paced: bool) -> None:
        """Begin an epoch; pictures of the one before come out first."""
        self._put(_Begin(epoch, form, paced))
        self._leaving_out = False

    def put(self, packet: CodedPacket, place: Place | None) -> None:
        """Decode a packet, soon."""
        if self._task.lockstep:
            self._put(_Packet(packet, place), most=_LOCKSTEP_WAITING)
            return
        if self._leaving_out and packet.is_key and not self._steps:
            self._leaving_out = False
        if len(self._steps) > _MOST_WAITING:
            self._leaving_out = True
        if self._leaving_out:
            self._figures.skipped(1)
            return
        self._put(_Packet(packet, place))

    def end(self, *, last: bool) -> None:
        """End an epoch; returns when its pictures are out.

        Args:
            last: Nothing comes afterwards: tell so.
        """
        self._put(_End(last))
        with self._change:
            while self._steps and not self._stopping:
                self._change.wait()

    def _put(self, step: _Step, most: int | None = None) -> None:
        with self._change:
            while most is not None and len(self._steps) >= most and not self._stopping:
                self._change.wait()
            self._steps.append(step)
            self._change.notify_all()

    # Its own thread

    def _run(self) -> None:
        while True:
            with self._change:
                while not self._steps and not self._stopping:
                    self._change.wait()
                if self._stopping:
                    return
                step = self._steps[0]
            try:
                self._take(step)
            except CaptureError as error:
                self._decoder = None
                self._condition.set(CameraState.FAILED, error)
            with self._change:
                self._steps.popleft()
                self._change.notify_all()

    def _take(self, step: _Step) -> None:
        if isinstance(step, _Begin):
            self._begin_epoch(step)
        elif isinstance(step, _Packet):
            self._decode(step)
        else:
            self._end_epoch(step)

    def _begin_epoch(self, step: _Begin) -> None:
        self._flush()
        self._epoch = step.epoch
        self._decoder = None
        self._names = PictureNames(paced=step.paced)
        self._places.clear()
        self.pictures = 0
        self._figures.new_epoch()
        form = step.form
        self._outbox.put(
            Opened(
                step.epoch,
                form.width,
                form.height,
                form.codec,
                form.fps,
                form.extradata,
            )
        )
        self._decoder = PacketDecoder(form)

    def _end_epoch(self, step: _End) -> None:
        self._flush()
        if step.last:
            self._outbox.put(Ended(self._epoch, self.pictures), must=True)

    def _flush(self) -> None:
        if self._decoder is not None:
            self._show(self._decoder.flush(), 0)
            self._settle(everything=True)
            self._decoder = None

    def _decode(self, step: _Packet) -> None:
        if self._decoder is None:
            return
        packet = step.packet
        self._names.feed(packet)
        if step.place is not None:
            self._places[packet.number] = step.place
        begin_ns = self._clock.monotonic_ns()
        self._busy_since_ns = begin_ns
        pictures = self._decoder.decode(packet.number, packet.payload)
        self._busy_since_ns = None
        self._show(pictures, self._clock.monotonic_ns() - begin_ns)
        self._settle()

    def _show(self, pictures: list[DecodedPicture], took_ns: int) -> None:
        assert self._decoder is not None
        for picture in pictures:
            named = self._names.name(picture.number, reorders=self._decoder.reorders)
            if named is not None:
                self._figures.decoded(named.pts_ns, named.at_ns, took_ns)
                took_ns = 0
                self._show_one(picture.frame, named)

    def _show_one(self, frame: VideoFrame, named: NamedPicture) -> None:
        self.pictures += 1
        key = FrameKey(self._epoch, named.sequence)
        place = self._places.pop(named.packet.number, None)
        if place is not None:
            place.frames.note(
                ListedFrame(place.file_ms, key, named.pts_ns, named.at_ns)
            )
        if self._quality is not None:
            self._quality.drawn_on(self._wishes.rules_version)
            self._quality.look(frame, named.pts_ns, named.at_ns)
        wishes = self._await_turn()
        if wishes is None:
            return
        try:
            self._make_rings(wishes, frame)
            self._fill_rings(frame, key, named)
        except OSError as error:
            self._say_no_disk(error)
            return
        self._condition.set(CameraState.LIVE)

    def _await_turn(self) -> Wishes | None:
        """Return what is wished; in lockstep when it is this picture's turn."""
        with self._change:
            if self._task.lockstep:
                while (
                    self._wishes.spec is None or not self._allowed
                ) and not self._stopping:
                    self._change.wait()
                self._allowed -= 1
            return None if self._stopping else self._wishes

    def _make_rings(self, wishes: Wishes, frame: VideoFrame) -> None:
        if self._clock.monotonic_ns() < self._no_disk_until_ns:
            return
        size = (frame.width, frame.height)
        mailbox, spec = self._mailbox, wishes.spec
        if mailbox is not None and (mailbox.spec != spec or mailbox.size != size):
            mailbox.close()
            self._mailbox = None
        if self._mailbox is None and spec is not None:
            path = self._files.new("input", self._epoch)
            self._mailbox = Mailbox(path, spec, *size)
        self._make_tile(wishes, size)

    def _make_tile(self, wishes: Wishes, size: tuple[int, int]) -> None:
        tile, wish = self._tile, wishes.tile
        if tile is not None and (wish is None or not tile.fits(wish, size)):
            tile.close()
            self._tile = None
        if wish is None:
            return
        if self._tile is None:
            path = self._files.new("tile", self._epoch)
            self._tile = Tile(path, wish, *size)
            ring = self._tile.ring
            self._outbox.put(TileOpened(path, ring.width, ring.height))
        self._tile.set_fps(wish.fps)

    def _fill_rings(
        self, frame: VideoFrame, key: FrameKey, named: NamedPicture
    ) -> None:
        moving = True
        if self._mailbox is not None:
            moving = self._gate.is_moving(frame, named.pts_ns)
        header = FrameHeader(
            key, named.pts_ns, named.at_ns, frame.width, frame.height, moving
        )
        if self._tile is not None:
            self._tile.publish(frame, header)
        if self._mailbox is None:
            return
        lockstep = self._task.lockstep
        still_ns = named.at_ns - self._published_ns
        if moving or lockstep or not 0 <= still_ns < _STILL_INTERVAL_NS:
            self._published_ns = named.at_ns
            slot = self._mailbox.publish(frame, header)
            self._outbox.put(
                FrameReady(slot, header, self._mailbox.ring.path), must=lockstep
            )

    def _settle(self, *, everything: bool = False) -> None:
        assert self._decoder is not None
        reorders = self._decoder.reorders
        for packet, sequence in self._names.settled(
            reorders=reorders, everything=everything
        ):
            self._places.pop(packet.number, None)
            if self._wishes.relay:
                self._outbox.put(
                    PacketArrived(
                        self._epoch,
                        NO_FRAME if sequence is None else sequence,
                        packet.pts_ns,
                        packet.at_ns,
                        packet.is_key,
                        packet.payload,
                    )
                )

    def _say_no_disk(self, error: OSError) -> None:
        self._no_disk_until_ns = self._clock.monotonic_ns() + _DISK_RETRY_NS
        _log.warning("no picture rings", camera=self._task.camera_id, error=error.errno)
        self._condition.set(
            CameraState.FAILED,
            CaptureError(
                "There is no space for pictures to be analysed or shown.",
                todo="Free space on the disk of the data folder; it goes on by itself.",
                code="capture.disk",
            ),
        )
