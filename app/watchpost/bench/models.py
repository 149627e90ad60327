"""The model that is measured with."""

from __future__ import annotations

import statistics
from pathlib import Path

from watchpost.base.errors import ModelError
from watchpost.domain.frames import FrameKey
from watchpost.edge.models import shipped_model
from watchpost.engine.frames import FrameHeader
from watchpost.engine.inference.inspection import inspect_model
from watchpost.engine.inference.model import ModelInfo

_RUNS = 60
_WIDTH, _HEIGHT = 768, 432


def chosen(path: Path | None) -> ModelInfo:
    """Return the model to measure with: the file that was named, or the shipped one.

    Raises:
        ModelError: It cannot be used, or none is shipped.
    """
    path = path or shipped_model()
    if path is None:
        raise ModelError(
            "No detector is shipped with this copy.",
            todo="Name one with --model FILE.",
            code="bench.no_model",
        )
    return inspect_model(path)


def inference_ms(info: ModelInfo) -> float:
    """Return milliseconds of the model alone on one thread, the median of many runs."""
    # Imported here: figures without a model need no ONNX Runtime in this process.
    from watchpost.engine.inference.worker import Network

    network = Network(info, info.score_threshold)
    network.warm_up()
    header = FrameHeader(FrameKey(1, 1), 0, 0, _WIDTH, _HEIGHT)
    return statistics.median(network.look(header)[1] for _ in range(_RUNS))
