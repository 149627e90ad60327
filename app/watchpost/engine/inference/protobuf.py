"""The wire format of protocol buffers, read field by field within a budget.

After https://protobuf.dev/programming-guides/encoding. Groups, which ONNX never uses, are
refused. A file of millions of tiny fields would keep a reader busy for minutes: the budget
is of the whole file.
"""

from __future__ import annotations

from collections.abc import Iterator

Value = int | memoryview
"""A varint, or the bytes of any other field."""

MAX_FIELDS = 3_000_000
_VARINT, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5


class BrokenError(Exception):
    """The bytes are not the message they should be."""


class TooManyFieldsError(Exception):
    """The message is not worth reading to its end."""


class Wire:
    """Reads messages of one file, until the budget is spent.

    Args:
        most: Fields, and numbers of packed fields, that may be read.
    """

    def __init__(self, most: int = MAX_FIELDS) -> None:
        self._left = most

    def fields(self, data: memoryview) -> Iterator[tuple[int, Value]]:
        """Yield number and value of each field of a message.

        Raises:
            BrokenError: It is no message.
            TooManyFieldsError: The budget is spent.
        """
        position = 0
        while position < len(data):
            self._spend()
            key, position = _varint(data, position)
            number, wire = key >> 3, key & 7
            if number == 0:
                raise BrokenError
            if wire == _VARINT:
                value, position = _varint(data, position)
                yield number, value
                continue
            size, position = _size(wire, data, position)
            if position + size > len(data):
                raise BrokenError
            yield number, data[position : position + size]
            position += size

    def integers(self, value: Value) -> Iterator[int]:
        """Yield the numbers of a repeated integer field, packed or one at a time."""
        if isinstance(value, int):
            yield value
            return
        position = 0
        while position < len(value):
            self._spend()
            number, position = _varint(value, position)
            yield number

    def _spend(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise TooManyFieldsError


def message(value: Value) -> memoryview:
    """Return the bytes of a field that holds a message, a string or bytes.

    Raises:
        BrokenError: It is a number.
    """
    if isinstance(value, int):
        raise BrokenError
    return value


def text(value: Value, most: int) -> str:
    """Return a string field, cut after so many bytes."""
    return bytes(message(value)[:most]).decode("utf-8", "replace")


def _size(wire: int, data: memoryview, position: int) -> tuple[int, int]:
    if wire == _BYTES:
        return _varint(data, position)
    if wire in (_EIGHT_BYTES, _FOUR_BYTES):
        return (8 if wire == _EIGHT_BYTES else 4), position
    raise BrokenError


def _varint(data: memoryview, position: int) -> tuple[int, int]:
    value = shift = 0
    while position < len(data) and shift < 64:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
    raise BrokenError
