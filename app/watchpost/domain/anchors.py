"""The points of boxes that rules look at."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from watchpost.domain.rules import Anchor
from watchpost.domain.tracks import Tracks


def anchors(tracks: Tracks, anchor: Anchor) -> NDArray[np.float64]:
    """Return each track's anchor, fractions of the picture, shape (N, 2)."""
    boxes = tracks.xyxy_norm.astype(np.float64)
    x = (boxes[:, 0] + boxes[:, 2]) / 2
    if anchor is Anchor.BOTTOM:
        y = boxes[:, 3]
    elif anchor is Anchor.TOP:
        y = boxes[:, 1]
    else:
        y = (boxes[:, 1] + boxes[:, 3]) / 2
    return np.stack((x, y), axis=1)
