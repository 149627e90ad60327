"""What is known about a model (a neural network) that may serve."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from watchpost.domain.frames import InputSpec


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """How the uint8 picture becomes the model's input tensor.

    ``tensor = (picture - mean) * scale``, per channel in the picture's own order.

    Attributes:
        name: The graph input's name.
        dtype: numpy name: ``float32``, ``float16``, ``uint8``, or ``int8`` (the picture
            less 128).
        channels_last: (1, height, width, 3) rather than (1, 3, height, width).
        mean: Grey levels, one a channel.
        scale: Factors, one a channel.
        size_input: Name of a second input that takes (width, height) as int64, or None.
    """

    name: str
    dtype: str = "float32"
    channels_last: bool = False
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    scale: tuple[float, float, float] = (1.0, 1.0, 1.0)
    size_input: str | None = None


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model file, inspected: it loads, runs, and its outputs can be read.

    Attributes:
        path: The ONNX file.
        sha256: Hex digest of its content; checked again on every load.
        input: The picture it wants; what capture is told to deliver.
        tensor: How the picture becomes its input.
        layout: Name of the decoder in ``watchpost.engine.inference.layouts``.
        evidence: Why that layout was recognised, one sentence.
        outputs: Names of the graph outputs the decoder reads, in its order.
        classes: Class names by class id.
        score_threshold: Lowest score worth handing on, for this layout.
        trial_ms: Fastest inference of the trial run.
        licence: As the file's own metadata states it, or empty.
        others: The same file, read in the other ways that its outputs allow, likeliest
            first; only a look at what it finds can tell which is right.
    """

    path: Path
    sha256: str
    input: InputSpec
    tensor: TensorSpec
    layout: str
    evidence: str
    outputs: tuple[str, ...]
    classes: tuple[str, ...]
    score_threshold: float
    trial_ms: float
    licence: str = ""
    others: tuple[ModelInfo, ...] = ()

    @property
    def readings(self) -> tuple[ModelInfo, ...]:
        """Every way to read it, likeliest first, each without the others."""
        return (replace(self, others=()), *self.others)

    def read_as(self, layout: str) -> ModelInfo:
        """Return it read in another of its ways; as it is, where it knows no such."""
        return next((one for one in self.readings if one.layout == layout), self)
