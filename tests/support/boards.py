"""A set of little boards with drawn defects, in the form that inspection learns from."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 128
KINDS = ("gap", "spot")
MOVED = (3, -2)


def write_boards(folder: Path, boards: int = 3, pictures: int = 2) -> Path:
    """Write pairs of ``boards`` boards, each with a gap in a track and a spot."""
    for name in ("images", "templates", "labels"):
        (folder / name).mkdir(parents=True)
    (folder / "classes.txt").write_text("\n".join(KINDS) + "\n", encoding="utf-8")
    for board in range(boards):
        for number in range(pictures):
            rng = np.random.default_rng((board, number))
            template = draw_board(rng)
            test, boxes = spoil(np.roll(template, MOVED, (1, 0)), rng)
            name = f"{board:05d}{number:03d}"
            write(folder / "images" / f"{name}_test.jpg", test)
            write(folder / "templates" / f"{name}_temp.jpg", template)
            lines = [
                f"{kind} {(box[0] + box[2]) / 2 / SIDE:.5f} "
                f"{(box[1] + box[3]) / 2 / SIDE:.5f} "
                f"{(box[2] - box[0]) / SIDE:.5f} {(box[3] - box[1]) / SIDE:.5f}"
                for kind, box in enumerate(boxes)
            ]
            path = folder / "labels" / f"{name}_test.txt"
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def draw_board(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return light tracks and pads on a dark board."""
    board = np.zeros((SIDE, SIDE), np.uint8)
    for y in (24, 56, 100):
        cv2.line(board, (0, y), (SIDE, y + int(rng.integers(-6, 7))), 255, 8)
    for x in rng.integers(10, SIDE - 10, 3):
        cv2.circle(board, (int(x), 78), 7, 255, -1)
    return board


def spoil(
    board: NDArray[np.uint8], rng: np.random.Generator
) -> tuple[NDArray[np.uint8], list[tuple[int, int, int, int]]]:
    """Return the board with a gap in its first track and a spot below, and their boxes."""
    spoilt = board.copy()
    x = int(rng.integers(20, SIDE - 20))
    y = int(np.flatnonzero(board[:50, x])[len(np.flatnonzero(board[:50, x])) // 2])
    spoilt[y - 8 : y + 9, x - 4 : x + 5] = 0
    spot = int(rng.integers(20, SIDE - 20))
    cv2.circle(spoilt, (spot, 116), 4, 255, -1)
    return spoilt, [
        (x - 12, y - 12, x + 12, y + 12),
        (spot - 12, 104, spot + 12, 128),
    ]


def write(path: Path, picture: NDArray[np.uint8]) -> None:
    """Write a picture at the highest JPEG quality."""
    ok, coded = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, 100))
    assert ok
    path.write_bytes(coded.tobytes())
