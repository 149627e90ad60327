"""What goes to the inference pool and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from watchpost.domain.coverage import NotAnalysed
from watchpost.domain.detections import Detections
from watchpost.engine.frames import FrameHeader


@dataclass(frozen=True, slots=True)
class Job:
    """One frame to be analysed.

    Attributes:
        camera_id: Whose.
        ring_path: The camera's mailbox.
        slot: Where in it.
        header: Which frame the slot held when the job was made.
        wants_grey: The small grey picture is wanted beside what the model sees.
    """

    camera_id: str
    ring_path: Path
    slot: int
    header: FrameHeader
    wants_grey: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Analysed:
    """A model looked at the frame.

    Attributes:
        detections: What it saw; classes by the class list of the model below.
        inference_ms: The model's own time.
        model_sha256: Which model looked.
        grey: The whole picture, small and grey, uint8, shape (height, width); None
            where the job did not want it.
    """

    detections: Detections
    inference_ms: float
    model_sha256: str
    grey: NDArray[np.uint8] | None = None


@dataclass(frozen=True, slots=True)
class NotDone:
    """Nothing is known about the frame.

    Attributes:
        reason: For the coverage track.
        detail: For the log.
    """

    reason: NotAnalysed
    detail: str = ""


Outcome = Analysed | NotDone


class JobSource(Protocol):
    """Where pool threads get their frames; called on all of them at once."""

    def take(self, timeout_s: float) -> Job | None:
        """Return the frame to look at next, or None after the time-out.

        A camera has at most one job out at a time: the next one is given after
        :meth:`done`, so results of a camera come in the order of its frames.
        """
        ...

    def done(self, job: Job, outcome: Outcome) -> None:
        """Take back a job; its header is of the frame that was really looked at."""
        ...

    def outage(self, reason: NotAnalysed | None) -> None:
        """Hear that no worker takes jobs, and why; None: one does again."""
        ...
