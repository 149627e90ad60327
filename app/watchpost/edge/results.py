"""What was seen in a frame, as it is told and kept beside the recording."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from watchpost.domain.detections import Detections
from watchpost.domain.tracks import Tracks
from watchpost.engine.frames import FrameHeader
from watchpost.protocol.live import Box, Result

_DECIMALS = 4


def boxes_of(
    detections: Detections,
    tracks: Tracks,
    class_names: Sequence[str],
    *,
    score_threshold: float,
) -> tuple[Box, ...]:
    """Return tracked objects of a frame, then what has no confirmed track yet.

    Args:
        detections: Everything the model saw.
        tracks: Confirmed tracks; only those measured in this very frame are drawn.
        class_names: By class id.
        score_threshold: Weaker detections without a track stay untold.
    """
    seen = tracks.seen()
    boxes = [
        _box(int(track), seen.xyxy_norm[row], seen.scores[row], name)
        for row, (track, name) in enumerate(
            zip(seen.ids, _names(seen.class_ids, class_names), strict=True)
        )
    ]
    loose = np.ones(len(detections), bool)
    loose[seen.detection_rows] = False
    loose &= detections.scores >= score_threshold
    rest = detections.select(loose)
    boxes += [
        _box(0, rest.xyxy_norm[row], rest.scores[row], name)
        for row, name in enumerate(_names(rest.class_ids, class_names))
    ]
    return tuple(boxes)


def result_of(
    camera_id: str,
    header: FrameHeader,
    boxes: tuple[Box, ...],
    *,
    latency_ms: float,
    model: str,
) -> Result:
    """Return the live message of one analysed frame."""
    return Result(
        camera_id=camera_id,
        epoch=header.key.epoch,
        sequence=header.key.sequence,
        pts_ns=header.pts_ns,
        at_ns=header.at_ns,
        latency_ms=round(latency_ms, 2),
        model=model,
        boxes=boxes,
    )


def _box(track_id: int, xyxy: Sequence[float], score: float, name: str) -> Box:
    left, top, right, bottom = (round(float(v), _DECIMALS) for v in xyxy)
    return Box(
        track_id=track_id,
        class_name=name,
        score=round(float(score), 3),
        left=left,
        top=top,
        right=right,
        bottom=bottom,
    )


def _names(class_ids: NDArray[np.int32], class_names: Sequence[str]) -> list[str]:
    known = len(class_names)
    return [
        class_names[i] if 0 <= i < known else f"class {i}" for i in map(int, class_ids)
    ]
