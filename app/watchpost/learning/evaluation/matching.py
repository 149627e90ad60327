"""The best one-to-one pairing of two sets."""

from __future__ import annotations

import numpy as np
from lap import lapjv
from numpy.typing import NDArray


def best_pairs(
    gain: NDArray[np.float64],
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return rows and columns whose sum of gains is largest, min(N, M) pairs.

    Solved exactly (Jonker and Volgenant, 1987).

    Args:
        gain: Shape (N, M); any finite numbers.
    """
    if not gain.size:
        none = np.empty(0, np.intp)
        return none, none
    rows_n, columns_n = gain.shape
    # A square of zeros around it: who has no partner costs nothing.
    side = max(rows_n, columns_n)
    cost = np.full((side, side), float(gain.max()))
    cost[:rows_n, :columns_n] = gain.max() - gain
    _, column_of_row, _ = lapjv(cost)
    rows = np.arange(rows_n)
    columns = np.asarray(column_of_row[:rows_n], np.intp)
    real = columns < columns_n
    return rows[real].astype(np.intp), columns[real]
