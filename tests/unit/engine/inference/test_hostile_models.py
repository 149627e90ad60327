"""Models made to do harm: each is refused in words, and nothing else happens."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import psutil
import pytest
from onnx import TensorProto, helper, numpy_helper

from support.models import SIDE, table, write_detector, write_model
from watchpost.base.errors import ModelError
from watchpost.engine.inference import inspection, protobuf, watchdog
from watchpost.engine.inference.class_names import class_names, names_from_metadata
from watchpost.engine.inference.graph import read_graph
from watchpost.engine.inference.inspection import inspect_model

Change = Callable[[onnx.ModelProto], None]


def refused(path: Path) -> str:
    """Return the code with which a file is refused without being run."""
    with pytest.raises(ModelError) as caught:
        read_graph(path.read_bytes(), path.name)
    assert caught.value.what.startswith(path.name)
    assert caught.value.todo
    return caught.value.code


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hostile.onnx"


# Read without being run


def external(tensor: TensorProto) -> TensorProto:
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "../secret"
    return tensor


def outside_weight(model: onnx.ModelProto) -> None:
    external(model.graph.initializer[0])


def outside_constant(model: onnx.ModelProto) -> None:
    value = external(numpy_helper.from_array(np.ones(4, np.float32), "c"))
    model.graph.node.append(helper.make_node("Constant", [], ["c"], value=value))


def outside_named_only(model: onnx.ModelProto) -> None:
    tensor = model.graph.initializer[0]
    external(tensor).data_location = TensorProto.DEFAULT


def sparse(values: TensorProto, dims: list[int]) -> onnx.SparseTensorProto:
    indices = numpy_helper.from_array(np.zeros(1, np.int64), "i")
    return helper.make_sparse_tensor(values, indices, dims)


def outside_sparse(model: onnx.ModelProto) -> None:
    values = numpy_helper.from_array(np.ones(1, np.float32), "s")
    made = sparse(values, [4])
    external(made.values)
    model.graph.sparse_initializer.append(made)


def outside_sparse_constant(model: onnx.ModelProto) -> None:
    made = sparse(numpy_helper.from_array(np.ones(1, np.float32), "s"), [4])
    external(made.values)
    node = helper.make_node("Constant", [], ["c"], sparse_value=made)
    model.graph.node.append(node)


def outside_default(model: onnx.ModelProto) -> None:
    value = external(numpy_helper.from_array(np.ones(1, np.float32), "d"))
    body = helper.make_node("Identity", ["x"], ["y"])
    opset = [helper.make_opsetid("", 17)]
    made = helper.make_function("own", "F", ["x"], ["y"], [body], opset)
    made.attribute_proto.append(helper.make_attribute("value", value))
    model.functions.append(made)


EXTERNAL = (
    outside_weight,
    outside_constant,
    outside_named_only,
    outside_sparse,
    outside_sparse_constant,
    outside_default,
)


@pytest.mark.parametrize("change", EXTERNAL)
def test_data_outside_the_file_is_refused(path: Path, change: Change) -> None:
    assert refused(_plain(path, change)) == "model.external_data"


def test_a_hard_link_beside_the_model_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"\0" * 4096)
    os.link(secret, tmp_path / "linked")

    def change(model: onnx.ModelProto) -> None:
        external(model.graph.initializer[0]).external_data[0].value = "linked"

    assert refused(_plain(tmp_path / "hostile.onnx", change)) == "model.external_data"


def loop_bomb(model: onnx.ModelProto) -> None:
    model.graph.node[-1].op_type = "Loop"


def branch(model: onnx.ModelProto) -> None:
    nothing = helper.make_graph([], "nothing", [], [])
    node = helper.make_node("Custom", [], ["c"], then_branch=nothing)
    model.graph.node.append(node)


def loop_in_a_function(model: onnx.ModelProto) -> None:
    body = helper.make_node("Scan", ["x"], ["y"])
    opset = [helper.make_opsetid("", 17)]
    model.functions.append(
        helper.make_function("own", "F", ["x"], ["y"], [body], opset)
    )


def foreign_domain(model: onnx.ModelProto) -> None:
    model.graph.node[-1].domain = "com.evil"


def file_reading_operator(model: onnx.ModelProto) -> None:
    node = model.graph.node[-1]
    node.domain, node.op_type = "com.microsoft", "EPContext"


def shadowed_domain(model: onnx.ModelProto) -> None:
    body = helper.make_node("Identity", ["x"], ["y"])
    opset = [helper.make_opsetid("", 17)]
    model.functions.append(
        helper.make_function("com.microsoft", "F", ["x"], ["y"], [body], opset)
    )
    file_reading_operator(model)


@pytest.mark.parametrize(
    "change",
    [
        loop_bomb,
        branch,
        loop_in_a_function,
        foreign_domain,
        file_reading_operator,
        shadowed_domain,
    ],
)
def test_operators_a_detector_has_no_use_for_are_refused(
    path: Path, change: Change
) -> None:
    assert refused(_plain(path, change)) == "model.operators"


def giant_weight(model: onnx.ModelProto) -> None:
    model.graph.initializer.append(
        TensorProto(name="g", data_type=1, dims=[1 << 20, 1 << 20])
    )


def giant_sparse(model: onnx.ModelProto) -> None:
    made = sparse(numpy_helper.from_array(np.ones(1, np.float32), "s"), [1 << 40])
    model.graph.sparse_initializer.append(made)


def many_dimensions(model: onnx.ModelProto) -> None:
    model.graph.initializer.append(
        TensorProto(name="g", data_type=1, dims=[1] * 100_000)
    )


def overflowing(model: onnx.ModelProto) -> None:
    """The product of the sizes is 0 modulo 2^64."""
    model.graph.initializer.append(
        TensorProto(name="g", data_type=1, dims=[1 << 32, 1 << 32])
    )


def many_nodes(model: onnx.ModelProto) -> None:
    model.graph.node.extend(
        helper.make_node("Identity", ["mean"], [f"n{i}"]) for i in range(20_001)
    )


def many_outputs(model: onnx.ModelProto) -> None:
    model.graph.output.extend(
        helper.make_tensor_value_info(f"o{i}", TensorProto.FLOAT, None)
        for i in range(65)
    )


@pytest.mark.parametrize(
    "change",
    [
        giant_weight,
        giant_sparse,
        many_dimensions,
        overflowing,
        many_nodes,
        many_outputs,
    ],
)
def test_what_is_too_much_is_refused(path: Path, change: Change) -> None:
    assert refused(_plain(path, change)) == "model.too_large"


def hollow(model: onnx.ModelProto) -> None:
    """Claims a hundred million numbers and holds none."""
    model.graph.initializer.append(
        TensorProto(name="g", data_type=1, dims=[10_000, 10_000])
    )


def short(model: onnx.ModelProto) -> None:
    tensor = model.graph.initializer[0]
    tensor.raw_data = tensor.raw_data[:-4]


def short_typed(model: onnx.ModelProto) -> None:
    model.graph.initializer.append(
        TensorProto(name="g", data_type=1, dims=[64], float_data=[1.0])
    )


@pytest.mark.parametrize("change", [hollow, short, short_typed])
def test_a_tensor_that_holds_less_than_it_claims_is_refused(
    path: Path, change: Change
) -> None:
    assert refused(_plain(path, change)) == "model.damaged"


@pytest.mark.parametrize("length", [1, 7, 50, 300])
def test_a_truncated_file_is_refused(path: Path, length: int) -> None:
    path.write_bytes(_plain(path).read_bytes()[:length])
    assert refused(path) == "model.damaged"


def test_the_runtimes_own_format_is_refused_whatever_else_the_file_is(
    path: Path,
) -> None:
    # A field that is skipped puts the four letters where the runtime looks for them.
    content = b"\xa2\x1f\x05\x00ORTM" + _plain(path).read_bytes()
    onnx.load_from_string(content)
    path.write_bytes(content)
    assert refused(path) == "model.damaged"


def test_millions_of_tiny_fields_end_the_reading(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protobuf.Wire.__init__, "__defaults__", (10_000,))
    path.write_bytes(b"\x08\x01" * 10_001)
    assert refused(path) == "model.too_large"
    path.write_bytes(b"\x3a\xff\xff\x00" + b"\x00")
    assert refused(path) == "model.damaged"


def test_an_enormous_file_is_refused_before_it_is_read(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(600 << 20)  # sparse: takes no room
    with pytest.raises(ModelError) as caught:
        inspect_model(path)
    assert caught.value.code == "model.too_large"


# Refused by the trial run


def tried(path: Path) -> str:
    """Return the code with which the trial run refuses a file; no child is left."""
    with pytest.raises(ModelError) as caught:
        inspect_model(path)
    assert caught.value.todo
    assert not [
        child
        for child in psutil.Process().children(recursive=True)
        if "trial" in " ".join(child.cmdline())
    ]
    return caught.value.code


def giant(operator: str) -> list[onnx.NodeProto]:
    """Nodes that fill eight gigabytes, depending on the picture so as not to be folded."""
    sizes = numpy_helper.from_array(np.array([1 << 31], np.int64))
    nodes = [
        helper.make_node("ReduceMax", ["images"], ["m"], keepdims=0),
        helper.make_node("Cast", ["m"], ["nought_or_one"], to=TensorProto.INT64),
        helper.make_node("Constant", [], ["size"], value=sizes),
        helper.make_node("Constant", [], ["nought"], value=_integer(0)),
        helper.make_node("Mul", ["nought_or_one", "nought"], ["zero"]),
        helper.make_node("Add", ["size", "zero"], ["giant_size"]),
    ]
    if operator == "ConstantOfShape":
        nodes.append(helper.make_node(operator, ["giant_size"], ["giant"]))
    else:
        nodes.append(helper.make_node("Expand", ["m", "giant_size"], ["giant"]))
    nodes.append(helper.make_node("ReduceSum", ["giant"], ["output"], keepdims=1))
    return nodes


def _integer(value: int) -> TensorProto:
    return numpy_helper.from_array(np.array([value], np.int64))


@pytest.mark.parametrize("operator", ["ConstantOfShape", "Expand"])
def test_a_model_that_fills_memory_is_killed(
    path: Path, operator: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchdog, "MEMORY_LIMIT_BYTES", 500 << 20)
    assert tried(write_model(path, giant(operator), [])) == "model.memory"


def test_a_model_that_takes_for_ever_is_killed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No loop is needed: a chain of products of large matrices does it."""
    monkeypatch.setattr(inspection, "TRIAL_LIMIT_S", 1.0)
    side = numpy_helper.from_array(np.array([2048, 2048], np.int64), "side")
    nodes = [
        helper.make_node("ReduceMean", ["images"], ["mean"], keepdims=0),
        helper.make_node("Expand", ["mean", "side"], ["x0"]),
    ]
    nodes += [
        helper.make_node("MatMul", [f"x{i}", "x0"], [f"x{i + 1}"]) for i in range(200)
    ]
    nodes.append(helper.make_node("ReduceMean", ["x200"], ["output"]))
    assert tried(write_model(path, nodes, [side])) == "model.too_slow"


def test_functions_that_multiply_are_killed_or_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each calls the next ten times: a billion operators in a kilobyte."""
    monkeypatch.setattr(inspection, "TRIAL_LIMIT_S", 2.0)
    monkeypatch.setattr(watchdog, "MEMORY_LIMIT_BYTES", 700 << 20)
    opset = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]

    def change(model: onnx.ModelProto) -> None:
        model.opset_import.append(helper.make_opsetid("own", 1))
        for level in range(10):
            inner = "Identity" if level == 9 else f"F{level + 1}"
            domain = "" if level == 9 else "own"
            nodes = [
                helper.make_node(inner, [f"v{i}"], [f"v{i + 1}"], domain=domain)
                for i in range(10)
            ]
            made = helper.make_function(
                "own", f"F{level}", ["v0"], ["v10"], nodes, opset
            )
            model.functions.append(made)
        model.graph.node[-1].op_type, model.graph.node[-1].domain = "F0", "own"

    assert tried(_plain(path, change)) in (
        "model.too_slow",
        "model.memory",
        "model.load",
        "model.crash",
        "model.too_large",
    )


def future_opset(model: onnx.ModelProto) -> None:
    model.opset_import[0].version = 900


def unknown_operator(model: onnx.ModelProto) -> None:
    model.graph.node[-1].op_type = "Summon"


def wrong_types(model: onnx.ModelProto) -> None:
    model.graph.node[-1].op_type = "Not"


@pytest.mark.parametrize("change", [future_opset, unknown_operator, wrong_types])
def test_what_the_runtime_cannot_load_is_refused(path: Path, change: Change) -> None:
    assert tried(_plain(path, change)) == "model.load"


INPUTS = {
    "no picture": ("images", TensorProto.FLOAT, (1, 8)),
    "grey": ("images", TensorProto.FLOAT, (1, 1, SIDE, SIDE)),
    "a batch": ("images", TensorProto.FLOAT, (4, 3, SIDE, SIDE)),
    "text": ("images", TensorProto.STRING, (1, 3, SIDE, SIDE)),
    "tiny": ("images", TensorProto.FLOAT, (1, 3, 8, 8)),
    "huge": ("images", TensorProto.FLOAT, (1, 3, 100_000, 100_000)),
    "doubles": ("images", TensorProto.DOUBLE, (1, 3, SIDE, SIDE)),
}


@pytest.mark.parametrize("what", INPUTS)
def test_an_input_that_is_no_picture_is_refused(path: Path, what: str) -> None:
    nodes = [helper.make_node("Identity", ["images"], ["output"])]
    write_model(path, nodes, [], inputs=[INPUTS[what]])
    with pytest.raises(ModelError) as caught:
        inspect_model(path)
    assert caught.value.code == "model.input"


def answering(path: Path, rows: np.ndarray) -> Path:
    """Write a model that answers with these rows, whatever the picture."""
    nodes = [
        helper.make_node("ReduceMean", ["images"], ["mean"], keepdims=0),
        helper.make_node("Constant", [], ["zero"], value=_float(0.0)),
        helper.make_node("Mul", ["mean", "zero"], ["nothing"]),
        helper.make_node("Add", ["rows", "nothing"], ["output"]),
    ]
    weight = numpy_helper.from_array(rows.astype(np.float32), "rows")
    return write_model(path, nodes, [weight])


def _float(value: float) -> TensorProto:
    return numpy_helper.from_array(np.float32(value))


def test_three_hundred_thousand_boxes_are_no_detector(path: Path) -> None:
    answering(path, np.ones((1, 300_000, 6), np.float32))
    assert tried(path) == "model.layout"


def test_no_boxes_at_all_are_no_detector(path: Path) -> None:
    answering(path, np.ones((1, 0, 85), np.float32))
    assert tried(path) == "model.layout"


def test_answers_that_are_no_numbers_are_no_detector(path: Path) -> None:
    rows = table()
    rows[...] = np.nan
    assert tried(answering(path, rows)) == "model.layout"


NAMES = {
    "html": str(["<img src=x onerror=alert(1)>", "<b>car</b>"]),
    "ten thousand": str([f"c{i}" for i in range(10_000)]),
    "a bomb": "[" * 100_000,
    "code": "__import__('os').system('true')",
    "long": str(["x" * 100_000, "y"]),
    "twice": str(["same", "same"]),
    "control": str(["a\nb\0c", "\u202efdp"]),
}


@pytest.mark.parametrize("what", NAMES)
def test_class_names_are_short_printable_and_as_many_as_the_head_has(what: str) -> None:
    names = class_names(2, names_from_metadata({"names": NAMES[what]}))
    assert len(set(names)) == 2
    assert all(name.isprintable() and len(name) <= 70 for name in names)


def test_the_plain_model_that_the_others_were_made_of_is_usable(path: Path) -> None:
    assert inspect_model(_plain(path)).layout == "yolox"


def _plain(path: Path, change: Change | None = None) -> Path:
    write_detector(path)
    if change is not None:
        model = onnx.load(path, load_external_data=False)
        change(model)
        path.write_bytes(model.SerializeToString())
    return path
