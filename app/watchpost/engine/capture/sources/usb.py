"""USB cameras: raw or JPEG pictures are encoded here; H.264 passes as it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import av
import av.error

from watchpost.base.clock import SteadyUtc
from watchpost.domain.cameras import Source
from watchpost.engine.capture.sources.source import Waiting
from watchpost.engine.capture.timeline import Timeline
from watchpost.engine.capture.usb import device_of
from watchpost.engine.video.encoder import PictureEncoder
from watchpost.engine.video.form import video_form
from watchpost.engine.video.stream import CodedPacket, StreamFormat

_PASSED_ON = {"h264", "hevc"}


class UsbSource:
    """One opened USB camera.

    Raises:
        CaptureError: It has no video.
        av.error.FFmpegError: It cannot be opened.
    """

    is_live = True

    def __init__(self, source: Source, waiting: Waiting) -> None:
        device = device_of(source.address, source.fps)
        self._clock = waiting.clock
        self._container: Any = self._open(device.url, device.format, device.options)
        self._encoder: PictureEncoder | None = None
        self.template: Any
        self.form: StreamFormat
        try:
            self._stream, form = video_form(self._container, source.address)
            self.template, self.form = self._stream, form
            if form.codec not in _PASSED_ON:
                self._stream.codec_context.thread_type = "NONE"
                self._encoder = PictureEncoder(form.width, form.height, source.fps)
                self.template, self.form = self._encoder.template, self._encoder.format
        except BaseException:
            self._container.close()
            raise

    def _open(self, url: str, form: str, options: dict[str, str]) -> Any:
        try:
            return av.open(url, "r", format=form, options=options, timeout=(8.0, 4.0))
        except av.error.FFmpegError:
            # Not every camera can do the wished rate; then it takes its own.
            return av.open(url, "r", format=form, timeout=(8.0, 4.0))

    def packets(self) -> Iterator[CodedPacket]:
        """Yield packets as pictures arrive; the end is a disconnect."""
        utc = SteadyUtc(self._clock)
        start_ns = self._clock.monotonic_ns()
        timeline = Timeline(self._stream.time_base, self.form.fps)
        number = 0
        for packet in self._container.demux(self._stream):
            if not packet.size:
                continue
            elapsed_ns = self._clock.monotonic_ns() - start_ns
            pts_ns = timeline.stamp(packet.pts, packet.dts, elapsed_ns)
            at_ns = utc.now_ns()
            for payload, is_key in self._coded(packet, number):
                yield CodedPacket(
                    number, pts_ns, at_ns, is_key, payload, timeline.ordered
                )
                number += 1

    def _coded(self, packet: Any, number: int) -> list[tuple[bytes, bool]]:
        if self._encoder is None:
            return [(bytes(packet), bool(packet.is_keyframe))]
        coded: list[tuple[bytes, bool]] = []
        try:
            for frame in packet.decode():
                coded += self._encoder.encode(frame, number + len(coded))
        except av.error.InvalidDataError:
            # A torn JPEG, as cheap cameras send now and then.
            return []
        return coded

    def close(self) -> None:
        """Let go of the camera."""
        self._container.close()
        if self._encoder is not None:
            self._encoder.close()
