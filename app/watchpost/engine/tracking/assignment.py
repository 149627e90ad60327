"""Which detection belongs to which track."""

from __future__ import annotations

import numpy as np
from lap import lapjv
from numpy.typing import NDArray

Rows = NDArray[np.intp]


def assign(affinity: NDArray[np.float64], floor: float) -> tuple[Rows, Rows]:
    """Return the pairs (rows, columns) with the largest total affinity above a floor.

    The full assignment (Jonker and Volgenant, 1987) is solved only where two tracks want
    one detection or the other way round; most frames have no such conflict.

    Args:
        affinity: Shape (N, M); larger is better.
        floor: Pairs at or below it are never made.
    """
    wanted = affinity > floor
    rows, columns = np.nonzero(wanted)
    if not rows.size or np.bincount(rows).max() == np.bincount(columns).max() == 1:
        return rows, columns
    # A pair below the floor costs as much as leaving both alone.
    ceiling = float(affinity.max())
    cost = np.where(wanted, ceiling - affinity, ceiling - floor + 1e-6)
    _, column_of_row, _ = lapjv(cost, extend_cost=True)
    rows = np.nonzero(column_of_row >= 0)[0]
    columns = column_of_row[rows].astype(np.intp)
    good = wanted[rows, columns]
    return rows[good], columns[good]
