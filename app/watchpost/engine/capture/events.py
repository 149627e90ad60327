"""What a capture process tells: records, and how they cross the channel."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from watchpost.domain.cameras import CameraState
from watchpost.domain.quality import QualityTrouble
from watchpost.engine.frames import FrameHeader


@dataclass(frozen=True, slots=True)
class StateChanged:
    """The camera is in another state now.

    Attributes:
        state: How it is.
        sentence: What is wrong and what to do; empty while it is live.
        code: Stable name of the trouble, such as ``capture.password``; empty while live.
        next_try_ns: When it is tried again, UTC nanoseconds, if it is.
    """

    state: CameraState
    sentence: str = ""
    code: str = ""
    next_try_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """An epoch begins: a connection stands, or a file starts again.

    Attributes:
        epoch: Its number.
        width, height: Size of the camera's picture, pixels.
        codec: FFmpeg's name of the codec.
        fps: Frames a second as the stream states it, or None.
        extradata: What a decoder needs besides the packets; may be empty.
    """

    epoch: int
    width: int
    height: int
    codec: str
    fps: float | None
    extradata: bytes


@dataclass(frozen=True, slots=True)
class FrameReady:
    """A picture for the detector lies in the mailbox.

    While the scene is still (``header.moving`` is False) about five a second come.
    """

    slot: int
    header: FrameHeader
    mailbox_path: Path


@dataclass(frozen=True, slots=True)
class TileOpened:
    """The ring of pictures for display lies here now (BGRA, the camera's aspect)."""

    path: Path
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PacketArrived:
    """One packet for the relay, in the order of arrival.

    Attributes:
        epoch: The epoch it belongs to.
        sequence: Sequence of the frame that this packet decodes to, so that frames keep
            their names at the other end; ``NO_FRAME`` where it gave none.
        pts_ns: Since the start of the epoch.
        at_ns: Arrival, UTC nanoseconds.
        is_key: A decoder can begin here.
        payload: The packet's bytes.
    """

    epoch: int
    sequence: int
    pts_ns: int
    at_ns: int
    is_key: bool
    payload: bytes


NO_FRAME = 2**63
"""Sequence of a packet that gave no frame; what it decodes to is not shown."""


@dataclass(frozen=True, slots=True)
class SegmentOpened:
    """A recorded file begins; it can be read while it grows."""

    path: Path
    from_ns: int


@dataclass(frozen=True, slots=True)
class SegmentClosed:
    """A recorded file is complete and on the disk.

    Attributes:
        path: The file.
        from_ns, to_ns: Arrival of its first and last packet, UTC nanoseconds.
        bytes: Size with its sidecar of frames.
        packets: Packets in it.
    """

    path: Path
    from_ns: int
    to_ns: int
    bytes: int
    packets: int


@dataclass(frozen=True, slots=True)
class RecordingChanged:
    """Recording began, stopped as asked, or had to stop (then ``code`` says why)."""

    recording: bool
    sentence: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class CaptureStats:
    """Figures of the last second; also the sign that the process is well.

    Attributes:
        fps: Frames received a second, or None while nothing came.
        bits_per_s: Received.
        lost_share: Share of frames, 0..1, that never came, over the last minute.
        decode_ms: Mean time to decode a frame, or None.
        last_frame_ns: Arrival of the newest frame, UTC nanoseconds, or None.
        not_decoded: Packets recorded but not decoded for lack of time, since the start.
    """

    fps: float | None
    bits_per_s: float | None
    lost_share: float | None
    decode_ms: float | None
    last_frame_ns: int | None
    not_decoded: int = 0


@dataclass(frozen=True, slots=True)
class QualityChanged:
    """The picture got worse or better, or more can be told of it.

    Attributes:
        at_ns: UTC nanoseconds.
        troubles: What is wrong with it now, the worst first.
        since_ns: Since when counts are not to be trusted, or None.
        unknown: What cannot be told in this scene, or not yet.
    """

    at_ns: int
    troubles: tuple[QualityTrouble, ...]
    since_ns: int | None
    unknown: tuple[QualityTrouble, ...]


@dataclass(frozen=True, slots=True)
class BaselineLearnt:
    """What is usual for the camera's picture, to be kept; JSON as bytes."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Truth:
    """What really happened in a simulated scene up to a frame.

    Attributes:
        epoch, sequence: The frame.
        counts: Line id to crossings (in, out) since the start of the scene.
    """

    epoch: int
    sequence: int
    counts: dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Ended:
    """A file that is not looped is over; all its frames were delivered."""

    epoch: int
    frames: int


@dataclass(frozen=True, slots=True)
class Died:
    """The process is gone without having been asked.

    Attributes:
        sentence: What happened and what to do.
        code: ``capture.crashed`` or ``capture.hung``.
        exit_code: As the system gave it; negative for a signal, None when killed by us.
    """

    sentence: str
    code: str
    exit_code: int | None = None


CaptureEvent = (
    StateChanged
    | Opened
    | FrameReady
    | TileOpened
    | PacketArrived
    | SegmentOpened
    | SegmentClosed
    | RecordingChanged
    | CaptureStats
    | QualityChanged
    | BaselineLearnt
    | Truth
    | Ended
    | Died
)
