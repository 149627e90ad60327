"""The models on this edge and which of them serves; there is always a way back."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from watchpost import resources
from watchpost.api.identity import Identity
from watchpost.base.errors import ModelError, WatchpostError
from watchpost.base.log import get_logger
from watchpost.engine.inference.looking import Look, look_at_picture
from watchpost.engine.inference.model import ModelInfo
from watchpost.protocol.live import Box
from watchpost.protocol.models import (
    ActivateModel,
    ModelLook,
    ModelReading,
    ModelRecord,
)
from watchpost.store.models import ModelRepository

SHIPPED = "shipped"
_ID_LETTERS = 16
_MIB = 1 << 20

_log = get_logger(__name__)

Inspect = Callable[[Path, str | None], ModelInfo]
"""Tries a file, whose content must have that SHA-256 where one is given."""
LookAt = Callable[[ModelInfo, bytes], tuple[Look, ...]]


@dataclass(frozen=True, slots=True)
class Serving:
    """The model that frames are analysed with.

    Attributes:
        id: As in its record.
        name: For people and the ledger.
        info: What the inference pool needs.
        class_names: By class id, renamed as the customer wished.
    """

    id: str
    name: str
    info: ModelInfo
    class_names: tuple[str, ...]


class ModelShelf:
    """Keeps models and chooses. Thread-safe.

    Args:
        store: Where models are kept.
        inspect: Tries a file; may take seconds.
        look: Shows a picture to each reading of a model; may take seconds.
        serve: Told what serves from now on; None means nothing can.
    """

    def __init__(
        self,
        store: ModelRepository,
        *,
        inspect: Inspect,
        look: LookAt = look_at_picture,
        serve: Callable[[Serving | None], None],
    ) -> None:
        self._store = store
        self._inspect = inspect
        self._look = look
        self._serve = serve
        self._lock = threading.RLock()
        self._inspected: dict[str, ModelInfo] = {}
        self._serving: Serving | None = None
        self._trouble = ""

    @property
    def serving(self) -> Serving | None:
        """What serves now."""
        return self._serving

    @property
    def trouble(self) -> str:
        """Why another model serves than the one that was chosen; empty when all is well."""
        return self._trouble

    def start(self) -> Serving | None:
        """Choose at the start: the active model, else the previous, else the shipped."""
        with self._lock:
            self._register_shipped()
            self._serving = self._choose()
            self._serve(self._serving)
            return self._serving

    def models(self) -> tuple[ModelRecord, ...]:
        """Return all models, oldest first."""
        return self._store.list()

    def add(
        self, name: str, onnx: bytes, by: Identity, *, licence: str = ""
    ) -> ModelRecord:
        """Take a model in after trying it.

        Args:
            name: For people.
            onnx: The file's content.
            by: Who brings it.
            licence: As its publisher states it; empty: as the file's metadata says.

        Raises:
            ModelError: It cannot be used, and why.
        """
        if not onnx:
            raise ModelError(
                f"The file {name} is empty.",
                todo="Copy it again from where it came.",
                code="model.empty",
            )
        sha256 = hashlib.sha256(onnx).hexdigest()
        known = {record.sha256: record for record in self._store.list()}
        path, _ = self._store.put_file(onnx)
        try:
            info = self._look_at(path, sha256)
        except ModelError:
            if sha256 not in known:
                path.unlink(missing_ok=True)
            raise
        record = _record(sha256[:_ID_LETTERS], name, info)
        if licence:
            record = record.model_copy(update={"licence": licence})
        return self._store.add(record, by.user)

    def try_on(self, model_id: str, picture: bytes) -> tuple[ModelLook, ...]:
        """Return what each of a model's readings sees in a picture; takes seconds.

        Raises:
            StoreError: There is no such model.
            ModelError: Its file is damaged, or the picture is none.
        """
        info = self._info(self._store.get(model_id))
        looks = self._look(info, picture)
        return tuple(
            _seen(look, reading)
            for look, reading in zip(looks, info.readings, strict=True)
        )

    def activate(
        self, model_id: str, request: ActivateModel, by: Identity
    ) -> ModelRecord:
        """Serve with a model from the next frame on.

        Raises:
            StoreError: There is no such model.
            ModelError: Its file is damaged, or it cannot be read in that way.
        """
        with self._lock:
            record = self._store.get(model_id)
            serving = self._load(record, request.class_map, request.layout)
            self._serve(serving)
            if serving.info.layout != record.layout:
                self._store.add(_read_as(record, serving.info), by.user)
            self._serving, self._trouble = serving, ""
            return self._store.activate(model_id, request.class_map, by.user)

    def quarantine(self, sha256: str, sentence: str) -> None:
        """Take the serving model out of service and fall back; called by the pool."""
        with self._lock:
            serving = self._serving
            if serving is None or serving.info.sha256 != sha256:
                return
            _log.error("model quarantined", model=serving.name, sentence=sentence)
            self._store.set_state(serving.id, "quarantined", sentence)
            self._serving = self._choose()
            instead = self._serving.name if self._serving else "nothing"
            self._trouble = f"{serving.name}: {sentence} Now {instead} serves."
            self._serve(self._serving)

    def _choose(self) -> Serving | None:
        candidates = [self._store.active(), self._store.previous()]
        for candidate in candidates:
            if candidate is None or candidate.record.state in (
                "quarantined",
                "refused",
            ):
                continue
            found = self._try(candidate.record, candidate.class_map)
            if found is not None:
                return found
        shipped = next((r for r in self._store.list() if r.id == SHIPPED), None)
        if shipped is None or shipped.state in ("quarantined", "refused"):
            return None
        return self._try(shipped, {})

    def _try(self, record: ModelRecord, class_map: Mapping[str, str]) -> Serving | None:
        try:
            serving = self._load(record, class_map)
            self._store.activate(record.id, class_map, "edge")
        except WatchpostError as error:
            _log.error("model refused", model=record.name, code=error.code)
            self._store.set_state(record.id, "refused", str(error))
            self._trouble = f"{record.name} cannot serve: {error.what}"
            return None
        return serving

    def _load(
        self, record: ModelRecord, class_map: Mapping[str, str], layout: str = ""
    ) -> Serving:
        info = self._info(record).read_as(layout or record.layout)
        if layout and info.layout != layout:
            raise ModelError(
                f"{record.name} cannot be read as {layout[:40]!r}.",
                todo="Choose one of the readings that its record lists.",
                code="model.layout",
            )
        names = tuple(class_map.get(name, name) for name in info.classes)
        return Serving(record.id, record.name, info, names)

    def _info(self, record: ModelRecord) -> ModelInfo:
        path = self._store.path(record.sha256)
        if record.id == SHIPPED:
            path = shipped_model() or path
        if not path.is_file():
            raise ModelError(
                f"The file of the model {record.name} is gone.",
                todo="Add it again from its source.",
                code="model.gone",
            )
        return self._look_at(path, record.sha256)

    def _look_at(self, path: Path, sha256: str) -> ModelInfo:
        """Try a file, once a start; its content is checked each time it is loaded."""
        info = self._inspected.get(sha256)
        if info is None or info.path != path:
            info = self._inspected[sha256] = self._inspect(path, sha256)
        return info

    def _register_shipped(self) -> None:
        path = shipped_model()
        if path is None:
            return
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        known = {record.id: record for record in self._store.list()}
        if SHIPPED in known and known[SHIPPED].sha256 == sha256:
            return
        try:
            info = self._look_at(path, sha256)
        except ModelError as error:
            _log.error("shipped model refused", code=error.code, what=error.what)
            return
        record = _record(SHIPPED, path.stem, info)
        self._store.add(record, "edge")


def shipped_model() -> Path | None:
    """Return the detector that travels with the product, or None."""
    try:
        return resources.path("models/detector.onnx")
    except FileNotFoundError:
        return None


def _read_as(record: ModelRecord, info: ModelInfo) -> ModelRecord:
    """Return a model's record as another reading makes it."""
    fields = {"layout": info.layout, "evidence": info.evidence, "classes": info.classes}
    return record.model_copy(update=fields)


def _seen(look: Look, reading: ModelInfo) -> ModelLook:
    found = look.found.select((-look.found.scores).argsort())
    rows = zip(
        found.class_ids.tolist(),
        found.scores.tolist(),
        found.xyxy_norm.tolist(),
        strict=True,
    )
    boxes = tuple(
        Box(
            track_id=0,
            class_name=reading.classes[kind],
            score=round(score, 3),
            left=box[0],
            top=box[1],
            right=box[2],
            bottom=box[3],
        )
        for kind, score, box in rows
    )
    return ModelLook(
        layout=look.layout, boxes=boxes, network_ms=round(look.network_ms, 2)
    )


def _record(model_id: str, name: str, info: ModelInfo) -> ModelRecord:
    return ModelRecord(
        id=model_id,
        name=name,
        sha256=info.sha256,
        layout=info.layout,
        evidence=info.evidence,
        width=info.input.width,
        height=info.input.height,
        classes=info.classes,
        state="ready",
        licence=info.licence,
        megabytes=round(info.path.stat().st_size / _MIB, 2),
        inference_ms=round(info.trial_ms, 2),
        readings=tuple(
            ModelReading(layout=r.layout, evidence=r.evidence, classes=r.classes)
            for r in info.readings
        ),
    )
