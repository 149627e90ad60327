"""A video file, played as a camera would send it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import av.error

from watchpost.base.clock import NS_PER_S
from watchpost.base.errors import CaptureError
from watchpost.base.log import get_logger
from watchpost.domain.cameras import Source
from watchpost.engine.capture.sources.source import Pace, Waiting
from watchpost.engine.capture.timeline import Timeline
from watchpost.engine.video.form import video_form
from watchpost.engine.video.stream import CodedPacket, StreamFormat

# Containers of video only: a playlist named .mp4 must not make us open what it lists.
_CONTAINERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,asf,ogg,"
    "h264,hevc,m4v,mjpeg,gif,mxf,ivf,obu,dv,nut"
)
_SHORTEST_PASS_NS = NS_PER_S

_log = get_logger(__name__)


def check_path(address: str) -> Path:
    """Return the path of a file or folder that exists.

    Raises:
        CaptureError: It is not there (``capture.no_file``).
    """
    path = Path(address).expanduser()
    try:
        exists = path.exists()
    except (OSError, ValueError) as error:
        raise CaptureError(
            "The name of this file cannot be used.",
            todo="Choose it again from the list of files.",
            code="capture.path",
        ) from error
    if not exists:
        raise CaptureError(
            f"There is no file {path}.",
            todo="Check the name, or plug in the disk that it is on.",
            code="capture.no_file",
        )
    return path


class FileSource:
    """One pass through a video file, in real time or in lockstep.

    Raises:
        CaptureError: It is missing, empty or no video.
        av.error.FFmpegError: It cannot be read.
    """

    is_live = False

    def __init__(
        self, source: Source, waiting: Waiting, begin_at_ns: int, *, lockstep: bool
    ) -> None:
        path = check_path(source.address)
        if not path.is_file():
            raise CaptureError(
                f"{path} is not a file.",
                todo="Choose a video file, or add the folder as a folder of pictures.",
                code="capture.path",
            )
        if path.stat().st_size == 0:
            raise CaptureError(
                f"The file {path} is empty.",
                todo="Copy it again from where it came from.",
                code="capture.empty_file",
            )
        self._path = path
        self._waiting = waiting
        self._begin_at_ns = begin_at_ns
        self._lockstep = lockstep
        self._first_dts_ns: int | None = None
        self._container: Any = av.open(
            f"file:{path}", "r", options={"format_whitelist": _CONTAINERS}
        )
        self.template: Any
        self.form: StreamFormat
        try:
            self.template, self.form = video_form(self._container, str(path))
        except BaseException:
            self._container.close()
            raise

    def packets(self) -> Iterator[CodedPacket]:
        """Yield the file's packets at their time; a damaged rest is left out."""
        pace = Pace(self._waiting, self._begin_at_ns, lockstep=self._lockstep)
        timeline = Timeline(self.template.time_base, self.form.fps)
        interval_ns = int(NS_PER_S / (self.form.fps or 25.0))
        # Packets go out in the order of decoding, evenly: presentation jumps about.
        latest_ns = 0
        number = 0
        for packet in self._demux():
            if not packet.size:
                continue
            pts_ns = timeline.stamp(packet.pts, packet.dts, None)
            latest_ns = max(latest_ns, pts_ns)
            due_ns = self._due(packet, latest_ns)
            at_ns = pace.wait(due_ns)
            if at_ns is None:
                return
            yield CodedPacket(
                number=number,
                pts_ns=pts_ns,
                at_ns=at_ns,
                is_key=bool(packet.is_keyframe),
                payload=bytes(packet),
                ordered=timeline.ordered,
            )
            number += 1
        # Show the last picture as long as the others, and a single one for a second.
        pace.wait(max(latest_ns + interval_ns, _SHORTEST_PASS_NS))

    def _due(self, packet: Any, latest_ns: int) -> int:
        if packet.dts is None:
            return latest_ns
        ns = int(packet.dts * self.template.time_base * NS_PER_S)
        if self._first_dts_ns is None:
            # The first packets may have no decoding time.
            self._first_dts_ns = ns - latest_ns
        return ns - self._first_dts_ns

    def _demux(self) -> Iterator[Any]:
        try:
            yield from self._container.demux(self.template)
        except av.error.FFmpegError as error:
            _log.warning(
                "file read up to its damage",
                path=str(self._path),
                error=type(error).__name__,
            )

    def close(self) -> None:
        """Close the file."""
        self._container.close()
