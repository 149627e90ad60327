"""An ONNX Runtime session as measured best on CPUs, on the best provider there is.

One thread, no spinning, all graph optimisations. Only child processes import this: a
native call can hang or crash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import onnxruntime

from watchpost.base.errors import ModelError
from watchpost.engine.inference.providers import CPU, choices, first_line, open_first
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
        providers: Execution providers to try, in order; None: the installation's.

    Raises:
        ModelError: ONNX Runtime refuses it.
    """

    def __init__(
        self, content: bytes, name: str, *, providers: Sequence[str] | None = None
    ) -> None:
        if providers is None:
            providers = choices(onnxruntime.get_available_providers())
        onnxruntime.set_default_logger_severity(_ERRORS_ONLY + 1)
        self._open = partial(_open, content)
        # Only until the first run: an accelerator may take a model and not run it.
        self._left = tuple(providers)
        try:
            self._opened = open_first(self._left, self._open)
        except Exception as error:
            raise ModelError(
                f"{name} cannot be loaded ({first_line(error)}).",
                todo="Export it again with standard ONNX operators.",
                code="model.load",
            ) from error

    @property
    def provider(self) -> str:
        """What runs it, for people, such as ``CUDA`` or ``CPU``."""
        return self._opened.title

    @property
    def fallback(self) -> str:
        """Why a slower provider than the first choice runs it; empty when none does."""
        return self._opened.fallback

    def run(
        self, outputs: Sequence[str], inputs: Mapping[str, AnyArray]
    ) -> list[AnyArray]:
        """Return the named outputs.

        Raises:
            RuntimeError: ONNX Runtime could not run it.
        """
        while True:
            try:
                result: list[AnyArray] = self._opened.session.run(
                    list(outputs), dict(inputs)
                )
                break
            except Exception as error:
                if not self._fall_back(error):
                    raise RuntimeError(first_line(error)) from error
        self._left = ()
        if not all(isinstance(array, np.ndarray) for array in result):
            raise RuntimeError("an output is no tensor")
        return result

    def _fall_back(self, error: Exception) -> bool:
        """Go over to the next provider after a first run that failed; say if there is one."""
        now = self._opened.provider
        if now not in self._left[:-1]:
            return False
        self._left = self._left[self._left.index(now) + 1 :]
        failures = (*self._opened.failures, (now, first_line(error)))
        self._opened = open_first(self._left, self._open, failures)
        return True


def _open(content: bytes, provider: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    # DirectML cannot work with it.
    options.enable_mem_pattern = provider != "DmlExecutionProvider"
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    options.log_severity_level = _ERRORS_ONLY + 1
    return onnxruntime.InferenceSession(
        content, options, providers=list(dict.fromkeys((provider, CPU)))
    )
