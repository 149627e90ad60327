"""The grid of cells that answer: strides 8, 16 and 32, row by row."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

STRIDES = (8, 16, 32)


@functools.cache
def cell_grid(
    width: int, height: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return each cell's column and row, shape (N, 2), and its stride, shape (N,).

    Args:
        width: Of the input, pixels, a multiple of 32.
        height: Likewise.
    """
    cells, strides = [], []
    for stride in STRIDES:
        y, x = np.mgrid[: height // stride, : width // stride]
        cells.append(np.stack((x, y), -1).reshape(-1, 2))
        strides.append(np.full(x.size, stride))
    grid = np.concatenate(cells).astype(np.float32)
    steps = np.concatenate(strides).astype(np.float32)
    # Shared between callers: nobody may write.
    grid.setflags(write=False)
    steps.setflags(write=False)
    return grid, steps
