"""Sixteen moving tiles with twenty boxes each: the wall's canvas against labels.

The reference does what first versions of such walls do: a label a tile, boxes and text
drawn into the picture with OpenCV, a new pixmap for every frame.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from watchpost.base.channel import Channel, ChannelClosedError
from watchpost.base.errors import ConfigError
from watchpost.base.processes import Child
from watchpost.bench.conditions import Conditions
from watchpost.bench.report import Row, row
from watchpost.bench.site import FPS

TILES = 16
_SECONDS = 15.0
_LIMIT_S = 300.0


def measure(conditions: Conditions) -> list[Row]:
    """Return the cost of a tile's frame, its ratio, and what a running wall uses.

    Raises:
        ConfigError: Qt cannot work here, or it did not finish.
    """
    seconds = conditions.lasting(_SECONDS)
    with tempfile.TemporaryDirectory(
        prefix="watchpost-bench-", ignore_cleanup_errors=True
    ) as place:
        child = Child("bench wall", wall_main, place, seconds)
        try:
            got = child.channel.receive(_LIMIT_S + seconds)
        except ChannelClosedError:
            got = None
        finally:
            child.stop()
    if got is None:
        raise ConfigError(
            "The wall to measure did not finish.",
            todo="Start 'watchpost demo' and look at what it says.",
            code="bench.wall",
        )
    figures = got[0]
    if "what" in figures:
        raise ConfigError(figures["what"], todo=figures["todo"], code=figures["code"])
    return rows(figures)


def rows(figures: Mapping[str, Any]) -> list[Row]:
    """Return the rows of what the child measured."""
    ours, labels = figures["ours_ms"], figures["labels_ms"]
    return [
        row("wall.tile", "ms", ours, note="GUI thread, one frame of one of 16 tiles"),
        row("wall.labels", "ms", labels, note="the same with labels and OpenCV"),
        row(
            "wall",
            "ratio",
            [a / b for a, b in zip(labels, ours, strict=True)],
            target=10.0,
            better="more",
            note="labels / ours",
        ),
        row(
            "wall.fps",
            "1/s",
            figures["fps"],
            target=0.95 * FPS,
            better="more",
            note="16 tiles at 15 fps in real time, the slowest tile",
        ),
        row("wall.cores", "cores", figures["cores"], note="the same, one GUI thread"),
    ]


def wall_main(channel: Channel, place: str, seconds: float) -> None:
    """Measure and tell; the child's body, the only one here that imports Qt."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from watchpost.console import guard

    try:
        guard.check()
    except ConfigError as error:
        channel.send({"what": error.what, "todo": error.todo, "code": error.code})
        return
    from watchpost.bench.wall_window import measure_wall

    channel.send(measure_wall(Path(place), TILES, seconds))
