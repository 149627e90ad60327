"""Labelled frames of videos: boxes as coordinates, pixels from the video itself.

Footage that may not be passed on can still be learnt from where it lies: what travels is
a JSON file of coordinates::

    {"about": "what a box holds", "labelled": ["person"],
     "videos": [{"video": "door.mp4", "sha256": "…",
                 "frames": [{"frame": 20, "boxes": [["person", "a1", 0.1, 0.2, 0.3, 0.4]]
                            }]}]}

A box is its class, who it is (the same name in every frame of a video), then left, top,
right and bottom in fractions of the picture. Frames are numbered from 0 in the order of
presentation. The checksum keeps boxes from being laid over another cut of the video.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import av.error
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from watchpost.base.errors import LearningError
from watchpost.base.files import digest_of
from watchpost.domain.cameras import Source, SourceKind
from watchpost.engine.capture.sources.file import FileSource
from watchpost.engine.capture.sources.source import Waiting
from watchpost.engine.video.decoder import DecodedPicture, PacketDecoder
from watchpost.engine.video.scaling import PictureScaler
from watchpost.learning.datasets import Example, Picture, limited

_Fraction = Annotated[float, Field(ge=0, le=1)]
_Row = tuple[str, str, _Fraction, _Fraction, _Fraction, _Fraction]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LabelledFrame(_Part):
    """The objects of one frame; ``boxes`` may be empty."""

    frame: int = Field(ge=0)
    boxes: tuple[_Row, ...]

    @model_validator(mode="after")
    def _check(self) -> LabelledFrame:
        if any(left >= right or top >= low for *_, left, top, right, low in self.boxes):
            raise ValueError(f"a box of frame {self.frame} has no area")
        who = [row[1] for row in self.boxes]
        if len(set(who)) < len(who):
            raise ValueError(f"somebody is twice in frame {self.frame}")
        return self


class LabelledVideo(_Part):
    """The labelled frames of one video, in order."""

    video: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    frames: tuple[LabelledFrame, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _check(self) -> LabelledVideo:
        numbers = [frame.frame for frame in self.frames]
        if numbers != sorted(set(numbers)):
            raise ValueError(f"the frames of {self.video} are not in order")
        return self


class VideoLabels(_Part):
    """A whole file. ``labelled`` are the classes whose every object has a box."""

    about: str
    labelled: tuple[str, ...]
    videos: tuple[LabelledVideo, ...]

    @model_validator(mode="after")
    def _check(self) -> VideoLabels:
        frames = (frame for video in self.videos for frame in video.frames)
        used = {row[0] for frame in frames for row in frame.boxes}
        if not used <= set(self.labelled):
            raise ValueError("a box is of a class that labelled does not name")
        return self


def read_video_labels(path: Path) -> VideoLabels:
    """Read a file of boxes.

    Raises:
        LearningError: It cannot be read, or is wrong; says where.
    """
    try:
        return VideoLabels.model_validate_json(path.read_bytes())
    except OSError as error:
        raise LearningError(
            f"The boxes {path} cannot be read.", todo="Check the name."
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise LearningError(
            f"The boxes {path} are wrong at {where}: {first['msg']}.",
            todo="Correct them.",
        ) from error


def read_video_set(
    labels: VideoLabels,
    folder: Path,
    classes: tuple[str, ...],
    *,
    held_back: int = 0,
    weight: float = 1.0,
    loose: bool = False,
) -> Iterator[Example]:
    """Yield labelled frames as examples, boxes in the recipe's classes, sides <= 480.

    Args:
        labels: The boxes.
        folder: Where the videos lie.
        classes: The recipe's, in order.
        held_back: Keep one frame in so many of each video for measuring, all at its end:
            neighbours of a learnt frame would flatter. 0 keeps none.
        weight: How often an example is drawn, beside 1.
        loose: Some objects have no box.

    Raises:
        LearningError: A video is missing, is another one, or ends too early.
        CaptureError: It cannot be opened.
    """
    labelled = np.array([name in labels.labelled for name in classes])
    for video in labels.videos:
        path = _checked(video, folder)
        learnt = len(video.frames) - (
            len(video.frames) // held_back if held_back else 0
        )
        pictures = frames_of(path, [frame.frame for frame in video.frames])
        for index, (frame, bgr) in enumerate(zip(video.frames, pictures, strict=True)):
            rows = [row for row in frame.boxes if row[0] in classes]
            boxes = np.array([row[2:] for row in rows], np.float32).reshape(-1, 4)
            yield Example(
                limited(bgr),
                boxes,
                np.array([classes.index(row[0]) for row in rows], np.int32),
                labelled,
                loose=loose,
                weight=weight,
                source=video.video,
                held_back=index >= learnt,
            )


def frames_of(path: Path, numbers: Sequence[int]) -> Iterator[Picture]:
    """Yield frames of a video by number, BGR, shape (height, width, 3).

    Decoded as the product decodes a camera, from the first frame on.

    Args:
        path: A video file.
        numbers: Rising, from 0, in the order of presentation.

    Raises:
        LearningError: The video ends before the last of them.
        CaptureError: It cannot be opened or decoded.
    """
    wanted = iter(numbers)
    number = next(wanted, None)
    scaler = PictureScaler("bgr24")
    for at, frame in enumerate(_decoded(path)):
        if number is None:
            return
        if at == number:
            yield _pixels(scaler, frame)
            number = next(wanted, None)
    if number is not None:
        raise LearningError(
            f"{path.name} ends before its frame {number}.",
            todo="Copy it again from where it came from.",
        )


def _checked(video: LabelledVideo, folder: Path) -> Path:
    path = folder / video.video
    try:
        found = digest_of(path)
    except OSError as error:
        raise LearningError(
            f"The video {path} cannot be read.",
            todo="Name with --data the folder that the recipe's folders are in.",
        ) from error
    if found != video.sha256:
        raise LearningError(
            f"{path} is not the video that the boxes were drawn on.",
            todo=f"Its SHA-256 must be {video.sha256}.",
        )
    return path


def _decoded(path: Path) -> Iterator[VideoFrame]:
    source = _open(path)
    try:
        decoder = PacketDecoder(source.form)
        for packet in source.packets():
            yield from _frames(decoder.decode(packet.number, packet.payload))
        yield from _frames(decoder.flush())
    finally:
        source.close()


def _open(path: Path) -> FileSource:
    source = Source(SourceKind.FILE, str(path))
    try:
        return FileSource(source, Waiting(threading.Event()), 0, lockstep=True)
    except av.error.FFmpegError as error:
        raise LearningError(
            f"{path.name} is no video that can be read.",
            todo="Copy it again from where it came from.",
        ) from error


def _frames(pictures: list[DecodedPicture]) -> Iterator[VideoFrame]:
    return (picture.frame for picture in pictures)


def _pixels(scaler: PictureScaler, frame: VideoFrame) -> NDArray[np.uint8]:
    pixels = np.empty((frame.height, frame.width, 3), np.uint8)
    scaler.scale_into(frame, pixels)
    return pixels
