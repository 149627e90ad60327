"""What an ONNX file says about itself, read without running anything.

A small reader of the protobuf wire format (https://protobuf.dev/programming-guides/encoding)
for the few fields of onnx.proto that matter here. A hostile file meets this first: the
reading is bounded by the file's size, follows nothing outside the file and refuses what a
detector has no use for (external data, loops, foreign operators, giant tensors).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from watchpost.base.errors import ModelError

MAX_NODES = 20_000
MAX_TENSOR_ELEMENTS = 1 << 28
MAX_METADATA = 200

# onnx.proto, TensorProto.DataType
FLOAT32, UINT8, INT64, FLOAT16 = 1, 2, 7, 10

_DOMAINS = frozenset({"", "ai.onnx", "com.microsoft"})
_CONTROL_FLOW = frozenset({"Loop", "Scan", "If", "SequenceMap"})
_EXTERNAL = 1


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


class _BrokenError(Exception):
    """The bytes are not the message they should be."""


_Value = int | memoryview


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
    reader = _Reader(name)
    try:
        reader.read_model(memoryview(content))
    except _BrokenError as error:
        raise _damaged(name) from error
    graph = reader.graph
    graph.inputs = [port for port in graph.inputs if port.name not in graph.weights]
    if not graph.inputs or not graph.outputs or not graph.nodes:
        raise _damaged(name)
    return graph


def _damaged(name: str) -> ModelError:
    return ModelError(
        f"{name} is not an ONNX model, or it is damaged.",
        todo="Export it again, or copy it again from where it works.",
        code="model.damaged",
    )


class _Reader:
    """Walks one file; method names follow the messages of onnx.proto."""

    def __init__(self, name: str) -> None:
        self.graph = Graph()
        self._name = name
        self._own_domains: set[str] = set()
        self._used_domains: set[str] = set()

    def read_model(self, data: memoryview) -> None:
        for number, value in _fields(data):
            if number == 7:
                self._read_graph(_bytes(value))
            elif number == 14 and len(self.graph.metadata) < MAX_METADATA:
                pair = {n: _text(v) for n, v in _fields(_bytes(value)) if n in (1, 2)}
                self.graph.metadata[pair.get(1, "")] = pair.get(2, "")
            elif number == 25:
                self._read_function(_bytes(value))
        foreign = self._used_domains - self._own_domains - _DOMAINS
        if foreign:
            raise ModelError(
                f"{self._name} needs operators of {min(foreign)[:64]!r}, which are not "
                "part of ONNX.",
                todo="Export it with standard ONNX operators only.",
                code="model.operators",
            )

    def _read_graph(self, data: memoryview) -> None:
        for number, value in _fields(data):
            if number == 1:
                self._read_node(_bytes(value))
            elif number == 5:
                self.graph.weights.add(self._read_tensor(_bytes(value)))
            elif number == 11:
                self.graph.inputs.append(_read_port(_bytes(value)))
            elif number == 12:
                self.graph.outputs.append(_read_port(_bytes(value)))
            elif number == 15:
                self._read_sparse_tensor(_bytes(value))

    def _read_function(self, data: memoryview) -> None:
        for number, value in _fields(data):
            if number == 7:
                self._read_node(_bytes(value))
            elif number == 10:
                self._own_domains.add(_text(value))

    def _read_node(self, data: memoryview) -> None:
        self.graph.nodes += 1
        if self.graph.nodes > MAX_NODES:
            raise ModelError(
                f"{self._name} has more than {MAX_NODES} operators.",
                todo="Export a smaller or simplified model.",
                code="model.too_large",
            )
        operator = ""
        domain = ""
        for number, value in _fields(data):
            if number == 4:
                operator = _text(value)
            elif number == 5:
                self._read_attribute(_bytes(value))
            elif number == 7:
                domain = _text(value)
        self._used_domains.add(domain)
        if operator in _CONTROL_FLOW:
            raise self._loops(operator)

    def _read_attribute(self, data: memoryview) -> None:
        for number, value in _fields(data):
            if number in (5, 10):
                self._read_tensor(_bytes(value))
            elif number in (22, 23):
                self._read_sparse_tensor(_bytes(value))
            elif number in (6, 11):
                raise self._loops("control-flow")

    def _loops(self, operator: str) -> ModelError:
        return ModelError(
            f"{self._name} contains a {operator} operator, which may never end.",
            todo="Export it without control flow (onnx-simplifier often removes it).",
            code="model.operators",
        )

    def _read_sparse_tensor(self, data: memoryview) -> None:
        for number, value in _fields(data):
            if number in (1, 2):
                self._read_tensor(_bytes(value))

    def _read_tensor(self, data: memoryview) -> str:
        name, elements, external = "", 1, False
        for number, value in _fields(data):
            if number == 1:
                for size in [value] if isinstance(value, int) else _packed(value):
                    elements *= size
            elif number == 8:
                name = _text(value)
            elif number == 13 or (number == 14 and value == _EXTERNAL):
                external = True
        if external:
            raise ModelError(
                f"{self._name} keeps its weights in another file.",
                todo="Export it as one file (without external data).",
                code="model.external_data",
            )
        if elements > MAX_TENSOR_ELEMENTS:
            raise ModelError(
                f"{self._name} holds a tensor of {elements:.0e} numbers.",
                todo="Export a smaller model.",
                code="model.too_large",
            )
        return name


def _read_port(data: memoryview) -> Port:
    name, dtype = "", 0
    dims: tuple[int, ...] = ()
    for number, value in _fields(data):
        if number == 1:
            name = _text(value)
        elif number == 2:
            for inner, tensor in _fields(_bytes(value)):
                if inner == 1:
                    dtype, dims = _read_tensor_type(_bytes(tensor))
    return Port(name, dtype, dims)


def _read_tensor_type(data: memoryview) -> tuple[int, tuple[int, ...]]:
    dtype = 0
    dims: list[int] = []
    for number, value in _fields(data):
        if number == 1 and isinstance(value, int):
            dtype = value
        elif number == 2:
            dims = [
                _fixed_size(_bytes(dim)) for n, dim in _fields(_bytes(value)) if n == 1
            ]
    return dtype, tuple(dims)


def _fixed_size(data: memoryview) -> int:
    for number, value in _fields(data):
        if number == 1 and isinstance(value, int) and value < 1 << 31:
            return value
    return 0


def _fields(data: memoryview) -> Iterator[tuple[int, _Value]]:
    position = 0
    while position < len(data):
        key, position = _varint(data, position)
        number, wire = key >> 3, key & 7
        if number == 0:
            raise _BrokenError
        if wire == 0:
            value, position = _varint(data, position)
            yield number, value
            continue
        if wire == 2:
            size, position = _varint(data, position)
        elif wire in (1, 5):
            size = 8 if wire == 1 else 4
        else:
            raise _BrokenError
        if position + size > len(data):
            raise _BrokenError
        yield number, data[position : position + size]
        position += size


def _varint(data: memoryview, position: int) -> tuple[int, int]:
    value = shift = 0
    while position < len(data) and shift < 64:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
    raise _BrokenError


def _packed(data: memoryview) -> list[int]:
    values, position = [], 0
    while position < len(data):
        value, position = _varint(data, position)
        values.append(value)
    return values


def _bytes(value: _Value) -> memoryview:
    if isinstance(value, int):
        raise _BrokenError
    return value


def _text(value: _Value) -> str:
    return bytes(_bytes(value)).decode("utf-8", "replace")
