"""Whether a model file can be used, and how: static reading first, then a trial run.

The order is that of rising trust: size, digest, structure of the file (nothing is run),
then loading and running in a child with a deadline and a memory limit.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from watchpost.base.channel import Message
from watchpost.base.errors import ModelError
from watchpost.base.log import get_logger
from watchpost.base.processes import Child
from watchpost.engine.inference.graph import (
    FLOAT16,
    FLOAT32,
    INT8,
    INT64,
    UINT8,
    Graph,
    Port,
    read_graph,
)
from watchpost.engine.inference.model import ModelInfo, TensorSpec
from watchpost.engine.inference.trial import info_from_trial, trial_main
from watchpost.engine.inference.watchdog import await_answer

MAX_FILE_BYTES = 512 << 20
TRIAL_LIMIT_S = 10.0
# Importing numpy and onnxruntime takes a second, several on a busy computer.
START_LIMIT_S = 30.0
DEFAULT_SIDE = 416
MAX_SIDE = 4096
_DTYPES = {FLOAT32: "float32", FLOAT16: "float16", UINT8: "uint8", INT8: "int8"}
_SIZE_INPUTS = frozenset({"orig_target_sizes"})

_log = get_logger(__name__)


def inspect_model(path: Path, *, sha256: str | None = None) -> ModelInfo:
    """Inspect an ONNX file; takes a second or two, most of it in a child process.

    Args:
        path: The file.
        sha256: Hex digest it must have, where it is known; a damaged file may load and
            answer nonsense.

    Raises:
        ModelError: It cannot be used; two sentences say why and what to do.
    """
    content = _read(path)
    digest = hashlib.sha256(content).hexdigest()
    if sha256 is not None and digest != sha256.lower():
        raise ModelError(
            f"The model file {path.name} is not the one that was expected (its SHA-256 "
            f"begins {digest[:12]}, not {sha256[:12].lower()}).",
            todo="Copy it to this computer again.",
            code="model.digest",
        )
    graph = read_graph(content, path.name)
    del content
    tensor, size = _picture_input(graph, path.name)
    message = _try(path, digest, tensor, size, graph)
    info = info_from_trial(
        message,
        path=path,
        sha256=digest,
        tensor=tensor,
        size=size,
        licence=_one_line(graph.metadata.get("license", "")),
    )
    _log.info("model usable", file=path.name, layout=info.layout, sha256=digest[:12])
    return info


def _read(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size <= MAX_FILE_BYTES:
            return path.read_bytes()
    except OSError as error:
        raise ModelError(
            f"The model file {path} cannot be read.",
            todo="Check its name, that it still exists and that it may be read.",
            code="model.missing",
        ) from error
    raise ModelError(
        f"{path.name} has {size >> 20} MiB; a model may have {MAX_FILE_BYTES >> 20}.",
        todo="Export a smaller model.",
        code="model.too_large",
    )


def _picture_input(graph: Graph, name: str) -> tuple[TensorSpec, tuple[int, int]]:
    """Return the picture input and its size (width, height)."""
    pictures = [port for port in graph.inputs if _channels_last(port) is not None]
    others = [port for port in graph.inputs if port not in pictures]
    if len(pictures) != 1 or any(not _is_size(port) for port in others):
        raise _wrong_input(graph, name)
    port = pictures[0]
    last = bool(_channels_last(port))
    height, width = port.dims[1:3] if last else port.dims[2:4]
    width, height = width or DEFAULT_SIDE, height or DEFAULT_SIDE
    if (
        port.dims[0] > 1
        or not 32 <= min(width, height) <= max(width, height) <= MAX_SIDE
    ):
        raise _wrong_input(graph, name)
    tensor = TensorSpec(
        port.name,
        dtype=_DTYPES[port.dtype],
        channels_last=last,
        size_input=others[0].name if others else None,
    )
    return tensor, (width, height)


def _channels_last(port: Port) -> bool | None:
    """Say where a picture's three channels are; None: the port takes no picture."""
    if len(port.dims) != 4 or port.dtype not in _DTYPES:
        return None
    if port.dims[1] == 3:
        return False
    return True if port.dims[3] == 3 else None


def _is_size(port: Port) -> bool:
    return port.name in _SIZE_INPUTS and port.dtype == INT64 and len(port.dims) == 2


def _wrong_input(graph: Graph, name: str) -> ModelError:
    found = ", ".join(f"{p.name[:40]} {list(p.dims)}" for p in graph.inputs[:4])
    return ModelError(
        f"{name} does not take one colour picture at a time; its inputs are {found}.",
        todo="Use a detector with one input of shape [1, 3, height, width].",
        code="model.input",
    )


def _try(
    path: Path,
    sha256: str,
    tensor: TensorSpec,
    size: tuple[int, int],
    graph: Graph,
) -> Message:
    outputs = tuple(port.name for port in graph.outputs)
    child = Child(
        "model-trial",
        trial_main,
        path,
        sha256,
        tensor,
        size[0],
        size[1],
        outputs,
        graph.metadata,
    )
    try:
        await_answer(child, START_LIMIT_S, path.name)
        message = await_answer(child, TRIAL_LIMIT_S, path.name)
    finally:
        child.kill()
    if "what" in message:
        raise ModelError(message["what"], todo=message["todo"], code=message["code"])
    return message


def _one_line(text: str) -> str:
    return "".join(c for c in text if c.isprintable())[:200]
