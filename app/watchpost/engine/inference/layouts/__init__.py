"""How the outputs of detectors are read: one small module a layout, numpy only.

Each has ``recognise(facts) -> Reading | None``, ``decode(outputs, frame) -> Candidates``
and ``OVERLAP``: up to which overlap two boxes of one class are two objects, or None where
the model suppresses by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from watchpost.engine.inference.layouts import (
    detr,
    end_to_end,
    fastestdet,
    nanodet,
    ssd,
    yolov5,
    yolov8,
    yolox,
    yunet,
)
from watchpost.engine.inference.reading import (
    AnyArray,
    Candidates,
    Facts,
    Frame,
    Reading,
)


@dataclass(frozen=True, slots=True)
class Layout:
    """One way in which detectors answer."""

    name: str
    recognise: Callable[[Facts], Reading | None]
    decode: Callable[[Sequence[AnyArray], Frame], Candidates]
    overlap: float | None


LAYOUTS: Mapping[str, Layout] = {
    layout.name: layout
    for layout in (
        # Those with telling names first, then by shapes, the least telling last.
        Layout("yunet", yunet.recognise, yunet.decode, yunet.OVERLAP),
        Layout("nanodet", nanodet.recognise, nanodet.decode, nanodet.OVERLAP),
        Layout("detr", detr.recognise, detr.decode, detr.OVERLAP),
        Layout("ssd", ssd.recognise, ssd.decode, ssd.OVERLAP),
        Layout(
            "fastestdet", fastestdet.recognise, fastestdet.decode, fastestdet.OVERLAP
        ),
        Layout("yolox", yolox.recognise, yolox.decode, yolox.OVERLAP),
        Layout("yolov5", yolov5.recognise, yolov5.decode, yolov5.OVERLAP),
        Layout("yolov8", yolov8.recognise, yolov8.decode, yolov8.OVERLAP),
        Layout(
            "end_to_end", end_to_end.recognise, end_to_end.decode, end_to_end.OVERLAP
        ),
    )
}


def recognise(facts: Facts) -> tuple[Layout, Reading] | None:
    """Return the first layout that knows these outputs, or None."""
    for layout in LAYOUTS.values():
        reading = layout.recognise(facts)
        if reading is not None:
            return layout, reading
    return None
