"""A permissively licensed detector whose answers are learnt from ("distillation").

It answers for every cell of the same grid: class probabilities, a box, and inner maps
(Hinton et al., 2015; Romero et al., "FitNets", 2015). Its weights are never copied.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from watchpost.base.errors import LearningError
from watchpost.learning.cells import cell_grid
from watchpost.learning.datasets import Picture
from watchpost.learning.recipes import Recipe


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What a teacher says about one input.

    Attributes:
        scores: Per cell and class of the recipe; shape (N, C), float32.
        boxes: Left, top, right, bottom, pixels of the input; shape (N, 4), float32.
        maps: Inner maps by the part that is to make the same, (channels, h, w), float16.
    """

    scores: NDArray[np.float32]
    boxes: NDArray[np.float32]
    maps: dict[str, NDArray[np.float16]]


class Teacher:
    """Runs a raw YOLOX export at the recipe's input size. One thread at a time.

    Raises:
        LearningError: The file is not there or its rows are not those of the cells.
    """

    def __init__(self, path: Path, recipe: Recipe) -> None:
        assert recipe.teacher is not None
        self._recipe = recipe
        self._maps = recipe.teacher.maps
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                _any_size(path, tuple(self._maps.values())),
                options,
                providers=["CPUExecutionProvider"],
            )
        except OSError as error:
            raise LearningError(
                f"The recipe's teacher {path} cannot be read.",
                todo="Put the file there, or take [teacher] out of the recipe.",
            ) from error
        self._input = self._session.get_inputs()[0].name
        self._ours = [recipe.classes.index(name) for name in recipe.teacher.classes]
        self._columns = [5 + index for index in recipe.teacher.classes.values()]

    def answer(self, bgr: Picture) -> Answer:
        """Return the teacher's answer for an input-sized picture, (h, w, 3), BGR."""
        height, width = bgr.shape[:2]
        cells, strides = cell_grid(width, height)
        tensor = bgr.transpose(2, 0, 1)[None].astype(np.float32)
        found = self._session.run(None, {self._input: tensor})
        rows = np.asarray(found[0])[0]
        if len(rows) != len(cells):
            raise LearningError(
                f"The teacher answers for {len(rows)} cells, not {len(cells)}.",
                todo="Use a raw YOLOX export with strides 8, 16 and 32.",
            )
        centre = (rows[:, :2] + cells) * strides[:, None]
        half = np.exp(np.clip(rows[:, 2:4], -8, 8)) * strides[:, None] / 2
        scores = np.zeros((len(rows), len(self._recipe.classes)), np.float32)
        scores[:, self._ours] = rows[:, 4:5] * rows[:, self._columns]
        boxes = np.concatenate((centre - half, centre + half), 1).astype(np.float32)
        maps = {
            part: np.asarray(m)[0].astype(np.float16)
            for part, m in zip(self._maps, found[1:], strict=True)
        }
        return Answer(scores, boxes, maps)


def _any_size(path: Path, maps: tuple[str, ...]) -> bytes:
    """Return the teacher's graph with free input sides and its inner maps as outputs."""
    # Part of the train extra, and needed nowhere else in the product.
    import onnx

    model = onnx.load(str(path))
    # Shapes written for the old size would be complained about at every run.
    del model.graph.value_info[:]
    for port in (model.graph.input[0], model.graph.output[0]):
        for number, side in enumerate(port.type.tensor_type.shape.dim):
            if number != 1 or port is model.graph.output[0]:
                side.dim_param = f"{port.name}_{number}"
    for name in maps:
        model.graph.output.append(
            onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None)
        )
    content: bytes = model.SerializeToString()
    return content
