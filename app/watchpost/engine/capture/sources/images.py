"""A folder of pictures, shown one after the other in the order of their names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import av.error
from av.video.frame import VideoFrame

from watchpost.base.errors import CaptureError
from watchpost.base.log import get_logger
from watchpost.domain.cameras import Source
from watchpost.engine.capture.sources.encoded import PacedPictures
from watchpost.engine.capture.sources.file import check_path
from watchpost.engine.capture.sources.source import Pace, Waiting
from watchpost.engine.video.form import video_form

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})
_FORMATS = "image2,jpeg_pipe,png_pipe,bmp_pipe,webp_pipe,tiff_pipe"

_log = get_logger(__name__)


def open_images(
    source: Source, waiting: Waiting, begin_at_ns: int, *, lockstep: bool
) -> PacedPictures:
    """Open one pass through a folder; all pictures get the size of the first.

    Raises:
        CaptureError: The folder is missing or has no readable picture.
    """
    folder = check_path(source.address)
    if not folder.is_dir():
        raise CaptureError(
            f"{folder} is not a folder.",
            todo="Choose the folder that holds the pictures.",
            code="capture.path",
        )
    paths = sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES)
    first = next((f for p in paths if (f := _read(p)) is not None), None)
    if first is None:
        raise CaptureError(
            f"The folder {folder} has no picture that can be read.",
            todo="Put JPEG or PNG files into it.",
            code="capture.no_pictures",
        )
    return PacedPictures(
        max(2, first.width),
        max(2, first.height),
        source.fps,
        Pace(waiting, begin_at_ns, lockstep=lockstep),
        lambda index: _read(paths[index]),
        count=len(paths),
        skip_late=False,
    )


def _read(path: Path) -> VideoFrame | None:
    try:
        with av.open(
            f"file:{path}", "r", options={"format_whitelist": _FORMATS}
        ) as container:
            stream, _form = video_form(container, str(path))
            frames: Iterator[VideoFrame] = container.decode(stream)
            return next(frames, None)
    except (av.error.FFmpegError, CaptureError) as error:
        _log.warning("picture left out", path=str(path), error=type(error).__name__)
    return None
