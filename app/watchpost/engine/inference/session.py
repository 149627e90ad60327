"""An ONNX Runtime session as measured best on CPUs.

One thread, no spinning, all graph optimisations. Only child processes import this: a
native call can hang or crash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnxruntime

from watchpost.base.errors import ModelError
from watchpost.engine.inference.reading import AnyArray

_ERRORS_ONLY = 3


def read_verified(path: Path, sha256: str) -> bytes:
    """Return a file's content after checking its digest.

    ONNX Runtime loads a model with flipped bits or zeroed pages without a word.

    Raises:
        ModelError: The file is gone, or is not what was inspected.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise missing(path) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ModelError(
            f"The model file {path.name} has changed or is damaged since it was checked.",
            todo="Copy it to this computer again.",
            code="model.digest",
        )
    return content


def missing(path: Path) -> ModelError:
    """Return the error of a file that is not there or must not be read."""
    return ModelError(
        f"The model file {path} cannot be read.",
        todo="Check its name, that it still exists and that it may be read.",
        code="model.missing",
    )


class Session:
    """A loaded model; one thread at a time.

    Args:
        content: The ONNX file's bytes, already verified.
        name: What to call it in sentences.

    Raises:
        ModelError: ONNX Runtime refuses it.
    """

    def __init__(self, content: bytes, name: str) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.graph_optimization_level = (
            onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        )
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.add_session_config_entry("session.inter_op.allow_spinning", "0")
        options.log_severity_level = _ERRORS_ONLY + 1
        onnxruntime.set_default_logger_severity(_ERRORS_ONLY + 1)
        try:
            self._session = onnxruntime.InferenceSession(
                content, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            raise ModelError(
                f"{name} cannot be loaded ({_first_line(error)}).",
                todo="Export it again with standard ONNX operators.",
                code="model.load",
            ) from error

    def run(
        self, outputs: Sequence[str], inputs: Mapping[str, AnyArray]
    ) -> list[AnyArray]:
        """Return the named outputs.

        Raises:
            RuntimeError: ONNX Runtime could not run it.
        """
        try:
            result: list[AnyArray] = self._session.run(list(outputs), dict(inputs))
        except Exception as error:
            raise RuntimeError(_first_line(error)) from error
        if not all(isinstance(array, np.ndarray) for array in result):
            raise RuntimeError("an output is no tensor")
        return result


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return "".join(c for c in lines[0] if c.isprintable())[:200]
