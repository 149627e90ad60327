"""What an ONNX file says about itself, read without running anything.

Reads the few fields of onnx.proto that matter here. A hostile file meets this first: the
reading is bounded, follows nothing outside the file and refuses what a detector has no use
for (external data, control flow, foreign operators, tensors larger than what is there).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from watchpost.base.errors import ModelError
from watchpost.engine.inference.protobuf import (
    BrokenError,
    TooManyFieldsError,
    Wire,
    message,
    text,
)
from watchpost.engine.inference.tensors import TensorHead, is_whole, read_tensor

MAX_NODES = 20_000
MAX_TENSOR_ELEMENTS = 1 << 28
MAX_METADATA = 200
MAX_PORTS = 64
MAX_DIMS = 16
_MAX_NAME_BYTES = 1024
_MAX_METADATA_BYTES = 1 << 20

# onnx.proto, TensorProto.DataType
FLOAT32, UINT8, INT8, INT64, FLOAT16 = 1, 2, 3, 7, 10

_STANDARD = frozenset({"", "ai.onnx"})
_MICROSOFT = "com.microsoft"
# What ONNX Runtime's own tools write when they fuse and quantise a vision model.
_MICROSOFT_OPERATORS = frozenset(
    {
        "Attention", "BiasGelu", "ConvTransposeWithDynamicPads", "DequantizeLinear",
        "DynamicQuantizeMatMul", "FastGelu", "FusedConv", "FusedGemm", "FusedMatMul",
        "Gelu", "GridSample", "MatMulIntegerToFloat", "MultiHeadAttention", "NhwcConv",
        "NhwcFusedConv", "NhwcMaxPool", "QAttention", "QGemm", "QLinearAdd",
        "QLinearAveragePool", "QLinearConcat", "QLinearConv", "QLinearGlobalAveragePool",
        "QLinearLeakyRelu", "QLinearMul", "QLinearReduceMean", "QLinearSigmoid",
        "QLinearSoftmax", "QLinearWhere", "QuantizeLinear", "QuickGelu",
        "SkipLayerNormalization",
    }
)  # fmt: skip
_CONTROL_FLOW = frozenset({"Loop", "Scan", "If", "SequenceMap"})
# ONNX Runtime takes a file with these letters for its own format, whatever else it is.
_OWN_FORMAT = slice(4, 8), b"ORTM"


@dataclass(frozen=True, slots=True)
class Port:
    """An input or output: its name, element type and dimensions (0: not fixed)."""

    name: str
    dtype: int
    dims: tuple[int, ...]


@dataclass(slots=True)
class Graph:
    """What was found.

    Attributes:
        inputs, outputs: In the file's order; weights are not inputs.
        metadata: Key and value pairs that exporters leave.
        weights: Names of the tensors that lie in the file.
        nodes: How many operators there are.
    """

    inputs: list[Port] = field(default_factory=list)
    outputs: list[Port] = field(default_factory=list)
    metadata: dict[str, str] = field(default_factory=dict)
    weights: set[str] = field(default_factory=set)
    nodes: int = 0


def read_graph(content: bytes | memoryview, name: str) -> Graph:
    """Read a model's inputs, outputs, metadata and operators.

    Args:
        content: The whole file.
        name: What to call it in sentences.

    Raises:
        ModelError: It is empty or damaged, or asks for what a detector has no use for.
    """
    if not content:
        raise ModelError(
            f"The model file {name} is empty.",
            todo="Copy or export it again.",
            code="model.empty",
        )
    place, letters = _OWN_FORMAT
    if bytes(content[place]) == letters:
        raise _damaged(name)
    reader = _Reader(name)
    try:
        reader.read_model(memoryview(content))
    except BrokenError as error:
        raise _damaged(name) from error
    except TooManyFieldsError as error:
        raise _too_large(name, "more parts than a detector has") from error
    graph = reader.graph
    graph.inputs = [port for port in graph.inputs if port.name not in graph.weights]
    if not graph.inputs or not graph.outputs or not graph.nodes:
        raise _damaged(name)
    if len(graph.inputs) > MAX_PORTS or len(graph.outputs) > MAX_PORTS:
        raise _too_large(name, f"more than {MAX_PORTS} inputs or outputs")
    return graph


def _damaged(name: str) -> ModelError:
    return ModelError(
        f"{name} is not an ONNX model, or it is damaged.",
        todo="Export it again, or copy it again from where it works.",
        code="model.damaged",
    )


def _too_large(name: str, what: str) -> ModelError:
    return ModelError(
        f"{name} has {what}.",
        todo="Export a smaller or simplified model.",
        code="model.too_large",
    )


class _Reader:
    """Walks one file; method names follow the messages of onnx.proto."""

    def __init__(self, name: str) -> None:
        self.graph = Graph()
        self._name = name
        self._wire = Wire()
        self._own_domains: set[str] = set()
        self._used: set[tuple[str, str]] = set()

    def read_model(self, data: memoryview) -> None:
        for number, value in self._wire.fields(data):
            if number == 7:
                self._read_graph(message(value))
            elif number == 14 and len(self.graph.metadata) < MAX_METADATA:
                self._read_metadata(message(value))
            elif number == 25:
                self._read_function(message(value))
        for domain, operator in sorted(self._used):
            self._check_operator(domain, operator)

    def _check_operator(self, domain: str, operator: str) -> None:
        if domain in _STANDARD or domain in self._own_domains - {_MICROSOFT}:
            return
        if domain == _MICROSOFT and operator in _MICROSOFT_OPERATORS:
            return
        raise ModelError(
            f"{self._name} needs the operator {operator[:64]!r} of {domain[:64]!r}, "
            "which is not part of ONNX.",
            todo="Export it with standard ONNX operators only.",
            code="model.operators",
        )

    def _read_metadata(self, data: memoryview) -> None:
        pair = {
            number: text(value, _MAX_METADATA_BYTES)
            for number, value in self._wire.fields(data)
            if number in (1, 2)
        }
        self.graph.metadata[pair.get(1, "")[:_MAX_NAME_BYTES]] = pair.get(2, "")

    def _read_graph(self, data: memoryview) -> None:
        for number, value in self._wire.fields(data):
            if number == 1:
                self._read_node(message(value))
            elif number == 5:
                self.graph.weights.add(self._read_tensor(message(value)))
            elif number == 11:
                self.graph.inputs.append(self._read_port(message(value)))
            elif number == 12:
                self.graph.outputs.append(self._read_port(message(value)))
            elif number == 15:
                self._read_sparse_tensor(message(value))

    def _read_function(self, data: memoryview) -> None:
        for number, value in self._wire.fields(data):
            if number == 7:
                self._read_node(message(value))
            elif number == 10:
                self._own_domains.add(text(value, _MAX_NAME_BYTES))
            elif number == 11:
                self._read_attribute(message(value))

    def _read_node(self, data: memoryview) -> None:
        self.graph.nodes += 1
        if self.graph.nodes > MAX_NODES:
            raise _too_large(self._name, f"more than {MAX_NODES} operators")
        operator = ""
        domain = ""
        for number, value in self._wire.fields(data):
            if number == 4:
                operator = text(value, _MAX_NAME_BYTES)
            elif number == 5:
                self._read_attribute(message(value))
            elif number == 7:
                domain = text(value, _MAX_NAME_BYTES)
        self._used.add((domain, operator))
        if operator in _CONTROL_FLOW:
            raise self._loops(operator)

    def _read_attribute(self, data: memoryview) -> None:
        for number, value in self._wire.fields(data):
            if number in (5, 10):
                self._read_tensor(message(value))
            elif number in (22, 23):
                self._read_sparse_tensor(message(value))
            elif number in (6, 11):
                raise self._loops("control-flow")

    def _loops(self, operator: str) -> ModelError:
        return ModelError(
            f"{self._name} contains a {operator} operator, which may never end.",
            todo="Export it without control flow (onnx-simplifier often removes it).",
            code="model.operators",
        )

    def _read_sparse_tensor(self, data: memoryview) -> None:
        elements = 1
        for number, value in self._wire.fields(data):
            if number in (1, 2):
                self._read_tensor(message(value))
            elif number == 3:
                for size in self._wire.integers(value):
                    elements *= min(size, MAX_TENSOR_ELEMENTS + 1)
        self._check_elements(elements)

    def _read_tensor(self, data: memoryview) -> str:
        head = read_tensor(self._wire, data)
        if head.is_external:
            raise ModelError(
                f"{self._name} keeps its weights in another file.",
                todo="Export it as one file (without external data).",
                code="model.external_data",
            )
        self._check_tensor(head)
        return head.name

    def _check_tensor(self, head: TensorHead) -> None:
        if len(head.dims) > MAX_DIMS:
            raise _too_large(self._name, f"a tensor of {len(head.dims)} dimensions")
        self._check_elements(head.elements)
        if not is_whole(head):
            raise _damaged(self._name)

    def _check_elements(self, elements: int) -> None:
        if elements > MAX_TENSOR_ELEMENTS:
            raise _too_large(self._name, f"a tensor of {elements:.0e} numbers")

    def _read_port(self, data: memoryview) -> Port:
        name, dtype = "", 0
        dims: tuple[int, ...] = ()
        for number, value in self._wire.fields(data):
            if number == 1:
                name = text(value, _MAX_NAME_BYTES)
            elif number == 2:
                for inner, tensor in self._wire.fields(message(value)):
                    if inner == 1:
                        dtype, dims = self._read_tensor_type(message(tensor))
        return Port(name, dtype, dims)

    def _read_tensor_type(self, data: memoryview) -> tuple[int, tuple[int, ...]]:
        dtype = 0
        dims: list[int] = []
        for number, value in self._wire.fields(data):
            if number == 1 and isinstance(value, int):
                dtype = value
            elif number == 2:
                dims = [
                    self._fixed_size(message(dim))
                    for n, dim in self._wire.fields(message(value))
                    if n == 1
                ]
        if len(dims) > MAX_DIMS:
            raise BrokenError
        return dtype, tuple(dims)

    def _fixed_size(self, data: memoryview) -> int:
        for number, value in self._wire.fields(data):
            if number == 1 and isinstance(value, int) and value < 1 << 31:
                return value
        return 0
