"""The simulated camera: a drawn scene whose truth is known."""

from __future__ import annotations

from collections.abc import Callable

from av.video.frame import VideoFrame

from watchpost.base.errors import CaptureError, ConfigError
from watchpost.domain.cameras import Source
from watchpost.engine.capture.sources.encoded import PacedPictures
from watchpost.engine.capture.sources.source import Pace, Waiting

Counts = dict[str, tuple[int, int]]


def open_simulated(
    source: Source,
    waiting: Waiting,
    begin_at_ns: int,
    *,
    lockstep: bool,
    on_truth: Callable[[int, Counts], None],
) -> PacedPictures:
    """Open a scene.

    Args:
        source: ``address`` names the scene.
        waiting: How to wait.
        begin_at_ns: Arrival of the first picture, UTC nanoseconds.
        lockstep: Every picture, as fast as asked for.
        on_truth: Called with the number of a packet and what truly crossed each line up
            to its picture, whenever that changes.

    Raises:
        CaptureError: There is no such scene.
    """
    # Imported here: other cameras need not pay for OpenCV.
    from watchpost.engine.capture.simulator.scene import create_scene

    try:
        scene = create_scene(
            source.address, seed=source.seed, fps=source.fps, ugly=source.ugly
        )
    except (ConfigError, ValueError, KeyError) as error:
        raise CaptureError(
            f"There is no simulated scene {source.address!r}.",
            todo="Choose bus_door, shelf or conveyor.",
            code="capture.scene",
        ) from error
    told: list[Counts] = []

    def make(index: int) -> VideoFrame:
        return VideoFrame.from_ndarray(scene.frame(index), "bgr24")

    def sent(number: int, index: int) -> None:
        truth = scene.truth(index)
        if told != [truth]:
            told[:] = [truth]
            on_truth(number, truth)

    width, height = scene.size
    return PacedPictures(
        width,
        height,
        source.fps,
        Pace(waiting, begin_at_ns, lockstep=lockstep),
        make,
        on_sent=sent,
        skip_late=not lockstep,
    )
