"""The inference worker: a child process with one model, answering one job at a time.

It imports numpy and ONNX Runtime and nothing else that is large. It may be killed at any
moment: it owns no lock, no file that it writes and nothing that must be put in order.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from watchpost.base.channel import Channel, ChannelClosedError, Message
from watchpost.base.clock import NS_PER_MS, NS_PER_S, SYSTEM_CLOCK
from watchpost.base.errors import ModelError
from watchpost.domain.detections import Detections
from watchpost.domain.frames import FrameKey
from watchpost.engine.frames import FrameHeader, FrameRing
from watchpost.engine.inference.layouts import LAYOUTS
from watchpost.engine.inference.model import ModelInfo
from watchpost.engine.inference.picture_input import PictureInput
from watchpost.engine.inference.reading import AnyArray, Frame
from watchpost.engine.inference.session import Session, read_verified
from watchpost.engine.inference.suppression import above, detections_from, suppress

WARM_UP_RUNS = 4
BYTES_A_BOX = 24
_IDLE_S = 5.0
_FORGET_RING_S = 10.0
_TRIES = 4


def worker_main(channel: Channel, model: ModelInfo, threshold: float) -> None:
    """Load, warm up, say so, then answer jobs until the channel closes."""
    try:
        try:
            network = Network(model, threshold)
            times_ms = network.warm_up()
            channel.send(
                {
                    "ready": times_ms,
                    "provider": network.provider,
                    "fallback": network.fallback,
                }
            )
        except ModelError as error:
            channel.send({"what": error.what, "todo": error.todo, "code": error.code})
            return
        mailboxes = Mailboxes()
        while True:
            got = channel.receive(_IDLE_S)
            if got is None:
                mailboxes.close_unused()
                continue
            channel.send(*_answer(got[0], network, mailboxes))
    except ChannelClosedError:
        return


def _answer(
    message: Message, network: Network, mailboxes: Mailboxes
) -> tuple[Message, bytes]:
    wanted = header_from(message["header"])
    try:
        taken = mailboxes.copy(
            Path(message["ring"]), int(message["slot"]), wanted, network.picture
        )
    except WrongSizeError:
        return {"not_done": "model_swap", "detail": "picture of another size"}, b""
    except (OSError, ValueError) as error:
        return {"not_done": "camera_away", "detail": f"mailbox gone ({error})"}, b""
    if taken is None:
        return {"not_done": "no_capacity", "detail": "overwritten while read"}, b""
    slot, header = taken
    try:
        found, spent_ms = network.look(header)
    except RuntimeError as error:
        return {"not_done": "poison_frame", "detail": str(error)}, b""
    answer: Message = {
        "slot": slot,
        "header": header_fields(header),
        "ms": spent_ms,
        "count": len(found),
    }
    payload = pack(found)
    if message["grey"]:
        grey = network.grey(header)
        answer["grey"] = list(grey.shape)
        payload += grey.tobytes()
    return answer, payload


class Network:
    """A loaded model with its input tensor and its decoder.

    Raises:
        ModelError: The file is gone, changed or refused.
    """

    def __init__(self, model: ModelInfo, threshold: float) -> None:
        self._session = Session(
            read_verified(model.path, model.sha256), model.path.name
        )
        self._model = model
        self._layout = LAYOUTS[model.layout]
        self._threshold = threshold
        self.picture = PictureInput(model.input, model.tensor)
        self._frame = Frame(
            model.input.width, model.input.height, len(model.classes), threshold
        )
        self._inputs: dict[str, AnyArray] = {model.tensor.name: self.picture.array}
        if model.tensor.size_input is not None:
            size = np.array([[model.input.width, model.input.height]], np.int64)
            self._inputs[model.tensor.size_input] = size

    @property
    def provider(self) -> str:
        """What runs it, such as ``CUDA`` or ``CPU``."""
        return self._session.provider

    @property
    def fallback(self) -> str:
        """Why a slower provider than the first choice runs it, or empty."""
        return self._session.fallback

    def warm_up(self) -> list[float]:
        """Run a few times on an empty picture; return the milliseconds of each."""
        header = FrameHeader(FrameKey(0, 0), 0, 0, 16, 9)
        try:
            return [self.look(header)[1] for _ in range(WARM_UP_RUNS)]
        except RuntimeError as error:
            raise ModelError(
                f"{self._model.path.name} loads but cannot be run ({error}).",
                todo="Check the model again in Settings, or choose another.",
                code="model.run",
            ) from error

    def look(self, header: FrameHeader) -> tuple[Detections, float]:
        """Return what is in the copied picture, and the model's own milliseconds.

        Raises:
            RuntimeError: ONNX Runtime could not run it.
        """
        self.picture.convert()
        start_ns = SYSTEM_CLOCK.monotonic_ns()
        outputs = self._session.run(self._model.outputs, self._inputs)
        spent_ms = (SYSTEM_CLOCK.monotonic_ns() - start_ns) / NS_PER_MS
        with np.errstate(all="ignore"):
            # A broken model may answer with anything; `above` keeps what is sane.
            found = above(self._layout.decode(outputs, self._frame), self._threshold)
            if self._layout.overlap is not None:
                found = suppress(found, self._layout.overlap)
            placement = self._model.input.placement(
                header.frame_width, header.frame_height
            )
            return detections_from(found, placement), spent_ms

    def grey(self, header: FrameHeader) -> NDArray[np.uint8]:
        """Return the copied picture small and grey, shape (height, width)."""
        return self.picture.grey(
            self._model.input.placement(header.frame_width, header.frame_height)
        )


class WrongSizeError(Exception):
    """The mailbox holds pictures for another model."""


@dataclass(slots=True)
class _Open:
    ring: FrameRing
    used_ns: int


class Mailboxes:
    """The frame rings this worker reads from, open while they are used."""

    def __init__(self) -> None:
        self._open: dict[Path, _Open] = {}

    def copy(
        self, path: Path, slot: int, wanted: FrameHeader, picture: PictureInput
    ) -> tuple[int, FrameHeader] | None:
        """Copy the wanted frame, or the newest where that is gone, into the input.

        Returns:
            Slot and header of the frame that was copied whole; None when the writer was
            faster every time.

        Raises:
            OSError, ValueError: There is no such mailbox.
            WrongSizeError: Its pictures have another size.
        """
        ring = self._ring(path)
        if not ring.is_still(slot, wanted):
            # Overwritten, or the file was made anew under its old name.
            ring = self._ring(path, again=True)
        taken: tuple[int, FrameHeader] | None = (slot, wanted)
        for _ in range(_TRIES):
            if taken is None:
                return None
            if taken[1].key >= wanted.key and ring.is_still(*taken):
                _copy(ring, taken[0], picture)
                if ring.is_still(*taken):
                    return taken
            taken = ring.newest()
        return None

    def close_unused(self) -> None:
        """Close rings nobody asked for of late; their files may then be deleted."""
        horizon_ns = SYSTEM_CLOCK.monotonic_ns() - round(_FORGET_RING_S * NS_PER_S)
        for path in [p for p, o in self._open.items() if o.used_ns < horizon_ns]:
            self._open.pop(path).ring.close()

    def _ring(self, path: Path, *, again: bool = False) -> FrameRing:
        now_ns = SYSTEM_CLOCK.monotonic_ns()
        opened = self._open.get(path)
        if opened is None or again:
            if opened is not None:
                del self._open[path]
                opened.ring.close()
            self.close_unused()
            opened = self._open[path] = _Open(FrameRing.open(path), now_ns)
        opened.used_ns = now_ns
        return opened.ring


def _copy(ring: FrameRing, slot: int, picture: PictureInput) -> None:
    view = ring.view(slot)
    if view.shape != picture.picture_shape:
        raise WrongSizeError
    picture.copy(view)


# Records on the channel


def header_fields(header: FrameHeader) -> list[int]:
    """Return a header as numbers."""
    return [
        header.key.epoch,
        header.key.sequence,
        header.pts_ns,
        header.at_ns,
        header.frame_width,
        header.frame_height,
        int(header.moving),
    ]


def header_from(fields: list[int]) -> FrameHeader:
    """Return the header of :func:`header_fields`."""
    epoch, sequence, pts_ns, at_ns, width, height, moving = fields
    return FrameHeader(
        FrameKey(epoch, sequence), pts_ns, at_ns, width, height, bool(moving)
    )


def pack(found: Detections) -> bytes:
    """Return boxes, scores and classes one behind the other, 24 bytes a row."""
    return b"".join(
        (
            found.xyxy_norm.astype("<f4").tobytes(),
            found.scores.astype("<f4").tobytes(),
            found.class_ids.astype("<i4").tobytes(),
        )
    )


def unpack(payload: bytes, count: int) -> Detections:
    """Return the detections of :func:`pack`.

    Raises:
        ValueError: The length does not fit the count.
    """
    if len(payload) != BYTES_A_BOX * count:
        raise ValueError(f"{len(payload)} bytes for {count} rows")
    boxes: NDArray[np.float32] = np.frombuffer(payload, "<f4", 4 * count).reshape(-1, 4)
    return Detections(
        boxes.astype(np.float32),
        np.frombuffer(payload, "<f4", count, 16 * count).astype(np.float32),
        np.frombuffer(payload, "<i4", count, 20 * count).astype(np.int32),
    )
