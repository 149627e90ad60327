"""From a uint8 picture in a mailbox to a model's input tensor, without allocating."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from watchpost.domain.frames import InputSpec, Placement
from watchpost.engine.inference.model import TensorSpec

GREY_WIDTH = 160


class PictureInput:
    """One input tensor, filled again for every frame. Not thread-safe."""

    def __init__(self, spec: InputSpec, tensor: TensorSpec) -> None:
        self._last = tensor.channels_last
        shape = (spec.height, spec.width, 3)
        self.picture_shape = shape
        self.array: NDArray[np.generic] = np.zeros(
            (1, *shape) if self._last else (1, 3, *shape[:2]), tensor.dtype
        )
        self._is_plain = tensor.mean == (0.0, 0.0, 0.0) and len(set(tensor.scale)) == 1
        order = (1, 1, 3) if self._last else (3, 1, 1)
        self._mean = np.asarray(tensor.mean, np.float32).reshape(order)
        self._scale = np.asarray(tensor.scale, np.float32).reshape(order)
        self._bytes = np.zeros(self.array.shape[1:], np.uint8)

    def fill(self, picture: NDArray[np.uint8]) -> None:
        """Take in a picture, shape (height, width, 3); it is not kept.

        The bytes are copied first and worked on after: whoever shares the picture's
        memory may go on as soon as :meth:`copy` is through.
        """
        self.copy(picture)
        self.convert()

    def copy(self, picture: NDArray[np.uint8]) -> None:
        """Copy a picture's bytes into the tensor's order."""
        self._bytes[...] = picture if self._last else picture.transpose(2, 0, 1)

    def grey(self, at: Placement) -> NDArray[np.uint8]:
        """Return the copied picture small and grey, shape (height, width).

        Its green, which is most of what is bright and stands in the middle in either
        order of colours, in means of square blocks; about ``GREY_WIDTH`` wide.

        Args:
            at: Where the camera's picture lies in the input.
        """
        plane = self._bytes[..., 1] if self._last else self._bytes[1]
        block = max(1, round(at.width / GREY_WIDTH))
        height, width = max(1, at.height // block), max(1, at.width // block)
        sums = np.zeros((height, width), np.uint32)
        for row in range(block):
            for column in range(block):
                top, left = at.top + row, at.left + column
                sums += plane[top::block, left::block][:height, :width]
        return (sums // block**2).astype(np.uint8)

    def convert(self) -> None:
        """Turn the copied bytes into the tensor's numbers."""
        target = self.array[0]
        if target.dtype == np.uint8:
            target[...] = self._bytes
            return
        if target.dtype == np.int8:
            # 0..255 less 128 is the same bits but the first.
            target[...] = (self._bytes ^ np.uint8(0x80)).view(np.int8)
            return
        if not self._is_plain:
            result = (self._bytes - self._mean) * self._scale
            target[...] = result
            return
        target[...] = self._bytes
        factor = self._scale.flat[0]
        if factor != 1.0:
            np.multiply(target, factor, out=target, casting="unsafe")
