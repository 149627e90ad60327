"""What a model's classes are called."""

from __future__ import annotations

import ast
from collections.abc import Mapping

COCO = (
    "person", "bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat",
    "traffic light", "fire hydrant", "stop sign", "parking meter", "bench", "bird", "cat",
    "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe", "backpack",
    "umbrella", "handbag", "tie", "suitcase", "frisbee", "skis", "snowboard",
    "sports ball", "kite", "baseball bat", "baseball glove", "skateboard", "surfboard",
    "tennis racket", "bottle", "wine glass", "cup", "fork", "knife", "spoon", "bowl",
    "banana", "apple", "sandwich", "orange", "broccoli", "carrot", "hot dog", "pizza",
    "donut", "cake", "chair", "couch", "potted plant", "bed", "dining table", "toilet",
    "tv", "laptop", "mouse", "remote", "keyboard", "cell phone", "microwave", "oven",
    "toaster", "sink", "refrigerator", "book", "clock", "vase", "scissors", "teddy bear",
    "hair drier", "toothbrush",
)  # fmt: skip
"""The 80 classes of COCO, in the order that detectors trained on it use."""

MAX_NAMES = 10_000
_MAX_NAME_LENGTH = 64
_MAX_TEXT = 1_000_000


def names_from_metadata(metadata: Mapping[str, str]) -> tuple[str, ...]:
    """Return the class names an exporter left under ``names``; empty when there are none.

    Ultralytics writes a Python dict or list; JSON reads the same way. Whatever is odd
    (no literal, too long, ids with holes) counts as absent.
    """
    text = metadata.get("names", "").strip()
    if not text or len(text) > _MAX_TEXT:
        return ()
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return ()
    if isinstance(found, dict):
        try:
            by_id = {int(key): value for key, value in found.items()}
        except (TypeError, ValueError):
            return ()
        if sorted(by_id) != list(range(len(by_id))):
            return ()
        found = [by_id[index] for index in range(len(by_id))]
    if not isinstance(found, list | tuple) or not 0 < len(found) <= MAX_NAMES:
        return ()
    return tuple(_printable(str(name)) for name in found)


def class_names(count: int, from_metadata: tuple[str, ...]) -> tuple[str, ...]:
    """Return a name for each of a head's classes, all different.

    The file's own names, else COCO's for a head of 80, else ``class_0`` and so on; a list
    of another length than the head is not believed.
    """
    if len(from_metadata) == count:
        names = from_metadata
    elif count == len(COCO):
        names = COCO
    else:
        names = tuple(f"class_{index}" for index in range(count))
    taken: set[str] = set()
    result = []
    for index, name in enumerate(names):
        own = name if name and name not in taken else f"{name or 'class'}_{index}"
        taken.add(own)
        result.append(own)
    return tuple(result)


def _printable(name: str) -> str:
    return "".join(c for c in name if c.isprintable()).strip()[:_MAX_NAME_LENGTH]
