"""From a checkpoint to an ONNX file that the product's own reader recognises.

The rows are written in the layout of a raw YOLOX export: offsets, logarithms of sizes, an
object score and class scores, BGR pixels 0..255, letterboxed at the top left. The network
tells one score a class, which is calibrated here; the best stands in for the object score
and the class scores are relative to it, so that their product, which is what a reader
forms, is the network's own score.

This module imports torch; call :func:`watchpost.learning.torch_extra.require` first.
"""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Sequence
from typing import Any

import onnx
import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from watchpost.base.errors import LearningError
from watchpost.learning.calibration import ScoreLine
from watchpost.learning.checkpoints import Checkpoint
from watchpost.learning.network import Detector, PixelConvolution

OPSET = 17
INPUT, OUTPUT = "picture", "rows"
_MAX_LOG_SIZE = 8.0
_MIN_SCORE = 1e-6


class _Rows(nn.Module):  # type: ignore[misc]  # torch comes without types here
    def __init__(self, detector: Detector, lines: Sequence[ScoreLine]) -> None:
        super().__init__()
        self.detector = detector
        self.register_buffer("slope", torch.tensor([line.slope for line in lines]))
        self.register_buffer("shift", torch.tensor([line.shift for line in lines]))

    def forward(self, pictures: Any) -> Any:
        """Return rows (1, cells, 5 + classes) as a raw YOLOX export does."""
        raw = self.detector(pictures)
        sizes = raw[..., 2:4].clamp(-_MAX_LOG_SIZE, _MAX_LOG_SIZE)
        logits = raw[..., 4:] * self.slope + self.shift
        scores = logits.sigmoid().clamp(min=_MIN_SCORE)
        best = scores.amax(-1, keepdim=True)
        return torch.cat((raw[..., :2], sizes, best, scores / best), -1)


def network_of(checkpoint: Checkpoint) -> Any:
    """Return the averaged network, in evaluation mode, batch norm folded in.

    Raises:
        LearningError: The checkpoint's weights are of another network, or not finite.
    """
    detector = Detector(len(checkpoint.classes))
    try:
        detector.load_state_dict(checkpoint.average)
    except RuntimeError as error:
        raise LearningError(
            "The checkpoint holds the weights of another network.",
            todo="Train again with this version, or export with the one that trained it.",
        ) from error
    if not all(bool(torch.isfinite(v).all()) for v in detector.state_dict().values()):
        raise LearningError(
            "The checkpoint holds weights that are not numbers.",
            todo="Train again with a smaller learning_rate.",
        )
    detector.eval()
    _fold(detector)
    return detector


def to_onnx(
    checkpoint: Checkpoint,
    *,
    width: int | None = None,
    height: int | None = None,
    lines: Sequence[ScoreLine] | None = None,
    metadata: dict[str, str] | None = None,
) -> bytes:
    """Return a checkpoint's averaged network as the content of an ONNX file.

    Args:
        checkpoint: Of a training.
        width: Of the fixed input, pixels, a multiple of 32; None: as in training.
        height: Likewise.
        lines: One a class, that scores are calibrated with; None: as learnt.
        metadata: Further entries of the file's metadata, such as ``license``.

    Raises:
        LearningError: The size cannot be used, or the weights are of something else.
    """
    width, height = width or checkpoint.width, height or checkpoint.height
    if width % 32 or height % 32 or min(width, height) < 64:
        raise LearningError(
            f"An input of {width} x {height} pixels cannot be used.",
            todo="Choose multiples of 32, at least 64.",
        )
    lines = lines or [ScoreLine()] * len(checkpoint.classes)
    rows = _Rows(network_of(checkpoint), lines).eval()
    content = traced(rows, (1, 3, height, width), INPUT, OUTPUT)
    model = onnx.load_model_from_string(content)
    about = {"names": json.dumps(list(checkpoint.classes)), "layout": "yolox"}
    onnx.helper.set_model_props(model, about | (metadata or {}))
    model.producer_name = "watchpost"
    onnx.checker.check_model(model)
    exported: bytes = model.SerializeToString()
    return exported


def traced(module: Any, shape: tuple[int, ...], given: str, answer: str) -> bytes:
    """Return a module in evaluation mode as the content of an ONNX file of one shape.

    Args:
        module: Takes one float32 tensor and returns one.
        shape: Of that tensor.
        given: Name of the file's input.
        answer: Name of its output.
    """
    buffer = io.BytesIO()
    with warnings.catch_warnings(), torch.no_grad():
        # The tracing exporter writes the plainest graph and is announced to go one day.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module,
            (torch.zeros(*shape),),
            buffer,
            input_names=[given],
            output_names=[answer],
            opset_version=OPSET,
            dynamo=False,
            external_data=False,
        )
    return buffer.getvalue()


def _fold(module: Any) -> None:
    """Fold each batch norm into the convolution before it, in place."""
    for child in module.children():
        _fold(child)
    if (
        isinstance(module, nn.Sequential)
        and len(module) == 3
        and isinstance(module[0], nn.Conv2d)
        and isinstance(module[1], nn.BatchNorm2d)
    ):
        if isinstance(module[0], PixelConvolution):
            module[0].scale()
        module[0] = fuse_conv_bn_eval(module[0], module[1])
        module[1] = nn.Identity()
