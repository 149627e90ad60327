"""Network cameras: RTSP over TCP or UDP, and HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import av
import av.error

from watchpost.base.clock import NS_PER_MS, NS_PER_S, SteadyUtc
from watchpost.domain.cameras import Source
from watchpost.engine.capture import troubles
from watchpost.engine.capture.sources.address import host_of, url_of
from watchpost.engine.capture.sources.source import Waiting
from watchpost.engine.capture.timeline import Timeline
from watchpost.engine.video.form import video_form
from watchpost.engine.video.stream import CodedPacket, StreamFormat

READ_TIMEOUT_S = 2.0
OPEN_TIMEOUT_S = 4.0
# FFmpeg's own time-out alone is reset for ever by a camera that sends only reports;
# PyAV's counts per call. Both, and both short: the sum is how long a silence lasts.
_QUICK = {
    "timeout": "3000000",
    "analyzeduration": "100000",
    "probesize": "32768",
    "max_redirects": "0",
    "format_whitelist": "rtsp,mpjpeg,mjpeg,mpegts,flv,matroska,webm,h264,hevc",
}
# A camera that tells its picture's size only with a key frame, seconds apart.
_PATIENT = _QUICK | {"analyzeduration": "5000000", "probesize": "5000000"}
_PATIENT_TIMEOUT_S = 8.0
# Pictures usually come faster than this; then a longer silence is a fault.
_QUICK_INTERVAL_NS = int(0.4 * READ_TIMEOUT_S * NS_PER_S)
_SILENCE_NS = int(0.95 * READ_TIMEOUT_S * NS_PER_S)


class NetworkSource:
    """One connection to a network camera.

    Raises:
        CaptureError: The address is wrong, or it sends no picture.
        av.error.FFmpegError: It cannot be opened.
    """

    is_live = True

    def __init__(self, source: Source, waiting: Waiting) -> None:
        self._source = source
        self._clock = waiting.clock
        url = url_of(source)
        self._container: Any = self._open(url, _QUICK, OPEN_TIMEOUT_S)
        try:
            if not self._has_size():
                self._container.close()
                self._container = self._open(url, _PATIENT, _PATIENT_TIMEOUT_S)
            if not self._has_size():
                raise troubles.mute(source)
            self.template: Any
            self.form: StreamFormat
            self.template, self.form = video_form(
                self._container, f"The camera at {host_of(source.address)}"
            )
        except BaseException:
            self._container.close()
            raise

    def _open(self, url: str, options: dict[str, str], timeout_s: float) -> Any:
        chosen = options | {"rtsp_transport": self._source.transport}
        return av.open(url, "r", options=chosen, timeout=(timeout_s, READ_TIMEOUT_S))

    def _has_size(self) -> bool:
        streams = self._container.streams.video
        return bool(streams and streams[0].codec_context and streams[0].width)

    def packets(self) -> Iterator[CodedPacket]:
        """Yield packets as they arrive; the end is a disconnect."""
        utc = SteadyUtc(self._clock)
        start_ns = last_ns = self._clock.monotonic_ns()
        interval_ns = 0.0
        timeline = Timeline(self.template.time_base, self.form.fps)
        number = 0
        for packet in self._container.demux(self.template):
            now_ns = self._clock.monotonic_ns()
            if not packet.size:
                continue
            gap_ns = now_ns - last_ns
            if gap_ns > _SILENCE_NS and 0 < interval_ns < _QUICK_INTERVAL_NS:
                # The time-out flushed a picture that the parser held back. It is the
                # last: the next time-out would only say so two seconds later.
                raise troubles.stalled(self._source)
            if number:
                interval_ns += 0.1 * (max(gap_ns, NS_PER_MS) - interval_ns)
            last_ns = now_ns
            pts_ns = timeline.stamp(packet.pts, packet.dts, now_ns - start_ns)
            yield CodedPacket(
                number=number,
                pts_ns=pts_ns,
                at_ns=utc.now_ns(),
                is_key=bool(packet.is_keyframe),
                payload=bytes(packet),
                ordered=timeline.ordered,
            )
            number += 1

    def close(self) -> None:
        """Hang up."""
        self._container.close()
