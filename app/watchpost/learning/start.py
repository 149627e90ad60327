"""Begins a training with the weights of a model that this trainer exported.

An export has its batch norms folded into the convolutions, so there is nothing left that
could adapt. Each is put back such that the network first says exactly what the model
says: the mean and spread of its input are measured on pictures, and its scale and shift
undo them.

This module imports torch; reach it through :func:`watchpost.learning.torch_extra.require`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from onnx import numpy_helper
from torch import nn

from watchpost import resources
from watchpost.base.errors import LearningError
from watchpost.learning.network import Detector, PixelConvolution

_PREFIX, _WEIGHT, _BIAS = "detector.", ".weight", ".bias"
_ROWS = "class_rows."


def model_to_start_from(name: str) -> Path:
    """Return the file of a shipped model, or of one's own.

    Raises:
        LearningError: There is none.
    """
    path = Path(name)
    if path.suffix == ".onnx" and path.is_file():
        return path
    try:
        return resources.path(f"models/{name}.onnx")
    except FileNotFoundError as error:
        raise LearningError(
            f"There is no model {name} to start from.",
            todo="Name a shipped one, such as detector, or an ONNX file.",
        ) from error


@torch.no_grad()  # type: ignore[untyped-decorator]
def start_from(
    path: Path, network: Detector, classes: tuple[str, ...], pictures: Any
) -> None:
    """Give a network the weights of an exported one, in place.

    Classes are matched by name; what the model does not know begins at random.

    Args:
        path: An ONNX file that this trainer wrote.
        network: Of the same shape.
        classes: The network's, in order.
        pictures: Some of what will be learnt from, as the network takes them; the more
            usual, the better.

    Raises:
        LearningError: The file is of another network, or cannot be read.
    """
    known, weights = _read(path)
    for name, module in network.named_modules():
        if not isinstance(module, nn.Conv2d):
            continue
        weight, bias = _of(weights, name, path)
        if isinstance(module, PixelConvolution):
            weight, bias = weights[name] = module.unscaled(weight, bias)
        if name.startswith(_ROWS):
            _take_classes(module, weight, bias, known, classes)
            continue
        if tuple(module.weight.shape) != weight.shape:
            raise _another(path)
        module.weight.copy_(torch.from_numpy(weight))
        if module.bias is not None:
            module.bias.copy_(torch.from_numpy(bias))
    _put_back_norms(network, weights, pictures)


def _read(path: Path) -> tuple[list[str], dict[str, tuple[Any, Any]]]:
    """Return the model's classes, and weight and bias of each convolution by name."""
    try:
        model = onnx.load(str(path))
        about = {entry.key: entry.value for entry in model.metadata_props}
        known = list(json.loads(about["names"]))
    except (OSError, ValueError, KeyError, DecodeError) as error:
        raise _another(path) from error
    arrays = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
    weights: dict[str, tuple[Any, Any]] = {}
    for node in model.graph.node:
        if node.op_type == "Identity" and node.input[0] in arrays:
            # Equal weights are written once.
            arrays[node.output[0]] = arrays[node.input[0]]
        if node.op_type == "Conv" and len(node.input) == 3:
            _, weight, bias = node.input
            name = weight.removeprefix(_PREFIX).removesuffix(_WEIGHT)
            if weight in arrays and bias in arrays:
                weights[name] = (np.array(arrays[weight]), np.array(arrays[bias]))
    return known, weights


def _of(weights: dict[str, tuple[Any, Any]], name: str, path: Path) -> tuple[Any, Any]:
    found = weights.get(name)
    if found is None:
        raise _another(path)
    return found


def _take_classes(
    module: nn.Conv2d,
    weight: Any,
    bias: Any,
    known: list[str],
    classes: tuple[str, ...],
) -> None:
    for row, name in enumerate(classes):
        if name in known:
            module.weight[row] = torch.from_numpy(weight[known.index(name)])
            module.bias[row] = float(bias[known.index(name)])


def _put_back_norms(
    network: Detector, weights: dict[str, tuple[Any, Any]], pictures: Any
) -> None:
    def put_back(norm: nn.BatchNorm2d, inputs: tuple[Any, ...], name: str) -> None:
        spread, mean = torch.var_mean(inputs[0], dim=(0, 2, 3), unbiased=False)
        bias = torch.from_numpy(weights[name][1])
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(spread)
        norm.weight.copy_((spread + norm.eps).sqrt())
        norm.bias.copy_(bias + mean)

    hooks = []
    for name, module in network.named_modules():
        if isinstance(module, nn.BatchNorm2d):
            # Its convolution stands just before it in the same row.
            row, _, number = name.rpartition(".")
            before = f"{row}.{int(number) - 1}"
            hooks.append(
                module.register_forward_pre_hook(
                    lambda m, x, before=before: put_back(m, x, before)
                )
            )
    network.eval()
    network(pictures)
    for hook in hooks:
        hook.remove()


def _another(path: Path) -> LearningError:
    return LearningError(
        f"{path} is no model that this trainer made, or one of another shape.",
        todo="Start from the shipped detector, or from a model trained with this version.",
    )
