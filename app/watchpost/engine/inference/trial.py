"""The trial run of a model in a child process, and what its outputs tell.

The child may hang, crash or eat memory: the parent watches and kills it.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from watchpost.base.channel import Channel, ChannelClosedError, Message
from watchpost.base.clock import NS_PER_MS, SYSTEM_CLOCK
from watchpost.base.errors import ModelError
from watchpost.domain.frames import Colour, Fit, InputSpec
from watchpost.engine.inference.class_names import class_names, names_from_metadata
from watchpost.engine.inference.layouts import Layout, recognise
from watchpost.engine.inference.model import ModelInfo, TensorSpec
from watchpost.engine.inference.picture_input import PictureInput
from watchpost.engine.inference.providers import CPU
from watchpost.engine.inference.reading import AnyArray, Facts, Frame, Reading
from watchpost.engine.inference.session import Session, read_verified
from watchpost.engine.inference.suppression import MAX_BOXES, above, suppress

MAX_OUTPUT_BYTES = 256 << 20
_TIMED_RUNS = 3
_SLOW_MS = 1000.0


def trial_main(
    channel: Channel,
    path: Path,
    sha256: str,
    tensor: TensorSpec,
    width: int,
    height: int,
    outputs: tuple[str, ...],
    metadata: dict[str, str],
) -> None:
    """Run a model on a made-up picture and report what it is; the child's entry."""
    try:
        channel.send({"begun": True})
        channel.send(_tried(path, sha256, tensor, width, height, outputs, metadata))
    except ModelError as error:
        channel.send({"what": error.what, "todo": error.todo, "code": error.code})
    except ChannelClosedError:
        return


def _tried(
    path: Path,
    sha256: str,
    tensor: TensorSpec,
    width: int,
    height: int,
    outputs: tuple[str, ...],
    metadata: dict[str, str],
) -> Message:
    # On the processor alone: its limits are watched, an accelerator's memory is not.
    session = Session(read_verified(path, sha256), path.name, providers=(CPU,))
    spec = InputSpec(width, height)
    answers, fastest_ms = _run(session, path.name, spec, tensor, outputs)
    names = names_from_metadata(metadata)
    facts = Facts(
        width=width,
        height=height,
        outputs=dict(zip(outputs, answers, strict=True)),
        metadata=metadata,
        names=names,
        size_input=tensor.size_input is not None,
    )
    _check_numbers(path.name, facts)
    found = recognise(facts)
    if not found:
        raise not_a_detector(path.name, facts)
    return {
        "readings": [_report(layout, reading, facts) for layout, reading in found],
        "ms": fastest_ms,
    }


def _report(layout: Layout, reading: Reading, facts: Facts) -> Message:
    """Decode with a reading, to be sure that it can, and return it for the channel."""
    chosen = [facts.outputs[name] for name in reading.outputs]
    frame = Frame(facts.width, facts.height, reading.classes, reading.score_threshold)
    with np.errstate(all="ignore"):
        boxes = above(layout.decode(chosen, frame), reading.score_threshold)
    if layout.overlap is not None:
        boxes = suppress(boxes, layout.overlap)
    assert len(boxes.scores) <= MAX_BOXES or layout.overlap is None
    return {
        "layout": layout.name,
        "reading": asdict(reading),
        "classes": class_names(reading.classes, facts.names or reading.names),
    }


def _check_numbers(name: str, facts: Facts) -> None:
    """Refuse answers that no layout could make sense of, with the reason.

    Raises:
        ModelError: They are no numbers, or raw bytes of a quantised network.
    """
    for key, array in facts.outputs.items():
        if array.dtype in (np.int8, np.uint8):
            raise ModelError(
                f"{name} answers with quantised bytes ({key[:40]}) and does not say what "
                "they stand for.",
                todo="Export it with its last DequantizeLinear, so that it answers in "
                "floating point.",
                code="model.layout",
            )
        is_float = np.issubdtype(array.dtype, np.floating)
        if is_float and array.size and not np.isfinite(array).any():
            raise ModelError(
                f"{name} answers with no numbers at all ({key[:40]} is not finite).",
                todo="Export it again; as float32, if this was float16.",
                code="model.layout",
            )


def _run(
    session: Session,
    name: str,
    spec: InputSpec,
    tensor: TensorSpec,
    outputs: tuple[str, ...],
) -> tuple[list[AnyArray], float]:
    picture = PictureInput(spec, tensor)
    picture.fill(_made_up_picture(spec.width, spec.height))
    inputs: dict[str, AnyArray] = {tensor.name: picture.array}
    if tensor.size_input is not None:
        inputs[tensor.size_input] = np.array([[spec.width, spec.height]], np.int64)
    fastest_ms = float("inf")
    answers: list[AnyArray] = []
    for _ in range(1 + _TIMED_RUNS):
        start_ns = SYSTEM_CLOCK.monotonic_ns()
        try:
            answers = session.run(outputs, inputs)
        except RuntimeError as error:
            raise ModelError(
                f"{name} loads but cannot be run on a picture of {spec.width} x "
                f"{spec.height} ({error}).",
                todo="Export it with a fixed input size and batch size 1.",
                code="model.run",
            ) from error
        spent_ms = (SYSTEM_CLOCK.monotonic_ns() - start_ns) / NS_PER_MS
        fastest_ms = min(fastest_ms, spent_ms)
        if spent_ms > _SLOW_MS:
            break  # Told well enough by one run.
    if sum(answer.nbytes for answer in answers) > MAX_OUTPUT_BYTES:
        raise ModelError(
            f"{name} answers with more than {MAX_OUTPUT_BYTES >> 20} MiB a picture.",
            todo="Export a smaller model.",
            code="model.too_large",
        )
    return answers, fastest_ms


def _made_up_picture(width: int, height: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return coloured blocks over a gradient: outputs vary, and the same each time."""
    y, x = np.mgrid[:height, :width]
    shade = (x * 160 // max(1, width - 1) + 40).astype(np.uint8)
    blocks = ((x // 24 + y // 40) % 3 == 0).astype(np.uint8) * 90
    return np.stack((shade, shade[:, ::-1] // 2 + blocks, 200 - blocks), axis=2)


def not_a_detector(name: str, facts: Facts) -> ModelError:
    """Return the error of a model whose outputs no layout knows."""
    shapes = ", ".join(
        f"{key[:40]} {list(array.shape)}"
        for key, array in list(facts.outputs.items())[:4]
    )
    return ModelError(
        f"{name} is not a detector of a known layout; it answers with {shapes}.",
        todo="Use an export of YOLOX, YOLOv5 to 11, YOLO26, NanoDet, FastestDet, RT-DETR, "
        "D-FINE, DEIM, an SSD with decoded boxes, a classifier or a heat-map segmenter.",
        code="model.layout",
    )


def info_from_trial(
    message: Message,
    *,
    path: Path,
    sha256: str,
    tensor: TensorSpec,
    size: tuple[int, int],
    licence: str,
) -> ModelInfo:
    """Return what the child reported as a record."""
    first, *others = (
        _info(said, path, sha256, tensor, size, licence, float(message["ms"]))
        for said in message["readings"]
    )
    return replace(first, others=tuple(others))


def _info(
    said: Message,
    path: Path,
    sha256: str,
    tensor: TensorSpec,
    size: tuple[int, int],
    licence: str,
    trial_ms: float,
) -> ModelInfo:
    # JSON knows no tuples.
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in said["reading"].items()
    }
    reading = Reading(**values)
    return ModelInfo(
        path=path,
        sha256=sha256,
        input=InputSpec(
            size[0],
            size[1],
            fit=Fit(reading.fit),
            colour=Colour(reading.colour),
            pad=reading.pad,
        ),
        tensor=replace(tensor, mean=reading.mean, scale=reading.scale),
        layout=str(said["layout"]),
        evidence=f"{reading.evidence}.",
        outputs=reading.outputs,
        classes=tuple(said["classes"]),
        score_threshold=reading.score_threshold,
        trial_ms=trial_ms,
        licence=licence,
    )
