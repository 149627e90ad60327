"""A network that really inspects the simulated conveyor's parts, by their colours.

A heat-map segmenter with hand-set weights: bright metal is a part, rust-red a burn, and
what is darker than any shadow a crack.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from support.models import write_model

WIDTH, HEIGHT = 384, 216
CLASSES = ("part", "burn", "crack")
_MEAN = np.array((123.675, 116.28, 103.53)) / 255
_SPREAD = np.array((58.395, 57.12, 57.375)) / 255
# Logits of background, part, burn, crack: weights of red, green, blue (0..1), and offset.
_LOGITS = np.array(
    [
        (0, 0, 0, 0),
        (20, 20, 20, -26.4),
        (120, -120, 0, -20.4),
        (-67, -67, -67, 19.0),
    ]
)


def write_part_inspector(path: Path) -> Path:
    """Write the model; its pictures are normalised as ImageNet's."""
    weights = _LOGITS[:, :3] * _SPREAD
    offsets = _LOGITS[:, 3] + _LOGITS[:, :3] @ _MEAN
    return write_model(
        path,
        [
            helper.make_node("Conv", ["images", "weights", "offsets"], ["full"]),
            helper.make_node(
                "AveragePool",
                ["full"],
                ["heatmap"],
                kernel_shape=[2, 2],
                strides=[2, 2],
            ),
        ],
        [
            numpy_helper.from_array(
                weights.astype(np.float32).reshape(4, 3, 1, 1), "weights"
            ),
            numpy_helper.from_array(offsets.astype(np.float32), "offsets"),
        ],
        inputs=(("images", TensorProto.FLOAT, (1, 3, HEIGHT, WIDTH)),),
        outputs=("heatmap",),
        metadata={"names": str(list(CLASSES))},
    )
