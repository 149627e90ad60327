"""Coded video as every source delivers it: a format, then packets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from av.packet import Packet


@dataclass(frozen=True, slots=True)
class StreamFormat:
    """What a decoder needs before the first packet.

    Attributes:
        codec: FFmpeg's name of the decoder, such as ``h264``.
        width, height: Pixels.
        extradata: Codec configuration (such as SPS and PPS); may be empty.
        fps: Frames a second as the stream states it, or None.
    """

    codec: str
    width: int
    height: int
    extradata: bytes
    fps: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class CodedPacket:
    """One packet of one picture, as the camera sent it.

    Attributes:
        number: Number of the packet within the epoch, in the order of arrival, from 0.
        pts_ns: Presentation time since the start of the epoch, nanoseconds.
        at_ns: Arrival, UTC nanoseconds.
        is_key: A decoder can begin here.
        payload: The packet's bytes.
        ordered: ``pts_ns`` is known to follow the order of presentation. False where
            decoding times stand in for them (AVI).
    """

    number: int
    pts_ns: int
    at_ns: int
    is_key: bool
    payload: bytes
    ordered: bool = True


def ffmpeg_packet(payload: bytes) -> Packet[Any]:
    """Return a packet with a copy of the bytes.

    ``Packet(payload)`` refers to the bytes as they lie in memory; FFmpeg reads on behind
    a packet's end and needs zeros there, or pictures come out damaged now and then.
    """
    packet: Packet[Any] = Packet(len(payload))
    packet.update(payload)
    return packet
