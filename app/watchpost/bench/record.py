"""Recording packets as they came: nothing lost, nothing changed, and what it costs."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import av

from watchpost.base.clock import SYSTEM_CLOCK
from watchpost.base.errors import CaptureError
from watchpost.base.paths import DataFolder
from watchpost.bench.clip import FPS, Clip, make_clip, numbered, record
from watchpost.bench.conditions import Conditions
from watchpost.bench.report import Row, cpu_ms, row
from watchpost.domain.cameras import Source, SourceKind
from watchpost.engine.capture.events import CaptureEvent, Ended
from watchpost.engine.capture.process import CaptureProcess
from watchpost.engine.video.decoder import PacketDecoder
from watchpost.engine.video.encoder import PictureEncoder

_CAMERAS = 4
_CLIP_S = 10.0
_ROUNDS = 3
# Processor time is told in ticks of 10 ms; each of these takes ten of them or more.
_RECORDINGS, _DECODINGS = 16, 4
_SLACK_S = 60.0


def measure(conditions: Conditions) -> list[Row]:
    """Return what was lost by cameras in real time, and CPU ratios.

    Raises:
        CaptureError: The cameras did not come to their end.
    """
    clip = make_clip(_CLIP_S, SYSTEM_CLOCK.utc_ns())
    ours, decoding, encoding = [], [], []
    with tempfile.TemporaryDirectory(
        prefix="watchpost-bench-", ignore_cleanup_errors=True
    ) as place:
        root = Path(place)
        folders = numbered(root)
        for _ in range(_ROUNDS):
            ours.append(cpu_ms(lambda: record(clip, next(folders)), _RECORDINGS))
            decoding.append(cpu_ms(partial(_decode, clip), _DECODINGS))
            encoding.append(cpu_ms(partial(_encode, clip), 1))
        packets = clip.packets[: round(conditions.lasting(_CLIP_S) * FPS)]
        (video,) = record(replace(clip, packets=packets), root / "source")
        missing = _record_live(video, DataFolder(root / "site"))
    clip.encoder.close()
    count = len(clip.packets)
    return [
        row(
            "record.cameras",
            "cameras",
            [float(sum(lost == 0 for lost in missing))],
            target=float(_CAMERAS),
            better="more",
            note=f"recorded bit for bit, {len(packets)} packets each, in real time",
        ),
        row("record.lost", "packets", [float(sum(missing))], target=0.0),
        row("record.cpu", "ms", [ms / count for ms in ours], note="a packet"),
        row(
            "record",
            "ratio",
            [a / b for a, b in zip(ours, decoding, strict=True)],
            target=0.06,
            note="recording / decoding the same, 768x432 MPEG-4",
        ),
        row(
            "record.encoding",
            "ratio",
            [a / b for a, b in zip(ours, encoding, strict=True)],
            note="recording / encoding the same anew, MPEG-4",
        ),
    ]


def _record_live(video: Path, folder: DataFolder) -> list[int]:
    """Record a file by cameras at once; return how many packets each one lost."""
    folder.create()
    ended = [threading.Event() for _ in range(_CAMERAS)]

    def note(number: int, event: CaptureEvent) -> None:
        if isinstance(event, Ended):
            ended[number].set()

    captures = [
        CaptureProcess(
            f"bench-{number}",
            Source(SourceKind.FILE, str(video)),
            folder=folder,
            first_epoch=1,
            record=True,
            on_event=partial(note, number),
            loop=False,
        )
        for number in range(_CAMERAS)
    ]
    sent = list(_payloads([video]))
    try:
        for capture in captures:
            capture.start()
        for event in ended:
            if not event.wait(len(sent) / FPS + _SLACK_S):
                raise CaptureError(
                    "A recorded file did not come to its end.",
                    todo="Measure again when less is running on this computer.",
                    code="bench.slow",
                )
    finally:
        for capture in captures:
            capture.stop()
    return [
        differing(sent, list(_payloads(folder.recordings.glob(f"*/*/{c.camera_id}/*"))))
        for c in captures
    ]


def differing(sent: Sequence[bytes], kept: Sequence[bytes]) -> int:
    """Return how many packets are not at their place, bit for bit."""
    same = sum(a == b for a, b in zip(sent, kept, strict=False))
    return max(len(sent), len(kept)) - same


def _payloads(paths: Iterator[Path] | Sequence[Path]) -> Iterator[bytes]:
    for path in sorted(p for p in paths if p.suffix == ".mkv"):
        with av.open(str(path)) as container:
            yield from (bytes(p) for p in container.demux(video=0) if p.size)


def _decode(clip: Clip) -> None:
    decoder = PacketDecoder(clip.format)
    for packet in clip.packets:
        decoder.decode(packet.number, packet.payload)
    decoder.flush()


def _encode(clip: Clip) -> None:
    encoder = PictureEncoder(clip.format.width, clip.format.height, FPS)
    for number, picture in enumerate(clip.pictures):
        encoder.encode(picture, number)
    encoder.close()
