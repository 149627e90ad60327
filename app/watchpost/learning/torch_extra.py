"""Whether the ``train`` extra is there; running a model never needs it."""

from __future__ import annotations

import importlib.util

from watchpost.base.errors import LearningError

_NEEDED = ("torch", "onnx", "onnxscript")


def require() -> None:
    """Make sure that training and exporting can be imported.

    Raises:
        LearningError: A package is missing; says how to install it.
    """
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise LearningError(
            f"Training needs packages that are not installed: {', '.join(missing)}.",
            todo="Install them with: pip install 'watchpost[train]' --extra-index-url "
            "https://download.pytorch.org/whl/cpu",
            code="learning.extra",
        )
