"""The parts of the detector's network, each of which makes one map of features."""

from __future__ import annotations

from watchpost.learning.cells import STRIDES

PARTS = (
    "stem",
    "trunk4",
    "trunk8",
    "trunk16",
    "trunk32",
    "lateral32",
    "merged16",
    "lateral16",
    "neck8",
    "neck16",
    "neck32",
    *(f"{head}{stride}" for stride in STRIDES for head in ("classes", "boxes")),
)
"""In order of their making; the number is the map's stride."""
