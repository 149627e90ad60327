"""Pictures of parts beside their templates, as DeepPCB comes (Tang et al., 2019).

A set is a folder with ``images/NAME_test.jpg``, ``templates/NAME_temp.jpg``,
``labels/NAME_test.txt`` (YOLO lines) and ``classes.txt``. The first five letters of a name
are the board that the picture was cut from; boards are kept apart in training and
measuring, since pictures of one board repeat its pads and tracks.
"""

from __future__ import annotations

from collections import Counter
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
from watchpost.learning.inspection.alignment import Grey, align

_BOARD_LETTERS = 5


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


def deal(pairs: Sequence[Pair], folds: int) -> list[list[Pair]]:
    """Return the pairs in parts of nearly one size; whole boards go one way.

    The largest boards are dealt first, each to what is smallest by then; boards of one
    size go by name.

    Args:
        pairs: Of several boards.
        folds: How many parts; as many as there are boards, where those are fewer.

    Raises:
        LearningError: There is only one board.
    """
    sizes = Counter(pair.board for pair in pairs)
    if len(sizes) < 2:
        raise LearningError(
            "All pictures are of one board, so that nothing is left to measure on.",
            todo="Add pictures of another board; their names begin with its five letters.",
        )
    parts: list[set[str]] = [set() for _ in range(min(folds, len(sizes)))]
    for board in sorted(sizes, key=lambda board: (-sizes[board], board)):
        min(parts, key=lambda part: sum(sizes[name] for name in part)).add(board)
    return [[pair for pair in pairs if pair.board in part] for part in parts]


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
