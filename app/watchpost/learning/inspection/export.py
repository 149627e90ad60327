"""From a trained network to an ONNX file that says how to use it.

This module imports torch; call :func:`watchpost.learning.torch_extra.require` first.
"""

from __future__ import annotations

import copy
import json
from typing import Any

import onnx

from watchpost.learning.export import traced
from watchpost.learning.inspection.network import HeatMap

INPUT, OUTPUT = "pair", "heat"


def to_onnx(network: Any, width: int, height: int) -> bytes:
    """Return a trained network as the content of an ONNX file of a fixed input size.

    Args:
        network: A :class:`Comparer`; it is left as it was.
        width: Of the input, pixels, a multiple of 8.
        height: Likewise.
    """
    heat_map = HeatMap(copy.deepcopy(network)).eval()
    return traced(heat_map, (1, 2, height, width), INPUT, OUTPUT)


def with_metadata(
    content: bytes, kinds: tuple[str, ...], about: dict[str, str]
) -> bytes:
    """Return an ONNX file's content with its kinds and further entries in it."""
    model = onnx.load_model_from_string(content)
    entries = {
        "names": json.dumps(list(kinds)),
        "task": "inspection",
        "input": "grey pixels 0..255: the part, then its template laid over it",
        "output": "heat 0..1 for cells of 8 x 8 pixels, one map a kind",
    }
    onnx.helper.set_model_props(model, entries | about)
    model.producer_name = "watchpost"
    onnx.checker.check_model(model)
    written: bytes = model.SerializeToString()
    return written
