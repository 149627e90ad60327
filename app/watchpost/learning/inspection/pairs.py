"""Pictures of parts beside their templates, as DeepPCB comes (Tang et al., 2019).

A set is a folder with ``images/NAME_test.jpg``, ``templates/NAME_temp.jpg``,
``labels/NAME_test.txt`` (YOLO lines) and ``classes.txt``. The first five letters of a name
are the board that the picture was cut from; boards are kept apart in training and
measuring, since pictures of one board repeat its pads and tracks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from watchpost.base.errors import LearningError
from watchpost.learning.datasets import (
    picture_files,
    read_class_names,
    read_labels,
)

Grey = NDArray[np.uint8]
_BOARD_LETTERS = 5
_FARTHEST_SHIFT = 12


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """One part and its template, of one size, laid over each other.

    Attributes:
        name: Of the picture; ``board`` is what it was cut from.
        test: The part, grey, shape (height, width).
        template: What it should look like, same shape.
        boxes: Left, top, right, bottom of the defects, pixels, shape (N, 4), float32.
        kinds: Index into the set's classes, shape (N,), int32.
    """

    name: str
    board: str
    test: Grey
    template: Grey
    boxes: NDArray[np.float32]
    kinds: NDArray[np.int32]


def read_pairs(folder: Path) -> tuple[tuple[str, ...], list[Pair]]:
    """Return the class names and the aligned pairs of a set, by name.

    Raises:
        LearningError: The set, or a picture of it, cannot be read.
    """
    names = tuple(name for name in read_class_names(folder / "classes.txt") if name)
    ours = {index: index for index in range(len(names))}
    pairs = []
    for file in picture_files(folder / "images", folder / "labels"):
        name = file.picture.stem.removesuffix("_test")
        test = _read_grey(file.picture)
        template = _read_grey(folder / "templates" / f"{name}_temp.jpg")
        if test.shape != template.shape:
            raise LearningError(
                f"{name} and its template differ in size.",
                todo="Cut both to the same part.",
            )
        boxes, kinds = read_labels(file.label, ours)
        height, width = test.shape
        pixels = boxes * np.array((width, height, width, height), np.float32)
        board = name[:_BOARD_LETTERS]
        pairs.append(Pair(name, board, test, align(template, test), pixels, kinds))
    return names, pairs


def split(pairs: Sequence[Pair], held_back: int) -> tuple[list[Pair], list[Pair]]:
    """Return the pairs to learn from and those to measure on.

    Whole boards go one way: the first of every ``held_back`` boards, by name, is kept for
    measuring.

    Raises:
        LearningError: There is only one board.
    """
    boards = sorted({pair.board for pair in pairs})
    if len(boards) < 2:
        raise LearningError(
            "All pictures are of one board, so that nothing is left to measure on.",
            todo="Add pictures of another board; their names begin with its five letters.",
        )
    kept = set(boards[::held_back])
    learnt = [pair for pair in pairs if pair.board not in kept]
    return learnt, [pair for pair in pairs if pair.board in kept]


def align(template: Grey, test: Grey) -> Grey:
    """Return the template moved by whole pixels to where it fits the part best.

    The least sum of squared differences within 12 pixels each way; what comes in at the
    border repeats the border.

    Args:
        template: Shape (height, width), at least 32 each way.
        test: The same shape.
    """
    far = _FARTHEST_SHIFT
    core = template[far:-far, far:-far]
    misfit = cv2.matchTemplate(test, core, cv2.TM_SQDIFF)
    down, right = divmod(int(misfit.argmin()), misfit.shape[1])
    return shifted(template, right - far, down - far)


def shifted(picture: Grey, right: int, down: int) -> Grey:
    """Return a picture moved by whole pixels; the border is repeated."""
    height, width = picture.shape
    columns = np.clip(np.arange(width) - right, 0, width - 1)
    rows = np.clip(np.arange(height) - down, 0, height - 1)
    return picture[np.ix_(rows, columns)]


def repaired(pair: Pair, margin: int = 4) -> Pair:
    """Return a pair without its defects: their boxes are filled from the template.

    All else stays as it was captured: ragged edges, thicker or thinner tracks, dust. It is
    the nearest that the set comes to a second capture of a good part.
    """
    test = pair.test.copy()
    for left, top, right, low in pair.boxes:
        rows = slice(max(0, int(top) - margin), int(np.ceil(low)) + margin)
        columns = slice(max(0, int(left) - margin), int(np.ceil(right)) + margin)
        test[rows, columns] = pair.template[rows, columns]
    none = np.zeros((0, 4), np.float32), np.zeros(0, np.int32)
    return replace(pair, test=test, boxes=none[0], kinds=none[1])


def _read_grey(path: Path) -> Grey:
    try:
        data = np.frombuffer(path.read_bytes(), np.uint8)
    except OSError as error:
        raise LearningError(
            f"The picture {path} cannot be read.",
            todo="Check that the set is complete.",
        ) from error
    grey = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE) if data.size else None
    if grey is None:
        raise LearningError(
            f"The picture {path} cannot be decoded.", todo="Copy it again."
        )
    return grey.astype(np.uint8, copy=False)
