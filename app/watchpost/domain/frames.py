"""What a frame is called and how a picture is fitted to a detector."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, order=True)
class FrameKey:
    """Names one frame of one camera, for ever.

    Attributes:
        epoch: Connection number of the camera; a reconnect or a loop begins a new one,
            because a camera's own time stamps may start again (and the first be absent).
            Epochs rise for the life of the data folder.
        sequence: Number of the decoded frame within the epoch, from 0.
    """

    epoch: int
    sequence: int


class Fit(StrEnum):
    """How a picture is put into a detector's input."""

    STRETCH = "stretch"
    LETTERBOX_TOP_LEFT = "letterbox_top_left"
    LETTERBOX_CENTRE = "letterbox_centre"


class Colour(StrEnum):
    """Order of the three channels of a uint8 picture."""

    RGB = "rgb"
    BGR = "bgr"


@dataclass(frozen=True, slots=True)
class InputSpec:
    """The uint8 picture (height, width, 3) that a detector wants.

    Attributes:
        width: Pixels.
        height: Pixels.
        fit: How the camera's picture is placed.
        colour: Channel order.
        pad: Grey level of the letterbox border, 0..255.
    """

    width: int
    height: int
    fit: Fit = Fit.LETTERBOX_TOP_LEFT
    colour: Colour = Colour.BGR
    pad: int = 114

    def placement(self, frame_width: int, frame_height: int) -> Placement:
        """Return where a camera picture of this size lands in the input."""
        if self.fit is Fit.STRETCH:
            return Placement(0, 0, self.width, self.height)
        scale = min(self.width / frame_width, self.height / frame_height)
        width = max(1, round(frame_width * scale))
        height = max(1, round(frame_height * scale))
        if self.fit is Fit.LETTERBOX_TOP_LEFT:
            return Placement(0, 0, width, height)
        return Placement(
            (self.width - width) // 2, (self.height - height) // 2, width, height
        )


@dataclass(frozen=True, slots=True)
class Placement:
    """Rectangle, in input pixels, that the camera's picture fills."""

    left: int
    top: int
    width: int
    height: int
