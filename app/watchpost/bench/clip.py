"""A clip of our own to measure with: the simulated bus door, encoded once."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from av.video.frame import VideoFrame

from watchpost.base.clock import NS_PER_S
from watchpost.domain.frames import FrameKey
from watchpost.engine.capture.events import SegmentOpened
from watchpost.engine.capture.simulator import create_scene
from watchpost.engine.recording.frame_list import ListedFrame
from watchpost.engine.recording.recorder import Recorder
from watchpost.engine.recording.segment import Segment
from watchpost.engine.video.encoder import PictureEncoder
from watchpost.engine.video.stream import CodedPacket, StreamFormat

FPS = 15.0
CAMERA = "bench"
_BEGIN_NS = 1_767_225_600 * NS_PER_S  # 2026-01-01


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """Encoded pictures.

    Attributes:
        format: What a decoder needs.
        template: The encoder's stream, which a recorder copies.
        packets: In order, as a camera would send them.
        pictures: The pictures that were encoded, for encoding them again.
        encoder: Keeps ``template`` alive.
    """

    format: StreamFormat
    template: object
    packets: tuple[CodedPacket, ...]
    pictures: tuple[VideoFrame, ...]
    encoder: PictureEncoder


def make_clip(seconds: float, began_ns: int) -> Clip:
    """Draw and encode a clip; ``began_ns`` is when its first frame came, UTC."""
    scene = create_scene("bus_door", seed=3, fps=FPS)
    pictures = tuple(
        VideoFrame.from_ndarray(scene.frame(60 + n), "bgr24")
        for n in range(round(seconds * FPS))
    )
    encoder = PictureEncoder(*scene.size, FPS)
    packets = []
    for number, picture in enumerate(pictures):
        pts = round(number / FPS * NS_PER_S)
        packets += [
            CodedPacket(number, pts, began_ns + pts, is_key, payload)
            for payload, is_key in encoder.encode(picture, number)
        ]
    return Clip(encoder.format, encoder.template, tuple(packets), pictures, encoder)


def record(clip: Clip, folder: Path) -> list[Path]:
    """Record a clip through the product's recorder; return its segments."""
    segments: list[Path] = []

    def note(event: object) -> None:
        if isinstance(event, SegmentOpened):
            segments.append(Path(event.path))

    recorder = Recorder(CAMERA, folder, on_event=note, enabled=True)
    for packet in clip.packets:
        place = recorder.write(packet, 1, clip.format, clip.template)
        if place is not None:
            key = FrameKey(1, packet.number)
            place.frames.note(
                ListedFrame(place.file_ms, key, packet.pts_ns, packet.at_ns)
            )
    recorder.close()
    return segments


def numbered(folder: Path) -> Iterator[Path]:
    """Yield folders that do not exist yet, one a round."""
    return (folder / str(n) for n in itertools.count())


def write_still(folder: Path, seconds: float) -> Path:
    """Write a video in which nothing moves; return its path."""
    scene = create_scene("shelf", seed=1, fps=FPS)
    picture = VideoFrame.from_ndarray(scene.frame(0), "bgr24")
    encoder = PictureEncoder(*scene.size, FPS)
    packets = []
    for number in range(round(seconds * FPS)):
        pts = round(number / FPS * NS_PER_S)
        packets += [
            CodedPacket(number, pts, _BEGIN_NS + pts, is_key, payload)
            for payload, is_key in encoder.encode(picture, number)
        ]
    path = folder / "still.mkv"
    segment = Segment(path, encoder.format, encoder.template, packets[0])
    for packet in packets:
        segment.write(packet, 1)
    segment.finish()
    segment.sync()
    segment.frames.close()
    encoder.close()
    return path
