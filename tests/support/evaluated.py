"""Hand counts and outcomes for tests of reports, with known figures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from watchpost.learning.evaluation.counted_file import CountedFile
from watchpost.learning.evaluation.counts import (
    CountedCrossing,
    Truth,
    read_truth,
    score,
)

RIGHT, LEFT = "left_to_right", "right_to_left"


def write_truth(path: Path, crossings: Sequence[dict[str, Any]], **more: Any) -> Path:
    """Write a truth file with a line down the middle of a 100 x 100 picture."""
    raw = {
        "frame_size": [100, 100],
        "line": [50, 0, 50, 100],
        "anchor": "box centre",
        "crossings": list(crossings),
        "certain": True,
        "tolerance_s": 0.5,
    }
    path.write_text(json.dumps(raw | more), encoding="utf-8")
    return path


def crossed(
    t_s: float, direction: str = RIGHT, kind: str = "person", *, optional: bool = False
) -> dict[str, Any]:
    """Return a crossing as a truth file has it."""
    return {"t_s": t_s, "direction": direction, "class": kind, "optional": optional}


def counted(
    truth_file: Path,
    times: Sequence[tuple[float, str]],
    *,
    video: str = "door.mp4",
    looks: int = 100,
    seconds: float = 40.0,
) -> CountedFile:
    """Return the outcome of a video in which these crossings were counted."""
    truth: Truth = read_truth(truth_file)
    result = score(truth, [CountedCrossing(t, d, "person") for t, d in times])
    return CountedFile(video, truth, result, looks=looks, seconds=seconds)
