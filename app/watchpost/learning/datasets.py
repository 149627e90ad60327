"""Pictures with boxes: folders of YOLO labels, and the simulator's scenes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from watchpost.base.errors import LearningError
from watchpost.base.log import get_logger
from watchpost.engine.capture.simulator import create_scene
from watchpost.learning.recipes import PictureSet, Simulated

Picture = NDArray[np.uint8]
_SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp"}
_LONGEST_SIDE = 480
SIMULATOR = "simulator"
_log = get_logger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """One picture and what is known to be in it.

    Attributes:
        bgr: Shape (height, width, 3).
        boxes: Left, top, right, bottom, fractions; shape (N, 4), float32.
        class_ids: Index into the recipe's classes; shape (N,), int32.
        labelled: Per class of the recipe: are its objects labelled here; shape (C,), bool.
        loose: Some objects of labelled classes may be missing.
        weight: How often it is drawn, beside 1.
        drawn: Comes from the simulator: a teacher knows nothing about it.
        source: The set's folder, or ``simulator``.
        held_back: For measuring, never for training.
    """

    bgr: Picture
    boxes: NDArray[np.float32]
    class_ids: NDArray[np.int32]
    labelled: NDArray[np.bool_]
    loose: bool = False
    weight: float = 1.0
    drawn: bool = False
    source: str = ""
    held_back: bool = False


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture of a set and its label file."""

    picture: Path
    label: Path


def picture_files(images: Path, labels: Path) -> list[PictureFile]:
    """Return the pictures that have a label file, by name.

    Raises:
        LearningError: There are none.
    """
    files = [
        PictureFile(path, labels / f"{path.stem}.txt")
        for path in sorted(images.glob("*"))
        if path.suffix.lower() in _SUFFIXES
    ]
    found = [f for f in files if f.label.exists()]
    if not found:
        raise LearningError(
            f"There are no labelled pictures in {images}.",
            todo=f"It needs pictures, and {labels} one text file of the same name for "
            "each.",
        )
    return found


def read_class_names(path: Path) -> list[str]:
    """Return class names in order, from a text file with one a line.

    Raises:
        LearningError: It cannot be read, or says nothing.
    """
    try:
        names = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise LearningError(
            f"The class names {path} cannot be read.", todo="Write one name a line."
        ) from error
    if not any(name.strip() for name in names):
        raise LearningError(f"{path} names no class.", todo="Write one name a line.")
    return [name.strip() for name in names]


def read_set(
    root: Path, which: PictureSet, classes: tuple[str, ...], held_back: int = 0
) -> Iterator[Example]:
    """Yield the examples of one set, boxes in the recipe's classes, sides <= 480."""
    folder = root / which.folder
    names = read_class_names(folder / "classes.txt")
    ours = {i: classes.index(name) for i, name in enumerate(names) if name in classes}
    labelled = np.array([name in which.labelled for name in classes])
    for number, file in enumerate(picture_files(folder / "images", folder / "labels")):
        bgr = read_picture(file.picture)
        if bgr is None:
            _log.warning("picture_unreadable", file=file.picture.name)
            continue
        boxes, class_ids = read_labels(file.label, ours)
        kept = labelled[class_ids]
        yield Example(
            limited(bgr),
            boxes[kept],
            class_ids[kept],
            labelled,
            loose=which.loose,
            weight=which.weight,
            source=which.folder,
            held_back=held_back > 0 and number % held_back == held_back - 1,
        )


def read_picture(path: Path) -> Picture | None:
    """Return a picture file's pixels, BGR; None when it cannot be decoded."""
    # imread takes no unusual characters in paths on Windows.
    data = np.frombuffer(path.read_bytes(), np.uint8)
    bgr = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    return None if bgr is None else bgr.astype(np.uint8, copy=False)


def read_labels(
    path: Path, ours: dict[int, int]
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Return boxes as corners (fractions) and class ids of a YOLO label file.

    Args:
        path: Lines of class, centre x, centre y, width, height.
        ours: The recipe's class by the file's; other lines are left out.

    Raises:
        LearningError: A line is of another form; says which.
    """
    boxes, class_ids = [], []
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            kind, *box = (float(word) for word in line.split()[:5])
            x, y, w, h = box
            if not np.isfinite(box).all():
                raise ValueError(line)
            known = ours.get(int(kind))
        except (ValueError, OverflowError) as error:
            raise LearningError(
                f"Line {number} of {path} is no label: {line[:60]!r}.",
                todo="Write class, centre x, centre y, width and height, in fractions.",
            ) from error
        if known is not None:
            boxes.append((x - w / 2, y - h / 2, x + w / 2, y + h / 2))
            class_ids.append(known)
    corners = np.clip(np.array(boxes, np.float32).reshape(-1, 4), 0, 1)
    return corners, np.array(class_ids, np.int32)


def simulate(
    which: Simulated, classes: tuple[str, ...], seed: int, held_back: int = 0
) -> Iterator[Example]:
    """Yield frames of the simulator's scenes, every object labelled.

    Several stories a scene, and frames far apart: no two are alike.
    """
    everything = np.ones(len(classes), bool)
    stories = 8
    each = which.frames // max(1, len(which.scenes) * stories)
    for scene_number, part in itertools.product(
        range(len(which.scenes)), range(stories)
    ):
        name = which.scenes[scene_number]
        scene = create_scene(name, seed=seed * 100 + scene_number * 10 + part, fps=15)
        for index in range(each):
            frame = 40 + index * 37
            seen = [b for b in scene.boxes(frame) if b[0] in classes]
            boxes = np.array([b[1:] for b in seen], np.float32).reshape(-1, 4)
            class_ids = np.array([classes.index(b[0]) for b in seen], np.int32)
            yield Example(
                limited(scene.frame(frame)),
                np.clip(boxes, 0, 1),
                class_ids,
                everything,
                weight=which.weight,
                drawn=True,
                source=SIMULATOR,
                held_back=held_back > 0 and part == stories - 1,
            )


def limited(bgr: Picture) -> Picture:
    """Return the picture, made smaller where its longest side is above 480 pixels."""
    height, width = bgr.shape[:2]
    scale = _LONGEST_SIDE / max(height, width)
    if scale >= 1:
        return bgr
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(bgr, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
