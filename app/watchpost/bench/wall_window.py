"""The wall's canvas, driven frame by frame and in real time, and labels to compare with."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QEventLoop, Qt, QTimer
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QApplication, QGridLayout, QLabel, QWidget

from watchpost.base.clock import NS_PER_S, SYSTEM_CLOCK
from watchpost.bench.load import Load
from watchpost.bench.report import cpu_ms
from watchpost.bench.site import FPS, SCENES
from watchpost.console.bridge.frames import BEHIND_LIVE_NS, RingReader, TileFrame
from watchpost.console.bridge.results import ResultBook
from watchpost.console.screens.wall.canvas import TileCanvas
from watchpost.console.screens.wall.view import TileKey, TileView, WallView
from watchpost.console.theme import Theme
from watchpost.domain.frames import FrameKey
from watchpost.engine.capture.simulator import create_scene
from watchpost.engine.frames import FrameHeader, FrameRing
from watchpost.protocol.live import Box, Result

_SIZE = (1600, 900)
_BOXES = 20
_SLOTS = 8
_TICKS = 45
_ROUNDS = 3
_FRAME_NS = round(NS_PER_S / FPS)
_ASPECT = 16 / 9


def measure_wall(folder: Path, tiles: int, seconds: float) -> dict[str, Any]:
    """Return milliseconds a tile's frame, ours and labels', rounds interleaved.

    Args:
        folder: For rings.
        tiles: A square number.
        seconds: How long the wall runs in real time, all rounds together.
    """
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    theme = Theme()
    theme.apply()
    wall = Wall(theme, folder, tiles)
    labels = LabelWall(wall.tile_size, tiles)
    figures: dict[str, Any] = {"ours_ms": [], "labels_ms": [], "fps": [], "cores": []}
    for _ in range(_ROUNDS):
        wall.canvas.hide()
        labels.widget.show()
        figures["labels_ms"].append(cpu_ms(labels.step, _TICKS) / tiles)
        labels.widget.hide()
        wall.open()
        figures["ours_ms"].append(cpu_ms(wall.step, _TICKS) / tiles)
        fps, cores = wall.run(seconds / _ROUNDS)
        figures["fps"].append(fps)
        figures["cores"].append(cores)
    wall.close()
    return figures


class Film:
    """Pictures in a ring as a capture process writes them. GUI thread.

    The pixels are written once; each new frame only gets a new header, so that what is
    measured is the canvas and not the camera.
    """

    def __init__(
        self, path: Path, number: int, pictures: Sequence[NDArray[np.uint8]]
    ) -> None:
        height, width = pictures[0].shape[:2]
        self._ring = FrameRing.create(
            path, slots=_SLOTS, width=width, height=height, channels=4
        )
        for slot, picture in enumerate(pictures):
            self._ring.view(slot)[:] = picture
        self._reader = RingReader(path)
        self._number = number
        self._sequence = 0
        self._boxes = _boxes(number)
        self.book = ResultBook()

    def want(self, _width: int, _height: int, _fps: float) -> None:
        """The size is what it is."""

    def frame(self, now_ns: int) -> TileFrame | None:
        """Return the frame to draw now."""
        return self._reader.frame(now_ns)

    def intact(self, frame: TileFrame) -> bool:
        """Say whether a frame was not overwritten while it was drawn."""
        return self._reader.intact(frame)

    def close(self) -> None:
        """The ring is needed again."""

    def end(self) -> None:
        """Unmap."""
        self._reader.close()
        self._ring.close()

    def advance(self, at_ns: int) -> None:
        """Let a frame arrive, and every third time its result."""
        self._sequence += 1
        key = FrameKey(1, self._sequence)
        slot, _ = self._ring.begin()
        self._ring.commit(slot, FrameHeader(key, at_ns, at_ns, *_SIZE))
        if self._sequence % 3 == 0:
            self.book.add(
                Result.model_construct(
                    camera_id=str(self._number),
                    epoch=1,
                    sequence=self._sequence,
                    pts_ns=at_ns,
                    at_ns=at_ns,
                    latency_ms=30.0,
                    model="bench",
                    boxes=self._boxes[self._sequence % len(self._boxes)],
                )
            )


class DrivenClock:
    """UTC as it is told. GUI thread."""

    def __init__(self) -> None:
        self.now_ns = SYSTEM_CLOCK.utc_ns()

    def utc_ns(self) -> int:
        """Return the moment that was set."""
        return self.now_ns

    def monotonic_ns(self) -> int:
        """Return the system's."""
        return SYSTEM_CLOCK.monotonic_ns()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        SYSTEM_CLOCK.sleep(seconds)


class Wall:
    """The product's canvas on rings. GUI thread."""

    def __init__(self, theme: Theme, folder: Path, tiles: int) -> None:
        self._clock = DrivenClock()
        self._films: dict[TileKey, Film] = {}
        self._folder = folder
        self.canvas = TileCanvas(
            theme,
            self._clock,
            lambda key: self._films[key],
            lambda key: self._films[key].book,
        )
        self.canvas.resize(*_SIZE)
        self._keys = [("bench", str(number)) for number in range(tiles)]
        side = round(tiles**0.5)
        self.tile_size = _tile_size(side)
        pictures = [_pictures(name, self.tile_size) for name in SCENES]
        for number, key in enumerate(self._keys):
            path = folder / f"{number}.ring"
            self._films[key] = Film(path, number, pictures[number % len(pictures)])
        views = tuple(
            TileView(key, number=n, name=f"Bench {n}", aspect=_ASPECT)
            for n, key in enumerate(self._keys, 1)
        )
        self.canvas.show_view(WallView(views, side, 0))
        self._timer = QTimer(self.canvas)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(round(1000 / FPS))
        self._timer.timeout.connect(self._live)

    def open(self) -> None:
        """Show it, full of frames."""
        self.canvas.show()
        for _ in range(_SLOTS):
            self.step()

    def step(self) -> None:
        """Let one frame arrive in every tile and draw them, whatever the time is."""
        self._clock.now_ns += _FRAME_NS
        for film in self._films.values():
            film.advance(self._clock.now_ns - BEHIND_LIVE_NS)
        self.canvas.tick()
        QCoreApplication.processEvents(
            QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents
        )

    def run(self, seconds: float) -> tuple[float, float]:
        """Run for a while; return the slowest tile's frames a second, and busy cores."""
        drawn = dict.fromkeys(self._keys, 0)
        shown: dict[TileKey, object] = {}

        def look() -> None:
            for key in self._keys:
                frame = self.canvas.shown_frame(key)
                if frame is not None and frame.header.key != shown.get(key):
                    shown[key] = frame.header.key
                    drawn[key] += 1

        watch = QTimer(self.canvas)
        watch.setTimerType(Qt.TimerType.PreciseTimer)
        watch.setInterval(10)
        watch.timeout.connect(look)
        loop = QEventLoop()
        QTimer.singleShot(round(seconds * 1000), loop.quit)
        load = Load([os.getpid()])
        began_ns = SYSTEM_CLOCK.monotonic_ns()
        self._timer.start()
        watch.start()
        loop.exec()
        watch.stop()
        self._timer.stop()
        passed_s = (SYSTEM_CLOCK.monotonic_ns() - began_ns) / NS_PER_S
        return min(drawn.values()) / passed_s, load.cores()

    def close(self) -> None:
        """Close it."""
        self.canvas.close()
        for film in self._films.values():
            film.end()

    def _live(self) -> None:
        """A frame arrives in every tile now."""
        self._clock.now_ns = max(SYSTEM_CLOCK.utc_ns(), self._clock.now_ns + 1)
        for film in self._films.values():
            film.advance(self._clock.now_ns - BEHIND_LIVE_NS)


class LabelWall:
    """A label a tile, as it is written first everywhere. GUI thread."""

    def __init__(self, tile_size: tuple[int, int], tiles: int) -> None:
        self.widget = QWidget()
        self.widget.resize(*_SIZE)
        grid = QGridLayout(self.widget)
        side = round(tiles**0.5)
        self._size = tile_size
        self._labels = []
        for number in range(tiles):
            label = QLabel()
            label.setFixedSize(*tile_size)
            grid.addWidget(label, number // side, number % side)
            self._labels.append(label)
        scene = create_scene(SCENES[0], seed=1, fps=FPS)
        self._frames = [scene.frame(3 * n) for n in range(_SLOTS)]
        self._boxes = [_boxes(number) for number in range(tiles)]
        self._tick = 0

    def step(self) -> None:
        """Draw the next frame of every tile."""
        self._tick += 1
        source = self._frames[self._tick % len(self._frames)]
        for label, boxes in zip(self._labels, self._boxes, strict=True):
            picture = source.copy()
            _draw(picture, boxes[self._tick % len(boxes)])
            height, width = picture.shape[:2]
            image = QImage(
                picture.data, width, height, 3 * width, QImage.Format.Format_BGR888
            )
            label.setPixmap(
                QPixmap.fromImage(image).scaled(
                    *self._size,
                    Qt.AspectRatioMode.KeepAspectRatio,
                    Qt.TransformationMode.SmoothTransformation,
                )
            )
        QCoreApplication.processEvents(
            QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents
        )


def _pictures(scene_name: str, size: tuple[int, int]) -> list[NDArray[np.uint8]]:
    """Return some pictures of a scene, BGRA."""
    scene = create_scene(scene_name, seed=1, fps=FPS)
    found = []
    for number in range(_SLOTS):
        small = cv2.resize(scene.frame(3 * number), size)
        found.append(np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2BGRA), np.uint8))
    return found


def _draw(picture: NDArray[np.uint8], boxes: tuple[Box, ...]) -> None:
    height, width = picture.shape[:2]
    white = (255, 255, 255)
    for box in boxes:
        corner = round(box.left * width), round(box.top * height)
        other = round(box.right * width), round(box.bottom * height)
        cv2.rectangle(picture, corner, other, white, 2)
        words = f"{box.class_name} {box.track_id} {box.score:.2f}"
        cv2.putText(picture, words, corner, cv2.FONT_HERSHEY_SIMPLEX, 0.5, white, 1)


def _boxes(seed: int) -> list[tuple[Box, ...]]:
    """Return boxes that move, one tuple a result."""
    rng = np.random.default_rng(seed)
    corner = rng.uniform(0.0, 0.8, (_BOXES, 2))
    size = rng.uniform(0.03, 0.15, (_BOXES, 2))
    found = []
    for step in range(_SLOTS):
        moved = corner + 0.004 * step
        found.append(
            tuple(
                Box.model_construct(
                    track_id=n + 1,
                    class_name=("person", "car", "bottle")[n % 3],
                    score=0.5 + 0.02 * n,
                    left=float(moved[n, 0]),
                    top=float(moved[n, 1]),
                    right=float(min(1.0, moved[n, 0] + size[n, 0])),
                    bottom=float(min(1.0, moved[n, 1] + size[n, 1])),
                )
                for n in range(_BOXES)
            )
        )
    return found


def _tile_size(side: int) -> tuple[int, int]:
    """Return about the size of a tile's picture, even."""
    width = _SIZE[0] // side - 16
    return width & ~1, round(width / _ASPECT) & ~1
