"""Small ONNX detectors made for tests: their answers are known, and some misbehave."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from watchpost.domain.frames import Colour, Fit, InputSpec
from watchpost.engine.inference.model import ModelInfo, TensorSpec

SIDE = 64
CELLS = 8 * 8 + 4 * 4 + 2 * 2
CLASSES = ("person", "car")
# Pictures with a pixel above this make the spinning model spin.
POISON_LEVEL = 250


def table(side: int = SIDE) -> np.ndarray:
    """A YOLOX answer with one object: cell (2, 3) of stride 8, 32 pixels wide, 16 high."""
    rows = np.zeros((1, CELLS, 5 + len(CLASSES)), np.float32)
    rows[0, 3 * (side // 8) + 2, :4] = (0.5, 0.5, np.log(4), np.log(2))
    rows[0, 3 * (side // 8) + 2, 5] = 1.0
    return rows


def write_detector(
    path: Path, *, spins: bool = False, names: Sequence[str] = CLASSES
) -> Path:
    """Write a YOLOX-like model whose object score is the picture's mean / 255.

    Args:
        path: Where.
        spins: Whether it loops for ever on a picture with a pixel above 250.
        names: Written into its metadata.
    """
    mask = np.zeros((1, CELLS, 5 + len(CLASSES)), np.float32)
    mask[0, 3 * 8 + 2, 4] = 1.0
    weights = [
        numpy_helper.from_array(table(), "table"),
        numpy_helper.from_array(mask, "mask"),
        numpy_helper.from_array(np.float32(1 / 255), "scale"),
    ]
    nodes = [
        helper.make_node("ReduceMean", ["images"], ["mean"], keepdims=0),
        helper.make_node("Mul", ["mean", "scale"], ["score"]),
        helper.make_node("Mul", ["mask", "score"], ["scored"]),
        helper.make_node("Add", ["table", "scored"], ["found"]),
    ]
    if spins:
        nodes += _spinning("found", "output")
        weights += _spinning_weights()
    else:
        nodes.append(helper.make_node("Identity", ["found"], ["output"]))
    return write_model(path, nodes, weights, metadata={"names": str(list(names))})


def _spinning(source: str, target: str) -> list[onnx.NodeProto]:
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go"], ["go_on"]),
            helper.make_node("Add", ["kept", "nought"], ["kept_on"]),
        ],
        "body",
        [
            helper.make_tensor_value_info("turn", TensorProto.INT64, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
            helper.make_tensor_value_info("kept", TensorProto.FLOAT, None),
        ],
        [
            helper.make_tensor_value_info("go_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("kept_on", TensorProto.FLOAT, None),
        ],
    )
    return [
        helper.make_node("ReduceMax", ["images"], ["brightest"], keepdims=0),
        helper.make_node("Greater", ["brightest", "level"], ["is_poison"]),
        helper.make_node("Cast", ["is_poison"], ["flag"], to=TensorProto.INT64),
        helper.make_node("Mul", ["flag", "for_ever"], ["turns"]),
        helper.make_node("Loop", ["turns", "yes", source], [target], body=body),
    ]


def _spinning_weights() -> list[onnx.TensorProto]:
    return [
        numpy_helper.from_array(np.float32(POISON_LEVEL), "level"),
        numpy_helper.from_array(np.int64(1 << 62), "for_ever"),
        numpy_helper.from_array(np.bool_(True), "yes"),
        numpy_helper.from_array(np.float32(0.0), "nought"),
    ]


def write_model(
    path: Path,
    nodes: list[onnx.NodeProto],
    weights: list[onnx.TensorProto],
    *,
    inputs: Sequence[tuple[str, int, Sequence[int | str]]] = (
        ("images", TensorProto.FLOAT, (1, 3, SIDE, SIDE)),
    ),
    outputs: Sequence[str] = ("output",),
    metadata: dict[str, str] | None = None,
    change: Callable[[onnx.ModelProto], None] | None = None,
) -> Path:
    """Write a model of these nodes; ``change`` may spoil it before it is written."""
    graph = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info(*port) for port in inputs],
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in outputs],
        weights,
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8
    )
    helper.set_model_props(model, metadata or {})
    if change is not None:
        change(model)
    path.write_bytes(model.SerializeToString())
    return path


def info(path: Path, classes: Sequence[str] = CLASSES) -> ModelInfo:
    """Return what an inspection of :func:`write_detector`'s file would say.

    Inspection refuses the spinning one, as it must; a worker has to survive it all the
    same.
    """
    return ModelInfo(
        path=path,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        input=InputSpec(SIDE, SIDE, Fit.LETTERBOX_TOP_LEFT, Colour.BGR),
        tensor=TensorSpec("images"),
        layout="yolox",
        evidence="made for a test.",
        outputs=("output",),
        classes=tuple(classes),
        score_threshold=0.15,
        trial_ms=1.0,
    )


def write_spot_detector(path: Path) -> Path:
    """Write a YOLOX-like model that sees a person in every bright 8x8 cell of its input.

    Each box is 16 pixels wide and high; a cell must be bright in three quarters.
    """
    rows = np.zeros((1, CELLS, 5 + len(CLASSES)), np.float32)
    rows[0, : 8 * 8, :2] = 0.5
    rows[0, : 8 * 8, 2:4] = np.log(2)
    rows[0, : 8 * 8, 5] = 1.0
    column = np.zeros((1, 1, 5 + len(CLASSES)), np.float32)
    column[0, 0, 4] = 1.0
    weights = [
        numpy_helper.from_array(rows, "rows"),
        numpy_helper.from_array(column, "column"),
        numpy_helper.from_array(np.float32(2 / 255), "gain"),
        numpy_helper.from_array(np.float32(0.9), "least"),
        numpy_helper.from_array(np.float32(0.0), "nought"),
        numpy_helper.from_array(np.float32(1.0), "one"),
        numpy_helper.from_array(np.array([1, 8 * 8, 1], np.int64), "shape"),
        numpy_helper.from_array(
            np.array([0, 0, 0, 0, CELLS - 64, 0], np.int64), "pads"
        ),
    ]
    nodes = [
        helper.make_node("ReduceMean", ["images"], ["grey"], axes=[1], keepdims=1),
        helper.make_node(
            "AveragePool", ["grey"], ["cells"], kernel_shape=[8, 8], strides=[8, 8]
        ),
        helper.make_node("Mul", ["cells", "gain"], ["brighter"]),
        helper.make_node("Sub", ["brighter", "least"], ["above"]),
        helper.make_node("Clip", ["above", "nought", "one"], ["scores"]),
        helper.make_node("Reshape", ["scores", "shape"], ["listed"]),
        helper.make_node("Pad", ["listed", "pads"], ["padded"]),
        helper.make_node("Mul", ["padded", "column"], ["scored"]),
        helper.make_node("Add", ["rows", "scored"], ["output"]),
    ]
    return write_model(path, nodes, weights, metadata={"names": str(list(CLASSES))})
