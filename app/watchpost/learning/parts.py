"""The parts of the detector's network, each of which makes one map of features.

The number in a name is the map's stride. A stage's parts are its units and, under its own
name, the map that it hands on.
"""

from __future__ import annotations

from watchpost.learning.cells import STRIDES


def _stage(name: str, units: int) -> tuple[str, ...]:
    inner = (f"{name}_unit{number}" for number in range(1, units + 1))
    return (f"{name}_refined", *inner, name)


PARTS = (
    "stem",
    *("trunk4_down", *_stage("trunk4", 1)),
    *("trunk8_down", *_stage("trunk8", 3)),
    *("trunk16_down", *_stage("trunk16", 3)),
    *("trunk32_down", "trunk32_inside", "trunk32_pooled", *_stage("trunk32", 1)),
    *("lateral32", *_stage("merged16", 1)),
    *("lateral16", *_stage("neck8", 1)),
    *("down8", *_stage("neck16", 1)),
    *("down16", *_stage("neck32", 1)),
    *(
        f"{name}{stride}{step}"
        for stride in STRIDES
        for name, steps in (
            ("shared", ("",)),
            ("classes", ("_first", "")),
            ("boxes", ("_first", "")),
        )
        for step in steps
    ),
)
"""In order of their making."""
