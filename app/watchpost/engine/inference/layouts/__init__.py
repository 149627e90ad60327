"""How the outputs of models are read: one small module a layout, numpy only.

Each has ``recognise(facts) -> Reading | None``, ``decode(outputs, frame) -> Candidates``
and ``OVERLAP``: up to which overlap two boxes of one class are two objects, or None where
the model suppresses by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from watchpost.engine.inference.layouts import (
    classifier,
    detr,
    detr_raw,
    end_to_end,
    end_to_end_parts,
    fastestdet,
    heat_map,
    nanodet,
    ssd,
    ssd_finished,
    yolov5,
    yolov5_heads,
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
    """One way in which models answer."""

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
        Layout("detr_raw", detr_raw.recognise, detr_raw.decode, detr_raw.OVERLAP),
        Layout(
            "end_to_end_parts",
            end_to_end_parts.recognise,
            end_to_end_parts.decode,
            end_to_end_parts.OVERLAP,
        ),
        Layout(
            "ssd_finished",
            ssd_finished.recognise,
            ssd_finished.decode,
            ssd_finished.OVERLAP,
        ),
        Layout("ssd", ssd.recognise, ssd.decode, ssd.OVERLAP),
        Layout(
            "fastestdet", fastestdet.recognise, fastestdet.decode, fastestdet.OVERLAP
        ),
        Layout("yolox", yolox.recognise, yolox.decode, yolox.OVERLAP),
        Layout("yolov5", yolov5.recognise, yolov5.decode, yolov5.OVERLAP),
        Layout(
            "yolov5_heads",
            yolov5_heads.recognise_v5,
            yolov5_heads.decoder(yolov5_heads.V5_ANCHORS),
            yolov5_heads.OVERLAP,
        ),
        Layout(
            "yolov7_heads",
            yolov5_heads.recognise_v7,
            yolov5_heads.decoder(yolov5_heads.V7_ANCHORS),
            yolov5_heads.OVERLAP,
        ),
        Layout("yolov8", yolov8.recognise, yolov8.decode, yolov8.OVERLAP),
        Layout(
            "end_to_end", end_to_end.recognise, end_to_end.decode, end_to_end.OVERLAP
        ),
        Layout("heat_map", heat_map.recognise, heat_map.decode, heat_map.OVERLAP),
        Layout(
            "classifier", classifier.recognise, classifier.decode, classifier.OVERLAP
        ),
        Layout(
            "classifier_plain",
            classifier.recognise_plain,
            classifier.decode,
            classifier.OVERLAP,
        ),
    )
}


def recognise(facts: Facts) -> tuple[tuple[Layout, Reading], ...]:
    """Return every layout that these outputs may have, the likeliest first."""
    found = ((layout, layout.recognise(facts)) for layout in LAYOUTS.values())
    return tuple((layout, reading) for layout, reading in found if reading is not None)
