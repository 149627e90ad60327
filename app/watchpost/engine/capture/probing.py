"""Look at a source once, in a process that may hang or crash: is it there, what is it."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

import av
import av.error
from av.video.frame import VideoFrame

from watchpost.base import log
from watchpost.base.channel import Channel, ChannelClosedError
from watchpost.base.clock import NS_PER_S, SYSTEM_CLOCK
from watchpost.base.errors import CaptureError
from watchpost.base.processes import Child
from watchpost.domain.cameras import Source, SourceKind
from watchpost.engine.capture import troubles
from watchpost.engine.capture.sources.address import host_of
from watchpost.engine.capture.sources.opening import open_source
from watchpost.engine.capture.sources.source import PacketSource, Waiting
from watchpost.engine.video.decoder import PacketDecoder

_STARTING_S = 10.0
_SNAPSHOT_WIDTH = 960
# Enough to measure a rate that the camera does not state.
_MEASURED_PACKETS = 8
_MEASURING_NS = NS_PER_S


@dataclass(frozen=True, slots=True)
class ProbeOutcome:
    """What a look at a source found.

    Attributes:
        ok: A picture was decoded.
        sentence: What was found, or what is wrong and what to do.
        code: Stable name of the trouble; empty when ok.
        width, height: Pixels.
        codec: FFmpeg's name of the codec.
        fps: Frames a second, stated or measured, or None.
        jpeg: The first picture; empty when there is none.
    """

    ok: bool
    sentence: str
    code: str = ""
    width: int = 0
    height: int = 0
    codec: str = ""
    fps: float | None = None
    jpeg: bytes = b""


def probe(source: Source, timeout_s: float = 12.0) -> ProbeOutcome:
    """Open a source, decode one picture and say what was found.

    Blocks for at most ``timeout_s`` after its process has started; safe on any thread.
    Never raises for trouble with the source: that is the outcome.
    """
    child = Child("probe", probe_main, source)
    try:
        if child.channel.receive(_STARTING_S) is None:
            return _refusal(_no_answer(source, "did not start"))
        received = child.channel.receive(timeout_s)
        if received is None:
            return _refusal(_no_answer(source, "does not answer in time"))
        message, jpeg = received
        return ProbeOutcome(jpeg=jpeg, **message)
    except ChannelClosedError:
        return _refusal(
            CaptureError(
                f"{_name(source)} sends something that cannot be read.",
                todo="Set the camera to H.264 or H.265, or convert the file.",
                code="capture.crashed",
            )
        )
    finally:
        child.kill()


def probe_main(channel: Channel, source: Source) -> None:
    """Run in the child: say hello, look, say what was found."""
    log.configure()
    channel.send({"hello": True})
    try:
        outcome = look(source)
    except (CaptureError, av.error.FFmpegError, OSError) as error:
        outcome = _refusal(troubles.explain(error, source))
    message: dict[str, Any] = asdict(outcome)
    jpeg = message.pop("jpeg")
    channel.send(message, jpeg)


def look(source: Source) -> ProbeOutcome:
    """Open a source in this process and decode its first picture.

    Raises:
        CaptureError: It is unusable.
        av.error.FFmpegError: It cannot be opened.
    """
    opened = open_source(
        source,
        Waiting(threading.Event()),
        begin_at_ns=0,
        lockstep=True,
        on_truth=lambda _number, _counts: None,
    )
    try:
        frame, measured = _first_picture(opened)
    finally:
        form = opened.form
        opened.close()
    if frame is None:
        raise troubles.no_picture(source)
    fps = form.fps or measured
    rate = "" if fps is None else f", {fps:.3g} pictures a second"
    return ProbeOutcome(
        ok=True,
        sentence=f"{_name(source)} works: {frame.width} x {frame.height}, "
        f"{form.codec}{rate}.",
        width=frame.width,
        height=frame.height,
        codec=form.codec,
        fps=fps,
        jpeg=_jpeg(frame),
    )


def _first_picture(opened: PacketSource) -> tuple[VideoFrame | None, float | None]:
    decoder = PacketDecoder(opened.form)
    first: VideoFrame | None = None
    times: list[int] = []
    begin_ns = SYSTEM_CLOCK.monotonic_ns()
    for packet in opened.packets():
        times.append(packet.pts_ns)
        if first is None:
            pictures = decoder.decode(packet.number, packet.payload)
            first = pictures[0].frame if pictures else None
        long = SYSTEM_CLOCK.monotonic_ns() - begin_ns > _MEASURING_NS
        enough = len(times) >= _MEASURED_PACKETS or opened.form.fps is not None
        if first is not None and (enough or long):
            break
    if first is None:
        pictures = decoder.flush()
        first = pictures[0].frame if pictures else None
    span_ns = max(times) - min(times) if times else 0
    return first, (len(times) - 1) * NS_PER_S / span_ns if span_ns > 0 else None


def _jpeg(frame: VideoFrame) -> bytes:
    width = min(_SNAPSHOT_WIDTH, frame.width) // 2 * 2 or 2
    height = round(width * frame.height / frame.width) // 2 * 2 or 2
    encoder: Any = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height = width, height
    encoder.pix_fmt = "yuvj420p"
    encoder.time_base = Fraction(1, 25)
    picture = frame.reformat(width, height, "yuvj420p")
    picture.pts = 0
    picture.time_base = Fraction(1, 25)
    packets = encoder.encode(picture) + encoder.encode(None)
    return b"".join(bytes(p) for p in packets)


def _name(source: Source) -> str:
    if source.kind is SourceKind.RTSP:
        return f"The camera at {host_of(source.address)}"
    if source.kind is SourceKind.SIMULATED:
        return f"The simulated scene {source.address}"
    return source.address


def _no_answer(source: Source, how: str) -> CaptureError:
    return CaptureError(
        f"{_name(source)} {how}.",
        todo="Check its power and network, and the address; then try again.",
        code="capture.timeout",
    )


def _refusal(error: CaptureError) -> ProbeOutcome:
    return ProbeOutcome(ok=False, sentence=str(error), code=error.code)
