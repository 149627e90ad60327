"""What a model sees in one picture, read in each of its ways: a person picks by looking.

Both the picture and the model come from outside; a child decodes the one and runs the
other, watched for time and memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from watchpost.base.channel import Channel, ChannelClosedError, Message
from watchpost.base.errors import ModelError
from watchpost.base.processes import Child
from watchpost.domain.detections import Detections
from watchpost.engine.inference.inspection import START_LIMIT_S, TRIAL_LIMIT_S
from watchpost.engine.inference.looker import Looker
from watchpost.engine.inference.model import ModelInfo
from watchpost.engine.inference.watchdog import await_answer

MAX_PICTURE_BYTES = 32 << 20
# A wrong reading is full of boxes, a right one clean: weaker ones would hide that.
SHOWN_SCORE = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What one reading of a model saw.

    Attributes:
        layout: Of the reading.
        found: Boxes with a score of 0.25 or more.
        network_ms: Of the network alone, on one thread.
    """

    layout: str
    found: Detections
    network_ms: float


def look_at_picture(model: ModelInfo, picture: bytes) -> tuple[Look, ...]:
    """Return what a model sees in a picture, one look a reading, likeliest first.

    Takes a second or two, most of it the child's start. Any thread.

    Args:
        model: As inspected.
        picture: A JPEG, a PNG or another file that OpenCV reads.

    Raises:
        ModelError: The picture is none, or the model could not be run on it.
    """
    if len(picture) > MAX_PICTURE_BYTES:
        raise ModelError(
            f"The picture has {len(picture) >> 20} MiB; it may have "
            f"{MAX_PICTURE_BYTES >> 20}.",
            todo="Save it as JPEG.",
            code="picture.too_large",
        )
    child = Child("model-look", looking_main, model)
    try:
        child.channel.send({"type": "picture"}, picture)
        await_answer(child, START_LIMIT_S, "The picture")
        limit_s = TRIAL_LIMIT_S * len(model.readings)
        message = await_answer(child, limit_s, model.path.name)
    except ChannelClosedError as error:
        raise ModelError(
            "The picture could not be looked at: the process that does ended.",
            todo="Try it once more; if it happens again, use another picture.",
            code="picture.crash",
        ) from error
    finally:
        child.kill()
    if "what" in message:
        raise ModelError(message["what"], todo=message["todo"], code=message["code"])
    return tuple(_look(said) for said in message["looks"])


def looking_main(channel: Channel, model: ModelInfo) -> None:
    """Receive a picture, send what each reading sees in it; the child's entry."""
    try:
        received = channel.receive()
        assert received is not None
        channel.send({"begun": True})
        channel.send(_answer(model, received[1]))
    except ModelError as error:
        channel.send({"what": error.what, "todo": error.todo, "code": error.code})
    except ChannelClosedError:
        return


def _answer(model: ModelInfo, picture: bytes) -> Message:
    coded = np.frombuffer(picture, np.uint8)
    try:
        bgr = cv2.imdecode(coded, cv2.IMREAD_COLOR) if len(coded) else None
    except cv2.error:
        # More pixels than OpenCV allows.
        bgr = None
    if bgr is None:
        raise ModelError(
            "The picture cannot be read.",
            todo="Use a JPEG or PNG file, or a camera that is live.",
            code="picture.unreadable",
        )
    looks = []
    for reading in model.readings:
        looker = Looker(reading, SHOWN_SCORE)
        try:
            found = looker.look(bgr.astype(np.uint8, copy=False))
        except RuntimeError as error:
            raise ModelError(
                f"{model.path.name} cannot be run on this picture ({error}).",
                todo="Export it again with a current exporter.",
                code="model.run",
            ) from error
        looks.append(
            {
                "layout": reading.layout,
                "ms": looker.network_ms,
                "boxes": found.xyxy_norm.tolist(),
                "scores": found.scores.tolist(),
                "class_ids": found.class_ids.tolist(),
            }
        )
    return {"looks": looks}


def _look(said: dict[str, Any]) -> Look:
    found = Detections(
        np.asarray(said["boxes"], np.float32).reshape(-1, 4),
        np.asarray(said["scores"], np.float32),
        np.asarray(said["class_ids"], np.int32),
    )
    return Look(str(said["layout"]), found, float(said["ms"]))
