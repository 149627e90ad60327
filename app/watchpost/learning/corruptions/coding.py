"""What coding costs: U11 JPEG, U12 H.264, U13 resolution, U16 lost frames, Q7 lost packets.

H.264 is the real one, libx264 through FFmpeg, as a cheap camera codes.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import av
import av.codec
import av.error
import cv2
import numpy as np
from av.video.frame import VideoFrame

from watchpost.base.errors import LearningError
from watchpost.engine.video.scaling import PictureScaler
from watchpost.engine.video.stream import ffmpeg_packet
from watchpost.learning.corruptions.pictures import Picture, Rng, at_severity

CAMERA_FPS = 15.0
_GOP = 60
_ENCODER = "libx264"
_REFERENCE_PIXELS = 1280 * 720
# The same look in a smaller picture costs more bits a pixel: Waggoner's rule of 0.75.
_RATE_POWER = 0.75
_LOST_IN_A_ROW = 4.0
_RTP_PAYLOAD = 1398
_START = b"\0\0\0\1"


def jpeg(bgr: Picture, severity: int, rng: Rng) -> Picture:
    """U11: JPEG (or MJPEG) quality 40, 20 or 10."""
    del rng
    quality = at_severity(severity, (40, 20, 10))
    _, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def low_resolution(bgr: Picture, severity: int, rng: Rng) -> Picture:
    """U13: a 1.5th, half or a third of the resolution, scaled up again."""
    del rng
    factor = at_severity(severity, (1.5, 2.0, 3.0))
    height, width = bgr.shape[:2]
    size = (max(8, round(width / factor)), max(8, round(height / factor)))
    less = cv2.resize(bgr, size, interpolation=cv2.INTER_AREA)
    return cv2.resize(less, (width, height)).astype(np.uint8, copy=False)


class FrameLoss:
    """U16: 5, 15 or 30 % of the frames never arrive, four in a row on average.

    Gilbert's channel: good or bad from frame to frame (Gilbert, "Capacity of a
    Burst-Noise Channel", 1960).
    """

    def __init__(self, severity: int, seed: int) -> None:
        share = at_severity(severity, (0.05, 0.15, 0.30))
        self._leave_bad = 1 / _LOST_IN_A_ROW
        self._leave_good = self._leave_bad * share / (1 - share)
        self._rng = np.random.default_rng(seed)
        self._bad = False

    def apply(self, bgr: Picture, frame_index: int, t_s: float) -> Picture | None:
        """Return the picture, or None where it is lost."""
        del frame_index, t_s
        leave = self._leave_bad if self._bad else self._leave_good
        if self._rng.random() < leave:
            self._bad = not self._bad
        return None if self._bad else bgr


def has_encoder() -> bool:
    """Say whether the FFmpeg at hand can code H.264."""
    return _ENCODER in av.codec.codecs_available


class Recompression:
    """U12: coded by libx264 as a camera does, and decoded: 800, 300 or 120 kbit/s.

    The rates are for 1280x720 at 15 frames a second, preset veryfast, a key frame every
    60; other sizes get the rate for the same look. Frames beyond 15 a second are not sent.

    Args:
        severity: 1, 2 or 3.
        fps: Frames a second of the stream.
        lost: Share of network packets that are lost on the way (Q7); a lost one takes up
            to 1,398 bytes out of a slice, and the decoder makes do.
        seed: For the losses.

    Raises:
        LearningError: The FFmpeg at hand has no such encoder.
    """

    def __init__(
        self, severity: int, fps: float, *, lost: float = 0.0, seed: int = 0
    ) -> None:
        if not has_encoder():
            raise LearningError(
                f"This FFmpeg has no {_ENCODER}, which codes H.264.",
                todo="Leave U12, Q7 and Q10 out with --only.",
            )
        self._bit_rate = 1000 * at_severity(severity, (800, 300, 120))
        self._fps = min(CAMERA_FPS, fps)
        self._lost, self._rng = lost, np.random.default_rng(seed)
        self._scaler = PictureScaler("bgr24")
        self._encoder: Any = None
        self._decoder: Any = None
        self._sent = 0
        self._due_s = 0.0

    def apply(self, bgr: Picture, frame_index: int, t_s: float) -> Picture | None:
        """Return the picture as decoded, or None where it was not sent or not decoded."""
        del frame_index
        # Half a frame early is on time: else 25 frames a second and 15 beat.
        if t_s < self._due_s - 0.5 / max(self._fps, 1.0) / 2:
            return None
        self._due_s = max(self._due_s, t_s - 1 / self._fps) + 1 / self._fps
        height, width = bgr.shape[:2]
        if self._encoder is None:
            self._open(width // 2 * 2, height // 2 * 2)
        decoded = self._through(bgr)
        if decoded is None:
            return None
        if decoded.shape[:2] != (height, width):
            decoded = cv2.copyMakeBorder(
                decoded,
                0,
                height - decoded.shape[0],
                0,
                width - decoded.shape[1],
                cv2.BORDER_REPLICATE,
            ).astype(np.uint8, copy=False)
        return decoded

    def _open(self, width: int, height: int) -> None:
        share = (width * height / _REFERENCE_PIXELS) ** _RATE_POWER
        rate = round(self._bit_rate * share)
        encoder: Any = av.CodecContext.create(_ENCODER, "w")
        encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
        fps = Fraction(self._fps).limit_denominator(1000)
        encoder.framerate, encoder.time_base = fps, 1 / fps
        encoder.bit_rate, encoder.gop_size, encoder.max_b_frames = rate, _GOP, 0
        encoder.thread_count = 1
        encoder.options = {
            "preset": "veryfast",
            "tune": "zerolatency",
            "x264-params": f"vbv-maxrate={rate // 1000 + 1}:vbv-bufsize={rate // 500 + 2}"
            ":scenecut=0:log-level=-1:sliced-threads=0",
        }
        self._encoder = encoder
        decoder: Any = av.CodecContext.create("h264", "r")
        decoder.thread_type, decoder.thread_count = "NONE", 1
        decoder.flags |= av.codec.context.Flags.low_delay
        self._decoder = decoder

    def _through(self, bgr: Picture) -> Picture | None:
        encoder = self._encoder
        whole = np.ascontiguousarray(bgr[: encoder.height, : encoder.width])
        frame = VideoFrame.from_ndarray(whole, format="bgr24")
        frame.pts, frame.time_base = self._sent, encoder.time_base
        self._sent += 1
        decoded: Picture | None = None
        for packet in encoder.encode(frame):
            data = self._over_the_network(bytes(packet))
            if not data:
                continue
            try:
                frames = self._decoder.decode(ffmpeg_packet(data))
            except av.error.InvalidDataError:
                continue
            for found in frames:
                decoded = np.empty((found.height, found.width, 3), np.uint8)
                self._scaler.scale_into(found, decoded)
        return decoded

    def _over_the_network(self, data: bytes) -> bytes:
        """Return an access unit less the pieces that are lost; the first comes whole."""
        if not self._lost or self._sent <= 1:
            return data
        arrived = []
        for unit in _units(data):
            count = -(-len(unit) // _RTP_PAYLOAD)
            keep = self._rng.random(count) >= self._lost
            pieces = [
                unit[i * _RTP_PAYLOAD : (i + 1) * _RTP_PAYLOAD]
                for i in range(count)
                if keep[i]
            ]
            # Without its first piece a unit has no header: all of it is lost.
            if keep[0]:
                arrived.append(_START + b"".join(pieces))
        return b"".join(arrived)


def _units(data: bytes) -> list[bytes]:
    """Return the NAL units of an access unit in Annex B form."""
    parts = data.split(b"\0\0\1")
    # Of a four-byte start code, the first zero ends up at the end of the part before.
    return [part.rstrip(b"\0") for part in parts[1:]]
