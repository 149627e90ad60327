"""What a tensor in an ONNX file claims to be, and whether the file holds that much.

A few bytes may claim a tensor of many gigabytes; a loader that believes them allocates
first and finds out afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass

from watchpost.engine.inference.protobuf import Value, Wire, message, text

_MAX_NAME_BYTES = 1024
_MAX_READ_DIMS = 32
# onnx.proto, TensorProto: bytes an element takes in raw_data, by data type.
_ELEMENT_BYTES = {
    1: 4, 2: 1, 3: 1, 4: 2, 5: 2, 6: 4, 7: 8, 9: 1, 10: 2, 11: 8, 12: 4, 13: 8,
    14: 8, 15: 16, 16: 2, 17: 1, 18: 1, 19: 1, 20: 1,
}  # fmt: skip
_EXTERNAL = 1
# float_data, int32_data, string_data, int64_data, double_data, uint64_data
_TYPED_DATA = frozenset({4, 5, 6, 7, 10, 11})


@dataclass(frozen=True, slots=True)
class TensorHead:
    """A tensor without its numbers.

    Attributes:
        name: In the graph.
        dtype: As in onnx.proto.
        dims: Sizes, at most 33 of them.
        raw_bytes: Of its numbers as they lie in memory.
        typed_bytes: Of its numbers as fields; a number takes one byte or more.
        is_external: It names another file.
    """

    name: str
    dtype: int
    dims: tuple[int, ...]
    raw_bytes: int
    typed_bytes: int
    is_external: bool

    @property
    def elements(self) -> int:
        """How many numbers it claims to have."""
        count = 1
        for size in self.dims:
            count *= size
        return count


def read_tensor(wire: Wire, data: memoryview) -> TensorHead:
    """Read a TensorProto; its numbers are not looked at."""
    name, dtype, raw, typed, external = "", 0, 0, 0, False
    dims: list[int] = []
    for number, value in wire.fields(data):
        if number == 1:
            for size in wire.integers(value):
                if len(dims) <= _MAX_READ_DIMS:
                    dims.append(size)
        elif number == 2 and isinstance(value, int):
            dtype = value
        elif number in _TYPED_DATA:
            typed += _length(number, value)
        elif number == 8:
            name = text(value, _MAX_NAME_BYTES)
        elif number == 9:
            raw += len(message(value))
        elif number == 13 or (number == 14 and value == _EXTERNAL):
            external = True
    return TensorHead(name, dtype, tuple(dims), raw, typed, external)


def is_whole(head: TensorHead) -> bool:
    """Say whether a tensor holds what it claims; some types are only checked roughly."""
    if head.elements == 0:
        return True
    if head.raw_bytes:
        size = _ELEMENT_BYTES.get(head.dtype)
        if size is not None:
            return head.raw_bytes == head.elements * size
        # Types of four and two bits share bytes.
        return head.raw_bytes * 8 >= head.elements
    return head.typed_bytes >= head.elements


def _length(number: int, value: Value) -> int:
    if isinstance(value, int):
        return 1
    # An empty string is an element too.
    return max(1, len(value)) if number == 6 else len(value)
