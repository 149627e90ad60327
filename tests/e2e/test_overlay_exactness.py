"""A box belongs to its frame: numbers drawn into pictures against names of frames.

Through the whole path: file, capture process, detector's mailbox, tile ring, recording,
clip, player. The error must be 0 frames, also with reordered pictures and across a loop.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from support.capturing import Events, capturing
from support.marked_video import read_mark, write_marked_video
from watchpost.domain.cameras import Source, SourceKind
from watchpost.domain.frames import FrameKey, InputSpec
from watchpost.engine.capture.events import (
    CaptureEvent,
    FrameReady,
    Opened,
    PacketArrived,
    SegmentClosed,
    TileOpened,
)
from watchpost.engine.capture.process import CaptureProcess
from watchpost.engine.frames import FrameRing
from watchpost.engine.playback import ClipPlayer
from watchpost.engine.recording.clips import read_clip
from watchpost.engine.video.decoder import PacketDecoder
from watchpost.engine.video.stream import StreamFormat

FRAMES = 61
PASSES = 3

# Container, codec, B pictures, the encoder's own options.
SOURCES = {
    "plain": ("mp4", "mpeg4", 0, None),
    "reordered": ("mp4", "mpeg4", 2, None),
    "reordered h264": ("mp4", "libx264", 3, {"preset": "ultrafast", "bf": "3"}),
    "open gop h264": (
        "mkv",
        "libx264",
        3,
        {"preset": "fast", "x264-params": "open-gop=1:bframes=3:b-adapt=0:scenecut=0"},
    ),
    "no presentation times": (
        "avi",
        "libx264",
        3,
        {"preset": "fast", "x264-params": "bframes=3:b-adapt=0"},
    ),
}


@dataclass
class Reader:
    """Reads numbers off mailbox and tile as an edge and a console would."""

    process: CaptureProcess
    mailbox: FrameRing | None = None
    tile: FrameRing | None = None
    seen: dict[FrameKey, int] = field(default_factory=dict)
    shown: dict[FrameKey, int] = field(default_factory=dict)
    times: list[tuple[FrameKey, int, int]] = field(default_factory=list)

    def __call__(self, event: CaptureEvent) -> None:
        if isinstance(event, TileOpened):
            self.tile = FrameRing.open(event.path)
        if not isinstance(event, FrameReady):
            return
        if self.mailbox is None:
            self.mailbox = FrameRing.open(event.mailbox_path)
        # 320 x 240 in 416 x 416: the picture is the upper 312 rows.
        picture = self.mailbox.view(event.slot)[:312]
        self.seen[event.header.key] = read_mark(picture)
        self.times.append((event.header.key, event.header.pts_ns, event.header.at_ns))
        if self.tile is not None:
            for slot, header in self.tile.headers():
                self.shown[header.key] = read_mark(self.tile.view(slot))
        self.process.proceed()


def relayed_numbers(events: Events) -> dict[FrameKey, int]:
    """Decode the relayed packets as a remote console would."""
    found: dict[FrameKey, int] = {}
    for opened in events.of(Opened):
        form = StreamFormat(opened.codec, opened.width, opened.height, opened.extradata)
        decoder = PacketDecoder(form)
        packets = [p for p in events.of(PacketArrived) if p.epoch == opened.epoch]
        pictures = []
        for number, packet in enumerate(packets):
            pictures += decoder.decode(number, packet.payload)
        pictures += decoder.flush()
        for picture in pictures:
            key = FrameKey(opened.epoch, packets[picture.number].sequence)
            found[key] = read_mark(picture.frame.to_ndarray(format="bgr24"))
    return found


@pytest.mark.parametrize("name", SOURCES)
def test_every_picture_keeps_its_name_from_the_file_to_the_player(
    tmp_path: Path, name: str
) -> None:
    ending, codec, b_frames, options = SOURCES[name]
    video = write_marked_video(
        tmp_path / f"marked.{ending}",
        frames=FRAMES,
        codec=codec,
        b_frames=b_frames,
        options=options,
    )
    source = Source(SourceKind.FILE, str(video))
    with capturing(tmp_path / "data", source, started=False, lockstep=True) as (
        process,
        events,
    ):
        reader = Reader(process)
        events.reaction = reader
        process.set_input(InputSpec(416, 416))
        process.set_tile(320, 320, 1000.0)
        process.set_relay(True)
        process.start()
        last = FrameKey(PASSES + 1, 0)
        events.wait_for(FrameReady, lambda e: e.header.key == last)
        process.stop()

    expected = {
        FrameKey(epoch, sequence): sequence
        for epoch in range(1, PASSES + 1)
        for sequence in range(FRAMES)
    }

    def only_expected(found: dict[FrameKey, int]) -> dict[FrameKey, int]:
        return {key: number for key, number in found.items() if key.epoch <= PASSES}

    assert only_expected(reader.seen) == expected
    assert only_expected(reader.shown).items() <= expected.items()
    assert len(only_expected(reader.shown)) >= len(expected) - 2
    assert only_expected(relayed_numbers(events)) == expected

    for before, after in zip(reader.times, reader.times[1:], strict=False):
        assert after[2] > before[2], "arrivals must rise"
        if after[0].epoch == before[0].epoch:
            assert after[1] > before[1], "presentation times must rise"

    segments = [e.path for e in events.of(SegmentClosed)]
    by_key = {key: at_ns for key, _, at_ns in reader.times}
    # From the middle of the first pass to the middle of the last, across two loops.
    clip = read_clip(segments, by_key[FrameKey(1, 30)], by_key[FrameKey(PASSES, 40)])
    keys = [frame.key for frame in clip.frames]
    assert FrameKey(1, 30) in keys
    assert FrameKey(PASSES, 40) in keys
    with ClipPlayer(clip.video) as player:
        assert len(player) == len(clip.frames)
        numbers = [read_mark(player.frame(i)) for i in range(len(player))]
        backwards = [read_mark(player.frame(i)) for i in reversed(range(len(player)))]
    assert numbers == backwards[::-1]
    assert keys == sorted(k for k in expected if keys[0] <= k <= keys[-1])
    assert numbers == [expected[key] for key in keys]
